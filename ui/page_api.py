"""What the page asks of the server: plain functions of one JSON object that return one JSON object."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any

from index import Library, ReportInfo, Snapshot, WenbaoError
from index.types import Progress
from qa import Answer, Assistant
from ui import cards, exports, feedback, messages, viewer, word_export
from ui.corrections import correction
from ui.examples import example_questions
from ui.indicators import Indicators
from ui.intake import Uploads
from ui.jobs import Jobs
from ui.login import MAY_NOT_CHANGE, visitor
from ui.originals import Originals
from ui.suggestions import next_questions

Json = dict[str, Any]
TURNS = 60
"""Turns of a conversation that are shown, the last ones."""

MARKS = 100
"""Quotes that are looked for on one printed page."""

log = logging.getLogger(__name__)


class PageApi:
    """One library, its assistant and the state that all visitors share."""

    def __init__(self, assistant: Assistant, directory: Path, *, read_only: bool = False) -> None:
        self.assistant = assistant
        self.library: Library = assistant.library
        self.directory = directory
        self.read_only = read_only
        self.jobs = Jobs()
        self.uploads = Uploads()
        self.indicators = Indicators(self.library)
        self.originals = Originals(self.library)
        self.token = secrets.token_urlsafe(24)
        """What only this server's own page knows; a function that changes anything asks for it."""
        self._ready = threading.Event()
        self._failure = ""
        self._examples: tuple[str, list[str]] = ("", [])
        self._choosing = threading.Lock()
        self._chooser: threading.Thread | None = None

    def warm(self) -> None:
        """Loads the models and the lists of words; until then the page says 正在准备."""
        try:
            self.assistant.warm()
        except WenbaoError as error:
            self._failure = messages.NOT_READY.format(reason=error)
        except Exception:
            log.exception("warming up failed")
            self._failure = messages.INTERNAL
        self._ready.set()
        if not self._failure:
            self._choose_anew(self.library.snapshot())

    def functions(self) -> list[Callable[[Any], Json]]:
        """The server functions of the page, each turning an error into ``{"error": sentence}``."""
        reading = [
            *(self.boot, self.status, self.ask, self.render, self.suggest, self.open, self.areas),
            *(self.export, *self.indicators.functions()),
        ]
        changing = [self.add, self.cancel, self.edit, self.reread, self.remove, self.rebuild]
        if self.read_only:
            changing = []
        return [
            *map(_guarded, reading),
            _guarded(self.rate, self.token),
            *(_guarded(_for_operators(function), self.token) for function in changing),
        ]

    def boot(self, data: Json) -> Json:
        """Everything a freshly opened page needs: the status and the conversation kept in the browser."""
        return {**self.status({}), **self.render(data)}

    def render(self, data: Json) -> Json:
        """Turns of a conversation, each quote checked against the library as it is now."""
        snapshot = self.library.snapshot()
        return {"turns": [_rendered(turn, snapshot) for turn in data.get("turns", [])[-TURNS:]]}

    def status(self, data: Json) -> Json:
        """Readiness, the reports (None where the page has those of ``version``), the jobs, example questions.

        ``at`` (seconds) tells which of two was made later. After the library has changed there are no examples
        until they are chosen anew, which nobody waits for.
        """
        at = time.monotonic()
        snapshot = self.library.snapshot()
        version = _version(snapshot.reports)
        ready = self._ready.is_set()
        choosing = ready and not self._failure and self._examples[0] != version
        if choosing:
            self._start_choosing(snapshot)
        return {
            "at": at,
            "ready": ready,
            "failure": self._failure,
            "user": visitor().name,
            "readOnly": self.read_only or not visitor().may_change,
            "version": version,
            "reports": None if data.get("version") == version else _reports(snapshot),
            "examples": self._examples[1] if self._examples[0] == version else [],
            "choosing": choosing,
            "job": self.jobs.status(),
        }

    def ask(self, data: Json) -> Json:
        """Answers ``question``; ``reports`` None asks all, ``history`` holds the earlier questions."""
        self._ready.wait()
        reports = data.get("reports")
        if reports is not None and not reports:
            raise WenbaoError(messages.NO_REPORTS_SELECTED)
        question, history = data.get("question", ""), data.get("history", [])
        if isinstance(history, list):
            history = [str(earlier)[:1000] for earlier in history[-6:]]
        answer = self.assistant.ask(question, reports=reports, history=history).to_dict()
        snapshot = self.library.snapshot()
        turn = {"question": question, "answer": answer, "time": f"{datetime.now():%Y-%m-%d %H:%M}"}
        return {**_rendered(turn, snapshot), "version": _version(snapshot.reports)}

    def suggest(self, data: Json) -> Json:
        """Questions to go on with after ``turn``, answered by ``reports`` (None: all)."""
        answer = Answer.from_dict(data["turn"]["answer"])
        snapshot = self.library.snapshot()
        return {"questions": next_questions(self.assistant, snapshot, answer, data.get("reports"))}

    def open(self, data: Json) -> Json:
        """A report's text and outline as HTML, its pages, and how many can be looked at as printed."""
        snapshot, report = self.library.snapshot(), str(data.get("report", ""))
        text, sections, pages = snapshot.text(report), snapshot.outline(report), snapshot.page_starts(report)
        return {
            "report": report,
            "text": viewer.source_html(text, sections, pages, snapshot.report(report).title),
            "pages": [(page.start, page.number) for page in pages],
            "outline": viewer.outline_html(report, sections),
            "file": snapshot.report(report).source,
            "content": snapshot.report(report).sha256[:12],
            "printed": self.originals.count(snapshot, report),
            "version": _version(snapshot.reports),
        }

    def areas(self, data: Json) -> Json:
        """Where ``spans`` of a report's text stand on its printed page ``page``, as shares of the page."""
        spans = [(int(start), int(end)) for start, end in data["spans"][:MARKS]]
        found = self.originals.areas(str(data["report"]), int(data["page"]), spans)
        return {"areas": [[list(area) for area in areas] for areas in found]}

    def export(self, data: Json) -> Json:
        """The conversation as Markdown (``form`` md) or as a Word document; links begin with ``address``."""
        snapshot, now = self.library.snapshot(), datetime.now()
        talk = exports.conversation(data["turns"], snapshot, str(data.get("address", "")), now)
        name = f"问报对话-{now:%Y-%m-%d}"
        if data.get("form") == "docx":
            document = b64encode(word_export.to_docx(talk)).decode()
            return {"name": f"{name}.docx", "data": document}
        return {"name": f"{name}.md", "text": exports.to_markdown(talk)}

    def rate(self, data: Json) -> Json:
        """Keeps a verdict on an answer, and the right one if the reader knows it."""
        feedback.keep(self.directory, data.get("verdict"), data.get("turn"), data.get("note"))
        return {"kept": True}

    def add(self, data: Json) -> Json:
        """Queues an uploaded file, told by its key.

        ``replace``: it takes the place of the report that was read from a file of its name.
        """
        key = str(data.get("file", ""))
        path = self.uploads.take(key)
        work = partial(self._add, key, path, bool(data.get("replace")))
        self.jobs.submit(f"添加《{path.stem}》", work, partial(self.uploads.drop, key))
        return self.status({})

    def cancel(self, data: Json) -> Json:
        """Cancels the job of this id, where it waits or runs."""
        self.jobs.cancel(int(data["job"]))
        return self.status({})

    def edit(self, data: Json) -> Json:
        """Queues corrections of what was recognised of a report; an empty value takes one back."""
        report = str(data["report"])
        values = {str(key): correction(str(key), str(value)) for key, value in dict(data["values"]).items()}
        self.jobs.submit(f"更正《{self._label(report)}》", lambda _: self._correct(report, values))
        return self.status({})

    def reread(self, data: Json) -> Json:
        """Queues reading a report's kept file again."""
        report = str(data["report"])
        self.jobs.submit(f"重新读取《{self._label(report)}》", lambda _: self._correct(report, {}))
        return self.status({})

    def remove(self, data: Json) -> Json:
        """Queues the removal of a report."""
        report = str(data["report"])
        self.jobs.submit(f"移除《{self._label(report)}》", lambda _progress: self.library.remove(report))
        return self.status({})

    def rebuild(self, _data: Json) -> Json:
        """Queues a rebuild of the whole library."""
        self.jobs.submit("重建索引", lambda progress: self.library.rebuild(progress=progress))
        return self.status({})

    def _add(self, key: str, path: Path, replace: bool, progress: Progress) -> str:
        """Adds an uploaded file; what was done with it. Raises WenbaoError."""
        try:
            result = self.library.sync([path], replace=replace, progress=progress)
        finally:
            self.uploads.drop(key)
        for _, reason in result.failed:
            raise WenbaoError(reason.replace(str(path), path.name))
        for _, report in result.duplicates:
            raise WenbaoError(messages.SAME_CONTENT.format(label=self._label(report)))
        return "已替换旧的" if result.updated else "已收录"

    def _correct(self, report: str, values: Json) -> None:
        self.library.set_metadata(report, **values)

    def _label(self, report: str) -> str:
        found = [r for r in self.library.reports() if r.id == report]
        return messages.report_label(found[0]) if found else report

    def _refresh_examples(self, snapshot: Snapshot) -> None:
        """Chooses example questions for ``snapshot``, each of which costs an answer; raises WenbaoError."""
        version = _version(snapshot.reports)
        if self._examples[0] != version:
            self._examples = (version, example_questions(self.assistant, snapshot))

    def _start_choosing(self, snapshot: Snapshot) -> None:
        if self._chooser is None or not self._chooser.is_alive():
            self._chooser = threading.Thread(target=self._choose_anew, args=[snapshot], daemon=True)
            self._chooser.start()

    def wait_chosen(self, seconds: float) -> bool:
        """Waits for examples being chosen; False where they still are. A process that ends while its model
        computes is aborted."""
        if self._chooser is not None:
            self._chooser.join(seconds)
        return self._chooser is None or not self._chooser.is_alive()

    def _choose_anew(self, snapshot: Snapshot) -> None:
        """``_refresh_examples`` beside the page's requests, in one thread at a time."""
        if not self._choosing.acquire(blocking=False):
            return
        try:
            self._refresh_examples(snapshot)
        except Exception:
            log.exception("no example questions")
            self._examples = (_version(snapshot.reports), [])
        finally:
            self._choosing.release()


def _for_operators(function: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """``function``, refused to a visitor who may not change the library."""

    @wraps(function)
    def call(data: Json) -> Json:
        if not visitor().may_change:
            raise WenbaoError(MAY_NOT_CHANGE)
        return function(data)

    return call


def _guarded(function: Callable[[Json], Json], token: str = "") -> Callable[[Any], Json]:
    """``function`` with its errors as sentences, for callers that know ``token`` where there is one."""

    def call(data: Any = None) -> Json:
        try:
            given = data if isinstance(data, dict) else {}
            if token and not secrets.compare_digest(str(given.get("token", "")).encode(), token.encode()):
                raise WenbaoError(messages.STALE_PAGE)
            return function(given)
        except WenbaoError as error:
            return {"error": str(error)}
        except Exception:
            log.exception("%s failed", function.__name__)
            return {"error": messages.INTERNAL}

    call.__name__ = function.__name__
    return call


def _rendered(turn: Mapping[str, Any], snapshot: Snapshot) -> Json:
    """The turn with its HTML; a turn the browser kept in a shape not ours is left out (html None)."""
    try:
        answer = Answer.from_dict(turn["answer"])
        html = cards.answer_html(answer, str(turn["question"]), snapshot)
        copies = exports.copies(answer, snapshot)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return {"html": None}
    return {"html": html, "turn": dict(turn), "copies": copies}


def _reports(snapshot: Snapshot) -> list[Json]:
    """What the page tells of each report, the newest first."""
    return sorted((_report(r, snapshot) for r in snapshot.reports), key=_newest_first, reverse=True)


def _report(report: ReportInfo, snapshot: Snapshot) -> Json:
    shown = {
        key: getattr(report, key) for key in ("id", "title", "place", "issuer", "date", "pages", "passages")
    }
    size, added = snapshot.original_facts(report.id)
    return {
        **shown,
        "label": messages.report_label(report),
        "year": messages.report_year(report),
        "planned": [str(year) for year in report.years_planned],
        "file": report.source,
        "content": report.sha256[:12],
        "size": size,
        "added": added,
    }


def _newest_first(report: Json) -> tuple[str, str]:
    return report["year"], report["date"]


def _version(reports: Sequence[ReportInfo]) -> str:
    """Changes with the reports and with what is told of them."""
    return hashlib.sha256(repr(reports).encode("utf-8", "replace")).hexdigest()[:12]

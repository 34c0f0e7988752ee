"""The questions that weights are fitted on, and those on reports kept out of every fit.

Two formats: those of ``benchmarks/questions`` (see ``qa.evaluation``), asked of the whole library, and those of
``training/questions`` and ``../shared/train``, ``{"report", "q", "kind", "evidence", "answer"}``, each asked of
its own report; where it names a year, of every report of that place, as one has to be found among them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import OWN, ROOT, SAMPLE, SHARED
from index import ReportInfo
from qa.evaluation import load_questions, options, squeeze

TRAINING = ROOT / "training"
KINDS = ("everyday", "fact", "year", "keyword", "none")
_REPORTS = ("national/*.txt", "local/counties/*", "local/provinces/*")


@dataclass(frozen=True, slots=True)
class FittingQuestion:
    """A question of a library, asked of ``reports`` (None: all).

    ``evidence``: for each place of the answer the passages' texts that tell it and the reports they may
    stand in (none: any); ``short``: it is ours in a few keywords, and most of those in the report's words.
    """

    text: str
    kind: str
    group: str
    reports: tuple[str, ...] | None
    evidence: tuple[tuple[tuple[str, frozenset[str]], ...], ...]
    answers: tuple[str, ...]
    short: bool = False

    @property
    def answerable(self) -> bool:
        return self.kind != "none"

    def right(self, text: str, report: str, part: int = 0, parts: int = 1) -> bool:
        """Whether a passage of ``report`` tells it, or ``part`` of the ``parts`` it asks for."""
        places = self.evidence[part : part + 1] if len(self.evidence) == parts else self.evidence
        told = squeeze(text)
        return any(t in told and (not ids or report in ids) for place in places for t, ids in place)


def held_out_reports() -> frozenset[str]:
    """The reports of which no question is fitted on."""
    return frozenset(tomllib.loads((TRAINING / "splits.toml").read_text("utf-8"))["held_out"])


def question_files(more: Sequence[Path] = ()) -> list[Path]:
    """The files of questions on single reports that are here."""
    found = [
        f for folder in (TRAINING / "questions", SHARED / "train") for f in sorted(folder.glob("*.jsonl"))
    ]
    return [f for f in (*found, *more) if "topics" not in f.name]


def report_files(names: Iterable[str]) -> list[Path]:
    """The development reports called ``names`` that are here."""
    wanted = set(names)
    found = [f for pattern in _REPORTS for f in sorted((SHARED / "data").glob(pattern))]
    return [f for f in found if f.stem in wanted]


def own_questions() -> dict[str, tuple[Path, list[FittingQuestion]]]:
    """Ours by library, with its one report; also as they are typed into a search box, and off every topic."""
    lines = (OWN / "off_topic.txt").read_text("utf-8").splitlines()
    off_topic = [FittingQuestion(line, "none", line, None, (), ()) for line in lines]
    return {
        "sample": (SAMPLE, _own(load_questions(OWN / "sample.jsonl")) + off_topic[::2]),
        "city": (OWN / "city.txt", _own(load_questions(OWN / "city.jsonl")) + off_topic[1::2]),
    }


def _own(items: Sequence[dict[str, Any]]) -> list[FittingQuestion]:
    found = []
    for item in items:
        for key in ("question", "short"):
            found.append(
                FittingQuestion(
                    text=item[key],
                    kind=item["kind"],
                    group=item["id"],
                    reports=None,
                    evidence=tuple(tuple(place) for option in options(item) for place in option),
                    answers=tuple(item.get("answers") or ()),
                    short=key == "short",
                )
            )
    return found


def of_single_reports(
    files: Sequence[Path], library: Sequence[ReportInfo], keep: Callable[[str], bool], every: int = 1
) -> list[FittingQuestion]:
    """Every ``every``-th question of ``files`` on reports of the ``library`` that ``keep`` takes, each once."""
    place = {info.id: info.place for info in library}
    found: dict[tuple[str, str], FittingQuestion] = {}
    for item in (json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line):
        report = item["report"]
        if report in place and keep(report):
            found.setdefault((report, item["q"]), _of_report(item, place))
    return list(found.values())[::every]


def _of_report(item: dict[str, str], place: dict[str, str]) -> FittingQuestion:
    report = item["report"]
    same = tuple(id for id in place if place[id] == place[report])
    named = re.search(r"(?:19|20)\d\d年", item["q"])
    return FittingQuestion(
        text=item["q"],
        kind=item["kind"],
        group=report,
        reports=same if named and item["kind"] != "none" else (report,),
        evidence=(((squeeze(item["evidence"]), frozenset({report})),),),
        answers=(item["answer"],) if item["answer"] else (),
    )

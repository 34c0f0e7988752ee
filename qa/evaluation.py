"""Retrieval and answer quality on questions with known evidence: the metrics of ``wenbao eval``.

A question is a dict: ``id, question, kind, answers, evidence, report`` and, where they apply,
``evidence_reports`` (parallel to evidence), ``alt`` (other evidence lists that are as right) and
``alt_reports`` (``{"report", "evidence"}``: another report that says it too). A result is a dict:
``id, passages [{"text", "report"}], answered, highlight, seconds``. Text is compared without white
space and with full-width ASCII made plain. For the kinds ``list`` and ``compare`` a metric is the
share of the evidence found; for any other all of it must be there. Of several right options the best
counts. A broad question has instead ``must`` and ``good``, the clauses that a good answer holds and those that
belong to it, and ``budget``, the characters that are read of it; its result has ``text``, the answer's.
A metric that does not apply to a question is None and is left out of the means.
"""

from __future__ import annotations

import json
import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from index.text import FULL_WIDTH
from qa.assistant import Assistant
from qa.types import Answer

READ_LIMITS = (300, 600, 1000)
"""Characters read from the first citation on: one passage, two, and about a screen."""
SHARED_KINDS = ("list", "compare")
COLUMNS = (
    "n", "top1", "top1r", *(f"r@{n}" for n in READ_LIMITS), "mrr", "rep@1", "hl", "hllen", "must", "clean",
    "chars", "abst", "len", "p50", "p95",
)  # fmt: skip

Json = dict[str, Any]
Table = dict[str, dict[str, float | int | None]]
Alternative = tuple[str, frozenset[str]]
"""A snippet of evidence and the reports it may stand in (empty: any)."""
Place = list[Alternative]
Option = list[Place]
"""Every place of an option is needed; of a place, any alternative will do."""

_DROP = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_PLAIN: dict[int, int | None] = {**_DROP, **FULL_WIDTH}


def squeeze(text: str | None) -> str:
    """``text`` without white space, full-width ASCII made plain."""
    return "".join((text or "").split()).translate(_PLAIN)


def options(question: Json) -> list[Option]:
    """The acceptable evidence of ``question``."""
    base = question.get("evidence_reports") or question.get("report", "")
    first = _places(question.get("evidence"), base)
    names: list[Any] = []
    for other in _listed(question.get("alt_reports")):
        if isinstance(other, dict):
            _add_report(first, other, question)
        else:
            names.append(other)
    alternatives = _listed(question.get("alt"))
    found = [first]
    if alternatives and len(names) == len(alternatives):
        found += [_places(each, name) for each, name in zip(alternatives, names, strict=True)]
    else:
        found += [_places(each, _listed(base) + names) for each in alternatives]
        found += [] if alternatives else [_places(question.get("evidence"), name) for name in names]
    return [option for option in found if option]


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _places(snippets: Any, reports: Any) -> Option:
    texts = [text for text in map(squeeze, _listed(snippets)) if text]
    ids = [str(report) for report in _listed(reports)]
    if len(ids) == len(texts) > 1:
        return [[(text, frozenset({id}))] for text, id in zip(texts, ids, strict=True)]
    return [[(text, frozenset(ids))] for text in texts]


def _add_report(option: Option, other: Json, question: Json) -> None:
    """Another report's evidence stands in for the place whose answer it gives."""
    for snippet in map(squeeze, _listed(other.get("evidence"))):
        gives = [a for a in map(squeeze, question.get("answers") or []) if a in snippet]
        fitting = [p for p in option if any(a in p[0][0] for a in gives)] if len(option) > 1 else option
        for place in fitting or option[-1:]:
            place.append((snippet, frozenset({str(other.get("report"))})))


def right_reports(question: Json) -> frozenset[str]:
    """Every report that any evidence of ``question`` stands in."""
    return frozenset().union(*(ids for o in options(question) for place in o for _, ids in place))


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked passages, squeezed; ``reports`` is None where the report does not matter."""

    texts: list[str]
    reports: list[str] | None

    @classmethod
    def of(cls, result: Json, by_report: bool) -> Ranking:
        passages = result.get("passages") or []
        reports = [str(p.get("report", "")) for p in passages]
        return cls([squeeze(p.get("text")) for p in passages], reports if by_report else None)

    def holds(self, rank: int, place: Place) -> bool:
        """Whether the passage at ``rank`` (from 0) has the evidence of ``place``."""
        return any(text in self.texts[rank] and self._right(rank, ids) for text, ids in place)

    def cost(self, place: Place) -> int | None:
        """Characters read from the top until ``place`` has been met; None: never."""
        joined = "".join(self.texts)
        starts = list(accumulate(map(len, self.texts), initial=0))[:-1]
        costs = []
        for text, ids in place:
            at = joined.find(text)
            while at >= 0 and not self._right(bisect_right(starts, at) - 1, ids):
                at = joined.find(text, at + 1)
            if at >= 0:
                costs.append(at + len(text))
        return min(costs, default=None)

    def _right(self, rank: int, ids: frozenset[str]) -> bool:
        return self.reports is None or not ids or self.reports[rank] in ids


Metric = Callable[[Ranking, Option, bool], float]


def _counted(hits: Sequence[bool], shared: bool) -> float:
    return sum(hits) / len(hits) if shared else float(all(hits))


def top1(ranking: Ranking, option: Option, shared: bool) -> float:
    """All evidence in passage 1; shared kinds: the share of it in passages 1 to 3."""
    first = range(min(3 if shared else 1, len(ranking.texts)))
    return _counted([any(ranking.holds(i, place) for i in first) for place in option], shared)


def reciprocal_rank(ranking: Ranking, option: Option, shared: bool) -> float:
    """1 / rank of the first of ten passages with all evidence (shared kinds: with any)."""
    enough = any if shared else all
    for i in range(min(10, len(ranking.texts))):
        if enough(ranking.holds(i, place) for place in option):
            return 1 / (i + 1)
    return 0.0


def read_within(limit: int) -> Metric:
    """Evidence met within the first ``limit`` characters of the passages laid end to end."""

    def metric(ranking: Ranking, option: Option, shared: bool) -> float:
        costs = [ranking.cost(place) for place in option]
        return _counted([cost is not None and cost <= limit for cost in costs], shared)

    return metric


def highlighted(question: Json, result: Json) -> float | None:
    """The answers stand in the highlight (shared kinds: the share of them)."""
    answers = [a for a in map(squeeze, question.get("answers") or []) if a]
    if result.get("highlight") is None or not answers:
        return None
    text = squeeze(result["highlight"])
    return _counted([a in text for a in answers], question["kind"] in SHARED_KINDS)


_MARK = re.compile(r"\[\d+\]")
"""[12]; not 〔12〕."""
_LISTED = re.compile(r"[^，。；：、]{6,}")
"""新建学校三所; not 新建学校."""


def broad(question: Json, result: Json) -> dict[str, float | None]:
    """Of a broad question's answer the share of the must clauses told within the budget (``must``), the share of
    its characters that belong to a must or good clause (``clean``), and its length (``chars``)."""
    text = squeeze(_MARK.sub("", result.get("text") or "")) if result.get("answered", True) else ""
    must = [squeeze(clause).rstrip("。，；：、") for clause in question["must"]]
    good = [squeeze(clause).rstrip("。，；：、") for clause in question.get("good") or []]
    within = text[: question["budget"]]
    covered = [False] * len(text)
    for clause in must + good:
        at = text.find(clause)
        while at >= 0:
            covered[at : at + len(clause)] = [True] * len(clause)
            at = text.find(clause, at + 1)
        for m in _LISTED.finditer(text):
            if m[0] in clause:
                covered[m.start() : m.end()] = [True] * len(m[0])
    return {
        "must": fmean(clause in within for clause in must),
        "clean": fmean(covered) if covered else 0.0,
        "chars": float(len(text)),
    }


def score(question: Json, result: Json, by_report: bool) -> dict[str, float | None]:
    """Every metric of one question."""
    refused = float(not result.get("answered", True))
    if "must" in question:
        return {**broad(question, result), "abst": refused}
    if question["kind"] == "none":
        return {"abst": refused}
    ranking = Ranking.of(result, by_report)
    shared = question["kind"] in SHARED_KINDS
    metrics: dict[str, Metric] = {"top1": top1, "mrr": reciprocal_rank}
    metrics |= {f"r@{limit}": read_within(limit) for limit in READ_LIMITS}
    acceptable = options(question)
    row: dict[str, float | None] = {
        name: max((metric(ranking, option, shared) for option in acceptable), default=0.0)
        for name, metric in metrics.items()
    }
    row |= {"top1r": 0.0 if refused else row["top1"], "abst": refused, "hl": highlighted(question, result)}
    if by_report:
        first = ranking.reports[:1] if ranking.reports else []
        row["rep@1"] = float(any(report in right_reports(question) for report in first))
    if result.get("highlight") is not None:
        row["hllen"] = float(len(squeeze(result["highlight"])))
    return row


def tabulate(questions: Sequence[Json], results: Iterable[Json]) -> Table:
    """Means per kind and over all answerable questions (row ``ALL``); a missing result counts as missed."""
    by_id = {result["id"]: result for result in results}
    by_report = len(frozenset().union(*map(right_reports, questions))) > 1
    rows: dict[str, list[tuple[dict[str, float | None], Json]]] = {}
    for question in questions:
        result = by_id.get(question["id"], {"passages": [], "answered": False})
        scored = (score(question, result, by_report), result)
        rows.setdefault(question["kind"], []).append(scored)
        if question["kind"] != "none":
            rows.setdefault("ALL", []).append(scored)
    return {name: _means(scored) for name, scored in rows.items()}


def _means(rows: list[tuple[dict[str, float | None], Json]]) -> dict[str, float | int | None]:
    means: dict[str, float | int | None] = {"n": len(rows)}
    for column in COLUMNS[1:-3]:
        values = [v for scores, _ in rows if (v := scores.get(column)) is not None]
        means[column] = fmean(values) if values else None
    lengths = [len(squeeze(p.get("text"))) for _, result in rows for p in result.get("passages") or []]
    seconds = [s for _, r in rows if isinstance(s := r.get("seconds"), int | float)]
    means["len"] = fmean(lengths) if lengths else None
    means["p50"] = float(np.quantile(seconds, 0.5)) if seconds else None
    means["p95"] = float(np.quantile(seconds, 0.95)) if seconds else None
    return means


# ---------------------------------------------------------------- running


def load_questions(path: str | Path) -> list[Json]:
    """The questions of a JSON Lines file; raises OSError and ValueError as reading does."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def run(
    assistant: Assistant,
    questions: Sequence[Json],
    top_k: int = 10,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Json]:
    """Asks every question; a result for each."""
    results = []
    held = {report.id for report in assistant.library.reports()}
    for i, question in enumerate(questions):
        begun = time.perf_counter()
        own = [question["report"]] if "must" in question and question.get("report") in held else None
        answer = assistant.ask(question["question"], top_k, own)
        results.append(_result(question, answer, time.perf_counter() - begun))
        if progress:
            progress(i + 1, len(questions), question["question"])
    return results


def _result(question: Json, answer: Answer, seconds: float) -> Json:
    """Passages and highlight are scored whether or not the answer was refused."""
    cited = answer.citations or answer.related
    quoted = cited[: 3 if question["kind"] in SHARED_KINDS else 1]
    return {
        "id": question["id"],
        "passages": [{"text": c.text, "report": c.report} for c in cited],
        "answered": answer.answered,
        "text": answer.text,
        "highlight": "".join(c.quote for c in quoted),
        "seconds": seconds,
    }


def evaluate(
    assistant: Assistant,
    questions: Sequence[Json],
    progress: Callable[[int, int, str], None] | None = None,
) -> Table:
    """``run`` and ``tabulate``: the rows that ``wenbao eval`` shows."""
    return tabulate(questions, run(assistant, questions, progress=progress))


def format_table(table: Table, title: str = "") -> str:
    """The table as aligned text, kinds first and ``ALL`` last."""
    names = sorted(name for name in table if name != "ALL") + [name for name in table if name == "ALL"]
    columns = [c for c in COLUMNS if any(table[name].get(c) is not None for name in names)]
    width = max([len(title), *map(len, names)])
    lines = [" ".join([title.ljust(width), *(c.rjust(6) for c in columns)])]
    for name in names:
        cells = (_cell(column, table[name].get(column)).rjust(6) for column in columns)
        lines.append(" ".join([name.ljust(width), *cells]))
    return "\n".join(lines)


def _cell(column: str, value: float | int | None) -> str:
    if value is None:
        return "-"
    if column == "n":
        return str(value)
    return f"{value:.0f}" if column in ("len", "hllen", "chars") else f"{value:.3f}"

"""What one could ask next, made from what the library holds and kept only where it is answered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from index import Snapshot
from index.figures import Mode, title_of
from index.text import RELATIVE_YEAR, YEAR
from qa import Answer, Assistant, Citation
from ui.examples import answered, question_about, spoken

COUNT = 3
"""Questions offered below an answer; set by hand: each is asked before it is offered, which takes time."""
TRIES = 5
"""Questions that are tried, since each costs an answer."""
PATIENCE_S = 2.0
"""Seconds after which no further question is tried: a busy server offers fewer."""
Kept = Callable[[Answer], bool]
_YEAR = re.compile(rf"{YEAR}(?=年)")
"""2025年; not 2025亩."""


def next_questions(
    assistant: Assistant, snapshot: Snapshot, answer: Answer, reports: Sequence[str] | None
) -> list[str]:
    """Up to ``COUNT`` questions after ``answer`` that ``reports`` (None: all) answer."""
    if not answer.answered:
        return []
    found: list[str] = []
    begun = time.monotonic()
    for tried, (question, kept) in enumerate(dict(_candidates(snapshot, answer)).items()):
        if tried == TRIES or len(found) == COUNT or time.monotonic() - begun > PATIENCE_S:
            break
        if question == answer.question:
            continue
        told = answered(assistant, question, reports)
        if told is not None and kept(told):
            found.append(question)
    return found


def _candidates(snapshot: Snapshot, answer: Answer) -> Iterator[tuple[str, Kept]]:
    """The same thing over the years and in another year; the target or the result; the section around it.

    Each with what its answer has to be.
    """
    held = {report.id: report for report in snapshot.reports}
    cited = [c for c in answer.citations if c.report in held]
    if answer.table is None and cited:
        yield from _same_figure(snapshot, answer, cited[0].report, cited[0].start, cited[0].end)
    if cited:
        for question in _other_years(snapshot, answer, cited[0].report):
            yield question, partial(_says_something_else, cited[0])
    for citation in cited[:2]:
        sections = [
            s for s in snapshot.outline(citation.report) if s.start <= citation.start < s.end and s.level
        ]
        if sections and 4 <= len(sections[-1].title) <= 24 and not _YEAR.search(sections[-1].title):
            yield question_about(sections[-1]), lambda told: True


def _same_figure(
    snapshot: Snapshot, answer: Answer, report: str, start: int, end: int
) -> Iterator[tuple[str, Kept]]:
    """The course of a figure that the cited passage states, where its place tells of two years at least, and the
    target beside the result, or the other way about, where the reports tell it."""
    place = snapshot.report(report).place
    stated = [f for f in snapshot.figures_where(reports=[report]) if start <= f.start < end]
    titles = {label.title for label in answer.figures[:1]}
    asked = [f for f in stated if title_of(f.indicator, f.measure) in titles] or ([] if titles else stated)
    years = snapshot.years_by_place({f.indicator for f in asked})
    several = [f for f in asked if len(years.get(f.indicator, {}).get(place, ())) > 1]
    for figure in several[:1]:
        title = spoken(title_of(figure.indicator, figure.measure))
        yield f"{place}历年{title}", lambda told: told.table is not None
    for figure in asked[: len(titles)]:
        other: Mode = "actual" if figure.mode == "target" else "target"
        beside = snapshot.figures_where(
            [figure.indicator], years=[figure.last_year], places=[place], mode=other
        )
        if any(one.measure == figure.measure for one in beside):
            wanted = "目标是多少" if other == "target" else "实际完成多少"
            title = spoken(title_of(figure.indicator, figure.measure))
            yield f"{place}{figure.last_year}年{title}{wanted}？", partial(_is_first, other)


def _says_something_else(cited: Citation, told: Answer) -> bool:
    """Whether another clause answers: one that told of its own year does not tell of another."""
    first = next(iter(told.citations), None)
    return first is None or (first.report, first.start, first.quote_spans) != (
        cited.report,
        cited.start,
        cited.quote_spans,
    )


def _is_first(mode: Mode, told: Answer) -> bool:
    return any(label.mode == mode for label in told.figures[:1])


def _other_years(snapshot: Snapshot, answer: Answer, report: str) -> Iterator[str]:
    """The question with its one year replaced by those that this place's reports are about."""
    named = set(_YEAR.findall(answer.question))
    asked = next(iter(named)) if len(named) == 1 else str(answer.assumed_year or "")
    if not asked or len(named) > 1:
        return
    place = snapshot.report(report).place
    told = {
        year for r in snapshot.reports if r.place == place for year in (*r.years_reviewed, *r.years_planned)
    }
    for year in sorted({*told, *answer.other_years} - {int(asked)}, key=lambda y: (abs(y - int(asked)), -y)):
        if named:
            yield answer.question.replace(asked, str(year))
        elif not re.search(f"{RELATIVE_YEAR}|当年", answer.question):
            yield f"{year}年{answer.question}"

"""What one could ask next, made from what the library holds and kept only where it is answered."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from index import Snapshot
from index.figures import title_of
from qa import Answer, Assistant
from ui.examples import is_answered, question_about, spoken

COUNT = 3
TRIES = 5
"""Questions that are tried, since each costs an answer."""
PATIENCE_S = 2.0
"""Seconds after which no further question is tried: a busy server offers fewer."""
_YEAR = re.compile(r"(?:19|20)\d\d(?=年)")


def next_questions(
    assistant: Assistant, snapshot: Snapshot, answer: Answer, reports: Sequence[str] | None
) -> list[str]:
    """Up to ``COUNT`` questions after ``answer`` that ``reports`` (None: all) answer."""
    if not answer.answered:
        return []
    found: list[str] = []
    begun = time.monotonic()
    for tried, question in enumerate(dict.fromkeys(_candidates(snapshot, answer))):
        if tried == TRIES or len(found) == COUNT or time.monotonic() - begun > PATIENCE_S:
            break
        if question != answer.question and is_answered(assistant, question, reports):
            found.append(question)
    return found


def _candidates(snapshot: Snapshot, answer: Answer) -> Iterator[str]:
    """The same thing over the years and in another year; the target or the result; the section around it."""
    held = {report.id: report for report in snapshot.reports}
    cited = [c for c in answer.citations if c.report in held]
    for label in answer.figures[:1]:
        title = spoken(label.title)
        yield f"{label.place}历年{title}"
        if year := _YEAR.search(label.period):
            other = "实际完成多少" if label.mode == "target" else "目标是多少"
            yield f"{label.place}{int(year[0])}年{title}{other}？"
    if answer.table is None and not answer.figures and cited:
        yield from _same_place_figures(snapshot, cited[0].report, cited[0].start, cited[0].end)
    if cited:
        yield from _other_years(snapshot, answer, cited[0].report)
    for citation in cited[:2]:
        sections = [
            s for s in snapshot.outline(citation.report) if s.start <= citation.start < s.end and s.level
        ]
        if sections and 4 <= len(sections[-1].title) <= 24:
            yield question_about(sections[-1])


def _same_place_figures(snapshot: Snapshot, report: str, start: int, end: int) -> Iterator[str]:
    """The course of a figure that the cited passage states, where its place tells of two years at least."""
    place = snapshot.report(report).place
    stated = [f for f in snapshot.figures_where(reports=[report]) if start <= f.start < end]
    years = snapshot.years_by_place({f.indicator for f in stated})
    for figure in stated:
        if len(years.get(figure.indicator, {}).get(place, ())) > 1:
            yield f"{place}历年{spoken(title_of(figure.indicator, figure.measure))}"
            return


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
        elif not re.search(r"去年|今年|明年|本年|当年", answer.question):
            yield f"{year}年{answer.question}"

"""What the reports at hand cover: years and places, for refusals and for years that were inferred."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index import ReportInfo, Snapshot
from index.text import report_year
from qa.retrieval import RankedSearch
from qa.types import RefusalReason
from qa.understanding import Question, is_place

CLOSE = 1.0
"""How much less a passage of another year may score and still be a reading of the question."""


def selected(snapshot: Snapshot, reports: Collection[str] | None) -> list[ReportInfo]:
    """The reports a question is asked of; raises UnknownReport for an id that is not held."""
    for report in reports or ():
        snapshot.report(report)
    return [info for info in snapshot.reports if reports is None or info.id in reports]


def years_of(report: ReportInfo) -> set[int]:
    """Every year the report reviews or plans, and its own."""
    own = report_year(report)
    return {*report.years_reviewed, *report.years_planned, *([own] if own else [])}


def refusal_reason(
    question: Question, reports: Sequence[ReportInfo], held: Sequence[ReportInfo] = ()
) -> RefusalReason:
    """Why ``reports`` do not answer: they do not say it, or none of them is of the year or place asked.

    ``held`` are all reports of the library: where one of them is, it was only not selected.
    """
    if not _lack(question, reports):
        return "not_covered"
    return "not_selected" if held and not _lack(question, held) else "not_in_library"


def _lack(question: Question, reports: Sequence[ReportInfo]) -> bool:
    """Whether none of ``reports`` is of a year or of a place asked; one that tells no place may be of any."""
    covered = set().union(*map(years_of, reports)) if reports else set()
    asked = {year for sub_question in question.sub_questions for year in sub_question.when.years} | set(
        question.report_years
    )
    if asked and not asked & covered:
        return True
    of_place = (not r.place or is_place(p, r.place) for p in question.places for r in reports)
    return bool(question.places) and not any(of_place)


def assumed_year(found: RankedSearch, snapshot: Snapshot) -> tuple[int | None, tuple[int, ...]]:
    """The year the answer is for where the question did not name it, and the other years it may mean.

    None where the question names its year, or where the year makes no difference.
    """
    one, ranked = found
    best = ranked[0].candidate.passage
    report = snapshot.report(best.report)
    if one.sub_question.when.years:
        return None, ()
    if one.sub_question.when.offset is not None:
        years = one.sub_question.when.years_for(report_year(report))
        return (years[0], tuple(sorted(years_of(report) - set(years)))) if years else (None, ())
    others = {
        r.candidate.passage.years[0]
        for r in ranked[1:]
        if len(r.candidate.passage.years) == 1 and r.score > ranked[0].score - CLOSE
    } - set(best.years)
    return (best.years[0], tuple(sorted(others))) if len(best.years) == 1 and others else (None, ())

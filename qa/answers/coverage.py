"""What the reports at hand cover: years and places, for refusals and for years that were inferred."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index import ReportInfo, Snapshot
from index.text import report_year
from qa.retrieval import Ranked, RankedSearch
from qa.types import RefusalReason
from qa.understanding import Question, is_place

CLOSE = 1.5
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


def of_no_report(years: Collection[int], reports: Sequence[ReportInfo]) -> bool:
    """Whether years are asked for of which none of ``reports`` is."""
    return bool(years) and set().union(*map(years_of, reports)).isdisjoint(years)


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
    asked = {year for sub_question in question.sub_questions for year in sub_question.when.years}
    if of_no_report(asked.union(question.report_years), reports):
        return True
    of_place = (not r.place or is_place(p, r.place) for p in question.places for r in reports)
    return bool(question.places) and not any(of_place)


def assumed_year(
    found: RankedSearch, snapshot: Snapshot, reports: Sequence[ReportInfo]
) -> tuple[int | None, tuple[int, ...]]:
    """The year the answer is for where the question did not name it, and the other years it may mean.

    These are the years of the place's other ``reports``, those asked, and those of passages that score nearly as well. None
    where the question names its year, or where the year makes no difference.
    """
    one, ranked = found
    best = ranked[0].candidate.passage
    report = snapshot.report(best.report)
    if one.sub_question.when.years:
        return None, ()
    if one.sub_question.when.offset is not None:
        years = one.sub_question.when.years_for(report_year(report))
        told = years_of(report).union(
            *(one.sub_question.when.years_for(report_year(i)) for i in reports if i.place == report.place)
        )
        return (years[0], tuple(sorted(told - set(years)))) if years else (None, ())
    beside = {report_year(info) for info in reports if info.place == report.place and info != report}
    close = {
        r.candidate.passage.years[0]
        for r in ranked[1:]
        if len(r.candidate.passage.years) == 1 and r.score > ranked[0].score - CLOSE
    }
    year = best.years[0] if len(best.years) == 1 else report_year(report) if beside else None
    others = {y for y in beside | close if y is not None} - set(best.years) - {year, report_year(report)}
    return (year, tuple(sorted(others))) if year is not None and others else (None, ())


NEAR = 1.0
"""How much less a passage of a newer report may score, saying as much, and still be told instead."""


def newest_first(found: RankedSearch, snapshot: Snapshot) -> RankedSearch:
    """``found`` led by the newest report of the same place that says as much, where no year is asked for."""
    one, ranked = found
    when = one.sub_question.when
    named = (
        when.years or when.offset is not None or when.since or when.plan_years or one.question.report_years
    )
    if not ranked or named:
        return found
    first = ranked[0]
    place = snapshot.report(first.candidate.passage.report).place

    def year(r: Ranked) -> int:
        return report_year(snapshot.report(r.candidate.passage.report)) or 0

    fitting = [
        r
        for r in ranked
        if r.score > first.score - NEAR
        and snapshot.report(r.candidate.passage.report).place == place
        and _says(r) >= _says(first)
        and r.candidate.passage.mode == first.candidate.passage.mode
    ]
    newest = max(fitting, key=lambda r: (year(r), r.score), default=first)
    if newest is first or year(newest) == year(first):
        return found
    return one, [newest, *(r for r in ranked if r is not newest)]


def _says(one: Ranked) -> float:
    """How much of what is looked for the passage's best clause says, with what is asked for."""
    features = one.candidate.clause_features
    return float(features.sum(axis=1).max()) if len(features) else 0.0

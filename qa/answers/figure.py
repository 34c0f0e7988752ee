"""A question for one figure (2025年GDP增长目标是多少), answered from the figures of the reports.

Only where the question surely names an indicator, and one value fits its time, place and measure;
any other question is left to the passages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from index import Figure, ReportInfo, Snapshot
from qa.answers.cells import cite_figure
from qa.answers.composer import compose
from qa.answers.coverage import years_of
from qa.answers.figure_scope import reports_asked
from qa.answers.fitting import best_fit, newest_years
from qa.answers.indicator import figures_named
from qa.answers.labels import label_of
from qa.types import Answer, Citation, FigureLabel
from qa.understanding import FigureQuestion, Question, When, asked_of_figures, whens_of

_MOST_OTHERS = 4
"""Other figures offered beside the one asked; set by hand, so that they stay fewer than a list."""


def answer_figure(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None = None
) -> Answer | None:
    """The figure asked for as its clause, labelled; None for any other question, or where it is not
    certain which figure is meant. Raises UnknownReport."""
    infos, places = reports_asked(snapshot, asked, reports)
    wanted = asked_of_figures(asked, places)
    if wanted is None or len(places) > 1:
        return None
    names, figures = figures_named(snapshot, wanted, infos)
    by_name = {name: [f for f in figures if f.indicator == name] for name in names}
    newest = newest_years(infos.values())
    chosen: list[Figure] = []
    whens = _whens(wanted)
    # Of years beside each other one may tell the level, the other only how much it is to grow.
    ways = [wanted, *([replace(wanted, change=True)] if len(whens) > 1 and wanted.change is None else [])]
    for when in whens:
        fitting = (best_fit(by_name[name], way, when, infos, newest) for way in ways for name in names)
        best = next(filter(None, fitting), None)
        if best is None:
            return None
        chosen.append(best)
    if len({infos[f.report].place for f in chosen}) != 1:
        return None
    of_place = [f for f in figures if infos[f.report].place == infos[chosen[0].report].place]
    told = {f.last_year for f in of_place if f.indicator in names and f.first_year == f.last_year}
    return _answer(snapshot, asked, wanted, chosen, _others(of_place, names, chosen), infos, told)


def _whens(wanted: FigureQuestion) -> tuple[When, ...]:
    """One time for each sub-question, each year of a list of years one of its own."""
    whens = [one.when for one in wanted.question.sub_questions]
    if wanted.span is not None:
        return (wanted.when,)
    if any(when.span for when in whens):
        return ()
    return whens_of(wanted.question)


def _others(figures: Iterable[Figure], names: Sequence[str], chosen: Sequence[Figure]) -> list[Figure]:
    """What else the reports say of the same indicator and year: its growth, its target, its result."""
    said = {(f.measure, f.mode == "target", f.last_year) for f in chosen}
    years = {f.last_year for f in chosen}
    found: list[Figure] = []
    for f in figures:
        kind = (f.measure, f.mode == "target", f.last_year)
        if (
            f.indicator in names[:1]
            and f.last_year in years
            and f.first_year == f.last_year
            and kind not in said
        ):
            said.add(kind)
            found.append(f)
    return found[:_MOST_OTHERS]


def _answer(
    snapshot: Snapshot,
    asked: Question,
    wanted: FigureQuestion,
    chosen: Sequence[Figure],
    others: Sequence[Figure],
    infos: dict[str, ReportInfo],
    told: set[int],
) -> Answer | None:
    """The ``chosen`` figures quoted, the ``others`` named; ``told`` are all years that the place tells it for."""
    citations: list[Citation] = []
    labels: list[FigureLabel] = []
    for figure in (*chosen, *others):
        citation = cite_figure(snapshot, figure)
        if citation is None:
            if figure in chosen:
                return None
            continue
        if citation not in citations:
            citations.append(citation)
        labels.append(label_of(figure, infos[figure.report].place, citations.index(citation) + 1))
    leading = range(len({label.mark for label in labels[: len(chosen)]}))
    when = wanted.when
    assumed = None if when.years else chosen[0].last_year
    other_years = set() if assumed is None else (years_of(infos[chosen[0].report]) | told) - {assumed}
    return Answer(
        question=asked.text,
        answered=True,
        text=compose(citations, leading),
        citations=citations,
        assumed_year=assumed,
        other_years=tuple(sorted(other_years)),
        shape="fact" if len(chosen) == 1 else "compare",
        figures=tuple(labels),
    )

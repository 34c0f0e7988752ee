"""One indicator place by place (各省2025年GDP增长目标, 哪个县最高, 山东和江苏对比) as a table of cited cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index import Figure, ReportInfo, Snapshot
from index.figures import Measure, Row, note_of, shown_measure, signed, title_of
from index.text import report_year
from index.types import SectionMode
from qa.answers.cells import cite_figure
from qa.answers.composer import compose
from qa.answers.coverage import selected, years_of
from qa.answers.figure_scope import is_of, reports_asked
from qa.answers.fitting import best_fit, newest_years
from qa.answers.indicator import figures_named
from qa.types import Answer, Cell, Citation, Table, TableRow
from qa.understanding import (
    FigureQuestion,
    Question,
    When,
    asked_of_figures,
    asks_for_order,
    asks_for_the_least,
    asks_who_leads,
    is_of_level,
    level_asked,
    of_one_place,
    whens_of,
)

MOST_PLACES = 99
"""A mark has two digits."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the places tell: the figures of one kind, by place.

    ``missing`` are the places whose reports of the year do not say it, ``absent`` those without a report
    of it.
    """

    by_place: Mapping[str, Figure]
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    year: int


def answer_ranking(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None = None
) -> Answer | None:
    """The indicator of each place that the question is about, as a table; None for any other question.

    A question for a figure that names no place is about all that tell it. Ranked where that is asked.
    Places whose reports do not say it stand at the end, with a gap.
    None too where no place tells it. Raises UnknownReport.
    """
    level = level_asked(asked.core)
    if level:
        places: tuple[str, ...] = ()
        infos = {info.id: info for info in selected(snapshot, reports) if is_of_level(info.place, level)}
    else:
        infos, places = reports_asked(snapshot, asked, reports)
    infos = {id: info for id, info in infos.items() if info.place}
    of = {info.place for info in infos.values()}
    asks_all = bool(level) or asks_for_order(asked.core)
    several = len(of) > 1 and (asks_all or not places)
    if not (several or len(places) > 1) or not of or len(of) > MOST_PLACES:
        return None
    wanted = asked_of_figures(of_one_place(asked, places))
    if wanted is None:
        return None
    unknown = tuple(p for p in places if not any(is_of(p, info.place) for info in infos.values()))
    whens = whens_of(wanted.question)
    years = {when.years[0] for when in whens if when.years}
    answers = []
    for when in whens if len(years) == len(whens) > 1 else (wanted.when,):
        told = _told(snapshot, replace(wanted, when=when), infos, unknown)
        if told is None or (not asks_all and not places and len(told.by_place) < 2):
            continue
        told = told if asks_all or places else replace(told, missing=(), absent=())
        if (answer := _answer(snapshot, asked, told)) is not None:
            answers.append(answer)
    return _one_table(answers)


def _one_table(answers: Sequence[Answer]) -> Answer | None:
    """The tables of several years as one: those that tell what the first does."""
    if len(answers) < 2:
        return answers[0] if answers else None
    rows: list[TableRow] = []
    citations: list[Citation] = []
    notes: list[str] = []
    title = answers[0].table.title if answers[0].table else ""
    for answer in answers:
        if answer.table is None or answer.table.title != title:
            continue
        rows += [_shifted(row, len(citations)) for row in answer.table.rows]
        notes.append(f"{answer.table.rows[0].year}年{answer.table.note}")
        citations += answer.citations
    if len(citations) > MOST_PLACES:
        return answers[0]
    table = Table(title, tuple(rows), "；".join(notes))
    return replace(answers[0], text=compose(citations), citations=citations, table=table)


def _shifted(row: TableRow, by: int) -> TableRow:
    """``row`` with its marks counted on ``by``."""
    cells = [cell and replace(cell, mark=cell.mark + by) for cell in (row.target, row.actual)]
    return replace(row, target=cells[0], actual=cells[1])


def _told(
    snapshot: Snapshot, wanted: FigureQuestion, infos: Mapping[str, ReportInfo], unknown: tuple[str, ...]
) -> _Told | None:
    """The figures of one indicator, kind and year that most places tell."""
    names, figures = figures_named(snapshot, wanted, infos)
    place_of = {id: info.place for id, info in infos.items()}
    places = list(dict.fromkeys(place_of.values()))
    by_name: dict[str, dict[str, list[Figure]]] = {name: {} for name in names}
    for f in figures:
        by_name[f.indicator].setdefault(place_of[f.report], []).append(f)
    newest = newest_years(infos.values())
    best: _Told | None = None
    for when in _times(wanted, infos):
        for name in names:
            for family in wanted.families:
                told = by_name[name]
                of_family = {
                    place: [f for f in told[place] if f.measure in family]
                    for place in places
                    if place in told
                }
                found = {
                    place: fit
                    for place, own in of_family.items()
                    if (fit := best_fit(own, wanted, when, infos, newest))
                }
                if len(found) > (len(best.by_place) if best else 0):
                    year = when.years[0]
                    covered = {
                        place_of[id] for id, info in infos.items() if _speaks_of(info, year, when.mode)
                    }
                    silent = [place for place in places if place not in found]
                    missing = tuple(place for place in silent if place in covered)
                    absent = tuple(place for place in silent if place not in covered)
                    best = _Told(found, missing, absent + unknown, year)
    return best


def _speaks_of(info: ReportInfo, year: int, mode: SectionMode) -> bool:
    """Whether ``info`` is the report that plans for ``year``, or for results the one that reviews it."""
    own = report_year(info)
    return year in years_of(info) if own is None else year == (own if mode == "target" else own - 1)


def _times(wanted: FigureQuestion, infos: Mapping[str, ReportInfo]) -> list[When]:
    """The one year meant and whether results or targets are: those asked, else the newest first."""
    when = wanted.when
    newest = max(filter(None, map(report_year, infos.values())), default=0)
    years = when.years_for(newest)[:1]
    either: tuple[SectionMode, ...] = ("actual",) if (when.offset or 0) < 0 else ("actual", "target")
    modes: tuple[SectionMode, ...] = (when.mode,) if when.mode else either
    found = []
    for mode in modes:
        for year in years or ((newest, newest - 1) if mode == "target" else (newest - 1, newest - 2)):
            found.append(replace(when, years=(year,), offset=None, mode=mode, strong=True, span=False))
    return found


def _answer(snapshot: Snapshot, asked: Question, told: _Told) -> Answer | None:
    figures = dict(told.by_place)
    ranked = asks_who_leads(asked.core)
    unit = Counter(f.unit for f in figures.values()).most_common(1)[0][0]
    if ranked:
        descending = not asks_for_the_least(asked.core)
        comparable = [place for place in figures if figures[place].unit == unit]
        value = _valued(figures.values())
        comparable.sort(key=lambda place: value(figures[place]), reverse=descending)
        order = [*comparable, *(place for place in figures if place not in comparable)]
    else:
        order = list(figures)
    shown = _shown(figures.values())
    citations: list[Citation] = []
    rows: list[TableRow] = []
    for place in order:
        figure = figures[place]
        citation = cite_figure(snapshot, figure)
        if citation is None:
            return None
        citations.append(citation)
        cell = Cell(figure.said, len(citations), note_of(figure, shown))
        is_target = figure.mode == "target"
        rows.append(TableRow(told.year, cell if is_target else None, None if is_target else cell, place))
    rows += [TableRow(told.year, None, None, place) for place in told.missing]
    indicator = next(iter(figures.values())).indicator
    table = Table(title_of(indicator, shown), tuple(rows), _note(told, unit))
    leading = range(_leaders(figures, order)) if ranked else None
    return Answer(
        asked.text, True, compose(citations, leading), citations,
        assumed_year=None if asked.sub_questions[0].when.years else told.year, shape="table", table=table,
    )  # fmt: skip


def _valued(figures: Iterable[Figure]) -> Callable[[Figure], tuple[float, float]]:
    """What ``figures`` are sorted by: among falls alone (单位能耗下降) the largest is the one that fell most."""
    falls = len({signed(f) < f.value for f in figures if f.value}) == 1

    def value(figure: Figure) -> tuple[float, float]:
        size = figure.value if falls else signed(figure)
        return size, size if figure.high is None else figure.high

    return value


def _leaders(figures: Mapping[str, Figure], order: Sequence[str]) -> int:
    """How many share the first place."""
    value = _valued(figures.values())
    first = value(figures[order[0]])
    return sum(
        value(figures[place]) == first and figures[place].unit == figures[order[0]].unit for place in order
    )


def _note(told: _Told, unit: str) -> str:
    """The extremes among comparable values, and who does not say it."""
    comparable = {place: f for place, f in told.by_place.items() if f.unit == unit}
    said: list[str] = []
    value = _valued(comparable.values())
    if len(comparable) > 1:
        for word, choose in (("最高", max), ("最低", min)):
            extreme = choose(map(value, comparable.values()))
            at: dict[str, list[str]] = {}
            for place, f in comparable.items():
                if value(f) == extreme:
                    at.setdefault(f.said, []).append(place)
            said.append(f"{word}：" + "、".join(f"{'、'.join(of)}（{text}）" for text, of in at.items()))
    if told.missing:
        said.append(f"没有写明：{'、'.join(told.missing)}")
    if told.absent:
        said.append(f"未收录该年报告：{'、'.join(told.absent)}")
    return "；".join(said)


def _shown(figures: Iterable[Figure]) -> Measure:
    """What a title over these figures names: falls only where all are falls."""
    return shown_measure([Row(f.last_year, None, f) for f in figures])

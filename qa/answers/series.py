"""A figure's course over the years (历年GDP增长目标) as a table of cited cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index import Figure, Snapshot
from index.figures import (
    LEVELS,
    Row,
    courses,
    filled,
    normalize_indicator,
    note_of,
    shown_measure,
    title_of,
    years_told,
)
from qa.answers.cells import cite_figure
from qa.answers.composer import compose
from qa.answers.coverage import selected
from qa.answers.figure_scope import about_place, nation_first, real_places
from qa.types import Answer, Cell, Citation, Table, TableRow
from qa.understanding import Question, is_nation, official_wording

MOST_PLACES = 3
"""Places whose courses are set side by side; set by hand: a table of more is too wide for a phone."""
MOST_CELLS = 90
"""A mark has two digits."""
_SPARE = re.compile(
    r"增长率|增长速度|增长幅度|增长|增速|增幅|涨幅|降幅|上涨|下降|总量|总额|规模|水平|人数|数量|数|额|值|率|量|比例|幅度|"
    r"全年|年度|人|年"
)
"""增长率; not 粮食."""
_ECONOMY = re.compile("^(?:国民)?经济(?=增|$)")
"""经济增长; not 经济作物."""
_AT_ONCE = re.compile("年均|平均|累计|一共|总共|合计|共计?")
"""2016到2020年一共; not 2016到2020年的."""
_CLOSE = 0.7
"""The share of a name's characters that its abbreviation keeps; set by hand."""


def answer_series(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None = None
) -> Answer | None:
    """The answer to a question for a figure's course over years; None for any other question.

    None too where the reports asked have figures of it for fewer than two years. Raises UnknownReport.
    """
    course = _course(asked)
    if course is None:
        return None
    asked = replace(asked, places=real_places(asked.places, snapshot))
    infos = list(selected(snapshot, reports))
    scope = {
        info.id: info.place
        for info in (infos if asked.places else nation_first(infos, asked.core))
        if about_place(asked.places, info.place, asked.core)
    }
    indicator = _indicator(asked, snapshot, scope)
    if indicator is None:
        return None
    telling = {scope[report] for report in snapshot.reports_telling(indicator) if report in scope}
    if not asked.places and (nation := {place for place in telling if is_nation(place)}):
        telling = nation
    if len(telling) > MOST_PLACES:
        return None
    figures: dict[str, list[Figure]] = {place: [] for place in scope.values() if place in telling}
    scope = {report: place for report, place in scope.items() if place in telling}
    whole = (asked.time.years[0], asked.time.years[-1]) if asked.time.years and not asked.over_years else None
    for figure in snapshot.figures_where([indicator], reports=scope):
        if (figure.first_year, figure.last_year) == whole:
            return None  # what is told of all these years at once
        figures[scope[figure.report]].append(figure)
    given = snapshot.report_years()
    told = {place: course.rows(of_place, given) for place, of_place in figures.items()}
    told = {place: rows for place, rows in told.items() if years_told(rows) >= 2}
    cells = sum(filled(row) for rows in told.values() for row in rows)
    if not told or cells > MOST_CELLS:
        return None
    return _answer(snapshot, asked, indicator, told)


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class _Course:
    """The years asked for (``years``, the ``last`` so many, or ``since`` one; else all), and which cells."""

    years: tuple[int, ...] = ()
    last: int = 0
    since: int = 0
    growth: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)

    def rows(self, figures: Sequence[Figure], given: Mapping[str, int]) -> list[Row]:
        """The rows of one place's ``figures``, from reports ``given`` in a year; empty where there are none."""
        found = self._measured(figures, given)
        if self.years:
            by_year = {row.year: row for row in found}
            return [by_year.get(year, Row(year, None, None)) for year in self.years] if found else []
        told = [i for i, row in enumerate(found) if filled(row)]
        found = found[told[0] : told[-1] + 1] if told else []
        return [row for row in found if row.year >= self.since][-self.last :]

    def _measured(self, figures: Sequence[Figure], given: Mapping[str, int]) -> list[Row]:
        """The course most told of, of a level unless growth is asked."""
        told = {m: list(map(self._shown, rows)) for m, rows in courses(figures, given).items()}
        enough = {m: rows for m, rows in told.items() if years_told(rows) >= 2}
        fitting = [rows for m, rows in enough.items() if (m in LEVELS) != self.growth]
        return max(fitting or enough.values(), key=years_told, default=[])

    def _shown(self, row: Row) -> Row:
        target = None if "target" in self.hidden else row.target
        return Row(row.year, target, None if "actual" in self.hidden else row.actual)


def _course(asked: Question) -> _Course | None:
    """What the question wants of a course; None where it is no question for one."""
    time = asked.time
    if not asked.over_years and (not time.span or asked.shape == "list" or _AT_ONCE.search(asked.core)):
        return None
    hidden = {"target": {"actual"}, "actual": {"target"}}.get(time.mode if time.strong else "", set())
    return _Course(
        years=() if time.since else time.years or time.plan_years,
        last=time.last,
        since=time.since,
        growth=asked.growth,
        hidden=frozenset(hidden),
    )


def _indicator(asked: Question, snapshot: Snapshot, reports: Collection[str]) -> str | None:
    """The indicator the question names, of those that ``reports`` tell for two years at least."""
    topic = asked.topic
    for spelled in dict.fromkeys((topic, _ECONOMY.sub("生产总值", topic), official_wording(topic))):
        name = normalize_indicator(spelled)
        if years := snapshot.indicator_years([name], reports=reports).get(name):
            return name if len(years) > 1 else None
        wanted = normalize_indicator(_SPARE.sub("", spelled))
        # Either way of being meant leaves the letters in their order.
        near = [*snapshot.indicator_names(in_order=wanted), *snapshot.indicator_names(in_order=spelled)]
        meant = [n for n in near if wanted in (n, _SPARE.sub("", n)) or _abridges(spelled, n)]
        told = snapshot.indicator_years(meant, reports=reports) if meant else {}
        known = [n for n in meant if len(told.get(n, ())) > 1]
        if known:
            return max(known, key=lambda n: len(told[n]))
    return None


def _abridges(short: str, name: str) -> bool:
    """``short`` is ``name`` with little left out: 高速铁路里程, 高速铁路运营里程."""
    letters = iter(name)
    return len(short) >= max(4, _CLOSE * len(name)) and all(letter in letters for letter in short)


# ---------------------------------------------------------------- what the reports tell


def _answer(snapshot: Snapshot, asked: Question, indicator: str, told: Mapping[str, Sequence[Row]]) -> Answer:
    citations: list[Citation] = []

    def cell(figure: Figure | None) -> Cell | None:
        if figure is None or (citation := cite_figure(snapshot, figure)) is None:
            return None
        citations.append(citation)
        return Cell(figure.said, len(citations), note_of(figure, shown))

    shown = shown_measure([row for rows in told.values() for row in rows])
    several = len(told) > 1
    rows = tuple(
        TableRow(row.year, cell(row.target), cell(row.actual), place if several else "")
        for place, rows in told.items()
        for row in rows
    )
    table = Table(title_of(indicator, shown), rows)
    return Answer(asked.text, True, compose(citations), citations, shape="table", table=table)

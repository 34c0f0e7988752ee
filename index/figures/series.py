"""Figures as rows: lined up over the years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeVar

from index.figures.types import Figure, Measure, Mode

_FAMILY: dict[str, Measure] = {
    "decline": "growth",
    "fall": "rise",
    "average_decline": "average_growth",
    "count": "amount",
}
_DOWN = ("decline", "fall", "average_decline")


CHANGES: Mapping[Measure, str] = {
    "growth": "增长",
    "decline": "下降",
    "rise": "提高",
    "fall": "降低",
    "average_amount": "年均",
    "average_growth": "年均增长",
    "average_decline": "年均下降",
    "rank": "位次",
}
"""What stands behind an indicator's name where the figure is not its level."""
CHANGE: Mapping[Measure, Measure] = {
    "decline": "growth",
    "fall": "rise",
    "average_decline": "average_growth",
}
"""In a table of ups and downs the title names the ups, a note each down."""

LEVELS: tuple[Measure, ...] = ("amount", "count", "share")


RowMode = Literal["target", "actual"]
"""The modes that a row of a course sets beside each other."""
Cell = tuple[int, RowMode]
"""A year, and which of its row's two figures."""


class Stated(Protocol):
    """What of a figure tells where in a course it stands."""

    @property
    def report(self) -> str: ...
    @property
    def measure(self) -> Measure: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def first_year(self) -> int: ...
    @property
    def last_year(self) -> int: ...
    @property
    def months(self) -> str: ...


class FigureKey(NamedTuple):
    """A figure of an indicator as far as ``cells`` needs it: read from an index alone."""

    report: str
    measure: Measure
    mode: Mode
    first_year: int
    last_year: int
    months: str


AnyFigure = TypeVar("AnyFigure", bound=Stated)


@dataclass(frozen=True, slots=True)
class Row:
    """One year of a series: the target its report set and the result the next report states."""

    year: int
    target: Figure | None
    actual: Figure | None


def signed(figure: Figure) -> float:
    """The value as a change reads it: a decline or fall is negative."""
    return -figure.value if figure.measure in _DOWN else figure.value


def report_years(figures: Iterable[Figure]) -> dict[str, int]:
    """The year each report was given in, as its figures tell: the one most of its targets are for."""
    targets: dict[str, Counter[int]] = {}
    results: dict[str, int] = {}
    for f in figures:
        if f.first_year != f.last_year:
            continue
        if f.mode == "target":
            targets.setdefault(f.report, Counter())[f.first_year] += 1
        elif f.mode == "actual":
            results[f.report] = max(results.get(f.report, 0), f.first_year)
    return {
        report: targets[report].most_common(1)[0][0] if report in targets else results[report] + 1
        for report in {*targets, *results}
    }


def _family(measure: Measure) -> Measure:
    return _FAMILY.get(measure, measure)


def _cell(figure: Stated, given: Mapping[str, int]) -> Cell | None:
    """The cell of a course that ``figure`` may fill: of one whole year, its target, or a result told after it."""
    year = figure.first_year
    if year != figure.last_year or figure.months or figure.mode == "cumulative":
        return None
    if figure.mode == "target":
        return year, "target"
    return (year, "actual") if given.get(figure.report, year + 1) > year else None


def _by_family(
    figures: Iterable[AnyFigure], given: Mapping[str, int]
) -> dict[Measure, dict[Cell, list[AnyFigure]]]:
    """The figures that may fill each cell, by what is measured."""
    found: dict[Measure, dict[Cell, list[AnyFigure]]] = {}
    for f in figures:
        if cell := _cell(f, given):
            found.setdefault(_family(f.measure), {}).setdefault(cell, []).append(f)
    return found


def cells(
    figures: Sequence[AnyFigure], given: Mapping[str, int]
) -> dict[Measure, dict[Cell, list[AnyFigure]]]:
    """The figures that may fill each cell of a course, by what is measured, ups and downs as one, the fullest first.

    ``figures`` are those of one indicator in one place's reports, ``given`` the years these were given in, as
    ``report_years`` finds them.
    """
    measures = dict.fromkeys(CHANGE.get(f.measure, f.measure) for f in figures)
    by_family = _by_family(figures, given)
    found = {measure: by_family.get(_family(measure), {}) for measure in measures}
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def courses(figures: Sequence[Figure], given: Mapping[str, int]) -> dict[Measure, list[Row]]:
    """The years of an indicator by what is measured, the fullest first; ``figures`` and ``given`` are as ``cells``
    takes them."""
    return {measure: _rows(own, given) for measure, own in cells(figures, given).items()}


def course(figures: Iterable[Figure], measure: Measure, given: Mapping[str, int]) -> list[Row]:
    """The one of ``courses`` in which ``measure`` is told."""
    return _rows(_by_family(figures, given).get(_family(measure), {}), given)


def _rows(own: Mapping[Cell, Sequence[Figure]], given: Mapping[str, int]) -> list[Row]:
    """The years from the first to the last that has a figure, without a hole.

    The target of a year comes from the report given nearest to it, the result from the first report after it;
    either is None where no report says it.
    """
    years = [year for year, _ in own]
    every = range(min(years), max(years) + 1) if years else ()
    return [
        Row(
            year,
            min(
                own.get((year, "target"), ()),
                key=lambda f: abs(given.get(f.report, f.first_year) - f.first_year),
                default=None,
            ),
            min(
                own.get((year, "actual"), ()),
                key=lambda f: (given.get(f.report, f.first_year + 1), f.mode == "expected"),
                default=None,
            ),
        )
        for year in every
    ]


def years_told(rows: Sequence[Row]) -> int:
    """How many years have a figure at all."""
    return sum(filled(row) > 0 for row in rows)


def title_of(indicator: str, measure: Measure) -> str:
    """``生产总值`` for its level, ``生产总值·增长`` for its growth."""
    return f"{indicator}·{CHANGES[measure]}" if measure in CHANGES else indicator


def filled(row: Row) -> int:
    """How many of the row's two cells have a figure."""
    return (row.target is not None) + (row.actual is not None)


def _figures(rows: Sequence[Row]) -> Iterator[Figure]:
    return (f for row in rows for f in (row.target, row.actual) if f is not None)


def shown_measure(rows: Sequence[Row]) -> Measure:
    """What the title of a table with ``rows`` names: falls only where all are falls."""
    measures = {figure.measure for figure in _figures(rows)}
    return measures.pop() if len(measures) == 1 else CHANGE.get(min(measures), min(measures))


def note_of(figure: Figure, shown: Measure) -> str:
    """What a cell needs to be told beside its figure, in a table that shows ``shown``."""
    expected = "预计" if figure.mode == "expected" else ""
    return expected + (CHANGES.get(figure.measure, "") if figure.measure != shown else "")

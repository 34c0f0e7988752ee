"""Figures as rows: filtered, and lined up over the years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.figures.names import normalize_indicator
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


@dataclass(frozen=True, slots=True)
class Row:
    """One year of a series: the target its report set and the result the next report states."""

    year: int
    target: Figure | None
    actual: Figure | None


def select(
    figures: Iterable[Figure],
    name: str | None = None,
    report: str | None = None,
    year: int | None = None,
    mode: Mode | None = None,
) -> list[Figure]:
    """The figures that match all of what is given, in their order.

    ``name`` is an indicator under any of its names; where none is called so, every indicator whose
    name holds it. ``year`` keeps figures of that one year, with ``mode="cumulative"`` the spans that
    hold it.
    """
    found = [
        f
        for f in figures
        if (report is None or f.report == report)
        and (mode is None or f.mode == mode)
        and (year is None or _covers(f, year, mode))
    ]
    if name is None:
        return found
    wanted = normalize_indicator(name)
    return [f for f in found if f.indicator == wanted] or [f for f in found if wanted in f.indicator]


def _covers(figure: Figure, year: int, mode: Mode | None) -> bool:
    if mode == "cumulative":
        return figure.first_year <= year <= figure.last_year
    return figure.first_year == figure.last_year == year


def signed(figure: Figure) -> float:
    """The value as a change reads it: a decline or fall is negative."""
    return -figure.value if figure.measure in _DOWN else figure.value


def series(
    figures: Iterable[Figure],
    indicator: str,
    measure: Measure | None = None,
    given: Mapping[str, int] | None = None,
) -> list[Row]:
    """The years of ``indicator``, ascending and without a hole, each with its target and its result.

    ``figures`` should be those of one place's reports. The target of a year comes from the report
    given in it, the result from the first report after it; either is None where no report says it.
    ``given`` is what ``report_years`` finds of those reports, to be named where ``figures`` are not all of
    theirs.
    Without ``measure`` the one with the most targets (then the most results) is taken, growth and
    decline counting as one; only whole years count.
    """
    figures = list(figures)
    given = report_years(figures) if given is None else given
    yearly = _yearly(figures, indicator)
    chosen = _family(measure) if measure else _usual_measure(yearly)
    return _rows([f for f in yearly if _family(f.measure) == chosen], given)


def _yearly(figures: Iterable[Figure], indicator: str) -> list[Figure]:
    """The figures of ``indicator`` that are of one whole year."""
    wanted = normalize_indicator(indicator)
    return [
        f
        for f in figures
        if f.indicator == wanted and f.first_year == f.last_year and not f.months and f.mode != "cumulative"
    ]


def _rows(yearly: Sequence[Figure], given: Mapping[str, int]) -> list[Row]:
    """A row for each year from the first to the last of ``yearly``, figures of one kind of measure."""
    by_year: dict[int, list[Figure]] = {}
    for f in yearly:
        by_year.setdefault(f.first_year, []).append(f)
    years = range(min(by_year), max(by_year) + 1) if by_year else ()
    every = ((year, by_year.get(year, ())) for year in years)
    return [Row(year, _target(own, year, given), _result(own, year, given)) for year, own in every]


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


def _usual_measure(figures: Sequence[Figure]) -> Measure | None:
    count: Counter[Measure] = Counter()
    for f in figures:
        count[_family(f.measure)] += 1000 if f.mode == "target" else 1
    return count.most_common(1)[0][0] if count else None


def _target(figures: Sequence[Figure], year: int, given: Mapping[str, int]) -> Figure | None:
    """Of the figures of ``year`` its target: from the report given nearest to it."""
    found = [f for f in figures if f.mode == "target"]
    return min(found, key=lambda f: abs(given.get(f.report, year) - year), default=None)


def _result(figures: Sequence[Figure], year: int, given: Mapping[str, int]) -> Figure | None:
    """Of the figures of ``year`` its result: from the first report given after it."""
    found = [f for f in figures if f.mode in ("actual", "expected") and given.get(f.report, year + 1) > year]
    return min(found, key=lambda f: (given.get(f.report, year + 1), f.mode == "expected"), default=None)


def courses(
    figures: Sequence[Figure], indicator: str, given: Mapping[str, int] | None = None
) -> dict[Measure, list[Row]]:
    """The years of ``indicator`` by what is measured, ups and downs as one, the fullest first.

    ``figures`` are those of one place's reports; ``given`` is as ``series`` takes it.
    """
    measures = dict.fromkeys(CHANGE.get(f.measure, f.measure) for f in figures if f.indicator == indicator)
    given = report_years(figures) if given is None else given
    by_family: dict[Measure, list[Figure]] = {}
    for f in _yearly(figures, indicator):
        by_family.setdefault(_family(f.measure), []).append(f)
    found = {measure: _rows(by_family.get(_family(measure), ()), given) for measure in measures}
    return dict(sorted(found.items(), key=lambda item: -sum(map(filled, item[1]))))


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

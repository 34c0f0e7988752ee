"""One indicator over all places of a year: a sorted table, each value a link to its clause, and its chart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index import Figure, Snapshot
from index.figures import FigureKey, Measure, Row, RowMode, cells, course, shown_measure, signed, title_of
from index.text import report_year
from ui.messages import MODES

View = tuple[int, RowMode]
"""A year, and whether its targets or its results are shown."""
LEAST = 2
"""Places that make a comparison."""
MOST_VIEWS = 30
"""Views that the page offers, the newest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place with its figure of the year, and the one of the year before."""

    place: str
    figure: Figure
    former: Figure | None


@dataclass(frozen=True, slots=True)
class AcrossPlaces:
    """The places that tell an indicator for one year, the highest first; ``silent`` have a report and do not."""

    title: str
    indicator: str
    view: View
    views: tuple[View, ...]
    measure: Measure
    measures: tuple[Measure, ...]
    entries: tuple[Entry, ...]
    silent: tuple[str, ...]


def key_of(view: View) -> str:
    """``2025-target``: a view as the page names it."""
    return f"{view[0]}-{view[1]}"


def across_places(
    snapshot: Snapshot, indicator: str, view: str = "", measure: str = "", filters: tuple[str, str] = ("", "")
) -> AcrossPlaces | None:
    """``indicator`` over the places; None where fewer than two tell it for one year.

    Without ``view`` the one that fits ``filters``, a year and a mode, and that most places tell; ``measure`` is
    taken where that many tell it.
    """
    told = _told(snapshot, indicator)
    count = {at: max(map(len, by_measure.values())) for at, by_measure in told.items()}
    views = sorted((at for at in count if count[at] >= LEAST), key=lambda at: (-at[0], at[1] != "target"))
    if not views:
        return None
    year, mode = filters
    fitting = [at for at in views if year in ("", str(at[0])) and mode in ("", at[1])] or views
    chosen = next((at for at in views if key_of(at) == view), None) or max(fitting, key=lambda at: count[at])
    by_measure = told[chosen]
    measures = sorted(
        (m for m in by_measure if len(by_measure[m]) >= LEAST), key=lambda m: -len(by_measure[m])
    )
    taken = next((m for m in measures if m == measure), measures[0])
    entries = _sorted(_entries(snapshot, indicator, chosen, taken, by_measure[taken]))
    shown = shown_measure([Row(chosen[0], None, entry.figure) for entry in entries])
    covered = _covered(snapshot, chosen)
    return AcrossPlaces(
        title_of(indicator, shown),
        indicator,
        chosen,
        tuple(views[:MOST_VIEWS]),
        taken,
        tuple(measures),
        tuple(entries),
        tuple(place for place in covered if place not in by_measure[taken]),
    )


def _told(snapshot: Snapshot, indicator: str) -> dict[View, dict[Measure, list[str]]]:
    """The places that tell of each year, by what is measured."""
    places = {info.id: info.place for info in snapshot.reports if info.place}
    by_place: dict[str, list[FigureKey]] = defaultdict(list)
    for key in snapshot.figure_keys(indicator):
        if key.report in places:
            by_place[places[key.report]].append(key)
    given = snapshot.report_years()
    told: dict[View, dict[Measure, list[str]]] = defaultdict(lambda: defaultdict(list))
    for place, keys in by_place.items():
        for measure, filled in cells(keys, given).items():
            for cell in filled:
                told[cell][measure].append(place)
    return told


def _entries(
    snapshot: Snapshot, indicator: str, view: View, measure: Measure, places: Collection[str]
) -> list[Entry]:
    """The figures of ``places`` for the year, and for the one before."""
    year, mode = view
    by_place: dict[str, list[Figure]] = {place: [] for place in places}
    for f in snapshot.figures_where([indicator], years=[year - 1, year]):
        if (place := snapshot.report(f.report).place) in by_place:
            by_place[place].append(f)
    given = snapshot.report_years()
    entries = []
    for place, figures in by_place.items():
        rows = {row.year: row for row in course(figures, measure, given)}
        figure, former = (getattr(rows.get(at), mode, None) for at in (year, year - 1))
        if figure is not None:
            entries.append(Entry(place, figure, former))
    return entries


def _sorted(entries: Sequence[Entry]) -> list[Entry]:
    """The highest first; those in another unit than most are not comparable and stand behind."""
    unit = Counter(entry.figure.unit for entry in entries).most_common(1)[0][0]

    def order(entry: Entry) -> tuple[bool, float, float]:
        f = entry.figure
        return f.unit != unit, -signed(f), -(signed(f) if f.high is None else f.high)

    return sorted(entries, key=order)


def _covered(snapshot: Snapshot, view: View) -> Collection[str]:
    """The places with a report that plans for the year, or reviews it."""
    year, mode = view
    given = year if mode == "target" else year + 1
    return dict.fromkeys(
        info.place
        for info in snapshot.reports
        if info.place
        and report_year(info) == given
        and year in (info.years_planned if mode == "target" else info.years_reviewed)
    )


def choices_of(views: Sequence[View]) -> list[tuple[str, str]]:
    """What the page offers: ``2025-target`` and 各地 2025年目标."""
    return [(key_of(at), f"各地 {at[0]}年{MODES[at[1]]}") for at in views]

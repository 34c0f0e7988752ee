"""The figures of the reports for people: the list, one indicator's course, CSV and plain text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index import Figure, Library, Snapshot, WenbaoError
from index.figures import (
    CHANGES,
    Measure,
    Mode,
    Row,
    courses,
    note_of,
    shown_measure,
    title_of,
    years_told,
)
from ui.across_places import AcrossPlaces, across_places, choices_of, key_of
from ui.chart import chart, places_chart, starts_at_zero
from ui.messages import MODES, half_width_digits, report_label, show
from ui.viewer import place_link

Json = dict[str, Any]
MEASURES: Mapping[Measure, str] = {"amount": "总量", "count": "数量", "share": "比重", **CHANGES}
ROWS = 200
"""Rows that the page lists; the rest is in the download."""
NAMES = 300
"""Indicators that the search box offers."""
COMMONEST = 20
"""So many of the most told indicators are candidates for the course shown before one is named."""
COLUMNS = (
    "指标", "报告用名", "类型", "时期", "起始年", "截止年", "原文", "数值", "上限", "单位", "限定", "原句",
    "报告编号", "报告", "章节", "页",
)  # fmt: skip


def mode_named(word: str) -> Mode:
    """The kind of figure called ``word`` (目标, target…); raises WenbaoError."""
    for mode, name in MODES.items():
        if word in (mode, name):
            return mode
    raise WenbaoError(f"没有“{word}”这种类型，可以用 {'、'.join(MODES.values())}。")


# ---------------------------------------------------------------- as text


def to_csv(figures: Iterable[Figure], snapshot: Snapshot) -> str:
    """CSV with a heading; for Excel it must be saved as UTF-8 with a byte order mark."""
    labels = {info.id: report_label(info) for info in snapshot.reports}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for f in figures:
        clause = snapshot.text(f.report)[f.start : f.end].replace("\n", "")
        values = (
            title_of(f.indicator, f.measure), f.name, MODES[f.mode], f.period, f.first_year, f.last_year,
            f.said, f"{f.value:.12g}", "" if f.high is None else f"{f.high:.12g}", f.unit, f.qualifier,
            clause, f.report, labels[f.report], " › ".join(f.section), "" if f.page is None else f.page,
        )  # fmt: skip
        writer.writerow(map(_harmless, values))
    return file.getvalue()


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    risky = isinstance(value, str) and re.match(r"[=@\t\r]|[+\-](?![\d.]+[%％]?$)", value)
    return f"'{value}" if risky else value


def to_text(figures: Sequence[Figure], snapshot: Snapshot) -> str:
    """Aligned columns for a terminal."""
    from rich.cells import cell_len

    labels = _labels(figures, snapshot)
    rows = [("指标", "时期", "类型", "数值", "报告", "页")]
    rows += [
        (
            title_of(f.indicator, f.measure), f.period, MODES[f.mode], f.said, labels[f.report],
            "" if f.page is None else str(f.page),
        )
        for f in figures
    ]  # fmt: skip
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def skipped(snapshot: Snapshot, report: str | None = None) -> int:
    """How many figures were left out as unsure, of one report or of all; raises UnknownReport."""
    reports = [info.id for info in snapshot.reports] if report is None else [report]
    return sum(map(snapshot.skipped_figures, reports))


# ---------------------------------------------------------------- as a page


@dataclass(frozen=True, slots=True)
class Course:
    """One indicator's course at one place, and what else could be chosen."""

    title: str
    indicator: str
    place: str
    measure: Measure
    places: tuple[str, ...]
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]


class Indicators:
    """What the tab 指标 asks of the server; each function takes and returns one JSON object."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def functions(self) -> list[Callable[[Json], Json]]:
        """What the page calls."""
        return [self.figures, self.choices, self.course, self.figures_csv]

    def figures(self, data: Json) -> Json:
        """The list: ``name``, ``report``, ``year`` and ``mode`` filter it, empty ones do not."""
        snapshot = self.library.snapshot()
        report = str(data.get("report") or "") or None
        filters = _filters(snapshot, data)
        found = snapshot.figures_where(**filters, limit=ROWS)
        return {
            "rows": _rows_html(found, snapshot),
            "total": snapshot.count_figures(**filters),
            "shown": len(found),
            "skipped": skipped(snapshot, report),
        }

    def choices(self, _data: Json) -> Json:
        """What can be searched and filtered: indicators, the most told first, and years, the last first."""
        snapshot = self.library.snapshot()
        return {
            "names": snapshot.indicator_names()[:NAMES],
            "years": snapshot.figure_years(),
            "modes": MODES,
        }

    def course(self, data: Json) -> Json:
        """One indicator over the years of a place, or with a ``view`` over the places of a year, as a table.

        ``course`` is None where neither two years nor two places tell of it.
        """
        course = self._course(data)
        across = self._across(data, course)
        views = [("", "历年")] if course else []
        views += choices_of(across.views) if across else []
        if across and (course is None or data.get("view")):
            shown = {
                "view": key_of(across.view),
                "title": across.title,
                "name": across.indicator,
                "place": course.place if course else "",
                "places": [],
                "measure": across.measure,
                "measures": {measure: MEASURES[measure] for measure in across.measures},
                "table": _across_html(across),
                "note": f"没有写明：{'、'.join(across.silent)}。" if across.silent else "",
            }
        elif course:
            shown = {
                "view": "",
                "title": course.title,
                "name": course.indicator,
                "place": course.place,
                "places": course.places,
                "measure": course.measure,
                "measures": {measure: MEASURES[measure] for measure in course.measures},
                "table": _course_html(course),
                "note": _course_note(course, str(data.get("year") or "")),
            }
        else:
            return {"course": None}
        return {"course": {**shown, "views": views}}

    def figures_csv(self, data: Json) -> Json:
        """All figures of the list as CSV."""
        snapshot = self.library.snapshot()
        return {"csv": to_csv(snapshot.figures_where(**_filters(snapshot, data)), snapshot)}

    def chart(self, data: Json) -> Json | None:
        """The Vega-Lite specification of what ``course`` tells."""
        course = self._course(data)
        across = self._across(data, course) if course is None or data.get("view") else None
        if across:
            return places_chart(across, _link)
        return chart(course.title, course.measure, course.rows, _link) if course else None

    def _across(self, data: Json, course: Course | None) -> AcrossPlaces | None:
        snapshot = self.library.snapshot()
        if data.get("report"):
            return None
        name, view, measure, year, mode = (
            str(data.get(key) or "").strip() for key in ("name", "view", "measure", "year", "mode")
        )
        best = course.indicator if course else ""
        if not best:
            names = snapshot.indicators_called(name) if name else snapshot.indicator_names()[:COMMONEST]
            told = snapshot.count_years(names)
            best = max(filter(told.get, names), key=lambda n: len(told[n]), default="")
        return across_places(snapshot, best, view, measure, (year, mode)) if best else None

    def _course(self, data: Json) -> Course | None:
        snapshot = self.library.snapshot()
        name = str(data.get("name") or "").strip()
        report, mode = str(data.get("report") or ""), str(data.get("mode") or "")
        reports = [snapshot.report(report).id] if report else None
        named = snapshot.indicators_of(reports) if reports else snapshot.indicator_names()
        names = snapshot.indicators_called(name) if name else named[:COMMONEST]
        indicator, places = _most_told(snapshot, names)
        if reports:
            places = [place for place in places if place == snapshot.report(report).place]
        if not places:
            return None
        place = str(data.get("place", ""))
        place = place if place in places else places[0]
        kind = mode_named(mode) if mode else None
        told = snapshot.figures_where([indicator], places=[place], reports=reports, mode=kind)
        found = courses(told, snapshot.report_years())
        found = {measure: rows for measure, rows in found.items() if years_told(rows) >= 2}
        if not found:
            return None
        measure = next((m for m in found if m == data.get("measure")), next(iter(found)))
        title = title_of(indicator, shown_measure(found[measure]))
        return Course(title, indicator, place, measure, tuple(places), tuple(found), tuple(found[measure]))


def _filters(snapshot: Snapshot, data: Json) -> dict[str, Any]:
    """What the list is limited to, as ``figures_where`` takes it; raises UnknownReport, WenbaoError."""
    name, report, year, mode = (str(data.get(key) or "") for key in ("name", "report", "year", "mode"))
    filters: dict[str, Any] = {
        "reports": [snapshot.report(report).id] if report else None,
        "years": [int(year)] if year.isdecimal() else None,
        "mode": mode_named(mode) if mode else None,
    }
    if name.strip():
        filters["indicators"] = snapshot.indicators_called(name.strip(), **filters)
    return filters


def _most_told(snapshot: Snapshot, names: Sequence[str]) -> tuple[str, list[str]]:
    """Of ``names`` the one told for most years, and the places that tell it for two years at least."""
    years = snapshot.count_years(names)
    best = max((name for name in names if name in years), key=lambda n: max(years[n].values()), default="")
    told = years.get(best, {})
    places = dict.fromkeys(info.place for info in snapshot.reports if told.get(info.place, 0) > 1)
    return best, sorted(places, key=lambda place: -told[place])


def _rows_html(figures: Sequence[Figure], snapshot: Snapshot) -> str:
    labels = _labels(figures, snapshot)
    return "".join(_row_html(f, labels[f.report]) for f in figures)


def _labels(figures: Iterable[Figure], snapshot: Snapshot) -> dict[str, str]:
    """The labels of the reports that ``figures`` are of."""
    return {report: report_label(snapshot.report(report)) for report in {f.report for f in figures}}


def _row_html(f: Figure, label: str) -> str:
    page = "" if f.page is None else f"第 {f.page} 页"
    return (
        f'<tr><td class="what"><button type="button" class="plain" data-figure="{show(f.indicator)}">'
        f"{show(title_of(f.indicator, f.measure))}</button></td>"
        f'<td class="when">{show(f.period)}</td><td class="mode-cell"><span class="mode {f.mode}">{MODES[f.mode]}</span></td>'
        f'<td class="value">{_value_html(f)}</td>'
        f'<td class="where-from">{show(label)}</td><td class="page">{page}</td></tr>'
    )


def _value_html(f: Figure | None, shown: Measure | None = None) -> str:
    """The figure as written, a link to its clause; a dash where nobody states one."""
    if f is None:
        return '<span class="gap" title="报告没有写明">—</span>'
    note = note_of(f, shown) if shown else ""
    said = f'<span class="note">{note}</span>' if note else ""
    return f'{said}<a href="{_link(f)}">{show(half_width_digits(f.said))}</a>'


def _link(f: Figure) -> str:
    return place_link(f.report, f.start, f.end, ((0, f.end - f.start),))


def _course_note(course: Course, year: str) -> str:
    """What has to be known to read the chart: where its axis begins, which filter it does not follow."""
    notes = []
    if not starts_at_zero(course.measure, course.rows):
        notes.append("图的纵轴不从零开始。")
    if year:
        notes.append("走势列出所有年份，不按年份筛选。")
    return "".join(notes)


def _across_html(across: AcrossPlaces) -> str:
    year, mode = across.view
    former = any(entry.former for entry in across.entries)
    names = ("地点", f"{year}年{MODES[mode]}", *((f"{year - 1}年{MODES[mode]}",) if former else ()))
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    shown = shown_measure([Row(year, None, entry.figure) for entry in across.entries])
    rows = [(e.place, e.figure, e.former) for e in across.entries] + [(p, None, None) for p in across.silent]
    told = "".join(
        f'<tr><th scope="row"><button type="button" class="plain" data-place="{show(place)}">{show(place)}</button></th>'
        f"<td>{_value_html(figure, shown)}</td>{f'<td>{_value_html(old, shown)}</td>' if former else ''}</tr>"
        for place, figure, old in rows
    )
    return f"<thead><tr>{head}</tr></thead><tbody>{told}</tbody>"


def _course_html(course: Course) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("年份", "目标", "实绩"))
    shown = shown_measure(course.rows)
    rows = "".join(
        f'<tr><th scope="row">{row.year}</th><td>{_value_html(row.target, shown)}</td>'
        f"<td>{_value_html(row.actual, shown)}</td></tr>"
        for row in course.rows
    )
    return f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"

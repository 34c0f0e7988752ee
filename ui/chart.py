"""An indicator's course as a Vega-Lite chart, which Gradio's plot draws: targets beside results.

The colours are the page's own CSS variables, so that the chart follows light and dark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from index import Figure
from index.figures import Measure, Row, note_of, signed
from ui.across_places import AcrossPlaces
from ui.messages import MODES

Json = dict[str, Any]
_COLORS = {MODES["target"]: "var(--goal)", MODES["actual"]: "var(--done)"}
BARS: tuple[Measure, ...] = ("amount", "count", "average_amount")
"""Levels are bars from zero; rates and shares are lines."""
FEW = 3
"""Years up to which a line would show too little."""
_SCALES = {"万亿": 1e12, "亿": 1e8, "万": 1e4, "千": 1e3, "": 1.0}
_SAME = {"斤": ("吨", 1 / 2000), "公斤": ("吨", 1 / 1000), "千克": ("吨", 1 / 1000), "千米": ("公里", 1.0)}
_BESIDE: Json = {"xOffset": {"field": "mode", "scale": {"domain": list(_COLORS)}}}
_EMBEDDED: Json = {"embedOptions": {"actions": False, "renderer": "svg", "loader": {"target": "_self"}}}
_TOLD: Json = {"filter": "datum.low != null"}
_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def chart(title: str, measure: Measure, rows: Sequence[Row], link: Callable[[Figure], str]) -> Json:
    """The specification; ``link`` gives the address of a figure's clause. A gap stays a gap."""
    told = [f for row in rows for f in (row.target, row.actual) if f is not None]
    unit, factor = _unit(told)
    points = [
        _point(row.year, mode, f, measure, factor, link)
        for row in rows
        for mode, f in zip(_COLORS, (row.target, row.actual), strict=True)
    ]
    bars = starts_at_zero(measure, rows)
    return {
        "usermeta": _EMBEDDED,
        "description": f"{title}：目标与实绩，{rows[0].year}—{rows[-1].year}年；下面的表格内容相同",
        "width": "container",
        "height": 240,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": points},
        "encoding": _encoding([str(row.year) for row in rows], unit, bars),
        "layer": [*(_bars() if bars else _lines()), *([_range(bars)] if any(f.high for f in told) else [])],
        "config": _config(),
    }


def places_chart(across: AcrossPlaces, link: Callable[[Figure], str]) -> Json:
    """The places of one year as bars from zero, in the order of the table."""
    mode = MODES[across.view[1]]
    shown = [(entry.place, entry.figure) for entry in across.entries]
    unit, factor = _unit([f for _, f in shown])
    points = [_point(across.view[0], mode, f, across.measure, factor, link) for _, f in shown]
    for (place, _), point in zip(shown, points, strict=True):
        point["place"] = place
        if "said" in point:
            point["label"] = f"{place} {point['said']}"
    spec = _encoding([], unit, bars=True)
    spec["y"] = {
        "field": "place",
        "type": "nominal",
        "title": None,
        "sort": None,
        "axis": {"labelLimit": 140, "grid": False},
    }
    spec["x"] = {
        "field": "low",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": True, "nice": True},
        "axis": {"tickCount": 5, "grid": True},
    }
    spec["tooltip"][0] = {"field": "place", "title": "地点"}
    spec["color"]["scale"] = {"domain": [mode], "range": [_COLORS[mode]]}
    spec["color"]["legend"]["symbolOpacity"] = 1
    ranges: list[Json] = []
    if any(f.high for _, f in shown):
        ranges = [
            {
                "transform": [_TOLD, {"filter": "datum.high != datum.low"}],
                "mark": {"type": "bar", "opacity": 0.4},
                "encoding": {"x2": {"field": "high"}},
            }
        ]
    return {
        "usermeta": _EMBEDDED,
        "description": f"{across.title}：各地{across.view[0]}年{mode}，从高到低；旁边的表格内容相同",
        "width": "container",
        "height": {"step": 26},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": points},
        "encoding": spec,
        "layer": [{"transform": [_TOLD], "mark": {"type": "bar", "cornerRadiusEnd": 2}}, *ranges],
        "config": _config(),
    }


def starts_at_zero(measure: Measure, rows: Sequence[Row]) -> bool:
    """Whether the figures are drawn as bars, from zero; lines show differences, on an axis cut to them."""
    return measure in BARS or len(rows) <= FEW


def _unit(told: Sequence[Figure]) -> tuple[str, Callable[[Figure], float | None]]:
    """The unit of the axis, and how a figure is read in it (None: it is in a unit of another kind)."""
    bases = [_base(f.unit) for f in told]
    base = Counter(name for name, _ in bases).most_common(1)[0][0]
    largest = max(f.value * scale for f, (name, scale) in zip(told, bases, strict=True) if name == base)
    prefix = next((p for p, size in _SCALES.items() if largest >= size and p != "千"), "")

    def factor(f: Figure) -> float | None:
        name, scale = _base(f.unit)
        return scale / _SCALES[prefix] if name == base else None

    return prefix + base, factor


def _base(unit: str) -> tuple[str, float]:
    """``万亿斤`` → 吨 and what one of it is in them."""
    prefix = re.match("(?:万亿|亿|万|千(?![米克瓦]))?", unit)
    name = unit[len(prefix[0]) :] if prefix else unit
    scale = _SCALES[prefix[0] if prefix else ""]
    name, same = _SAME.get(name, (name, 1.0))
    return name, scale * same


def _point(
    year: int,
    mode: str,
    f: Figure | None,
    measure: Measure,
    factor: Callable[[Figure], float | None],
    link: Callable[[Figure], str],
) -> Json:
    """One mark; without a figure (or a comparable one) its value is null."""
    times = factor(f) if f else None
    if f is None or times is None:
        return {"year": str(year), "mode": mode, "low": None, "high": None}
    sign = -1 if signed(f) < 0 < f.value else 1
    said = note_of(f, measure) + f.said
    return {
        "year": str(year),
        "mode": mode,
        "low": sign * f.value * times,
        "high": sign * (f.value if f.high is None else f.high) * times,
        "said": said,
        "label": f"{year}年{mode} {said}",
        "href": link(f),
    }


def _encoding(years: Sequence[str], unit: str, bars: bool) -> Json:
    colors = {"domain": list(_COLORS), "range": list(_COLORS.values())}
    return {
        "x": {
            "field": "year",
            "type": "ordinal",
            "title": None,
            "scale": {"domain": years},
            "axis": {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 8},
        },
        "y": {
            "field": "low",
            "type": "quantitative",
            "title": None,
            "scale": {"zero": bars, "nice": True},
            "axis": {"tickCount": 5},
        },
        "color": {
            "field": "mode",
            "type": "nominal",
            "scale": colors,
            "legend": {"orient": "top", "title": f"单位：{unit}" if unit else None, "titleOrient": "left"},
        },
        "tooltip": [
            {"field": "year", "title": "年份"},
            {"field": "mode", "title": "类型"},
            {"field": "said", "title": "原文"},
        ],
        "href": {"field": "href"},
        "description": {"field": "label"},
    }


def _bars() -> list[Json]:
    return [
        {
            "transform": [_TOLD],
            "mark": {"type": "bar", "cornerRadiusEnd": 2},
            "encoding": _BESIDE,
        }
    ]


def _lines() -> list[Json]:
    """Lines broken at gaps, a dot for every figure."""
    dash = {"condition": {"test": "datum.mode == '目标'", "value": [5, 4]}, "value": [1, 0]}
    shape = {
        "field": "mode",
        "scale": {"domain": list(_COLORS), "range": ["diamond", "circle"]},
        "legend": None,
    }
    return [
        {
            "mark": {"type": "line", "strokeWidth": 2, "invalid": "break-paths-filter-domains"},
            "encoding": {"strokeDash": dash},
        },
        {
            "transform": [_TOLD],
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {"shape": shape},
        },
    ]


def _range(bars: bool) -> Json:
    """What lies between the ends of a range (6%—6.5%)."""
    return {
        "transform": [_TOLD, {"filter": "datum.high != datum.low"}],
        "mark": {"type": "bar", "opacity": 0.4}
        if bars
        else {"type": "rule", "strokeWidth": 6, "opacity": 0.4},
        "encoding": {"y2": {"field": "high"}, **(_BESIDE if bars else {})},
    }


def _config() -> Json:
    soft = {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "labelFontSize": 12,
        "titleFontSize": 12,
    }
    return {
        "background": "transparent",
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {
            **soft,
            "aria": False,
            "gridColor": "var(--line)",
            "domainColor": "var(--line)",
            "tickColor": "var(--line)",
        },
        "axisX": {"grid": False},
        "legend": {
            **soft,
            "aria": False,
            "titleFontWeight": "normal",
            "titlePadding": 16,
            "labelFontSize": 13,
            "symbolSize": 90,
        },
    }

"""What is read out of a clause: one figure, and all figures of a report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Mode = Literal["actual", "expected", "target", "cumulative"]
"""``actual``: the result of one year or less, ``expected`` where the report says 预计, ``target``, or
``cumulative``: a result over several years."""

Measure = Literal[
    "amount",
    "count",
    "share",
    "growth",
    "decline",
    "rise",
    "fall",
    "average_amount",
    "average_growth",
    "average_decline",
    "rank",
]
"""``amount`` and ``count`` are levels in a unit of measure or in pieces, ``share`` a level in %;
``growth`` and ``decline`` are rates in %, ``rise`` and ``fall`` are differences (个百分点, 亿元…);
``average_…`` are per year over several years; ``rank`` is a place in a ranking."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one report; every field is a plain column but ``section``.

    ``indicator`` is the name under which figures of all reports line up, ``name`` the name as this
    report has it. The period is the years ``first_year`` to ``last_year``, both included (equal for one
    year), or the part of one year said in ``months`` (``1-11月``, ``上半年``). ``value`` is in ``unit``,
    ``high`` the upper end of a range; a decline or fall is positive. ``qualifier`` is as written
    (``以上``, ``左右``…), for a rank it is the field ranked in (``全市``). ``written`` is the figure as
    written, ``text[value_start:value_end]``; ``text[start:end]`` the clauses that state it, or the row of a
    table up to the value. Of a table's cell ``heading_unit`` is the unit that stands in its headings and not
    beside it (empty where there is none), of prose it is None; a cell's change may be below zero. The report's
    ``title`` and the ``page`` of the value are the library's to fill in.
    """

    report: str
    indicator: str
    name: str
    measure: Measure
    mode: Mode
    first_year: int
    last_year: int
    months: str
    value: float
    high: float | None
    unit: str
    qualifier: str
    written: str
    start: int
    end: int
    value_start: int
    value_end: int
    section: tuple[str, ...]
    title: str = ""
    page: int | None = None
    heading_unit: str | None = None

    @property
    def period(self) -> str:
        """``2024年``, ``2024年1-11月`` or ``2016—2020年``."""
        if self.first_year != self.last_year:
            return f"{self.first_year}—{self.last_year}年"
        return f"{self.first_year}年{self.months}"

    @property
    def said(self) -> str:
        """The figure as written, with the unit that its headings give: 62.1 below 产量（万辆） is 62.1万辆."""
        return self.written + (self.heading_unit or "")

    @property
    def in_table(self) -> bool:
        """Whether it is a cell of a table."""
        return self.heading_unit is not None

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict, the period included."""
        return {**asdict(self), "period": self.period}


@dataclass(frozen=True, slots=True)
class Extraction:
    """The figures of a report in the order of its text; ``skipped`` counts those left out as unsure."""

    figures: tuple[Figure, ...]
    skipped: int

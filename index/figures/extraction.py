"""The figures of a report, sentence by sentence.

A figure is kept only where its name, measure and period are all said by the text; otherwise it is
left out and counted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from index.figures import period_cues as periods
from index.figures.names import normalize_indicator
from index.figures.period_cues import Cue, Period
from index.figures.quantities import is_counted
from index.figures.reading import Reader, StatedFigure
from index.figures.subjects import Subjects
from index.figures.tables import PART, TableReader
from index.figures.timing import Timing
from index.figures.types import Extraction, Figure
from index.text import CIRCLED_ITEM, find_times, half_width, sentence_spans, wider_scopes
from index.types import Section

_COMMA = re.compile(r",(?!\d)|(?<!\d),")
"""No part of a number: ``增长6.5%,财政``; not ``1,200``."""
_COLON = re.compile(r":(?!\d)")
"""``主要预期目标:经济增长6%``; not ``1:3``."""
_NOTE_MARK = re.compile(rf"(?<=[一-鿿”])(?:\[\d{{1,3}}\]|{CIRCLED_ITEM})(?=[一-鿿\d“])")
"""A mark that leads to a note: 研发投入强度②达到, 增长[3]6.2%; not the first of ：①就业；②教育."""
_LONGEST_SENTENCE = 3000
"""Characters; what is longer is no prose (a table without line ends, a damaged file)."""
_AT_HEAD = 12
"""Characters from a sentence's beginning in which its head says of when it speaks: 过去一年，; 在刚刚过去的2025年，."""


_ACCOUNTS = re.compile("(?:部门|单位)[^，。]{0,4}[预决]算")
"""A department's own money: 2025年区级部门预算, 单位决算; not 2025年预算执行情况."""


def own_body(title: str, issuer: str, place: str) -> str:
    """The department whose own figures a report tells (人民政府办公室); empty for a report of the whole place."""
    return issuer.replace(place, "") if place and _ACCOUNTS.search(title) else ""


@dataclass(slots=True)
class _State:
    """What earlier sentences said of the time of those that follow."""

    chapter: tuple[str, ...] = ()
    part: Period | None = None
    """In a chapter on several years, the one that it has come to: 刚刚过去的2025年，是“十四五”收官之年。"""
    announced: Period | None = None
    paragraph: Period | None = None
    doubtful: bool = False


@dataclass(slots=True)
class _Walk:
    """One pass over a report; ``text`` is its half-width form, ``source`` the text as it is."""

    text: str
    source: str
    sections: Sequence[Section]
    report: str
    year: int | None
    starts: list[int]
    wider: tuple[str, ...] = ()
    body: str = ""
    state: _State = field(default_factory=_State)
    figures: list[Figure] = field(default_factory=list)
    skipped: int = 0

    def section_at(self, offset: int) -> Section | None:
        """The deepest section that holds ``offset``."""
        index = bisect_right(self.starts, offset) - 1
        while index >= 0 and not self.sections[index].start <= offset < self.sections[index].end:
            index -= 1
        return self.sections[index] if index >= 0 else None

    def around(self, offset: int) -> tuple[Period | None, tuple[str, ...]]:
        """The period that the section at ``offset`` is about, and its path."""
        section = self.section_at(offset)
        return periods.section_period(section), section.path if section else ()


def extract(
    text: str,
    sections: Sequence[Section],
    report: str,
    report_year: int | None,
    table_rows: Collection[int] = (),
    place: str = "",
    body: str = "",
) -> Extraction:
    """The figures of the clean text ``text`` of ``report``, given in ``report_year``; raises nothing.

    ``sections`` tell the period where a clause does not; without them and without ``report_year`` only
    what a clause dates itself is found. At ``table_rows`` begin the rows of tables, in a report of ``place``,
    or of a department there, its ``body``, whose figures are then its own and not the place's.
    """
    ordered = sorted(sections, key=lambda s: (s.start, s.level))
    plain, starts = _punctuated(half_width(text)), [s.start for s in ordered]
    walk = _Walk(plain, text, ordered, report, report_year, starts, wider_scopes(place), body)
    tables = TableReader(text, table_rows, report, report_year, place, walk.around)
    taken = tables.read()
    start = 0
    for paragraph in walk.text.split("\n"):
        walk.state.paragraph, walk.state.doubtful = None, False
        for first, last in sentence_spans(walk.text, start, start + len(paragraph)):
            if last - first <= _LONGEST_SENTENCE and start not in taken:
                _sentence(walk, first, last)
        start += len(paragraph) + 1
    figures = sorted([*walk.figures, *tables.found], key=lambda f: f.value_start) if taken else walk.figures
    return Extraction(tuple(figures), walk.skipped + tables.skipped)


def _punctuated(text: str) -> str:
    """``text`` with the half-width marks of careless typing (``增长6.5%;财政``) made the Chinese ones, and
    blanks for the marks of notes; same length."""
    blank = _NOTE_MARK.sub(lambda mark: " " * len(mark[0]), text)
    return _COLON.sub("：", _COMMA.sub("，", blank.replace(";", "；")))


def _sentence(walk: _Walk, start: int, end: int) -> None:
    sentence, section, state = walk.text[start:end], walk.section_at(start), walk.state
    chapter = section.path[:1] if section else ()
    if chapter != state.chapter:
        state.chapter, state.announced, state.part = chapter, None, None
    base = periods.section_period(section)
    if state.part and base and base.first < base.last:
        base = state.part
    announced = periods.announced(sentence, walk.year)
    if announced and not (base and base.mode != "target" and announced.mode == "target"):
        state.announced, state.paragraph, state.doubtful = announced, None, False
    around = state.paragraph or state.announced or base
    cues = periods.find_cues(sentence, walk.year)
    reader = Reader(Timing(sentence, cues, around, state.doubtful, walk.year), Subjects(sentence), walk.wider)
    reader.read()
    path = section.path if section else ()
    walk.figures.extend(_figure(found, walk, start, path) for found in reader.found)
    walk.skipped += reader.skipped
    _remember(walk, sentence, cues, around)
    if section is not None and (start == 0 or walk.text[start - 1] == "\n"):
        _turn(walk, sentence, cues, section)


_PAST_YEAR = re.compile("过去的?一年|一年来|刚刚过去")
"""刚刚过去的2025年; not 过去五年."""


def _turn(walk: _Walk, sentence: str, cues: Sequence[Cue], section: Section) -> None:
    """Let a paragraph that opens on last year turn a chapter on several years to it, until one turns it back.

    It does where the chapter's heading names that year too (“十四五”时期和2025年工作回顾) or the paragraph opens
    刚刚过去的2025年; a year named in passing is its paragraph's alone.
    """
    cue = next((c for c in cues if c.opens and c.start < _AT_HEAD and c.years), None)
    if cue is None or cue.years is None or walk.year is None:
        return
    last_year = (walk.year - 1, walk.year - 1)
    if cue.years[0] < cue.years[1]:
        walk.state.part = None
    elif cue.years == last_year:
        named = last_year in {
            time.bounds(walk.year) for time in find_times(section.path[0] if section.path else "")
        }
        if named or _PAST_YEAR.search(sentence[: cue.end + 2]):
            walk.state.part, walk.state.announced = Period(*last_year, "actual"), None


def _remember(walk: _Walk, sentence: str, cues: Sequence[Cue], around: Period | None) -> None:
    """Let the head of a sentence date the rest of its paragraph, where it clearly does."""
    cue = next((c for c in cues if c.opens and c.start < _AT_HEAD and c.years), None)
    if cue is None or cue.years is None or walk.year is None:
        return
    planning = around is not None and around.mode == "target"
    said = _PAST_YEAR.search(sentence[: cue.end + 2])
    last_year = cue.years == (walk.year - 1, walk.year - 1)
    if cue.years[0] < cue.years[1] or said or (last_year and around is None):
        walk.state.paragraph, walk.state.doubtful = periods.period_of(cue, around, walk.year), False
    elif cue.years == (walk.year, walk.year):
        walk.state.doubtful = False
        if planning or around is None:
            walk.state.paragraph = Period(walk.year, walk.year, "target")
    elif planning and cue.years[1] < walk.year:
        walk.state.doubtful = True


def _figure(found: StatedFigure, walk: _Walk, offset: int, path: tuple[str, ...]) -> Figure:
    quantity, measure, period = found.quantity, found.measure, found.period
    value, high, unit = quantity.value, quantity.high, quantity.unit
    if unit == "倍" and measure in ("growth", "average_growth"):
        value, high, unit = value * 100, high and high * 100, "%"
    indicator = normalize_indicator(found.name)
    if indicator == "经济" and measure in ("growth", "average_growth"):
        indicator = "生产总值"
    if walk.body:
        indicator = f"{walk.body}{PART}{indicator}"
    start, first, last = offset + found.start, offset + quantity.opens, offset + quantity.end
    while walk.source[start].isspace():
        start += 1
    return Figure(
        report=walk.report,
        indicator=indicator,
        name=found.name,
        measure="count" if measure == "amount" and is_counted(unit) else measure,
        mode=period.mode,
        first_year=period.first,
        last_year=period.last,
        months=period.months,
        value=value,
        high=high,
        unit=unit,
        qualifier=quantity.qualifier,
        written=walk.source[first:last],
        start=start,
        end=offset + found.end,
        value_start=first,
        value_end=last,
        section=path,
    )

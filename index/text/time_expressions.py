"""When: the expressions of time in Chinese official prose, and the years they mean.

Every room asks here: headings (the years of a section), figures (the period of a number) and questions. What
they do with an expression that stands in a comparison, or with the words around it, is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from index.text.numerals import HAN_COUNT, HAN_DIGITS, HAN_NUMERAL, HAN_POWERS, arabic_years, to_int

Years = tuple[int, ...]

YEAR = r"(?:19|20)\d\d"
"""A calendar year in digits, as a regular expression: 2024; not 1864."""
SHORT_YEAR = r"(?:19|20)?\d\d"
"""A year with its century or without, where 年 follows: 2024年, 24年."""
RANGE_MARKS = "-—–－−~～至到"
"""What stands between the ends of a range, as the inside of a character class: 2021—2025年, 5%至6%."""
PART_OF_YEAR = rf"\d{{1,2}}\ *[{RANGE_MARKS}]\ *\d{{1,2}}\ *月份?|前三季度|[上下]半年|[一二三四1-4]季度|前[\d{HAN_NUMERAL}]+个?月"
"""Some months of a year, as a regular expression: 1—6月, 上半年, 前三季度, 前5个月; not 6月."""
PLAN = f"十[{HAN_DIGITS}]?五"
"""The name of a five-year plan from the tenth on, as a question has it, quoted or not: 十五, 十四五, 十五五; not 五五."""
YEAR_COUNT = rf"(?:[{HAN_COUNT}]{{1,3}}|\d{{1,2}})"
"""A number of years: 五, 十五, 20."""

# 去年, 一年来, 上年; not 第一年来, 上年均, 基础上年
RELATIVE_YEARS: tuple[tuple[int, str], ...] = (
    (-3, "大前年"),
    (-2, "前年"),
    (-1, "(?:刚刚)?过去的?一年|去年|旧年|上一年(?!级)|(?<!基础)(?<!以)上年(?!均)|(?<!第)一年(?:来|(?=工作))"),
    (0, "新的?一年|今年|本年度?"),
    (1, "下一年|明年|来年"),
)
"""How a year is named from where the report stands: its distance from the report's year, the words."""
RELATIVE_YEAR = "|".join(words for _, words in RELATIVE_YEARS)

_PLAN = (
    # “十四五”, in quotes whatever follows; “九五” only as a plan: 九五折, “八五”普法 are none.
    f'[“"‘「『](?:第?(?P<quoted>十[{HAN_DIGITS}]?)五)[”"’」』](?!普法)'
    '|[“"‘「『](?P<early>[六七八九])五[”"’」』](?=计划|规划|时期|期间|末|以来)'
    # 十四五规划; not 十四五个, 二十四五岁, 十五五六.
    f"|(?<![{HAN_NUMERAL}百千第\\d])(?P<bare>十[{HAN_DIGITS}])五"
    f"(?![{HAN_NUMERAL}{HAN_POWERS}年个分条项大点件家名位人户里公亩米吨岁天次种类处座所%])"
    # 十五规划; not 十五年.
    f"|(?<![{HAN_NUMERAL}百千第\\d])(?P<tenth>十)五(?=规划|计划|时期|期间|以来)"
    # 第十四个五年规划
    f"|第(?P<nth>十[{HAN_DIGITS}]?)个五年(?=规划|计划)"
)
# “十四五”收官, 十四五后三年; not 十四五期间，收官
_PLAN_PART = (
    "(?:(?:规划|计划|时期|期间)?的?(?:(?P<plan_first>开局|头一年|第一年|起步之年)|(?P<plan_last>收官|期?末|最后一年|结束)"
    f"|(?P<plan_half>前|后)(?P<plan_count>{YEAR_COUNT})年))?"
)
_TIME = re.compile(
    # 2021—2023年, 2013到2017, 2021-23年; not 2000-2020公里
    rf"(?<!\d)(?P<from>{YEAR})\s*年?\s*(?:[{RANGE_MARKS}]|——)\s*"
    rf"(?:(?P<to>{YEAR})(?![\d.%])|(?P<to_short>\d\d)(?=\s*年))(?:\s*年|(?=[^\d]|$)(?![亿万千个元户人件家亩吨公]))"
    # 2013年起的五年, 从2013年算起的五年
    rf"|(?<!\d)(?P<since>{YEAR})年?(?:算起|开始|起)(?:的|用)?(?P<since_count>{YEAR_COUNT})年"
    # 2024年, and the first of 2024、2025年; not 2024亿元
    rf"|(?<!\d)(?P<year>{YEAR})(?:\s*年|(?=\s*[、和与及]\s*{YEAR}\s*年))"
    rf"|(?:{_PLAN}){_PLAN_PART}"
    + "".join(
        f"|(?P<relative{i}>{'(?<!大)' if words == '前年' else ''}(?:{words}))"
        for i, (_, words) in enumerate(RELATIVE_YEARS)
    )
    # 过去五年, 近三年来, 五年来, 本届政府五年; not 前年, 前一年, 第五年来
    + rf"|(?:过去|最近|近|这|前(?!一年))的?(?P<past>{YEAR_COUNT})个?年(?:来|间|里|以来)?"
    rf"|(?<![{HAN_NUMERAL}第\d])(?P<past_bare>{YEAR_COUNT})年(?:来|间|(?=工作回顾|回顾))"
    rf"|本届政府(?:五年来?)?|上届政府五年来?"
    # 今后五年, 未来三年, 接下来两年
    rf"|(?:今后|未来|接下来|下一个)的?(?P<coming>{YEAR_COUNT})年"
)
"""2024年, “十四五”, 去年, 过去五年; not 2024亿元, 第五年来."""

_PLAN_TAIL = re.compile("期间|时期|以来|规划|计划")
"""期间; not 年底."""
_YEAR_TAIL = re.compile("年?[底末初]|度")
"""年底, 末, 度; not 中."""

Kind = Literal["year", "range", "plan", "relative", "past", "coming"]


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An expression of time at ``[start, end)``: the years ``first`` to ``last``, both included.

    They are calendar years for a ``year``, a ``range`` and a five-year ``plan``; counted from the report's
    own year for a ``relative`` one (去年: -1), the ``past`` years (过去五年: -5 to -1) and ``coming`` ones.
    ``part``: it is a year or more of a plan, not the whole (“十四五”收官).
    """

    start: int
    end: int
    kind: Kind
    first: int
    last: int
    part: bool = False

    @property
    def is_calendar(self) -> bool:
        """Whether it says its years whatever report it stands in."""
        return self.kind in ("year", "range", "plan")

    def bounds(self, report_year: int | None) -> tuple[int, int] | None:
        """Its first and last year in a report of ``report_year``; None where only that would tell."""
        if self.is_calendar:
            return self.first, self.last
        return None if report_year is None else (report_year + self.first, report_year + self.last)

    def years(self, report_year: int | None) -> Years:
        """All its years, ascending; none where only ``report_year`` would tell."""
        bounds = self.bounds(report_year)
        return tuple(range(bounds[0], bounds[1] + 1)) if bounds else ()


def find_times(text: str) -> list[TimeExpression]:
    """The expressions of time in ``text`` (half-width digits), in order, none overlapping another."""
    return list(_found(arabic_years(text)))


def _found(text: str) -> Iterator[TimeExpression]:
    for match in _TIME.finditer(text):
        kind, first, last = _meaning(match)
        if last < first:  # no stretch of years: 2024至2020年
            first, last = last, first
        part = bool(match["plan_first"] or match["plan_last"] or match["plan_count"])
        yield TimeExpression(match.start(), match.end(), kind, first, last, part)


def _meaning(match: re.Match[str]) -> tuple[Kind, int, int]:
    if match["year"]:
        return "year", int(match["year"]), int(match["year"])
    if match["from"]:
        first = int(match["from"])
        return "range", first, int(match["to"] or f"{match['from'][:2]}{match['to_short']}")
    if match["since"]:
        return "range", int(match["since"]), int(match["since"]) + _count(match["since_count"]) - 1
    if plan := match["quoted"] or match["early"] or match["bare"] or match["tenth"] or match["nth"]:
        return "plan", *_plan_part(match, *plan_years(plan))
    for i, (offset, _) in enumerate(RELATIVE_YEARS):
        if match[f"relative{i}"]:
            return "relative", offset, offset
    if match["coming"]:
        return "coming", 0, _count(match["coming"]) - 1
    return "past", -_count(match["past"] or match["past_bare"] or "五"), -1


def _plan_part(match: re.Match[str], first: int, last: int) -> tuple[int, int]:
    """The years of a plan that are meant: its first, its last, the first or last so many, or all."""
    count = min(_count(match["plan_count"] or "五"), 5)
    if match["plan_first"]:
        return first, first
    if match["plan_last"]:
        return last, last
    return (last - count + 1, last) if match["plan_half"] == "后" else (first, first + count - 1)


def _count(numeral: str) -> int:
    return max(to_int(numeral) or 1, 1)


def plan_years(numeral: str) -> tuple[int, int]:
    """The first and the last year of a five-year plan: 十四 → (2021, 2025), 十五 → (2026, 2030)."""
    first = 1951 + 5 * (to_int(numeral) or 0)  # the tenth began in 2001
    return first, first + 4


def years_in(text: str, report_year: int | None) -> Years:
    """The years ``text`` names, ascending; relative ones (去年, 过去五年) count from ``report_year``."""
    return tuple(sorted({year for time in find_times(text) for year in time.years(report_year)}))


def calendar_years(text: str) -> frozenset[int]:
    """The years ``text`` names in digits, those of a range included; no plan, nothing relative."""
    if "年" not in text:
        return frozenset()
    return frozenset(y for t in find_times(text) if t.kind in ("year", "range") for y in t.years(None))


def without_times(text: str) -> str:
    """``text`` without its expressions of time; 规划 and 期间 go with their plan, 底 with its year."""
    kept, at = [], 0
    for time in find_times(text):
        kept.append(text[at : time.start])
        tail = (_PLAN_TAIL if time.kind == "plan" else _YEAR_TAIL).match(text, time.end)
        at = tail.end() if tail else time.end
    return "".join(kept) + text[at:]


_TWO_DIGITS = re.compile(
    # 09年, 98-02年, 16、17年; not 近20年, 12年来, 30年内
    rf"(?<![\d.近过去这了达共每满第用])(?:([09]\d|[12]\d)(\s*(?:[{RANGE_MARKS}]|[、和与及])\s*))?([09]\d|[12]\d)(?=年(?![来内以多间前后级]|制(?!造)))"
)
"""09年, 98-02年; not 近20年, 12年来."""


def full_years(text: str) -> str:
    """``text`` with two-digit years written out: 09年 → 2009年; for questions, since 12年 in prose is a length."""
    return _TWO_DIGITS.sub(
        lambda match: (_century(match[1]) + match[2] if match[1] else "") + _century(match[3]),
        arabic_years(text, sound=False),
    )


def _century(two: str) -> str:
    return ("19" if two > "49" else "20") + two


class Dated(Protocol):
    """What tells the year of a report: ``Metadata`` and ``ReportInfo`` do."""

    @property
    def date(self) -> str: ...

    @property
    def years_reviewed(self) -> Years: ...

    @property
    def years_planned(self) -> Years: ...


def report_year(report: Dated) -> int | None:
    """The year the report was given in: its date's, the first it plans for, or the one after those it reviews.

    A plan for 2023 to 2027 that bears no date was given in 2023. None when nothing tells.
    """
    if report.date[:4].isdigit():
        return int(report.date[:4])
    if report.years_planned:
        return min(report.years_planned)
    return max(report.years_reviewed) + 1 if report.years_reviewed else None

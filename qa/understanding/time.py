"""The time a question is about: calendar years, years relative to a report, results or targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.types import SectionMode

_YEAR = r"(?:19[4-9]\d|20[0-9]\d)"
_FIVE_YEARS = {"十五": 2001, "十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026}
_OFFSETS = [
    (r"大前年", -3),
    (r"(?<!大)前年", -2),
    (r"去年|上一?年(?!度?级)|过去(?:的)?一年|旧年", -1),
    (r"今年|本年|这一年|新的?一年|年内(?!生)|本年度", 0),
    (r"明年|来年|下一年", 1),
]
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_SMALL = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_RANGE = re.compile(rf"({_YEAR})年?(?:到|至|—|–|-|~|～)({_YEAR})年?")
_FROM = re.compile(rf"({_YEAR})年?(?:起|算起|开始)的?([两二三四五六七八九十]|\d+)年")
_EXACT = re.compile(rf"(?<!\d)({_YEAR})(?![\d.%]|[多余]?[亿万个元户人件家亩吨])")
_SHORT = re.compile(r"(?<![\d近过去这了达共每满第])(0\d|1\d|2\d|9\d)年(?![来内以多间前后])")
_SPELLED = re.compile(r"[一二][九〇零][〇零一二三四五六七八九]{2}(?=年)")
_NEXT = re.compile(r"下一年|次年|转年|第二年")
_PERIOD = re.compile(
    r"[“\"](十[一二三四]?五)[”\"](收官|末|最后一年|开局|头一年)?|(?<!二)(十[一二三四]五)(?:期间|时期|规划)(收官|末|最后一年|开局|头一年)?"
)
_IN_REPORT = re.compile(rf"({_YEAR})年(?:度)?的?(?:这份|那份)?(?:政府)?(?:工作)?报告")

TIME = re.compile(
    rf"(?:{_YEAR}|(?<!\d)\d\d)年(?:度)?(?:底|末|初)?|大?前年|去年|上一?年|今年|本年度?|明年|来年|"
    r"过去的?一年|新的?一年"
)
"""A time as a question names it."""

_NEGATED = re.compile(r"(?:不是|不要|不算|而非|并非|别给?我?)(?:目标|计划|预期|预算|实际)\w{0,2}")
_STRONG_PLAN = re.compile(r"目标|计划|打算|预期|指标|年初预算|拟|力争|争取|准备")
_STRONG_REVIEW = re.compile(r"实际|实绩|完成数|最终|结果|最后|完成了|已经落实|实现了|办成")
_PLAN = re.compile(
    r"安排|未来|今后|接下来|下一步|往后|(?<![我主重需只])要(?![求点的闻])|想(?![问知查核])|定[的在]|还会|将|预算"
)
_REVIEW = re.compile(r"完成|实现|已|达到|到账|截至|目前|现在|预计|取得|落地|了(?![解])")


@dataclass(frozen=True, slots=True)
class When:
    """Calendar ``years``, or an ``offset`` to each report's own year; and results or targets.

    ``strong`` tells a mode said in so many words (目标, 实际) from one a particle hints at.
    """

    years: tuple[int, ...] = ()
    offset: int | None = None
    mode: SectionMode = ""
    strong: bool = False
    span: bool = False

    def years_for(self, report_year: int | None) -> tuple[int, ...]:
        """The years meant when asked of a report of ``report_year``; empty when none is."""
        if self.years or self.offset is None or report_year is None:
            return self.years
        return (report_year + self.offset,)

    def widens(self, other: When) -> bool:
        """The same time, but with no word on results or targets where ``other`` has one."""
        return (self.years, self.offset) == (other.years, other.offset) and not self.mode and bool(other.mode)

    def each(self) -> Iterator[When]:
        """One moment a year named; a span stays one."""
        if self.span or len(self.years) < 2:
            yield self
        else:
            yield from (replace(self, years=(year,)) for year in self.years)


def parse_when(text: str) -> When:
    """The time that folded ``text`` speaks of."""
    years, span = _years(text)
    offset = None if years else _offset(text)
    if years and _NEXT.search(text):
        years = (years[0] + 1,)
    return When(years, offset, *_mode(text), span)


def in_report(text: str) -> tuple[int, ...]:
    """The years of the reports that folded ``text`` names (2019年报告里)."""
    return tuple(dict.fromkeys(int(y) for y in _IN_REPORT.findall(_plain(text))))


def is_next(text: str) -> bool:
    """Whether ``text`` speaks of the year after one it names."""
    return bool(_NEXT.search(text))


def _plain(text: str) -> str:
    """Spelled and two-digit years written out: 二〇二四年, 09年."""
    text = _SPELLED.sub(lambda m: m[0].translate(_DIGITS), text)
    return _SHORT.sub(lambda m: f"{_century(m[1])}年", text)


def _century(two: str) -> str:
    return ("19" if two > "49" else "20") + two


def _years(text: str) -> tuple[tuple[int, ...], bool]:
    text = _plain(text)
    if m := _RANGE.search(text):
        return tuple(range(int(m[1]), int(m[2]) + 1))[:10], True
    if m := _FROM.search(text):
        length = _SMALL.get(m[2]) or int(m[2])
        return tuple(range(int(m[1]), int(m[1]) + min(length, 10))), True
    exact = tuple(dict.fromkeys(int(y) for y in _EXACT.findall(text)))
    if exact:
        return exact, False
    if m := _PERIOD.search(text):
        first = _FIVE_YEARS.get(m[1] or m[3], 0)
        mark = m[2] or m[4]
        if first and mark:
            return ((first if mark in ("开局", "头一年") else first + 4),), False
    return (), False


def _offset(text: str) -> int | None:
    for pattern, offset in _OFFSETS:
        if re.search(pattern, text):
            return offset
    return None


def _mode(text: str) -> tuple[SectionMode, bool]:
    text = _NEGATED.sub("", text)
    plan, review = len(_STRONG_PLAN.findall(text)), len(_STRONG_REVIEW.findall(text))
    if plan != review:
        return ("target" if plan > review else "actual"), True
    plan, review = len(_PLAN.findall(text)), len(_REVIEW.findall(text))
    if plan == review:
        return "", False
    return ("target" if plan > review else "actual"), False

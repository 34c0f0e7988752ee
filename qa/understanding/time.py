"""The time a question is about: calendar years, years relative to a report, results or targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.text import RELATIVE_YEAR, YEAR, YEAR_COUNT, find_times, full_years
from index.types import SectionMode

# A bare year counts in a question (2024 GDP), 2000亿元 and 2000多人 do not. With 年 behind it any does, so that
# no other year answers for 9999年; 3000年历史 is a length.
_EXACT = re.compile(
    rf"(?<!\d)(?:{YEAR}(?![\d.%]|[多余]?[亿万个元户人件家亩吨])|\d{{4}}(?=年(?!的?(?:历史|文明|文化|古|悠久|以上|[来间前]))))"
)
"""With 年 behind it any year counts, so that no other answers for 9999年: 2024 GDP, 9999年; not 2000亿元, 2000多人, 3000年历史."""
_THIS_YEAR = re.compile("这一年|年内(?!生)")  # of the report asked; in a report, of the year it tells of
"""年内; not 三年内生产."""
_NEXT = re.compile(r"下一年|次年|转年|第二年")
"""下一年; not 上一年."""
_LAST_YEARS = re.compile("最近|近|过去|这|前")
"""近三年; not 今后三年."""
_SINCE = re.compile(rf"({YEAR})年?(?:以来|至今|到现在|到目前|起(?!的?{YEAR_COUNT}年)|之后|以后)")
"""All years from one on: 2016年以来; not 从2013年起的五年, which ends."""
_IN_REPORT = re.compile(rf"({YEAR})年(?:度)?的?(?:这份|那份)?(?:政府)?(?:工作)?报告")
"""2024年的报告, 2024年政府工作报告; not 2024年的工作."""

# 2025年底; not 2025亩
TIME = re.compile(rf"(?:{YEAR}|(?<!\d)\d\d)年(?:度)?(?:底|末|初)?|{RELATIVE_YEAR}")
"""A time as a question names it: 2024年底, 24年, 去年; not 2024亩."""

# What is not asked for: 要实绩，不是目标; not 不少于目标.
_NEGATED = re.compile(r"(?:不是|不要|不算|而非|并非|别给?我?)(?:目标|计划|预期|预算|实际)\w{0,2}")
_STRONG_PLAN = re.compile(r"目标|计划|打算|预期|指标|控制线|年初预算|拟|力争|争取|准备")
"""力争; not 实绩."""
_STRONG_REVIEW = re.compile(r"决算|执行数|实际|实绩|完成数|最终|结果|最后|完成了|实现了|办成")
"""实际; not 目标."""
_PLAN = re.compile(
    r"安排|未来|今后|接下来|下一步|往后|还会|将|预算|定[的在]"
    r"|(?<![我主重需只])要(?![求点的闻])"  # 要建多少; not 主要, 重要, 需要, 只要, 要求, 要点
    r"|想(?![问知查])"  # 想建几所; not 想问, 想知道, 想查
)
"""今后, 要建多少, 想建几所; not 主要, 想问."""
_REVIEW = re.compile(r"完成|实现|已|达到|截至|目前|现在|预计|取得|落地|了(?!解)")
"""建成了; not 了解."""


@dataclass(frozen=True, slots=True)
class When:
    """Calendar ``years``, or an ``offset`` to each report's own year; and results or targets.

    ``strong`` tells a mode said in so many words (目标, 实际) from one a particle hints at; ``span``: the
    years are one stretch (2013到2017年). ``plan_years`` are those of the five-year plan that is named as a
    whole, ``since`` the first year of all up to now (0: not asked so), ``last`` how many of the newest.
    """

    years: tuple[int, ...] = ()
    offset: int | None = None
    mode: SectionMode = ""
    strong: bool = False
    span: bool = False
    plan_years: tuple[int, ...] = ()
    since: int = 0
    last: int = 0

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
    """The time that normalized ``text`` speaks of."""
    years, span = _years(text)
    offset = None if years else _offset(text)
    if years and _NEXT.search(text):
        years = (years[0] + 1,)
    since = _SINCE.search(text)
    return When(
        years,
        offset,
        *_mode(text),
        span,
        plan_years=_plan_years(text),
        since=int(since[1]) if since else 0,
        last=_last(text) if not years else 0,
    )


def _plan_years(text: str) -> tuple[int, ...]:
    """The years of the five-year plan that ``text`` names as a whole: 十三五 is 2016 to 2020, 十三五以来 is not."""
    plan = next((time for time in find_times(text) if time.kind == "plan"), None)
    return () if plan is None or plan.part or text.startswith("以来", plan.end) else plan.years(None)


def _last(text: str) -> int:
    """How many of the newest years ``text`` asks for: 近三年来, not 前年 nor 五年来."""
    past = (
        t for t in find_times(text) if t.kind == "past" and t.first < -1 and _LAST_YEARS.match(text, t.start)
    )
    return next((-time.first for time in past), 0)


def in_report(text: str) -> tuple[int, ...]:
    """The years of the reports that normalized ``text`` names (2019年报告里)."""
    return tuple(dict.fromkeys(int(y) for y in _IN_REPORT.findall(full_years(text))))


def is_next(text: str) -> bool:
    """Whether ``text`` speaks of the year after one it names."""
    return bool(_NEXT.search(text))


def _years(text: str) -> tuple[tuple[int, ...], bool]:
    text = full_years(text)
    times = find_times(text)
    stretch = next((time for time in times if time.kind == "range"), None)
    if stretch:
        return stretch.years(None), True
    exact = tuple(dict.fromkeys(int(y) for y in _EXACT.findall(text)))
    if exact:
        return exact, False
    part = next((time for time in times if time.kind == "plan" and time.part), None)
    return (part.years(None), part.first < part.last) if part else ((), False)


def _offset(text: str) -> int | None:
    """The distance to the report's year; of several the earliest: 比去年 is what 今年 is compared with."""
    times = (t for t in find_times(text) if not t.is_calendar and t.first == t.last)
    found = [time.first for time in times if not _THIS_YEAR.match(text, time.start)]
    return min([*found, 0] if _THIS_YEAR.search(text) else found, default=None)


def _mode(text: str) -> tuple[SectionMode, bool]:
    text = _NEGATED.sub("", text)
    plan, review = len(_STRONG_PLAN.findall(text)), len(_STRONG_REVIEW.findall(text))
    if plan != review:
        return ("target" if plan > review else "actual"), True
    plan, review = len(_PLAN.findall(text)), len(_REVIEW.findall(text))
    if plan == review:
        return "", False
    return ("target" if plan > review else "actual"), False

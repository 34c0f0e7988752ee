"""When a figure holds, and whether it is a result or a target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.figures.types import Mode
from index.text import (
    HAN_COUNT,
    HAN_NUMERAL,
    PART_OF_YEAR,
    PLACE_LEVELS,
    PLAN,
    YEAR,
    YEAR_COUNT,
    find_times,
    to_int,
)
from index.types import Section


@dataclass(frozen=True, slots=True)
class Period:
    """The years ``first`` to ``last`` or a part of one (``months``), and what is said of them."""

    first: int
    last: int
    mode: Mode
    months: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """An expression of time at ``[start, end)``; ``years`` is None where they cannot be told."""

    start: int
    end: int
    years: tuple[int, int] | None
    months: str = ""
    opens: bool = False
    """It stands at the head of its clause, so it also holds for the clauses that follow."""
    by: bool = False
    """``到2020年``: what is reached at its end."""
    length: int = 0
    """``五年``: how many years, where which they are is for the surroundings to say."""
    alone: bool = False
    """``两年平均``, ``“十三五”年均``: it says only of what span the rate behind it is, nothing of what follows."""


_NUMERAL = f"[{HAN_COUNT}]"
# What an expression of time goes on with: 2024年上半年, 2024年底, 去年年底.
_YEAR_PART = re.compile(rf"(?P<part>{PART_OF_YEAR}|\d{{1,2}}月份?)|年?[底末初]")
"""What an expression of time goes on with (2024年上半年, 去年年底): 上半年, 1-6月, 年底; not 年均."""
_YEAR_END = re.compile("年?[底末]")
"""年底, 末; not 年中."""
# A plan dates what is told of it: “十三五”期间, 十三五以来; not the plan itself: 编制“十四五”.
_PLAN_PERIOD = re.compile("期间|时期|(?=年均|规划|计划|以来|[，,])")
"""A plan dates what is told of it: 期间, 时期; not 编制."""
_CUE = re.compile(
    rf"""(?<!\d)(?P<months>{PART_OF_YEAR})
    |(?P<told>(?<![{HAN_NUMERAL}第])(?P<told_count>{_NUMERAL})年(?:累计|共|全[国{PLACE_LEVELS}]))
    |(?P<bare>(?<=[，。；：、\s—用])(?P<count>{_NUMERAL})年(?:时间|内)?(?![级份度]))
    |(?P<that_year>当年)
    |(?P<vague>近年来?|多年来?|以来|历史上|届时|目前|现在|当前|近期)""",
    re.VERBOSE,
)
"""近年来; not 二年级."""
_AVERAGED = re.compile(r"(?:期间|时期|以来)?(?:年均|平均)")
"""What follows a span that is its own rate's alone (两年平均): 期间年均, 平均; not 累计."""
_COMPARED = re.compile(r"(?:比|较|与|同|和|从|由|自|是|为|按照?|占|高于|低于|多于|相当于|好于|超过)\ *$")
"""比; not 今."""
_SINCE = re.compile(r"\ *(?:起|以来|开始|之后|以后|以前|之前)")
"""以来; not 年底."""
_CLAUSE_HEAD = re.compile(
    rf"(?:^|[，,；;。：:！？\s、—])(?:其中|到|至|截至|在|刚刚过去的|回顾|我国|全[国{PLACE_LEVELS}])?\ *$"
)
"""，截至; not 增长."""
_ANNOUNCED = re.compile(
    rf"(?:今年|新的一年|{YEAR}\ *年|(?:今后|未来){YEAR_COUNT}年|{YEAR_COUNT}年来|过去{YEAR_COUNT}年|去年"
    rf"|[“\"]?{PLAN}[”\"]?时期)[^。；，]{{0,24}}"
    r"(?:主要预期目标|预期目标|主要目标|[工任]作?务?(?:的?建议|部署|安排|及特点)?|以下建议|几方面)[^。；]{0,12}(?:[：:。]|$)"
)
"""今年主要预期目标：; not 今年增长5%."""


def find_cues(text: str, report_year: int | None) -> list[Cue]:
    """The expressions of time in a sentence that say when, not what is compared with."""
    found = [*_times(text, report_year)]
    told = [(cue.start, cue.end) for cue in found]
    for match in _CUE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in told):
            years, count = None, to_int(match["told_count"] or "")
            if count and report_year is not None:
                years = report_year - count, report_year - 1
            if match["that_year"] and report_year is not None:
                years = report_year, report_year
            length = to_int(match["count"] or "") or 0
            found.append(_cue(text, match.start(), match.end(), years, match["months"] or "", length))
    compared = [cue for cue in found if _COMPARED.search(text, max(0, cue.start - 4), cue.start)]
    return sorted((cue for cue in found if cue not in compared), key=lambda cue: cue.start)


def _times(text: str, report_year: int | None) -> Iterator[Cue]:
    for time in find_times(text):
        start, end, months = time.start, time.end, ""
        if time.kind in ("year", "range"):
            if text[end - 1] != "年":
                continue
            if time.kind == "range" and text[start - 1 : start] in ("从", "自", "由"):
                start -= 1  # 从2016年到2020年 is a stretch, no comparison
            if part := _YEAR_PART.match(text, end):
                end, months = part.end(), part["part"] or ""
        elif time.kind == "plan" and not time.part:
            if not (period := _PLAN_PERIOD.match(text, end)):
                continue
            end = period.end() + 2 * text.startswith("以来", period.end())
        elif time.kind == "relative" and (part := _YEAR_END.match(text, end)):
            end = part.end()
        years = time.bounds(report_year)
        if time.kind == "plan" and years and report_year and text[start:end].endswith("以来"):
            years = (years[0], min(years[1], report_year - 1)) if years[0] < report_year - 1 else None
        yield _cue(text, start, end, years, months)


def _cue(
    text: str, start: int, end: int, years: tuple[int, int] | None, months: str = "", length: int = 0
) -> Cue:
    head = text[:start]
    return Cue(
        start,
        end,
        None if _SINCE.match(text, end) else years,
        re.sub(r"\s", "", months),
        bool(_CLAUSE_HEAD.search(head)),
        bool(re.search(r"(?<![加高升降少展大增减])[到至]\ *$", head)) and not head.rstrip().endswith("截至"),
        length,
        bool(_AVERAGED.match(text, end) or re.search("年均|平均$", text[start:end])),
    )


def section_period(section: Section | None) -> Period | None:
    """What the section's heading says of all figures under it; None where it says neither or both."""
    if section is None or not section.years or not section.mode:
        return None
    first, last = min(section.years), max(section.years)
    if section.mode == "target":
        return Period(first, last, "target")
    return Period(first, last, "actual" if first == last else "cumulative")


def period_of(cue: Cue, around: Period | None, report_year: int | None) -> Period | None:
    """The period ``cue`` says, given the one ``around`` it; None where that stays unsure."""
    if cue.years is None:
        if cue.length:
            if around and around.last - around.first + 1 == cue.length:
                return around
            # 增长8.3%、两年平均增长6%
            if cue.alone and around and around.first == around.last and around.mode == "actual":
                return Period(around.last - cue.length + 1, around.last, "cumulative")
            return None
        single = around is not None and around.first == around.last and around.mode != "target"
        return replace(around, months=cue.months) if around and cue.months and single else None
    first, last = cue.years
    reviewing = around is None or around.mode != "target"
    if report_year is None:
        mode = around.mode if around else None
        return Period(first, last, mode, cue.months) if mode and around and last <= around.last else None
    if last >= report_year:
        # This year's part in a review, or a plan that already runs, is neither result nor target.
        if first < report_year or (reviewing and not cue.by and around is not None and first == report_year):
            return None
        return Period(first, last, "target", cue.months)
    return Period(first, last, "actual" if first == last else "cumulative", cue.months)


def announced(sentence: str, report_year: int | None) -> Period | None:
    """What a sentence such as ``今年的主要预期目标是：`` says of all that follows it."""
    match = _ANNOUNCED.search(sentence)
    if not match or report_year is None:
        return None
    cues = [c for c in find_cues(match[0], report_year) if c.years]
    if not cues or not cues[0].years:
        return None
    first, last = cues[0].years
    if first >= report_year:
        return Period(first, last, "target")
    return Period(first, last, "actual" if first == last else "cumulative") if last < report_year else None

"""The years a heading speaks of, and whether it looks back on them or plans them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.text.numerals import arabic_years, to_int
from index.types import Metadata, SectionMode

Years = tuple[int, ...]

_RANGE = re.compile(r"((?:19|20)\d\d)年?\s*(?:[-—–－~～至到]|——)\s*((?:19|20)\d\d)\s*年")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*(?:年|[、和与及]\s*(?:19|20)\d\d\s*年))")
_FIVE_YEAR_PLAN = re.compile(
    '[“"「『]?(十[一二三四五六七八九]?)五[”"」』]?(?=规划|计划|时期|期间|以来|末|开局|收官|[”"」』])'
)
_SPANS: tuple[tuple[str, int, int], ...] = (
    ("去年|上年|过去的?一年|一年来|一年工作", -1, -1),
    ("今年|新的一年|本年度", 0, 0),
    ("明年", 1, 1),
)
_NTH_PLAN = re.compile("第(十[一二三四五六七八九]?)个五年(?:规划|计划)")
_PAST = re.compile(
    "(?:过去的?|近|前)([二两三四五])年|([二两三四五])年(?:来|工作回顾|回顾)|(?:本届|上届)政府(五)年"
)
_COMING = re.compile("(?:今后|未来|下一个?)的?([二两三四五])年")

_REVIEW = re.compile(
    "回顾|回望|(?:工作|执行|完成|落实|运行|发展)情况|工作总结|(?:发展|主要|工作)(?:成就|成效|成绩)|所做的工作"
    "|存在的?(?:主要|突出)?(?:问题|困难|不足)|体会$|启示$"
)
_PLAN = re.compile(
    "安排|部署|打算|建议|谋划|(?:主要|重点|目标|工作|中心)任务|任务$|重点工作|工作重点|工作思路|总体(?:要求|思路)"
    "|(?:预期|奋斗|主要|总体|发展|工作)目标|草案|展望|政策取向"
)


def years_in(text: str, report_year: int | None) -> Years:
    """The years ``text`` names, ascending; relative ones (去年, 过去五年) count from ``report_year``."""
    text = arabic_years(text)
    found: set[int] = set()
    for first, last in _RANGE.findall(text):
        found.update(_span(int(first), int(last)))
    found.update(int(year) for year in _YEAR.findall(text))
    for numeral in _FIVE_YEAR_PLAN.findall(text) + _NTH_PLAN.findall(text):
        opening = 1951 + 5 * (to_int(numeral) or 0)
        found.update(range(opening, opening + 5))
    if report_year is not None:
        found.update(_relative(text, report_year))
    return tuple(sorted(found))


def _span(first: int, last: int) -> Iterable[int]:
    return range(first, last + 1) if 0 <= last - first <= 30 else (first, last)


def _relative(text: str, year: int) -> set[int]:
    found = {
        year + offset
        for pattern, first, last in _SPANS
        if re.search(pattern, text)
        for offset in range(first, last + 1)
    }
    for groups in _PAST.findall(text):
        found.update(range(year - (to_int("".join(groups)) or 0), year))
    for numeral in _COMING.findall(text):
        found.update(range(year, year + (to_int(numeral) or 0)))
    return found


def mode_of(title: str) -> SectionMode | None:
    """What the words of a heading say: "review", "plan", "" for both, None for neither."""
    review, plan = bool(_REVIEW.search(title)), bool(_PLAN.search(title))
    if review and plan:
        return ""
    return "actual" if review else "target" if plan else None


def report_year(metadata: Metadata) -> int | None:
    """The year the report was given in; None when nothing tells."""
    if metadata.date:
        return int(metadata.date[:4])
    if metadata.years_planned:
        return metadata.years_planned[0]
    return max(metadata.years_reviewed) + 1 if metadata.years_reviewed else None

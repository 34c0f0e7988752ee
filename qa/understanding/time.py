"""The time a question is about: calendar years, years relative to a report, results or targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.text import arabic_years, to_int
from index.types import SectionMode

_YEAR = r"(?:19[4-9]\d|20[0-9]\d)"
_OFFSETS = [
    (r"大前年", -3),
    (r"(?<!大)前年", -2),
    (r"去年|上一?年(?!度?级)|过去(?:的)?一年|旧年", -1),
    (r"今年|本年|这一年|新的?一年|年内(?!生)|本年度", 0),
    (r"明年|来年|下一年", 1),
]
_RANGE = re.compile(rf"({_YEAR})年?(?:到|至|—|–|-|~|～)({_YEAR})年?")
_FROM = re.compile(rf"({_YEAR})年?(?:起|算起|开始)的?([两二三四五六七八九十]|\d+)年")
_EXACT = re.compile(rf"(?<!\d)({_YEAR})(?![\d.%]|[多余]?[亿万个元户人件家亩吨])")
_SHORT = re.compile(r"(?<![\d近过去这了达共每满第])(0\d|1\d|2\d|9\d)年(?![来内以多间前后])")
_NEXT = re.compile(r"下一年|次年|转年|第二年")
FIVE_YEAR_PLAN = re.compile(
    r"[“\"]十(?P<quoted>[一二三四五]?)五[”\"](?:期间|时期|以来|规划|计划)?"  # “十五”, “十四五”规划
    r"|(?<![一二三四五六七八九十百\d])十(?:(?P<named>[一二三四五])五|五(?=期间|时期|以来|规划|计划))"
    r"(?![年个万亿分条])(?:期间|时期|以来|规划|计划)?"
)
"""A five-year plan: 十三五期间; not 十五分钟生活圈 nor 二十五个."""
_PLAN_MARK = re.compile("(收官|末|最后一年)|开局|头一年|第一年")
_PLAN_FIRST = 2001
_NUMBER = r"[两二三四五六七八九十]|1?\d"
LAST_YEARS = re.compile(rf"(?:最近|近|过去|这|前)的?(?P<last>{_NUMBER})个?年(?:来|间|里|以来)?")
"""So many years up to the newest: 近三年来; not 前年."""
_SINCE = re.compile(rf"({_YEAR})年?(?:以来|至今|到现在|到目前|起(?!的?[两二三四五六七八九十\d])|之后|以后)")
"""All years from one on: 2016年以来; not 从2013年起的五年, which ends."""
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
    """The time that folded ``text`` speaks of."""
    years, span = _years(text)
    offset = None if years else _offset(text)
    if years and _NEXT.search(text):
        years = (years[0] + 1,)
    since, last = _SINCE.search(text), LAST_YEARS.search(text)
    return When(
        years,
        offset,
        *_mode(text),
        span,
        plan_years=_plan_years(text),
        since=int(since[1]) if since else 0,
        last=(to_int(last["last"]) or 0) if last and not years else 0,
    )


def _plan_years(text: str) -> tuple[int, ...]:
    """The years of the five-year plan that ``text`` names as a whole: 十三五 is 2016 to 2020, 十三五以来 is not."""
    m = FIVE_YEAR_PLAN.search(text)
    if m is None or m[0].endswith("以来") or _PLAN_MARK.match(text, m.end()):
        return ()
    first = _plan_first(m)
    return tuple(range(first, first + 5))


def _plan_first(m: re.Match[str]) -> int:
    return _PLAN_FIRST + 5 * (to_int(m["quoted"] or m["named"] or "") or 0)


def in_report(text: str) -> tuple[int, ...]:
    """The years of the reports that folded ``text`` names (2019年报告里)."""
    return tuple(dict.fromkeys(int(y) for y in _IN_REPORT.findall(_plain(text))))


def is_next(text: str) -> bool:
    """Whether ``text`` speaks of the year after one it names."""
    return bool(_NEXT.search(text))


def _plain(text: str) -> str:
    """Spelled and two-digit years written out: 二〇二四年, 09年."""
    return _SHORT.sub(lambda m: f"{_century(m[1])}年", arabic_years(text))


def _century(two: str) -> str:
    return ("19" if two > "49" else "20") + two


def _years(text: str) -> tuple[tuple[int, ...], bool]:
    text = _plain(text)
    if m := _RANGE.search(text):
        return tuple(range(int(m[1]), int(m[2]) + 1))[:10], True
    if m := _FROM.search(text):
        return tuple(range(int(m[1]), int(m[1]) + min(to_int(m[2]) or 1, 10))), True
    exact = tuple(dict.fromkeys(int(y) for y in _EXACT.findall(text)))
    if exact:
        return exact, False
    if (m := FIVE_YEAR_PLAN.search(text)) and (mark := _PLAN_MARK.match(text, m.end())):
        return (_plan_first(m) + (4 if mark[1] else 0),), False
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

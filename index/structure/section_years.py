"""Which years each section is about, and whether it reviews or plans them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.structure.numbering_marks import canonical
from index.text import Years, find_times, report_year, years_in
from index.types import Metadata, SectionMode

SectionTime = tuple[Years, SectionMode]
"""The years a section is about, and what it does with them."""

_REVIEW = re.compile(
    "回顾|回望|(?:工作|执行|完成|落实|运行|发展)情况|工作总结|(?:发展|主要|工作)(?:成就|成效|成绩)|所做的工作"
    "|存在的?(?:主要|突出)?(?:问题|困难|不足)|体会$|启示$"
)
"""工作总结; not 工作安排."""
_PLAN = re.compile(
    "安排|部署|打算|建议|谋划|(?:主要|重点|目标|工作|中心)任务|任务$|重点工作|工作重点|工作思路|总体(?:要求|思路)"
    "|(?:预期|奋斗|主要|总体|发展|工作)目标|草案|展望|政策取向"
)
"""工作安排; not 工作总结."""
_OPENING = 40
"""Characters in which a section says what time it is about."""
_SAYS_SO = re.compile("工作(?:回顾|总结|安排|部署|打算)$")
"""工作总结; not 工作."""


class SectionTimes:
    """Reads headings in document order: what a heading leaves unsaid follows from those before it."""

    def __init__(self, metadata: Metadata, top_titles: Iterable[str]) -> None:
        self.year = report_year(metadata)
        self._dated = bool(metadata.date)
        self._years: dict[SectionMode, Years] = {
            "actual": metadata.years_reviewed,
            "target": metadata.years_planned,
            "": (),
        }
        self._part: SectionMode = ""
        if bool(metadata.years_reviewed) != bool(metadata.years_planned):
            self._part = "actual" if metadata.years_reviewed else "target"
        # What comes before the plan in a report that reviews a year is the review, said or not.
        modes = {mode_of(canonical(title)) for title in top_titles}
        both = metadata.years_reviewed and metadata.years_planned
        self._unsaid: SectionMode = "actual" if both and "target" in modes and "actual" not in modes else ""
        self._silent = bool(both) and not modes & {"actual", "target"}

    def part(self, mode: SectionMode) -> SectionTime:
        """The part of the report that ``mode`` names begins, without a heading."""
        self._part = mode
        years = self._years[mode]
        if self._dated and self.year is not None and mode == "target" and self.year in years:
            years = (self.year,)
        return years, mode

    def top(self, title: str, opening: str = "") -> SectionTime:
        """The years and mode of a section at the top; where no title of the report tells, its ``opening`` does."""
        named, mode = self._read(title)
        if mode == "target" and self.year in named:
            named = tuple(year for year in named if self.year is None or year >= self.year)
        if mode is None and self._silent and (told := self._told(canonical(opening))):
            return self.part(told)
        if mode is None:
            after_review = self._part == "actual" and self._years["target"]
            return self.part("target" if after_review else self._part or self._unsaid)
        if mode:
            self._part = mode
        return named or self._years[mode], mode

    def below(self, parent: SectionTime, title: str) -> SectionTime:
        """The years and mode of a numbered section inside another; only clear words turn it from the parent's."""
        named, mode = self._read(title)
        if not named and not _SAYS_SO.search(canonical(title)):
            return parent
        if mode is None or (mode_of(canonical(title)) is None and mode == "target"):
            mode = parent[1]
        return named or self._years[mode], mode

    def _told(self, opening: str) -> SectionMode:
        """Whether a section opens on the year before the report's (2024年是…) or on its own (今年是…)."""
        times = (time for time in find_times(opening[:_OPENING]) if time.kind in ("year", "relative", "past"))
        bounds = next((time.bounds(self.year) for time in times), None)
        if bounds is None or self.year is None:
            return ""
        return "actual" if bounds[1] < self.year else "target"

    def _read(self, title: str) -> tuple[Years, SectionMode | None]:
        """The years a title names; its mode from its words, else from its years."""
        title = canonical(title)
        named, mode = years_in(title, self.year), mode_of(title)
        if mode is None and named and self.year:
            mode = "target" if named[-1] >= self.year else "actual"
        return named, mode


def mode_of(title: str) -> SectionMode | None:
    """What the words of a heading say: "actual" where they look back, "target" where they plan, "" for both, None for neither."""
    review, plan = bool(_REVIEW.search(title)), bool(_PLAN.search(title))
    if review and plan:
        return ""
    return "actual" if review else "target" if plan else None

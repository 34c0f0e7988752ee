"""Which years each section is about, and whether it reviews or plans them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.structure.numbering import plain
from index.text import Years, mode_of, report_year, years_in
from index.types import Metadata, SectionMode

Period = tuple[Years, SectionMode]

_SAYS_SO = re.compile("工作(?:回顾|总结|安排|部署|打算)$")


class Periods:
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
        modes = {mode_of(plain(title)) for title in top_titles}
        both = metadata.years_reviewed and metadata.years_planned
        self._unsaid: SectionMode = "actual" if both and "target" in modes and "actual" not in modes else ""

    def part(self, mode: SectionMode) -> Period:
        """The part of the report that ``mode`` names begins, without a heading."""
        self._part = mode
        years = self._years[mode]
        if self._dated and self.year is not None and mode == "target" and self.year in years:
            years = (self.year,)
        return years, mode

    def top(self, title: str) -> Period:
        """The period of a section at the top."""
        named, mode = self._read(title)
        if mode is None:
            after_review = self._part == "actual" and self._years["target"]
            return self.part("target" if after_review else self._part or self._unsaid)
        if mode:
            self._part = mode
        return named or self._years[mode], mode

    def below(self, parent: Period, title: str) -> Period:
        """The period of a numbered section inside another; only clear words turn it from the parent's."""
        named, mode = self._read(title)
        if not named and not _SAYS_SO.search(plain(title)):
            return parent
        if mode is None or (mode_of(plain(title)) is None and mode == "target"):
            mode = parent[1]
        return named or self._years[mode], mode

    def _read(self, title: str) -> tuple[Years, SectionMode | None]:
        """The years a title names; its mode from its words, else from its years."""
        title = plain(title)
        named, mode = years_in(title, self.year), mode_of(title)
        if mode is None and named and self.year:
            mode = "target" if named[-1] >= self.year else "actual"
        return named, mode

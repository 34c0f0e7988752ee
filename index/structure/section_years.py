"""Which years each section is about, and whether it reviews or plans them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.structure.numbering import plain
from index.text.time_expressions import Years, report_year, stance_of, years_in
from index.types import Metadata, Stance

Period = tuple[Years, Stance]

_SAYS_SO = re.compile("工作(?:回顾|总结|安排|部署|打算)$")


class Periods:
    """Reads headings in document order: what a heading leaves unsaid follows from those before it."""

    def __init__(self, metadata: Metadata, top_titles: Iterable[str]) -> None:
        self.year = report_year(metadata)
        self._dated = bool(metadata.date)
        self._years: dict[Stance, Years] = {
            "review": metadata.years_reviewed,
            "plan": metadata.years_planned,
            "": (),
        }
        self._part: Stance = ""
        if bool(metadata.years_reviewed) != bool(metadata.years_planned):
            self._part = "review" if metadata.years_reviewed else "plan"
        # What comes before the plan in a report that reviews a year is the review, said or not.
        stances = {stance_of(plain(title)) for title in top_titles}
        both = metadata.years_reviewed and metadata.years_planned
        self._unsaid: Stance = "review" if both and "plan" in stances and "review" not in stances else ""

    def part(self, stance: Stance) -> Period:
        """The part of the report that ``stance`` names begins, without a heading."""
        self._part = stance
        years = self._years[stance]
        if self._dated and self.year is not None and stance == "plan" and self.year in years:
            years = (self.year,)
        return years, stance

    def top(self, title: str) -> Period:
        """The period of a section at the top."""
        named, stance = self._read(title)
        if stance is None:
            after_review = self._part == "review" and self._years["plan"]
            return self.part("plan" if after_review else self._part or self._unsaid)
        if stance:
            self._part = stance
        return named or self._years[stance], stance

    def below(self, parent: Period, title: str) -> Period:
        """The period of a numbered section inside another; only clear words turn it from the parent's."""
        named, stance = self._read(title)
        if not named and not _SAYS_SO.search(plain(title)):
            return parent
        if stance is None or (stance_of(plain(title)) is None and stance == "plan"):
            stance = parent[1]
        return named or self._years[stance], stance

    def _read(self, title: str) -> tuple[Years, Stance | None]:
        """The years a title names; its stance from its words, else from its years."""
        title = plain(title)
        named, stance = years_in(title, self.year), stance_of(title)
        if stance is None and named and self.year:
            stance = "plan" if named[-1] >= self.year else "review"
        return named, stance

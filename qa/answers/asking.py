"""What a way of answering is given: the question, and the state of the library it is asked of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from index import ReportInfo, Snapshot
from index.text import report_year
from qa.answers.coverage import selected
from qa.answers.subject import subject_of, without_names
from qa.types import Answer
from qa.understanding import Question


@dataclass(frozen=True)
class Asking:
    """One question, asked of ``reports`` (None: of all) in one state of the library.

    ``top_k`` is how many citations an answer holds where the text quotes fewer: it is filled up with the
    next best passages. What the text quotes is cited in any case.
    """

    question: Question
    snapshot: Snapshot
    reports: Collection[str] | None = None
    top_k: int = 5

    @cached_property
    def infos(self) -> list[ReportInfo]:
        """The reports asked, in the order of the library; raises UnknownReport."""
        return selected(self.snapshot, self.reports)

    @cached_property
    def newest_first(self) -> list[ReportInfo]:
        """The reports asked, the newest first; raises UnknownReport."""
        return sorted(self.infos, key=lambda info: report_year(info) or 0, reverse=True)

    @cached_property
    def subject(self) -> str:
        """What the question is about, without the names of the reports' places; empty where it names nothing."""
        return without_names(
            subject_of(self.question),
            [f"{i.id} {i.place} {i.title}" for i in self.infos[:60]],
            [i.place for i in self.infos[:60]],
        )

    def about(self, question: Question, reports: Iterable[str] | None = None) -> Asking:
        """The same library asked another ``question``, of ``reports`` where they are given."""
        return replace(self, question=question, reports=self.reports if reports is None else list(reports))


Way = Callable[[Asking], Answer | None]
"""A way of answering; None where the question is not for it, or it finds nothing to say."""

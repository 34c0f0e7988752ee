"""What a way of answering is given: the question, and the state of the library it is asked of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from index import ReportInfo, Snapshot
from index.encoders import TokenOffsetEncoder
from index.text import report_year
from qa.answers.coverage import selected
from qa.retrieval import encode_ahead, encoded, searched_text
from qa.types import Answer
from qa.understanding import Intent, Question, Vectors, is_served, subject_of, understood, without_names

LEAST_WORDED, LEAST_UNWORDED = 0.02, 0.5
"""How likely an intent must be of a question that has the words for it, and of one that has not: of 0.02 and 0.1
the first is better on broad questions, and one intent alone can be likelier than the others together."""


OF_THE_WHOLE = ("summary", "problems", "help")
"""Intents whose questions seldom name a subject: what the model takes for none is none."""
ON_A_SUBJECT = ("topic", "progress", "yes_no")
"""Intents whose subject the model tells better than what is left of the words; of lists it drops what was done to
the things (新开工的|项目), which tells them apart."""


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

    def encode_ahead(self) -> None:
        """Begins to encode what nearly every way of answering asks of the encoder, while those that ask nothing of it
        look at the question."""
        encoder, question = self.snapshot.encoder, self.question
        of_intent = [question.core] if isinstance(encoder, TokenOffsetEncoder) else []
        encode_ahead(encoder, [*of_intent, *(searched_text(one.text) for one in question.sub_questions)])

    @cached_property
    def intent(self) -> Intent:
        """What the question wants, and the words that it is about."""
        encoder, core = self.snapshot.encoder, self.question.core
        if not isinstance(encoder, TokenOffsetEncoder):
            return understood(core)
        vector, tokens = encoded(encoder, core)
        if tokens is None:
            return understood(core)
        ends = encoder.passage_token_ends("", core)[: len(tokens)]
        return understood(core, Vectors(encoder.id, vector, tokens, ends))

    @cached_property
    def places(self) -> list[str]:
        """The places that the question is about, not those that something is done for."""
        return [p for p in self.question.places if not is_served(p, self.question.core)]

    @cached_property
    def reports_by_subject(self) -> dict[str, list[ReportInfo]]:
        """What ``scope.reports_for`` found: one way of answering after another asks it the same."""
        return {}

    def wants(self, intent: str, worded: bool) -> bool:
        """Whether the question is likely of this ``intent``; ``worded``: it has the words that ask for it."""
        return self.intent.likely[intent] > (LEAST_WORDED if worded else LEAST_UNWORDED)

    @cached_property
    def subject(self) -> str:
        """What the question is about, without the names of the reports' places; empty where it names nothing.

        By the trained model where its likeliest intent is of those whose subjects it tells well; else the words
        that are left of the question.
        """
        told, best = self.intent.subject, self.intent.best
        trusted = best in OF_THE_WHOLE or (told and best in ON_A_SUBJECT)
        return without_names(
            told if trusted else subject_of(self.question),
            [f"{i.id} {i.place} {i.title}" for i in self.infos[:60]],
            [i.place for i in self.infos[:60]],
        )

    @cached_property
    def readings(self) -> dict[tuple[str, str], float]:
        """The reports and subjects that the reader was asked of, and what it found (``qa.answers.meaning``)."""
        return {}

    def about(self, question: Question, reports: Iterable[str] | None = None) -> Asking:
        """The same library asked another ``question``, of ``reports`` where they are given."""
        return replace(self, question=question, reports=self.reports if reports is None else list(reports))


Way = Callable[[Asking], Answer | None]
"""A way of answering; None where the question is not for it, or it finds nothing to say."""

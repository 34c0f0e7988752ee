"""The façade: ask a library of reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest
from pathlib import Path
from statistics import fmean

from index import Library, QuestionError, Snapshot
from qa.answers import (
    answer_from_sections,
    answer_series,
    assumed_year,
    cite,
    compose,
    refusal_reason,
    selected,
)
from qa.reading import also_fitting, confidence, joined, quote, similarity
from qa.retrieval import Ranked, RankedSearch, Search, rank, rerank, search
from qa.types import REFUSAL, Answer, Citation
from qa.understanding import Question, complete, parse, printable

LONGEST_QUESTION = 1000
ENOUGH = 0.62
"""The confidence from which a question is answered."""


class Assistant:
    """Answers questions from one library; picks up a new state of it at every question."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @classmethod
    def open(cls, path: str | Path = "library") -> Assistant:
        """Opens the library at ``path``; raises ``LibraryError`` when it cannot be used."""
        return cls(Library.open(path))

    def ask(
        self,
        question: str,
        top_k: int = 5,
        reports: Collection[str] | None = None,
        history: Sequence[str] = (),
    ) -> Answer:
        """Answers from verbatim quotes, or refuses.

        ``reports`` limits the question to these ids (None: all; empty: none of them); ``history``
        holds the earlier questions of the conversation, oldest first. Raises ``QuestionError`` for
        an empty or overlong question and ``UnknownReport`` for an id the library does not hold.
        """
        asked = parse(complete(_checked(question), history))
        snapshot = self.library.snapshot()
        if told := answer_series(snapshot, asked, reports) or answer_from_sections(snapshot, asked, reports):
            return told
        sub_questions = self._search(snapshot, asked, reports, top_k)
        sure = [confidence(*sub_question, snapshot.encoder) for sub_question in sub_questions]
        citations = _citations(snapshot, asked, sub_questions, max(top_k, len(sub_questions)))
        if not citations or max(sure) < ENOUGH or fmean(sure) < ENOUGH:
            reason = refusal_reason(asked, selected(snapshot, reports))
            return Answer(asked.text, False, REFUSAL, [], citations, reason, shape=asked.shape)
        year, others = assumed_year(sub_questions[0], snapshot)
        return Answer(
            question=asked.text,
            answered=True,
            text=compose(citations, _used(sub_questions, sure, citations)),
            citations=citations,
            assumed_year=year,
            other_years=others,
            shape=asked.shape,
        )

    def retrieve(
        self, question: str, top_k: int = 10, reports: Collection[str] | None = None
    ) -> list[Citation]:
        """The ``top_k`` best passages, best first; never refuses. Raises as ``ask`` does."""
        asked = parse(_checked(question))
        snapshot = self.library.snapshot()
        return _citations(snapshot, asked, self._search(snapshot, asked, reports, top_k), top_k)

    def _search(
        self, snapshot: Snapshot, asked: Question, reports: Collection[str] | None, most: int
    ) -> list[RankedSearch]:
        for report in reports or ():
            snapshot.rows(report)
        if not snapshot.size or (reports is not None and not reports):
            return []
        found = [
            search(snapshot, snapshot.encoder, asked, sub_question, reports, most)
            for sub_question in asked.sub_questions
        ]
        return [(one, rerank(one.sub_question.text, rank(one), snapshot)) for one in found]


def _checked(question: str) -> str:
    if not printable(question):
        raise QuestionError("问题是空的，请输入想问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(f"问题太长，请缩短到{LONGEST_QUESTION}字以内再问。")
    return question


def _citations(
    snapshot: Snapshot, asked: Question, sub_questions: Sequence[RankedSearch], top_k: int
) -> list[Citation]:
    """The sides' passages in turn; a passage that serves several sides is quoted for each.

    The same words are shown once, unless they answer different sides of the question.
    """
    leading = [ranked[0] for _, ranked in sub_questions if ranked]
    found: dict[int, list[tuple[Search, Ranked]]] = {}
    texts: set[str] = set()
    for turn in zip_longest(*([(one, r) for r in ranked] for one, ranked in sub_questions)):
        for pair in filter(None, turn):
            candidate, leads = pair[1].candidate, _leads(pair[1], leading)
            if candidate.row not in found and (leads or candidate.passage.text not in texts):
                found[candidate.row] = [pair]
                texts.add(candidate.passage.text)
            elif candidate.row in found and leads:
                found[candidate.row].append(pair)
    kept = list(found.values())[: max(0, top_k)]
    return [_citation(snapshot, pairs, leading, asked.shape == "list") for pairs in kept]


def _leads(one: Ranked, leading: Sequence[Ranked]) -> bool:
    return any(one is first for first in leading)


def _citation(
    snapshot: Snapshot, pairs: Sequence[tuple[Search, Ranked]], leading: Sequence[Ranked], listing: bool
) -> Citation:
    """The passage of ``pairs``, quoted for each of their sides; with more care where it leads one."""
    spans: list[tuple[int, int]] = []
    for one, ranked in pairs:
        alike = similarity(one, ranked, snapshot.encoder) if _leads(ranked, leading) else None
        spans += quote(one, ranked, listing, alike)
    return cite(snapshot, pairs[0][1].candidate.passage, joined(spans), pairs[0][1].score)


def _used(
    sub_questions: Sequence[RankedSearch], sure: Sequence[float], citations: Sequence[Citation]
) -> list[int]:
    """The positions in ``citations`` that the answer's text quotes.

    The first passage of each side that is certain enough; for a list, in the order of the report,
    those of the next passages too that fit as well.
    """
    positions = {(c.report, c.start): i for i, c in enumerate(citations)}
    listing = len(sub_questions) == 1 and sub_questions[0][0].question.shape == "list"
    chosen = [
        ranked.candidate.passage
        for (one, ranking), certain in zip(sub_questions, sure, strict=True)
        if certain >= ENOUGH
        for ranked in (also_fitting(one, ranking) if listing else ranking[:1])
    ]
    if listing:
        chosen.sort(key=lambda passage: (passage.report, passage.start))
    found = [positions.get((passage.report, passage.start)) for passage in chosen]
    return list(dict.fromkeys(i for i in found if i is not None))

"""The façade: ask a library of reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from index import Library, QuestionError, Snapshot
from qa.composer import GAP, compose
from qa.evidence import confidence, quote
from qa.fusion import Ranked, rank
from qa.question import Question, complete, parse
from qa.retriever import Search, search
from qa.tables import tabulate
from qa.types import REFUSAL, Answer, Citation, RefusalReason

LONGEST_QUESTION = 1000
ENOUGH = 0.42
"""The confidence from which a question is answered."""

Found = tuple[Search, list[Ranked]]


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
        if table := tabulate(snapshot, asked, reports):
            return table
        sides = self._search(snapshot, asked, reports)
        citations = _citations(snapshot, asked, sides, max(top_k, len(sides)))
        sure = [confidence(*side) for side in sides]
        if not citations or min(sure) < ENOUGH:
            reason = _reason(asked, snapshot)
            return Answer(asked.text, False, REFUSAL, [], citations, reason, shape=asked.shape)
        used = max(len(sides), 1)
        return Answer(asked.text, True, compose(citations[:used]), citations, shape=asked.shape)

    def retrieve(
        self, question: str, top_k: int = 10, reports: Collection[str] | None = None
    ) -> list[Citation]:
        """The ``top_k`` best passages, best first; never refuses. Raises as ``ask`` does."""
        asked = parse(_checked(question))
        snapshot = self.library.snapshot()
        return _citations(snapshot, asked, self._search(snapshot, asked, reports), top_k)

    def _search(self, snapshot: Snapshot, asked: Question, reports: Collection[str] | None) -> list[Found]:
        for report in reports or ():
            snapshot.rows(report)
        if not snapshot.size or (reports is not None and not reports):
            return []
        found = [search(snapshot, self.library.encoder, asked, side, reports) for side in asked.sides]
        return [(one, rank(one)) for one in found]


def _checked(question: str) -> str:
    if not question.strip():
        raise QuestionError("问题是空的，请输入想问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(f"问题太长，请缩短到{LONGEST_QUESTION}字以内再问。")
    return question


def _citations(snapshot: Snapshot, asked: Question, sides: Sequence[Found], top_k: int) -> list[Citation]:
    """The sides' passages in turn, each once, with quotes for every side it serves."""
    spans: dict[int, tuple[Search, Ranked]] = {}
    for one, ranked in _in_turn(sides):
        spans.setdefault(ranked.candidate.row, (one, ranked))
    return [_citation(snapshot, one, ranked, asked) for one, ranked in list(spans.values())[: max(0, top_k)]]


def _in_turn(sides: Sequence[Found]) -> list[tuple[Search, Ranked]]:
    lists = [[(one, r) for r in ranked] for one, ranked in sides]
    return [pair for pair in chain.from_iterable(zip_longest(*lists)) if pair is not None]


def _citation(snapshot: Snapshot, one: Search, ranked: Ranked, asked: Question) -> Citation:
    passage = ranked.candidate.passage
    spans = quote(one, ranked, asked.shape == "list")
    return Citation(
        text=passage.text,
        quote=GAP.join(passage.text[a:b] for a, b in spans),
        quote_spans=spans,
        report=passage.report,
        title=snapshot.report(passage.report).title,
        section=passage.section,
        page=passage.page,
        last_page=passage.last_page,
        start=passage.start,
        end=passage.end,
        score=ranked.score,
    )


def _reason(asked: Question, snapshot: Snapshot) -> RefusalReason:
    return "not_covered"

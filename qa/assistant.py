"""The façade: ask a library of reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import QuestionError, UnknownReport
from qa.types import REFUSAL, Answer, Citation

if TYPE_CHECKING:
    from index import Library

LONGEST_QUESTION = 500


class Assistant:
    """Answers questions from one library; picks up a new state of it at every question."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @classmethod
    def open(cls, path: str | Path = "library") -> Assistant:
        """Opens the library at ``path``; raises ``LibraryError`` when it cannot be used."""
        from index import Library

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
        found = self.retrieve(question, top_k, reports)
        if not found:
            return Answer(question, False, REFUSAL, [], refusal_reason="not_covered")
        return Answer(question, True, f"{found[0].quote}[1]", found)

    def retrieve(
        self, question: str, top_k: int = 10, reports: Collection[str] | None = None
    ) -> list[Citation]:
        """The ``top_k`` best passages, best first; never refuses. Raises as ``ask`` does."""
        if not question.strip():
            raise QuestionError("问题是空的，请输入想问的内容。")
        if len(question) > LONGEST_QUESTION:
            raise QuestionError(f"问题太长（超过{LONGEST_QUESTION}字），请缩短后再问。")
        snapshot = self.library.snapshot()
        titles = {report.id: report.title for report in snapshot.reports}
        for report in reports or ():
            if report not in titles:
                raise UnknownReport(f"没有编号为“{report}”的报告，请用 wenbao reports 查看已有的报告。")
        vector = self.library.encoder.encode_queries([question])[0]
        hits = snapshot.search_dense(vector, top_k, reports)
        passages = snapshot.passages([row for row, _ in hits])
        return [
            Citation(
                p.text, p.text, ((0, len(p.text)),), p.report, titles[p.report], p.section,
                p.page, p.last_page, p.start, p.end, score,
            )
            for p, (_, score) in zip(passages, hits, strict=True)
        ]  # fmt: skip

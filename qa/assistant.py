"""The façade: ask a library of reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from index import Library, QuestionError
from qa.answers import Asking, answer, asks_for_help, citations_of, searches
from qa.types import Answer, Citation
from qa.understanding import complete, parse, printable

LONGEST_QUESTION = 1000


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

        Whatever the text quotes is cited; where that is fewer, the next best passages fill the citations up
        to ``top_k``. ``reports`` limits the question to these ids (None: all; empty: none of them);
        ``history`` holds the earlier questions of the conversation, oldest first. Raises ``QuestionError``
        for an empty or overlong question and ``UnknownReport`` for an id the library does not hold.
        """
        checked = _checked(question)
        whole = checked if asks_for_help(checked) else complete(checked, history)
        return answer(Asking(parse(whole), self.library.snapshot(), reports, top_k))

    def retrieve(
        self, question: str, top_k: int = 10, reports: Collection[str] | None = None
    ) -> list[Citation]:
        """The ``top_k`` best passages, best first; never refuses. Raises as ``ask`` does."""
        asking = Asking(parse(_checked(question)), self.library.snapshot(), reports, top_k)
        return citations_of(asking, searches(asking, top_k), top_k)


def _checked(question: str) -> str:
    if not printable(question):
        raise QuestionError("问题是空的，请输入想问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(f"问题太长，请缩短到{LONGEST_QUESTION}字以内再问。")
    return question

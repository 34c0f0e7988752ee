"""The façade: ask a library of reports."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from index import Library, QuestionError
from index.encoders import load_reader
from qa.answers import Asking, answer, asks_for_help, citations_of, load_weights, ranked_and_read, search_each
from qa.retrieval import rank
from qa.types import Answer, Citation
from qa.understanding import complete, parse, prepare, printable

_OF_USUAL_LENGTHS = (
    "工作报告",
    "教育方面做了哪些工作？",
    "去年城镇新增就业多少人，财政收入增长多少？今年的目标是什么？",
)
"""Questions searched for before the first is asked: the encoder takes longer for the first text of each length."""
LONGEST_QUESTION = 1000
"""Characters; a longer text is a document pasted by mistake, and would be read by the encoder in part
only."""


class Assistant:
    """Answers questions from one library; picks up a new state of it at every question."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @classmethod
    def open(cls, path: str | Path = "library") -> Assistant:
        """Opens the library at ``path``; raises ``LibraryError`` when it cannot be used."""
        return cls(Library.open(path))

    def warm(self) -> None:
        """Loads the models and the lists of words and searches the library once, so that the first question waits for
        none of them.

        Raises EncoderError, LibraryError.
        """
        load_reader()
        prepare()
        load_weights()
        snapshot = self.library.snapshot()
        for question in _OF_USUAL_LENGTHS:
            asking = Asking(parse(question), snapshot)
            for search in search_each(asking, 1):
                rank(search)
            _ = asking.intent

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
        for an empty or overlong question, a ``top_k`` below 1 or what is of a wrong type, and
        ``UnknownReport`` for an id the library does not hold.
        """
        checked = _checked(question)
        _check(top_k, reports)
        listed = isinstance(history, Sequence) and not isinstance(history, str)
        if not listed or not all(isinstance(earlier, str) for earlier in history):
            raise QuestionError("history 须是先前问题的列表，每个是一段文字。")
        whole = checked if asks_for_help(checked) else complete(checked, history)
        return answer(Asking(parse(whole), self.library.snapshot(), reports, top_k))

    def retrieve(
        self, question: str, top_k: int = 10, reports: Collection[str] | None = None
    ) -> list[Citation]:
        """The ``top_k`` best passages, best first; never refuses. Raises as ``ask`` does."""
        checked = _checked(question)
        _check(top_k, reports)
        asking = Asking(parse(checked), self.library.snapshot(), reports, top_k)
        return citations_of(asking, ranked_and_read(asking, top_k), top_k)


def _checked(question: Any) -> str:
    """The question; raises ``QuestionError``, also where it holds what is no text."""
    if not isinstance(question, str):
        raise QuestionError("问题须是一段文字。")
    if re.search(r"[\ud800-\udfff]", question):  # half a pair; a byte of the command line that is no UTF-8
        raise QuestionError("问题里有无法辨认的字符，请用 UTF-8 重新输入。")
    if not printable(question):
        raise QuestionError("问题是空的，请输入想问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(f"问题太长，请缩短到{LONGEST_QUESTION}字以内再问。")
    return question


def _check(top_k: Any, reports: Any) -> None:
    """Raises ``QuestionError`` for what programs get wrong."""
    if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
        raise QuestionError("top_k 须是不小于 1 的整数。")
    if reports is None:
        return
    if isinstance(reports, str) or not (
        isinstance(reports, Collection) and all(isinstance(report, str) for report in reports)
    ):
        raise QuestionError("reports 须是报告编号的列表，或者不填。")

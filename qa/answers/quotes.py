"""No hollow quote: the one check that every way of answering passes.

A quote is hollow that is only a heading, that ends where the sentence goes on to what it announces, or that
only repeats the question.
"""

from __future__ import annotations

import re

from index import Passage
from index.text import normalize
from qa.retrieval import clauses_of
from qa.types import Citation, Spans

_MARKS = "，、；：。！？,;: \n"
_ANNOUNCES = re.compile(
    r"(?:如下|以下[^，。；：]{0,14}|下列[^，。；：]{0,10}|(?:几|[一二两三四五六七八九十\d]+)(?:个|项|件|条|点|大)?(?:方面|方面的?工作|工作|任务|问题|重点工作|事))$"
)
"""重点抓好以下六个方面工作, 主要任务如下; what is announced must follow."""
LONGEST = 120
"""Characters that a quote may have after it was made to say what it announces."""
_WORD = re.compile(r"[\w%％]")


def closed(quote: str) -> str:
    """``quote`` with one full stop at its end: 甲，乙。"""
    return f"{quote.rstrip(_MARKS)}。"


def announces(text: str, after: str) -> bool:
    """Whether ``text`` only says that something follows: a colon comes ``after`` it, or it says 以下."""
    return after[:1] in ("：", ":") or bool(_ANNOUNCES.search(text.rstrip(_MARKS)))


def is_hollow(citation: Citation, question: str) -> bool:
    """Whether the citation's quote says nothing by itself."""
    if not citation.quote_spans:
        return True
    end = citation.quote_spans[-1][1]
    whole = citation.quote.strip(_MARKS)
    if announces(whole, citation.text[end : end + 1]):
        return True
    if (
        citation.section
        and _letters(whole) == _letters(citation.section[-1])
        and citation.quote_spans[0][0] == 0
    ):
        return len(_letters(citation.text)) > len(_letters(whole))
    return _letters(whole) in _letters(question)


def completed(passage: Passage, spans: Spans) -> Spans:
    """``spans`` with the last one going on to what it announces, or past the heading that it only is.

    重点抓好以下六项工作 goes on to the items, as far as the passage holds them and ``LONGEST`` allows.
    """
    text, (start, end) = passage.text, spans[-1]
    title = passage.section[-1] if passage.section else ""
    hollow = announces(text[start:end], text[end : end + 1]) or (
        start == 0 and len(spans) == 1 and _letters(text[:end]) == _letters(title)
    )
    if not hollow:
        return spans
    for clause in clauses_of(text):
        if clause.start >= end and clause.end - start <= LONGEST:
            end = clause.end
    return (*spans[:-1], (start, end))


def _letters(text: str) -> str:
    return "".join(_WORD.findall(normalize(text)))

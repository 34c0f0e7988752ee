"""Passages to citations, and their quotes to answer text: quotes, marks and punctuation alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index import Passage, Snapshot
from index.structure import page_at
from index.text import SENTENCE_MARKS
from qa.reading import merged_spans
from qa.types import Citation, Spans

GAP = "……"
"""Stands between quotes that do not touch in the report."""
MARKS = f"，、；：{SENTENCE_MARKS},;: \n"
"""What a quote in the text loses at its end before the full stop."""


def cite(snapshot: Snapshot, passage: Passage, spans: Spans, score: float = 1.0) -> Citation:
    """``passage`` with what stands at ``spans`` of its text as the quote, on the page the quote opens on."""
    spans = _balanced(passage.text, spans)
    page = passage.page
    if page != passage.last_page:
        page = page_at(snapshot.page_starts(passage.report), passage.start + spans[0][0])
    return Citation(
        text=passage.text,
        quote=GAP.join(passage.text[a:b] for a, b in spans),
        quote_spans=spans,
        report=passage.report,
        title=snapshot.report(passage.report).title,
        section=passage.section,
        page=page,
        last_page=passage.last_page,
        start=passage.start,
        end=passage.end,
        score=score,
        ocr=passage.ocr,
    )


_LONGEST_NAME = 40
"""Characters between the marks of what is quoted as one: 实现“三河连通，两库蓄水”目标; not a speech."""


def _balanced(text: str, spans: Spans) -> Spans:
    """``spans`` that neither begin nor end between the marks of a short name: ``“三河连通，|两库蓄水”``."""
    whole = []
    for start, end in spans:
        opened, closing = text.rfind("“", 0, end), text.find("”", end)
        if text.find("”", opened, end) < 0 <= opened < closing < opened + _LONGEST_NAME:
            end = closing + 1
        opened, closing = text.rfind("“", 0, start), text.find("”", start)
        if text.find("”", opened, start) < 0 <= opened < closing < opened + _LONGEST_NAME:
            start = opened
        whole.append((start, end))
    return merged_spans(whole)


def compose(citations: Sequence[Citation], used: Iterable[int] | None = None) -> str:
    """The quotes of ``citations`` (only of the positions ``used``), each with its mark: ``甲。[1]乙。[2]``."""
    positions = range(len(citations)) if used is None else used
    return "".join(f"{closed(citations[i].quote)}[{i + 1}]" for i in positions)


def closed(quote: str) -> str:
    """``quote`` with one full stop at its end: 甲，乙。"""
    return f"{quote.rstrip(MARKS)}。"

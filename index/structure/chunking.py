"""Sections to passages: whole sentences, never across a section."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from index.text import CLAUSE_END, PART_END, SENTENCE_END
from index.types import CleanText, PageStart, Passage, Section

MAX_CHARACTERS = 240
"""A passage is cut when it would be longer; a single longer sentence is cut at its clauses."""
TARGET_CHARACTERS = 150
"""Passages of one section are cut evenly to about this length, so that none is a leftover."""
MIN_CHARACTERS = 20
"""A shorter passage is joined to its neighbour of the same section."""

_SEPARATORS = [r"\n+", SENTENCE_END, PART_END, CLAUSE_END, "、", ""]


def passages(clean: CleanText, sections: Sequence[Section], report: str) -> list[Passage]:
    """The passages of a report in document order; each ``text`` is exactly ``clean.text[start:end]``."""
    found: list[Passage] = []
    for section in sections:
        for start, end in _cut(clean.text, section.body, section.own_end):
            found.append(
                Passage(
                    report=report,
                    start=start,
                    end=end,
                    text=clean.text[start:end],
                    section=section.path,
                    page=page_at(clean.pages, start),
                    last_page=page_at(clean.pages, end - 1),
                    years=section.years,
                    mode=section.mode,
                    ocr=overlaps(clean.scanned, start, end),
                )
            )
    return found


def overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any of ``spans`` shares a character with ``[start, end)``."""
    return any(first < end and start < last for first, last in spans)


def page_at(pages: Sequence[PageStart], offset: int) -> int | None:
    """The number of the page that holds ``offset``; None where the source has no pages."""
    if not pages:
        return None
    return pages[max(0, bisect_right(pages, offset, key=lambda page: page.start) - 1)].number


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of whole sentences of about ``TARGET_CHARACTERS`` inside ``[start, end)``."""
    body = text[start:end]
    length = len(body.strip())
    if not length:
        return
    parts = math.ceil(length / TARGET_CHARACTERS) if length > MAX_CHARACTERS else 1
    chunks = _split(body, MAX_CHARACTERS)
    # The smallest limit that still gives so few parts makes them the most even.
    for limit in range(math.ceil(length / parts), MAX_CHARACTERS, 10):
        even = _split(body, limit)
        if len(even) <= max(parts, len(chunks)):
            chunks = even
            break
    ends: list[int] = []
    at = start
    for chunk in chunks:
        at += len(chunk)
        if ends and len(chunk.strip()) < MIN_CHARACTERS:
            ends[-1] = at
        else:
            ends.append(at)
    yield from (span for span in _trimmed(text, start, ends) if span[0] < span[1])


def _split(body: str, limit: int) -> list[str]:
    """``body`` cut at the strongest marks that keep each piece within ``limit`` characters."""
    # Imported here: asking needs page_at, and must not load what only indexing needs.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=limit + 1,
        chunk_overlap=0,
        strip_whitespace=False,
    ).split_text(body)


def _trimmed(text: str, start: int, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive spans that end at ``ends``, without the white space at their edges."""
    for end in ends:
        piece = text[start:end]
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = end


def context(title: str, passage: Passage) -> str:
    """What stands before a passage of the report named ``title`` where it is embedded: title and path, a line."""
    return " ".join((title, *passage.section)) + "\n"

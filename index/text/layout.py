"""Rows to clean text: whole paragraphs, and where the pages open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.text.rejoin import is_wrapped, rejoin
from index.text.rows import Row, rows_of
from index.text.web_pages import without_web_furniture
from index.types import CleanText, DeclaredHeading, PageStart, Source

_CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_WIDE_MARK = "\u3001-\u3003\u3008-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’…—·"
_SPACED_LETTERS = re.compile(rf"(?<!\S)[{_CJK}](?: +[{_CJK}]){{2,}}(?!\S)")
"""政 府 工 作; not 政府 工作."""
_NEEDLESS_SPACE = re.compile(
    rf"(?<=[{_CJK}{_WIDE_MARK}]) +(?=[!-~])|(?<=[!-~]) +(?=[{_CJK}{_WIDE_MARK}%‰℃])"
    rf"|(?<=[{_WIDE_MARK}]) +| +(?=[{_WIDE_MARK}])|(?<=\d) +(?=%)"
)
"""增长 5%; not over 5."""

# 2023 2024, 447 7 0; not 2024年
_FIGURES_AT_END = re.compile(r"(?:^|\s)\d[\d.,]*%? +\d[\d.,]*$")
_FIGURES_AT_START = re.compile(r"\d[\d.,]* +\d[\d.,]*%?(?:\s|$)")
"""12.3 45.6, 1,234 5%; not 12.3亿元."""


def clean(source: Source) -> CleanText:
    """Whole paragraphs, one a line, with the page map and the headings the file declared.

    Lines cut at the page's width are rejoined; a source with one paragraph a line keeps its lines.
    No visible character is lost or made up, the furniture of pages and web pages excepted; the invisible ones (Unicode
    categories Cc and Cf) and needless white space go. In a rejoined text the spaces between Chinese
    and digits or Latin letters are the PDF's, not the writer's, and go too.
    """
    rows = rows_of(without_web_furniture(source))
    prose = _outside_tables(rows)
    wrapped = source.wrapped or is_wrapped(prose)
    paragraphs = rejoin(prose) if wrapped else _as_given(prose)
    return _write(_with_tables(rows, paragraphs), wrapped)


def _outside_tables(rows: Sequence[Row]) -> list[Row]:
    """The rows that are in no table; those that follow one are ``parted`` from what stands before it."""
    return [
        replace(row, parted=True) if before is not None and before.table else row
        for before, row in zip([None, *rows], rows, strict=False)
        if not row.table
    ]


def _with_tables(rows: Sequence[Row], paragraphs: Sequence[list[Row]]) -> list[list[Row]]:
    """The paragraphs with the rows of tables, each a paragraph of its own, in their places."""
    merged: list[list[Row]] = []
    rest, taken = iter(paragraphs), 0
    for row in rows:
        if row.table:
            merged.append([row])
            continue
        if taken == 0:
            merged.append(next(rest))
            taken = len(merged[-1])
        taken -= 1
    return merged


def _as_given(rows: Sequence[Row]) -> list[list[Row]]:
    """One paragraph a row; a row without room goes on in the next (a page opens in mid-paragraph)."""
    paragraphs: list[list[Row]] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None and before.room == 0 and not row.parted:
            paragraphs[-1].append(row)
        else:
            paragraphs.append([row])
    return paragraphs


def _write(paragraphs: Sequence[Sequence[Row]], wrapped: bool) -> CleanText:
    parts: list[str] = []
    pages: list[PageStart] = []
    headings: list[DeclaredHeading] = []
    table_rows: set[int] = set()
    scanned: list[tuple[int, int]] = []
    last_scanned = False
    at = 0
    for paragraph in paragraphs:
        start = at = at + (1 if parts else 0)
        if parts:
            parts.append("\n")
        before = ""
        for row in paragraph:
            text = row.text if row.table else _tidy(row.text, wrapped)
            glue = " " if before and _needs_space(before, text) else ""
            if row.opens is not None:
                pages.append(PageStart(at + len(glue), row.opens))
            parts += (glue, text)
            at += len(glue) + len(text)
            if row.scanned:
                opens = scanned.pop()[0] if scanned and last_scanned else at - len(text)
                scanned.append((opens, at))
            last_scanned = row.scanned
            before = text
        if paragraph[0].table:
            table_rows.add(start)
        elif paragraph[0].level:
            headings.append(DeclaredHeading(start, at, paragraph[0].level))
    return CleanText("".join(parts), tuple(pages), tuple(headings), frozenset(table_rows), tuple(scanned))


def _needs_space(before: str, after: str) -> bool:
    """Two Latin words met at a line end, or two rows of figures; a lone figure may go on in the next line."""
    left, right = before[-1], after[0]
    if left.isdigit() and right.isdigit():
        return bool(_FIGURES_AT_END.search(before) or _FIGURES_AT_START.match(after))
    if left in "-/(" or right in "-/)" or not (left.isascii() and right.isascii()):
        return False
    return left.isalpha() or right.isalpha()


def _tidy(text: str, wrapped: bool) -> str:
    """Spaces as a reader would write them; a letter-spaced line (政 府 工 作 报 告) closes up."""
    if not wrapped:
        return re.sub(r"\s+", "", text) if _SPACED_LETTERS.fullmatch(" ".join(text.split())) else text
    text = _SPACED_LETTERS.sub(lambda match: match[0].replace(" ", ""), " ".join(text.split()))
    return _NEEDLESS_SPACE.sub("", text)

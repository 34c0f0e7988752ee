"""Pages to rows: which line opens which page, and what is page furniture rather than text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.types import Page, Source

CELL_GAP = "\u3000"
"""Stands between the parts of a table's row: its label, then each heading with its value."""
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
"""\u200b; not 甲."""
_NARROW = re.compile("[ -\xa6\xa9\xac\xae\xaf\xbb\u2000-\u200a\u202f]+")
"""ab; not 甲."""
_DASH = "[-–—―－─·•~～|]"
_NUMBERED = (
    re.compile(rf"{_DASH}{{1,2}}\s*(\d{{1,4}})\s*{_DASH}{{1,2}}"),
    re.compile(r"第\s*(\d{1,4})\s*页(?:\s*[,，/／]?\s*[（(]?共\s*\d{1,4}\s*页[）)]?)?"),
    re.compile(r"(?:[Pp]age\s*|[Pp]\.?\s*)(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?"),
)
_BARE = (re.compile(r"(\d{1,4})\s*[/／]\s*\d{1,4}"), re.compile(r"(\d{1,4})"))
_DIGITS = re.compile(r"[0-9０-９]+")
"""12, １２; not 十二."""
_HEADER_DEPTH = 2
"""Rows from the top of a page within which its running head stands."""
_SPACE_LESS = 0.25
"""Ems that a space is narrower than other narrow signs, which take half of one."""
_FEWEST_HEADS, _ON_PAGES, _LONGEST_HEAD = 3, 0.4, 60
"""A running head stands on so many pages at least, on so large a part of them (its chapter's, or every other page), and
is so many characters long at most."""
_COUNTED = 0.75
"""The share of page numbers that are one more than the one before: a page may be blank or its number unread."""
_UNEVEN = 0.4
"""How far a page's number of rows differs from the usual: it ends with a heading, or holds a table."""
_MIN_ROWS_A_PAGE = 8
"""Numbers that stand closer than this number the rows of a list, no pages."""
_MIN_MARKED_ROWS = 3
"""The same of numbers written as a page's alone are, — 3 —: a page holds few paragraphs where a row is one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line with something on it.

    ``text`` is stripped at both ends; ``indent`` and ``room`` are in ems, the leading white space and
    the free room to the right margin (None: not known); ``opens`` is the page this row opens;
    ``gap`` says that blank lines stand before it; ``table`` that it is a row of a table, ``parted`` that
    a table stands before it, ``scanned`` that it was recognised in a picture.
    """

    text: str
    indent: float = 0.0
    level: int = 0
    gap: bool = False
    opens: int | None = None
    room: float | None = None
    lead: str = ""
    table: bool = False
    parted: bool = False
    scanned: bool = False


def visible(text: str) -> str:
    """``text`` without what cannot be seen: control characters, bidi and zero-width marks, soft hyphens.

    These are Unicode categories Cc and Cf, white space excepted.
    """
    return _INVISIBLE.sub("", text)


def width(text: str) -> float:
    """Printed width in ems: 1 for wide characters, 1/2 for narrow ones, 1/4 for a space."""
    return len(text) - 0.5 * sum(map(len, _NARROW.findall(text))) - _SPACE_LESS * text.count(" ")


def rows_of(source: Source) -> list[Row]:
    """The rows of all pages in order, without running headers, running footers and page numbers.

    Where the source has no pages of its own, the page numbers printed between its lines tell them,
    else (text copied from a PDF) the single space that stands before each line that opens a page.
    """
    if len(source.pages) == 1 and source.pages[0].number is None:
        rows = _to_rows(source.pages[0])
        return _split_at_numbers(rows) or _split_at_single_spaces(rows) or rows
    pages = _drop_furniture([_to_rows(page) for page in source.pages])
    numbers = [page.number for page in source.pages]
    return [row for rows, number in zip(pages, numbers, strict=True) for row in _opening(rows, number)]


def _to_rows(page: Page) -> list[Row]:
    rows: list[Row] = []
    gap = False
    for line in page.lines:
        text = visible(line.text)
        body = text.strip()
        if body:
            lead = text[: len(text) - len(text.lstrip())]
            indent = sum(1.0 if char in "\u3000\t" else 0.5 for char in lead)
            rows.append(
                Row(
                    body,
                    indent,
                    line.level,
                    gap,
                    room=line.room,
                    lead=lead,
                    table=line.table,
                    scanned=page.scanned,
                )
            )
        gap = not body
    return rows


def _opening(rows: list[Row], number: int | None) -> list[Row]:
    return [replace(rows[0], opens=number), *rows[1:]] if rows else []


def _drop_furniture(pages: list[list[Row]]) -> list[list[Row]]:
    """Remove page numbers and repeated lines from the top and the bottom of pages."""
    for edge in (0, -1):
        for _ in range(_HEADER_DEPTH):
            drop = _furniture(pages, edge)
            pages = [
                (rows[1:] if edge == 0 else rows[:-1]) if at in drop else rows
                for at, rows in enumerate(pages)
            ]
    return pages


def _furniture(pages: list[list[Row]], edge: int) -> set[int]:
    """The pages whose first (edge 0) or last (edge -1) row is a page number or stands on many pages."""
    texts = {at: rows[edge].text for at, rows in enumerate(pages) if rows and not rows[edge].table}
    shapes = Counter(_shape(text) for text in texts.values())
    need = max(_FEWEST_HEADS, len(texts) * _ON_PAGES) if len(texts) > 2 else 2
    repeated = {
        at for at, text in texts.items() if len(text) <= _LONGEST_HEAD and shapes[_shape(text)] >= need
    }
    bare = {at: number for at, text in texts.items() if (number := _number(text, _BARE)) is not None}
    offsets = Counter(number - at for at, number in bare.items())
    offset, pages_counted = offsets.most_common(1)[0] if offsets else (0, 0)
    counting = {at for at, number in bare.items() if pages_counted > 1 and number - at == offset}
    marked = {at for at, text in texts.items() if _number(text, _NUMBERED) is not None}
    return (repeated - bare.keys()) | counting | marked


def _shape(text: str) -> str:
    """A running head is the same on every page but for its page number."""
    return _DIGITS.sub("0", "".join(text.split()))


def _number(text: str, forms: Iterable[re.Pattern[str]]) -> int | None:
    for form in forms:
        if match := form.fullmatch(text):
            return int(match[1])
    return None


def _is_counting(numbers: list[int]) -> bool:
    """Two or more numbers that rise by one nearly every time."""
    steps = [after - before for before, after in pairwise(numbers)]
    return bool(steps) and all(step > 0 for step in steps) and steps.count(1) >= _COUNTED * len(steps)


def _split_at_numbers(rows: list[Row]) -> list[Row] | None:
    """Pages from the page numbers printed between the lines; None when there are none.

    Numbers stand under their page, unless the first stands at the very top.
    """
    places = _number_places(rows, _NUMBERED, _MIN_MARKED_ROWS) or _even(
        _number_places(rows, _BARE, _MIN_ROWS_A_PAGE)
    )
    if not places:
        return None
    on_top = places[0][0] <= _HEADER_DEPTH
    cuts = [at for at, _ in places]
    bounds = [0, *(cuts[1:] if on_top else [at + 1 for at in cuts]), len(rows)]
    numbers = [number for _, number in places]
    if not on_top:
        numbers.append(numbers[-1] + 1)
    pages = [
        [row for at, row in enumerate(rows[start:end], start) if at not in cuts]
        for start, end in pairwise(bounds)
    ]
    pages = _drop_furniture(pages)
    return [row for page, number in zip(pages, numbers, strict=True) for row in _opening(page, number)]


def _number_places(
    rows: list[Row], forms: Iterable[re.Pattern[str]], fewest_rows: int
) -> list[tuple[int, int]]:
    found = [(at, number) for at, row in enumerate(rows) if (number := _number(row.text, forms)) is not None]
    apart = [after - before for (before, _), (after, _) in pairwise(found)]
    is_paging = _is_counting([number for _, number in found]) and median(apart) >= fewest_rows
    return found if is_paging else []


def _even(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bare numbers that count pages from the beginning on; those of a table's rows begin far down."""
    steps = [after - before for (before, _), (after, _) in pairwise(places)]
    return places if places and places[0][0] <= 2 * median(steps) + _HEADER_DEPTH else []


def _split_at_single_spaces(rows: list[Row]) -> list[Row] | None:
    """Pages from lines that open with one space, if these come at even distances; else None.

    The first page may open without one, and may be shorter (a cover).
    """
    openers = [at for at, row in enumerate(rows) if row.lead == " "]
    starts = openers if openers[:1] == [0] else [0, *openers]
    steps = [after - before for before, after in pairwise(starts)]
    usual = median(steps) if len(steps) > 1 else 0
    even = all((1 - _UNEVEN) * usual <= step <= (1 + _UNEVEN) * usual for step in steps[1:])
    if usual < _MIN_ROWS_A_PAGE or not even or steps[0] > (1 + _UNEVEN) * usual:
        return None
    number = {at: page for page, at in enumerate(starts, start=1)}
    return [
        replace(row, indent=0.0, opens=number[at]) if at in number else row for at, row in enumerate(rows)
    ]

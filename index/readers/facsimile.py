"""Where a stretch of the clean text stands on the printed page.

The clean text was made from the page: lines were joined, spaces dropped, the cells of a table named. So a
clause is found again by its characters, white space ignored; what stands on the page in another order is
found piece by piece.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from index.readers.placed import Area, PlacedCharacter

_LEAST = 3
"""So many characters in a row are no chance agreement, where a clause is found in pieces."""
_CONTEXT = 30
"""Characters before and after a clause that tell apart two places where it stands."""
_STRETCH = 3
"""Widths of a character up to which the next one is of the same line: justified lines and narrow signs."""


def find_areas(
    characters: Sequence[PlacedCharacter], quote: str, before: str = "", after: str = ""
) -> list[Area]:
    """The areas of ``quote`` on a page of ``characters``, one a line; empty where it does not stand there.

    ``before`` and ``after`` are what surrounds the quote in the clean text.
    """
    letters = [(folded, char.area) for char in characters if (folded := _folded(char.text))]
    page = "".join(letter for letter, _ in letters)
    wanted = "".join(map(_folded, quote))
    if not wanted:
        return []
    spans = _found_whole(page, wanted, "".join(map(_folded, before)), "".join(map(_folded, after)))
    return [
        area for start, end in spans or _found_in_pieces(page, wanted) for area in _lines(letters[start:end])
    ]


def _folded(text: str) -> str:
    """One letter for a character however it is written (full width, a radical's code), none for a space."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip("\u200b\ufeff\u00ad")
    return "" if folded.isspace() else folded[:1]


def _found_whole(page: str, wanted: str, before: str, after: str) -> list[tuple[int, int]]:
    """Where ``wanted`` stands in one piece; of several places the one whose surroundings agree most."""
    places = []
    at = page.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        agreeing = _common(page[:at][::-1], before[::-1]) + _common(page[end:], after)
        places.append((agreeing, -at))
        at = page.find(wanted, at + 1)
    if not places:
        return []
    start = -max(places)[1]
    return [(start, start + len(wanted))]


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    count = 0
    for a, b in zip(one[:_CONTEXT], other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _found_in_pieces(page: str, wanted: str) -> list[tuple[int, int]]:
    """The pieces of ``wanted`` that stand on the page in the same order; none where they are less than half."""
    blocks = SequenceMatcher(None, wanted, page, autojunk=False).get_matching_blocks()
    pieces = [(block.b, block.b + block.size) for block in blocks if block.size >= min(_LEAST, len(wanted))]
    return pieces if 2 * sum(end - start for start, end in pieces) >= len(wanted) else []


def _lines(letters: Sequence[tuple[str, Area]]) -> list[Area]:
    """Neighbouring areas joined, as far as they stand on one line (or in one column of vertical text)."""
    joined: list[Area] = []
    for _, area in letters:
        if joined and _continues(joined[-1], area):
            last = joined[-1]
            joined[-1] = Area(
                min(last.left, area.left),
                min(last.top, area.top),
                max(last.right, area.right),
                max(last.bottom, area.bottom),
            )
        else:
            joined.append(area)
    return joined


def _continues(line: Area, area: Area) -> bool:
    """Whether ``area`` is the next character of ``line``, across or down."""
    high, wide = area.bottom - area.top, area.right - area.left
    middle, centre = (area.top + area.bottom) / 2, (area.left + area.right) / 2
    across = line.top <= middle <= line.bottom and -wide <= area.left - line.right <= _STRETCH * wide
    down = line.left <= centre <= line.right and -high <= area.top - line.bottom <= high / 2
    one_column = line.right - line.left < 2 * wide
    return across or (down and one_column)

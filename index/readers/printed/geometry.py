"""Boxes and characters on a printed page, in points, y upward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import NamedTuple

SAME_LINE = 0.4
"""Ems up to which the middles of neighbouring characters of a line differ: a raised note mark still is of it."""
LEVEL = 0.1
"""Of the type's height: what stands on one base line differs by no more, rounding included."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    right: float
    bottom: float
    top: float

    def beside(self, other: Box) -> bool:
        """Whether the two stand on one line: half of the lower one's height is shared."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.top - self.bottom, other.top - other.bottom)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top


class Character(NamedTuple):
    """A character, its box, and its type size; a tuple, since a page has thousands."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float

    @property
    def middle(self) -> float:
        """The height of its centre."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """What stands on a page, upright as a reader holds it.

    ``aside`` are texts printed at another angle (a note up the margin), each its own line; ``rules``
    the thin boxes of ruled lines; ``scanned`` says that the text was recognised in a picture.
    """

    characters: tuple[Character, ...]
    rules: tuple[Box, ...] = ()
    aside: tuple[str, ...] = ()
    scanned: bool = False


_GRID = 0.85
"""On a grid, digits stand so many ems apart at least; set as usual, half an em."""
_FEWEST_PAIRS = 20
"""Pairs of digits that tell how a document sets them; fewer may be chance."""
_NEIGHBOURS = 1.2
"""Ems: two digits farther apart have a space between them and are of two numbers."""
_EVERY = 0.95
"""The share of a document's pairs of digits that stand on a grid where it sets every digit so; a few stand in words."""


def on_the_grid(pages: Sequence[PrintedPage]) -> tuple[PrintedPage, ...]:
    """The pages; where a document sets every digit in a square of its own, as Chinese characters stand, its
    narrow characters are as wide as that square.

    Otherwise the year 2 0 0 1 would read as four figures. The cells of a table hold figures of one digit each in
    documents that print 2024 as usual too.
    """
    pitches = [
        (after.left - char.left) / char.size
        for page in pages
        for char, after in pairwise(page.characters)
        if char.text.isdigit()
        and after.text.isdigit()
        and abs(char.bottom - after.bottom) < LEVEL * char.size
    ]
    near = [pitch for pitch in pitches if 0 < pitch < _NEIGHBOURS]
    if len(near) < _FEWEST_PAIRS or sum(pitch >= _GRID for pitch in near) < _EVERY * len(near):
        return tuple(pages)
    return tuple(replace(page, characters=tuple(_squared(page.characters))) for page in pages)


def _squared(characters: Sequence[Character]) -> Iterator[Character]:
    """Narrow characters with the rest of their square, up to the next character on the line."""
    for char, after in zip_longest(characters, characters[1:]):
        right = char.left + char.size
        if (
            after is not None
            and after.left > char.left
            and abs(after.bottom - char.bottom) < LEVEL * char.size
        ):
            right = min(right, after.left)
        narrow = "!" <= char.text <= "~" and right > char.right
        yield char._replace(right=right) if narrow else char


def around(characters: Iterable[Character]) -> Box:
    """The box around characters; raises ValueError for none."""
    held = list(characters)
    return Box(
        min(char.left for char in held),
        max(char.right for char in held),
        min(char.bottom for char in held),
        max(char.top for char in held),
    )

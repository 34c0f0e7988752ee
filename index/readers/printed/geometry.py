"""Boxes and characters on a printed page, in points, y upward."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


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


def around(characters: Iterable[Character]) -> Box:
    """The box around characters; raises ValueError for none."""
    held = list(characters)
    return Box(
        min(char.left for char in held),
        max(char.right for char in held),
        min(char.bottom for char in held),
        max(char.top for char in held),
    )

"""The reading order of boxes on a page: columns one after the other, between full-width lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_MIN_LINES = 5
_STEP = 3.0
_MAX_ACROSS = 2

Slot = tuple[int, int]
"""Which column, and of how many: (0, 1) is the only one, (1, 2) the right one of two."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, y upward."""

    left: float
    right: float
    bottom: float
    top: float

    def beside(self, other: Box) -> bool:
        """Whether the two stand on one line: half of the lower one's height is shared."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.top - self.bottom, other.top - other.bottom)


def usual_gutter(pages: Sequence[Sequence[Box]]) -> float | None:
    """The gutter that at least half of the pages have, for those too empty to show it."""
    found = sorted(gutter for boxes in pages if (gutter := _gutter(boxes)) is not None)
    filled = sum(bool(boxes) for boxes in pages)
    return found[len(found) // 2] if found and len(found) * 2 >= filled else None


def reading_order(boxes: Sequence[Box], usual: float | None = None) -> list[tuple[Slot, list[int]]]:
    """Groups of box indices in the order they are read, each with its slot."""
    gutter = _gutter(boxes)
    if gutter is None and usual is not None and _crossing(boxes, usual) <= _MAX_ACROSS:
        gutter = usual
    if gutter is None:
        return [((0, 1), list(range(len(boxes))))]
    groups: list[tuple[Slot, list[int]]] = []
    across = [at for at, box in enumerate(boxes) if box.left < gutter < box.right]
    across += [at for at in (*_apart(boxes, 1), *_apart(boxes, -1)) if at not in across]
    across.sort(key=lambda at: -_centre(boxes[at]))
    ceiling = float("inf")
    for bar in [*across, None]:
        floor = float("-inf") if bar is None else _centre(boxes[bar])
        between = [at for at, box in enumerate(boxes) if floor < _centre(box) < ceiling and at not in across]
        groups.append(((0, 2), [at for at in between if boxes[at].right <= gutter]))
        groups.append(((1, 2), [at for at in between if boxes[at].left >= gutter]))
        if bar is not None:
            groups.append(((0, 1), [bar]))
        ceiling = floor
    return [(slot, members) for slot, members in groups if members]


def _centre(box: Box) -> float:
    return (box.bottom + box.top) / 2


def _apart(boxes: Sequence[Box], up: int) -> list[int]:
    """Running heads above (up 1) or feet below (up -1) the columns: well apart from the line next to them."""
    order = sorted(range(len(boxes)), key=lambda at: -up * _centre(boxes[at]))
    outer = [at for at in order if boxes[at].beside(boxes[order[0]])]
    inner = [at for at in order if at not in outer]
    pitches = sorted(_pitches([boxes[at] for at in inner]))
    if not pitches:
        return []
    distance = abs(_centre(boxes[order[0]]) - _centre(boxes[inner[0]]))
    return outer if distance > 1.4 * pitches[len(pitches) // 2] else []


def _pitches(boxes: Sequence[Box]) -> list[float]:
    """Distances from each line to the next one below it in its own column."""
    columns: dict[int, list[float]] = {}
    for box in boxes:
        columns.setdefault(round(box.left / 40), []).append(_centre(box))
    return [
        upper - lower for ys in columns.values() for lower, upper in pairwise(sorted(ys)) if upper - lower > 2
    ]


def _gutter(boxes: Sequence[Box]) -> float | None:
    """The x that parts a page into two columns of lines; None for a page of one column.

    Few lines may cross it, and both sides need lines that are long and stand beside each other.
    """
    if len(boxes) < 2 * _MIN_LINES:
        return None
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    steps = int((right - left) * 0.4 / _STEP)
    places = [left + (right - left) * 0.3 + step * _STEP for step in range(steps)]
    fewest = min((_crossing(boxes, x) for x in places), default=len(boxes))
    best = [x for x in places if _crossing(boxes, x) == fewest]
    middle = best[len(best) // 2] if best else left
    if fewest * 5 > len(boxes) or not _is_two_columns(boxes, middle, right - left):
        return None
    return middle


def _crossing(boxes: Sequence[Box], x: float) -> int:
    return sum(box.left < x < box.right for box in boxes)


def _is_two_columns(boxes: Sequence[Box], gutter: float, page_width: float) -> bool:
    sides = [box for box in boxes if box.right <= gutter], [box for box in boxes if box.left >= gutter]
    long = [sum(box.right - box.left > 0.3 * page_width for box in side) for side in sides]
    return all(len(side) >= _MIN_LINES for side in sides) and min(long) * 2 >= min(map(len, sides))

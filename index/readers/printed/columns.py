"""The reading order of boxes on a page: columns and sidebars one after the other, between full-width lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from index.readers.printed.geometry import LEVEL, Box

_MIN_LINES = 5
"""Fewer lines on a side are no column of a page."""
_STEPS = 150
"""Places across a page where a gutter is looked for: 4 points apart on A4."""
_MAX_ACROSS = 2
"""Lines that may run across a gutter: a headline and a page number."""
_HEAD_APART = 1.4
"""A running head stands so many times farther from the text than its lines from each other."""
_COLUMN = 40
"""Points: lines that begin so near to each other are of one column; the next one begins farther off."""
_EDGE = 7
"""No column is narrower than a seventh of the page: there no gutter is looked for."""
_FEW_ACROSS = 0.2
"""The share of a page's lines that may run across its gutter: above that there are no columns."""
_FILLS = 0.7
"""The share of its column's width that a line of prose fills."""
_MOST_LEVEL = 0.6
"""The share of one side's lines that stand exactly beside lines of the other in a table; in two columns of prose few do."""

Slot = tuple[int, int]
"""Which column, and of how many: (0, 1) is the only one, (1, 2) the right one of two."""


def usual_gutters(pages: Sequence[Sequence[Box]]) -> list[float]:
    """The gutters that at least half of the pages have, for those too empty to show them."""
    found = [places for boxes in pages if (places := _gutters(boxes))]
    filled = sum(bool(boxes) for boxes in pages)
    if not found or len(found) * 2 < filled:
        return []
    usual = Counter(map(len, found)).most_common(1)[0][0]
    alike = [places for places in found if len(places) == usual]
    return [sorted(places)[len(alike) // 2] for places in zip(*alike, strict=True)]


def reading_order(boxes: Sequence[Box], usual: Sequence[float] = ()) -> list[tuple[Slot, list[int]]]:
    """Groups of box indices in the order they are read, each with its slot."""
    gutters = _gutters(boxes)
    if not gutters and usual and all(_crossing(boxes, x) <= _MAX_ACROSS for x in usual):
        gutters = list(usual)
    if not gutters:
        return [((0, 1), list(range(len(boxes))))]
    groups: list[tuple[Slot, list[int]]] = []
    across = [at for at, box in enumerate(boxes) if any(box.left < x < box.right for x in gutters)]
    across += [at for at in (*_apart(boxes, 1), *_apart(boxes, -1)) if at not in across]
    across.sort(key=lambda at: -_centre(boxes[at]))
    sides = [float("-inf"), *gutters, float("inf")]
    ceiling = float("inf")
    for bar in [*across, None]:
        floor = float("-inf") if bar is None else _centre(boxes[bar])
        between = [at for at, box in enumerate(boxes) if floor < _centre(box) < ceiling and at not in across]
        for column, (left, right) in enumerate(pairwise(sides)):
            members = [at for at in between if left <= boxes[at].left and boxes[at].right <= right]
            groups.append(((column, len(gutters) + 1), members))
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
    return outer if distance > _HEAD_APART * pitches[len(pitches) // 2] else []


def _pitches(boxes: Sequence[Box]) -> list[float]:
    """Distances from each line to the next one below it in its own column."""
    columns: dict[int, list[float]] = {}
    for box in boxes:
        columns.setdefault(round(box.left / _COLUMN), []).append(_centre(box))
    return [
        upper - lower
        for ys in columns.values()
        for lower, upper in pairwise(sorted(ys))
        if upper - lower > 2  # points; less are two parts of one line
    ]


def _gutters(boxes: Sequence[Box]) -> list[float]:
    """The x that part a page into columns of lines, from left; none for a page of one column."""
    gutter = _gutter(boxes)
    if gutter is None:
        return []
    left, right = _sides(boxes, gutter)
    return [*_gutters(left), gutter, *_gutters(right)]


def _gutter(boxes: Sequence[Box]) -> float | None:
    """The x that best parts boxes into two columns; None where there is one column.

    Few lines may cross it. On both sides there are lines, on one side at least long ones, and the
    other is either so too or stands on lines of its own: a row of a table is on one line.
    """
    if len(boxes) < 2 * _MIN_LINES:
        return None
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    places = [
        left + (right - left) * step / _STEPS for step in range(_STEPS // _EDGE, _STEPS - _STEPS // _EDGE)
    ]
    crossing = [_crossing(boxes, x) for x in places]
    fewest = min(crossing)
    if fewest > _FEW_ACROSS * len(boxes):
        return None
    # Of the strips that fewest lines cross, the one nearest to the middle that parts columns.
    strips = sorted(_strips(places, crossing, fewest), key=lambda x: abs(x - (left + right) / 2))
    return next((x for x in strips if _is_two_columns(boxes, x)), None)


def _strips(places: Sequence[float], crossing: Sequence[int], fewest: int) -> list[float]:
    """The middles of the stretches of neighbouring places that ``fewest`` lines cross."""
    strips: list[list[float]] = [[]]
    for x, count in zip(places, crossing, strict=True):
        if count == fewest:
            strips[-1].append(x)
        elif strips[-1]:
            strips.append([])
    return [strip[len(strip) // 2] for strip in strips if strip]


def _crossing(boxes: Sequence[Box], x: float) -> int:
    return sum(box.left < x < box.right for box in boxes)


def _sides(boxes: Sequence[Box], x: float) -> tuple[list[Box], list[Box]]:
    return [box for box in boxes if box.right <= x], [box for box in boxes if box.left >= x]


def _is_two_columns(boxes: Sequence[Box], x: float) -> bool:
    sides = _sides(boxes, x)
    if min(map(len, sides)) < _MIN_LINES:
        return False
    prose = [_is_prose(side) or bool(_gutters(side)) for side in sides]
    return all(prose) or (any(prose) and not _share_lines(*sides))


def _is_prose(side: Sequence[Box]) -> bool:
    """Half of the lines fill most of the column's width."""
    width = max(box.right for box in side) - min(box.left for box in side)
    return 2 * sum(box.right - box.left > _FILLS * width for box in side) >= len(side)


def _share_lines(left: Sequence[Box], right: Sequence[Box]) -> bool:
    """Whether most of the lines of the side with fewer stand exactly beside one of the other's."""
    fewer, more = sorted((left, right), key=len)
    level = sum(
        any(abs(_centre(box) - _centre(other)) < LEVEL * (box.top - box.bottom) for other in more)
        for box in fewer
    )
    return level > _MOST_LEVEL * len(fewer)

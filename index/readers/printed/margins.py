"""Printed lines to lines of text: what the geometry of the page says of indents, margins and headings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.readers.printed.columns import Slot
from index.readers.printed.geometry import Box
from index.text import LEFT_CROWD, RIGHT_CROWD
from index.types import Line

_LARGER = 1.12
"""Type so many times the size of the body's is a heading's."""
_ACROSS = (0, 1)
"""The slot of a line that runs across all columns."""
_APART = 1.25
"""Lines so many times farther apart than usual have a blank between them."""
_UNLIKE = 1.5
"""A column so many times wider than the one before it is the text beside a sidebar."""
_LOOSE = 0.2
"""Ems that a line may begin behind the margin without being indented by one more."""
_SAME_MARGIN = 4
"""Points between which lines begin, or end, at one margin."""


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A printed line; ``size`` is its type size in points, ``slot`` the column it stands in.

    ``apart`` are the lines of a table and what stands outside of the text: no margin is measured by them.
    """

    text: str
    box: Box
    size: float
    slot: Slot
    apart: bool = False
    table: bool = False


@dataclass(frozen=True, slots=True)
class _Measures:
    """Of a whole document: how wide each column is, how far apart lines are, which sizes are headings'."""

    widths: dict[Slot, float]
    pitch: float
    levels: dict[float, int]


def to_lines(pages: Sequence[Sequence[PrintedRow]]) -> list[list[Line]]:
    """Each page's lines, with indent, room to the right margin and heading level."""
    plain = [[row for row in rows if not row.apart] for rows in pages]
    lefts = [_left_margins(rows) for rows in plain]
    measures = _measure(plain, lefts)
    return [list(_lines(rows, left, measures)) for rows, left in zip(pages, lefts, strict=True)]


def _measure(pages: Sequence[Sequence[PrintedRow]], lefts: Sequence[dict[Slot, float]]) -> _Measures:
    reach: dict[Slot, list[float]] = defaultdict(list)
    for rows, left in zip(pages, lefts, strict=True):
        for row in rows:
            reach[row.slot].append(row.box.right - left[row.slot])
    widths = {slot: _rightmost_crowd(rights) for slot, rights in reach.items()}
    for last in [slot for slot in widths if slot[0] == slot[1] - 1 and slot != _ACROSS]:
        first = (0, last[1])
        offset = median([left[last] - left[first] for left in lefts if last in left and first in left] or [0])
        if _ACROSS in widths:
            widths[_ACROSS] = max(widths[_ACROSS], offset + widths[last])
    drops = [_drop(above, row) for rows in pages for above, row in pairwise(rows)]
    return _Measures(
        widths,
        median([drop for drop in drops if drop > 0] or [1.0]),
        _levels(row for rows in pages for row in rows),
    )


def _drop(above: PrintedRow, row: PrintedRow) -> float:
    """How far a row stands below the one before it, in ems; 0 at the top of a column."""
    return max(0.0, (above.box.bottom - row.box.bottom) / row.size) if above.slot == row.slot else 0.0


def _lines(rows: Sequence[PrintedRow], left: dict[Slot, float], measures: _Measures) -> Iterator[Line]:
    for at, row in enumerate(rows):
        if row.apart:
            yield Line(row.text, table=row.table)
            continue
        if at and _is_parted(rows[at - 1], row, measures):
            yield Line("")
        line = _line(row, left[row.slot], measures)
        after = rows[at + 1] if at + 1 < len(rows) else None
        if (
            line.level
            and after
            and not after.apart
            and _goes_on(row, after, left[row.slot], measures.widths[row.slot])
        ):
            line = Line(line.text, line.level, room=0.0)
        yield line


def _is_parted(above: PrintedRow, row: PrintedRow, measures: _Measures) -> bool:
    """Whether there is a blank between two rows, or they stand in columns too unlike for one text."""
    if above.slot != row.slot and not above.apart and _ACROSS not in (above.slot, row.slot):
        one, other = sorted((measures.widths[above.slot], measures.widths[row.slot]))
        return other > _UNLIKE * one
    return _drop(above, row) > _APART * measures.pitch


def _line(row: PrintedRow, left: float, measures: _Measures) -> Line:
    indent = round((row.box.left - left) / row.size - _LOOSE)
    room = (left + measures.widths[row.slot] - row.box.right) / row.size
    return Line("\u3000" * max(0, indent) + row.text, measures.levels.get(_rounded(row.size), 0), room)


def _goes_on(row: PrintedRow, after: PrintedRow, left: float, width: float) -> bool:
    """Whether two lines of a centred title are one, too long for a line."""
    sizes = row.box.right - row.box.left, after.box.right - after.box.left
    offsets = [abs(box.left + box.right - 2 * left - width) / 2 for box in (row.box, after.box)]
    same = row.slot == after.slot and _rounded(row.size) == _rounded(after.size)
    return same and max(offsets) < row.size and sum(sizes) > width


def _left_margins(rows: Sequence[PrintedRow]) -> dict[Slot, float]:
    """Where the lines of each column of a page begin: the leftmost place that several share."""
    by_slot: dict[Slot, list[PrintedRow]] = defaultdict(list)
    for row in rows:
        by_slot[row.slot].append(row)
    margins = {slot: _leftmost_crowd([row.box.left for row in group]) for slot, group in by_slot.items()}
    for first in [slot for slot in margins if slot[0] == 0 and slot != _ACROSS]:
        if _ACROSS in margins:
            margins[_ACROSS] = min(margins[_ACROSS], margins[first])
    return margins


def _leftmost_crowd(places: Sequence[float]) -> float:
    counts = Counter(round(place / _SAME_MARGIN) for place in places)
    crowds = [key for key, n in counts.items() if (n + counts[key + 1]) * LEFT_CROWD >= len(places)]
    crowd = min(crowds or counts)  # no crowd where every line is centred
    return min(place for place in places if round(place / _SAME_MARGIN) >= crowd)


def _rightmost_crowd(places: Sequence[float]) -> float:
    counts = Counter(round(place / _SAME_MARGIN) for place in places)
    crowds = [key for key, n in counts.items() if (n + counts[key - 1]) * RIGHT_CROWD >= len(places)]
    crowd = max(crowds or counts)
    return max(place for place in places if round(place / _SAME_MARGIN) <= crowd)


def _levels(rows: Iterable[PrintedRow]) -> dict[float, int]:
    """DeclaredHeading level of each type size that is clearly larger than the body's; the largest is 1."""
    amount: Counter[float] = Counter()
    for row in rows:
        amount[_rounded(row.size)] += len(row.text)
    if not amount:
        return {}
    body = amount.most_common(1)[0][0]
    larger = sorted((size for size in amount if size > body * _LARGER), reverse=True)
    return {size: level for level, size in enumerate(larger, start=1)}


def _rounded(size: float) -> float:
    return round(size * 2) / 2

"""Ruled lines to grids: where the cells of a table are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.readers.printed.geometry import Box

_NEAR = 3.0
"""Lines so near, in points, are one line, or touch."""
_MOST_LINES = 1200
"""A page with more is a drawing: its lines are left alone."""
_MOST_PLACES = 20_000
"""A page with more is a drawing: its lines are left alone."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell's box, its place from the top left, and how many rows and columns it covers."""

    box: Box
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: its box, the x of its column lines from left to right, its cells."""

    box: Box
    columns: tuple[float, ...]
    cells: tuple[GridCell, ...]


def find_grids(rules: Sequence[Box]) -> list[Grid]:
    """The grids of two columns and two rows or more among ``rules``, the thin boxes of ruled lines."""
    level = [rule for rule in rules if rule.right - rule.left >= rule.top - rule.bottom]
    upright = [rule for rule in rules if rule.right - rule.left < rule.top - rule.bottom]
    across = _merged([((r.bottom + r.top) / 2, r.left, r.right) for r in level])
    down = _merged([((r.left + r.right) / 2, r.bottom, r.top) for r in upright])
    if len(across) < 2 or not down or len(across) + len(down) > _MOST_LINES:
        return []
    grids = [_grid(a, d) for a, d in _connected(across, down) if len(a) >= 2 and d]
    return [grid for grid in grids if grid is not None]


_Span = tuple[float, float, float]
"""A line: where it stands on the one axis, from where to where it goes on the other."""


def _merged(spans: Sequence[_Span]) -> list[_Span]:
    """Pieces of one line as one; double lines as one."""
    tracks: list[list[_Span]] = []
    for span in sorted(spans):
        if tracks and span[0] - tracks[-1][0][0] <= _NEAR:
            tracks[-1].append(span)
        else:
            tracks.append([span])
    merged: list[_Span] = []
    for track in tracks:
        place = sum(span[0] for span in track) / len(track)
        start, end = None, 0.0
        for _, low, high in sorted(track, key=lambda span: span[1]):
            if start is not None and low <= end + _NEAR:
                end = max(end, high)
                continue
            if start is not None:
                merged.append((place, start, end))
            start, end = low, high
        if start is not None:
            merged.append((place, start, end))
    return [span for span in merged if span[2] - span[1] > 2 * _NEAR]


def _connected(across: list[_Span], down: list[_Span]) -> list[tuple[list[_Span], list[_Span]]]:
    """The groups of lines that touch each other."""
    parent = list(range(len(across) + len(down)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for i, (y, left, right) in enumerate(across):
        for j, (x, bottom, top) in enumerate(down, len(across)):
            if left - _NEAR <= x <= right + _NEAR and bottom - _NEAR <= y <= top + _NEAR:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[_Span], list[_Span]]] = defaultdict(lambda: ([], []))
    for at, span in enumerate([*across, *down]):
        groups[root(at)][at >= len(across)].append(span)
    return list(groups.values())


def _grid(across: list[_Span], down: list[_Span]) -> Grid | None:
    xs = _places([*(x for x, _, _ in down), *(end for _, a, b in across for end in (a, b))])
    ys = _places([*(y for y, _, _ in across), *(end for _, a, b in down for end in (a, b))])[::-1]
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > _MOST_PLACES:
        return None
    walls = {
        (row, at)
        for x, low, high in down
        for at in [_nearest(xs, x)]
        for row, (top, bottom) in enumerate(pairwise(ys))
        if low <= (top + bottom) / 2 <= high
    }
    floors = {
        (at, column)
        for y, low, high in across
        for at in [_nearest(ys, y)]
        for column, (left, right) in enumerate(pairwise(xs))
        if low <= (left + right) / 2 <= high
    }
    cells = _cells(rows, columns, walls, floors)
    return Grid(
        Box(xs[0], xs[-1], ys[-1], ys[0]),
        tuple(xs),
        tuple(
            GridCell(Box(xs[c], xs[c + width], ys[r + height], ys[r]), r, c, height, width)
            for r, c, height, width in cells
        ),
    )


def _places(values: Sequence[float]) -> list[float]:
    """The distinct coordinates, near ones as one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > 2 * _NEAR:
            places.append(value)
    return places


def _nearest(places: Sequence[float], value: float) -> int:
    return min(range(len(places)), key=lambda at: abs(places[at] - value))


def _cells(
    rows: int, columns: int, walls: set[tuple[int, int]], floors: set[tuple[int, int]]
) -> list[tuple[int, int, int, int]]:
    """Places that no line parts as one cell: row, column, rows, columns; each the largest box from its
    top left place."""
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            width = 1
            while (
                column + width < columns
                and (row, column + width) not in walls
                and (row, column + width) not in taken
            ):
                width += 1
            height = 1
            while row + height < rows and _goes_down(row + height, column, width, walls, floors, taken):
                height += 1
            taken |= {(row + r, column + c) for r in range(height) for c in range(width)}
            cells.append((row, column, height, width))
    return cells


def _goes_down(
    row: int,
    column: int,
    width: int,
    walls: set[tuple[int, int]],
    floors: set[tuple[int, int]],
    taken: set[tuple[int, int]],
) -> bool:
    """Whether a cell goes on in ``row``: no line above it, none inside it."""
    return (
        not any((row, column + at) in floors for at in range(width))
        and not any((row, column + at) in walls for at in range(1, width))
        and not any((row, column + at) in taken for at in range(width))
    )

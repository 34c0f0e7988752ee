"""Pages of characters to pages of lines: tables apart, the rest in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.readers.printed.aligned import FIGURE, find_tables, parts_of
from index.readers.printed.columns import Slot, reading_order, usual_gutters
from index.readers.printed.geometry import Box, Character, PrintedPage, around, on_the_grid
from index.readers.printed.margins import PrintedRow, to_lines
from index.readers.printed.ruled import Grid, find_grids
from index.readers.printed.runs import CellLine, Run, cell_lines, cell_text, lines_of, runs_of, spelled
from index.readers.tables import Cell, begins_with_values, headings_of, table_lines
from index.text import ITEM_NUMBER
from index.types import Line, Page

_SAME_PLACE = 6.0
"""Sides so near, in points, on two pages are those of one table."""
_FURNITURE = 12
"""A line of so few characters below a table may be the page's number."""
_NUMBERED = re.compile(ITEM_NUMBER)
"""（四）, 三、, 2.; not 法提供."""
_NEAR = 0.8
"""Ems between a table's first rule and headings printed above it."""
_HEADER_ROWS = 2
"""So many running heads may stand above the rest of a table."""
_FEWEST_CELLS = 3
"""Filled cells of a table: a frame around a text has one or two, and a row alone is told by one more."""
_OWN_LINE = 0.9
"""Ems from the lines of the figures at which a line stands on none of them."""
_WALL = 3.0
"""Points; an upright rule is no wider."""
_STAMP = 4.0
"""A rule no taller than so many times the type beside it is the side of a stamp's frame; the taller ones are a table's."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A ruled table with its cells' texts."""

    grid: Grid
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Content:
    """A page taken apart: its runs of characters outside tables, its tables, and its upright rules."""

    runs: list[Run]
    tables: list[_Table]
    aside: tuple[str, ...]
    walls: tuple[Box, ...] = ()

    @property
    def boxes(self) -> list[Box]:
        """The boxes of the runs, then of the tables."""
        return [*(around(run) for run in self.runs), *(table.grid.box for table in self.tables)]


def to_pages(pages: Sequence[PrintedPage]) -> tuple[Page, ...]:
    """Pages numbered from 1, of lines in reading order, with indents as leading full-width spaces."""
    contents = [_content(page) for page in on_the_grid(pages)]
    boxes = [content.boxes for content in contents]
    usual = usual_gutters(boxes)
    rows: list[list[PrintedRow]] = []
    last: _Table | None = None
    for content, page_boxes in zip(contents, boxes, strict=True):
        found, last = _rows(content, page_boxes, usual, last)
        rows.append(found)
    # Scanned pages have margins of their own.
    lines: dict[int, list[Line]] = {}
    for scanned in (False, True):
        kept = [at for at, page in enumerate(pages) if page.scanned is scanned]
        lines |= zip(kept, to_lines([rows[at] for at in kept]), strict=True)
    return tuple(Page(at + 1, tuple(lines[at]), page.scanned) for at, page in enumerate(pages))


def _content(page: PrintedPage) -> _Content:
    tables, rest = [], list(page.characters)
    for grid in sorted(find_grids(page.rules), key=lambda grid: _area(grid.box)):
        inside: dict[int, list[Character]] = {}
        left_over = []
        for char in rest:
            at = _cell_at(grid, char)
            if at is None:
                left_over.append(char)
            else:
                inside.setdefault(at, []).append(char)
        lines = {at: cell_lines(chars) for at, chars in inside.items()}
        if _is_table(grid, lines):
            tables.append(_Table(grid, tuple(_split_rows(grid, lines))))
            rest = left_over
    walls = tuple(rule for rule in page.rules if rule.right - rule.left <= _WALL < rule.top - rule.bottom)
    return _Content(runs_of(rest), tables, page.aside, walls)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.top - box.bottom)


def _cell_at(grid: Grid, char: Character) -> int | None:
    x, y = (char.left + char.right) / 2, char.middle
    if not grid.box.holds(x, y):
        return None
    return next((at for at, cell in enumerate(grid.cells) if cell.box.holds(x, y)), None)


def _is_table(grid: Grid, lines: dict[int, list[CellLine]]) -> bool:
    """Texts in two rows and two columns at least."""
    filled = [grid.cells[at] for at, found in lines.items() if found]
    rows, columns = {cell.row for cell in filled}, {cell.column for cell in filled}
    return (
        len(filled) >= _FEWEST_CELLS and len(columns) >= 2 and (len(rows) >= 2 or len(filled) > _FEWEST_CELLS)
    )


def _split_rows(grid: Grid, lines: dict[int, list[CellLine]]) -> Iterator[Cell]:
    """The cells; where only the columns are ruled, each line of figures is a row of its own."""
    heights = [1] * max(cell.row + cell.rows for cell in grid.cells)
    parts: dict[int, list[list[CellLine]]] = {}
    for row in range(len(heights)):
        members = [
            at for at, cell in enumerate(grid.cells) if cell.row == row and cell.rows == 1 and at in lines
        ]
        places = _sub_rows([lines[at] for at in members])
        if len(places) > 1:
            heights[row] = len(places)
            parts |= {at: _placed(lines[at], places) for at in members}
    starts = [sum(heights[:row]) for row in range(len(heights) + 1)]
    for at, cell in enumerate(grid.cells):
        right = cell.box.right
        for offset, part in enumerate(parts.get(at, [])):
            yield Cell(cell_text(part, right), starts[cell.row] + offset, cell.column, 1, cell.columns)
        if at not in parts:
            height = starts[cell.row + cell.rows] - starts[cell.row]
            yield Cell(
                cell_text(lines.get(at, []), right), starts[cell.row], cell.column, height, cell.columns
            )


def _sub_rows(cells: Sequence[Sequence[CellLine]]) -> list[float]:
    """The heights of the rows within a ruled row, from the top: the lines of its columns of figures, and
    the lines of other columns that stand on none of these."""
    figures = [cell for cell in cells if len(cell) > 1 and all(FIGURE.fullmatch(line.text) for line in cell)]
    if not figures or len(cells) < 2:
        return []
    places = [line.middle for line in max(figures, key=len)]
    for cell in cells:
        for line in cell:
            if min(abs(line.middle - place) for place in places) > _OWN_LINE * line.size:
                places.append(line.middle)
    return sorted(places, reverse=True)


def _placed(lines: Sequence[CellLine], places: Sequence[float]) -> list[list[CellLine]]:
    parts: list[list[CellLine]] = [[] for _ in places]
    for line in lines:
        parts[min(range(len(places)), key=lambda at: abs(places[at] - line.middle))].append(line)
    return parts


def _rows(
    content: _Content, boxes: Sequence[Box], usual: Sequence[float], before: _Table | None
) -> tuple[list[PrintedRow], _Table | None]:
    """The rows of a page, and the table that its text ends with, if it ends with one.

    ``before`` is the table that the page before ended with: one that goes on here has its headings.
    """
    rows: list[PrintedRow] = []
    last: _Table | None = None
    count = len(content.runs)
    for slot, members in reading_order(boxes, usual):
        lines: list[list[Run]] = []
        for item in _items(members, boxes, count, content.walls):
            if isinstance(item, list):
                lines.append([content.runs[at] for at in item])
                if sum(len(content.runs[at]) for at in item) > _FURNITURE:
                    last = None
                continue
            table = content.tables[item]
            if lines and (headed := _under(lines[-1], table)) is not None:
                lines, table = lines[:-1], headed
            rows += _text_rows(lines, slot)
            lines = []
            repeated = 0
            if before is not None and len(rows) <= _HEADER_ROWS and _goes_on(before, table):
                table, repeated = _with_headings(_with_labels(table, before), before)
            rows += [_apart(line, table.grid.box, slot) for line in table_lines(table.cells)[repeated:]]
            last = table
        rows += _text_rows(lines, slot)
    rows += [_apart(Line(text), Box(0, 1, 0, 1), (0, 1)) for text in content.aside]
    return rows, last


def _items(
    members: Sequence[int], boxes: Sequence[Box], count: int, walls: Sequence[Box]
) -> Iterator[list[int] | int]:
    """From the top: lines as lists of runs, tables (boxes from ``count`` on) by their number."""
    places: list[tuple[float, list[int] | int]] = [
        (boxes[at].top, at - count) for at in members if at >= count
    ]
    for line in lines_of([at for at in members if at < count], boxes):
        height = (boxes[line[0]].top + boxes[line[0]].bottom) / 2
        places += [(height, part) for part in _parted(line, boxes, walls)]
    for _, item in sorted(places, key=lambda place: -place[0]):
        yield item


def _parted(line: Sequence[int], boxes: Sequence[Box], walls: Sequence[Box]) -> Iterator[list[int]]:
    """The parts of a line between the sides of frames: a stamp is no beginning of the title beside it."""
    part = [line[0]]
    for before, at in pairwise(line):
        left, right, box = boxes[before].right, boxes[at].left, boxes[at]
        middle, tallest = (box.top + box.bottom) / 2, _STAMP * (box.top - box.bottom)
        if any(
            left <= wall.left
            and wall.right <= right
            and wall.bottom < middle < wall.top <= wall.bottom + tallest
            for wall in walls
        ):
            yield part
            part = []
        part.append(at)
    yield part


def _text_rows(lines: Sequence[Sequence[Run]], slot: Slot) -> list[PrintedRow]:
    """Printed lines to rows; those that are a table without rules to the lines of one."""
    rows: list[PrintedRow] = []
    at = 0
    for start, end, cells in find_tables([parts_of(line) for line in lines]):
        rows += [_row(line, slot) for line in lines[at:start]]
        box = around(char for line in lines[start:end] for run in line for char in run)
        rows += [_apart(line, box, slot) for line in table_lines(cells)]
        at = end
    return rows + [_row(line, slot) for line in lines[at:]]


def _row(runs: Sequence[Run], slot: Slot) -> PrintedRow:
    text, chars = spelled(runs)
    return PrintedRow(text, around(chars), median(char.size for char in chars), slot)


def _apart(line: Line, box: Box, slot: Slot) -> PrintedRow:
    return PrintedRow(line.text, box, 1.0, slot, apart=True, table=line.table)


def _under(line: Sequence[Run], table: _Table) -> _Table | None:
    """The table under the headings that ``line`` prints right above its rules, one over each column (a coloured
    row without lines); None where the table has headings or the line is none."""
    parts, box = parts_of(line), table.grid.box
    edges = table.grid.columns
    near = line[0][0].size * _NEAR > around(char for run in line for char in run).bottom - box.top
    if not near or len(parts) < max(2, len(edges) - 2) or not begins_with_values(table.cells):
        return None
    centres = [(part.box.left + part.box.right) / 2 for part in parts]
    columns = [next((c for c, (x, u) in enumerate(pairwise(edges)) if x < at < u), -1) for at in centres]
    if -1 in columns or len(set(columns)) < len(parts):
        return None
    above = [Cell(part.text, 0, column) for part, column in zip(parts, columns, strict=True)]
    below = [replace(cell, row=cell.row + 1) for cell in table.cells]
    return _Table(table.grid, (*above, *below))


def _goes_on(before: _Table, table: _Table) -> bool:
    """Whether a table at the top of a page is the rest of the one at the foot of the page before."""
    one, other = before.grid.box, table.grid.box
    same = abs(one.left - other.left) < _SAME_PLACE and abs(one.right - other.right) < _SAME_PLACE
    return same and begins_with_values(table.cells)


def _with_labels(table: _Table, before: _Table) -> _Table:
    """The rest of a table whose labels over several rows go on from the page before, cut off or blank."""
    foot = max(cell.row + cell.rows for cell in before.cells)
    above = [cell for cell in before.cells if cell.row + cell.rows == foot and cell.text]
    cells = []
    for cell in table.cells:
        left = table.grid.columns[cell.column]
        label = next((c for c in above if abs(before.grid.columns[c.column] - left) < _SAME_PLACE), None)
        if label and cell.row == 0 and cell.rows > 1 and not cell.text:
            cell = replace(cell, text=label.text)
        elif label and cell.row == 0 and max(cell.rows, label.rows) > 1 and _is_cut(label.text, cell.text):
            cell = replace(cell, text=label.text + cell.text)
        cells.append(cell)
    return _Table(table.grid, tuple(cells))


def _is_cut(label: str, rest: str) -> bool:
    """Whether a numbered label (（四）无) goes on in a text without a number (法提供)."""
    return _NUMBERED.match(label) is not None and _NUMBERED.match(rest) is None


def _with_headings(table: _Table, before: _Table) -> tuple[_Table, int]:
    """The rest of a table under the headings of its beginning, each over the columns it stands above; and
    how many rows these are."""
    headings = headings_of(before.cells)
    height = max((cell.row + cell.rows for cell in headings), default=0)
    if not height or min(cell.row for cell in headings) > 0:
        return table, 0
    centres = [(left + right) / 2 for left, right in pairwise(table.grid.columns)]
    above = []
    for cell in headings:
        left = before.grid.columns[cell.column]
        right = before.grid.columns[cell.column + cell.columns]
        under = [at for at, centre in enumerate(centres) if left < centre < right]
        if under:
            above.append(Cell(cell.text, cell.row, under[0], cell.rows, len(under)))
    covered = {cell.row + at for cell in above for at in range(cell.rows)}
    below = [Cell(c.text, c.row + height, c.column, c.rows, c.columns) for c in table.cells]
    return _Table(table.grid, (*above, *below)), len(covered)

"""A table to lines in which every figure stands by its row's label and its column's heading.

Readers of all formats give a table as cells in a grid; the lines are made here, once. White space is all
that is added, headings are repeated, and an empty cell gives nothing, so no figure slips into another column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.text import CELL_GAP, RANGE_MARKS, YEAR
from index.types import Line

_VALUE = re.compile(
    r"[<>≤≥≈约]?\s*(?:增长|下降|增|减)?[-+－＋−±▲▼↑↓]?\s*[（(]?\d[\d,，.:：/\s]*(?:[eE][-+]?\d+)?[)）]?\s*"
    r"(?:%|％|‰|℃|个百分点|[一-鿿㎡²³/·]{0,6})"
)
"""412亿元, 6.2%, -3.1, 增长5.5%, 1,234.50; not 第1项, not （一）工作机制 (its text goes on)."""
_YEAR = re.compile(rf"{YEAR}(?:\s*年)?(?:[{RANGE_MARKS}]+(?:\d{{1,2}}|{YEAR})\s*(?:年|月)?)?|\d{{1,2}}\s*月")
"""Headings that are numbers: 2023, 2023年, 2023—2025年, 2023–2025, 3月; not 412."""
_YEAR_OF = re.compile(rf"{YEAR}\s*年[一-鿿]{{2}}")
"""A heading that a year opens: 2023年决算数; not 2023年."""
_LISTED = re.compile(r"\d{1,3}\s*[.．、]\s*[^\d\s]")
"""1.甲, 12、乙; not 1.5."""
_NOTHING = frozenset({"", "-", "－", "—", "——", "–", "/", "／", "…", "……", "*", "×"})
_CODE = re.compile(r"\d{1,4}")
"""201, 03; not 20103, 2.1."""
_TOTAL = re.compile(r"[合总共小]\s*计")
"""What a row of sums has for a code: 合计, 总　计; not 合计数."""
_UNIT_HEADING = re.compile(r"(?:计量)?单\s*位")
"""计量单位, 单 位; not 单价."""
_UNIT_NOTE = re.compile(r"[（(]?(?:计量)?单位\s*[:：]")
"""Above a table and no heading of it: 单位：亿元; not 单位名称."""
_LABEL_MAX = 80
"""Characters of a cell that can be a heading; set by hand: a longer one is a sentence."""
_MOST_HEADINGS = 6
"""Rows of headings above a table's values; set by hand: more are rows of words."""
_FEW_COLUMNS = 3
"""In a table of no more columns a row with most cells blank is a value left out, no group's name."""
_ONCE = 30
"""A longer text that stands beside several rows is written at the first of them alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at ``row`` and ``column``, counted from 0 at the top left, over so many ``rows`` and ``columns``."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class _Block:
    """A run of rows under the same headings."""

    headings: list[list[Cell | None]] = field(default_factory=list)
    rows: list[list[Cell | None]] = field(default_factory=list)


def table_lines(cells: Sequence[Cell], heading_rows: int | None = None) -> list[Line]:
    """The lines of a table: one a heading row, then one a row: label, and each heading with its value.

    ``heading_rows`` says how many rows are headings where the file tells; else they are those above
    the first row with a value. Tables without values give a line a row, cells apart by a wide space.
    """
    return [Line(text, table=True) for text in _texts(cells, heading_rows) if text.strip()]


def headings_of(cells: Sequence[Cell]) -> list[Cell]:
    """The heading rows at the top of a table, for the part of it that goes on on the next page."""
    block = next(iter(_blocks(_grid(cells), None)), None)
    if block is None:
        return []
    return list(dict.fromkeys(cell for row in block.headings for cell in row if cell))


def begins_with_values(cells: Sequence[Cell]) -> bool:
    """Whether a table has no headings of its own: its first row holds values."""
    grid = _grid(cells)
    return bool(grid) and _has_values(grid[0])


def _texts(cells: Sequence[Cell], heading_rows: int | None) -> Iterator[str]:
    for block in _blocks(_grid(cells), heading_rows):
        if not block.headings or not any(_has_values(row) for row in block.rows):
            yield from _joined_once([*block.headings, *block.rows])
            continue
        yield from _joined_once(block.headings)
        for part in _side_by_side(block):
            labels = _label_columns(part)
            yield from (_data_line(row, part.headings, labels) for row in part.rows)


def _joined_once(rows: Sequence[Sequence[Cell | None]]) -> Iterator[str]:
    """Rows without values; a long text that stands beside several of them once."""
    told: set[Cell] = set()
    for row in rows:
        kept = [None if cell in told else cell for cell in row]
        told |= {cell for cell in row if cell and len(cell.text) > _ONCE}
        yield _joined(kept)


def _grid(cells: Sequence[Cell]) -> list[list[Cell | None]]:
    """Each place's cell; one that covers several places stands at all of them; blank rows and columns go."""
    cells = [cell for cell in cells if cell.rows > 0 and cell.columns > 0]
    if not cells:
        return []
    height, width = max(c.row + c.rows for c in cells), max(c.column + c.columns for c in cells)
    grid: list[list[Cell | None]] = [[None] * width for _ in range(height)]
    for cell in cells:
        if not cell.text.strip():
            continue
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                grid[row][column] = cell
    used = [column for column in range(width) if any(row[column] for row in grid)]
    return [[row[column] for column in used] for row in grid if any(row)]


def _blocks(grid: Sequence[Sequence[Cell | None]], heading_rows: int | None) -> Iterator[_Block]:
    """Rows with their headings; a row that is one wide cell parts a table, and so do repeated headings."""
    block = _Block()
    for at, given in enumerate(grid):
        row = list(given)
        distinct = _distinct(row)
        # A title alone on top (表1 …) is no row; nor is one over the whole width.
        alone = len(distinct) == 1 and len(row) > 1 and not _has_values(row)
        over = alone and row[0] is None and at + 1 < len(grid) and _is_under(distinct[0], grid[at + 1])
        wide = alone and not over and (all(row) or not (block.headings or block.rows))
        declared = heading_rows is not None and at < heading_rows
        if wide and not declared:
            if block.headings or block.rows:
                yield block
            yield _Block(rows=[row])
            block = _Block()
        elif declared or (
            heading_rows is None and ((over and not block.rows) or _is_heading(row, block, grid, at))
        ):
            if block.rows:
                yield block
                block = _Block()
            block.headings.append(row)
        else:
            block.rows.append(row)
    if block.headings or block.rows:
        yield block


def _is_under(heading: Cell, row: Sequence[Cell | None]) -> bool:
    """Whether a text alone above a labelled value is its heading: 比上年增长（%）; not 单位：亿元."""
    return row[0] is not None and _has_values(row) and not _UNIT_NOTE.match(heading.text.strip())


def _is_heading(
    row: Sequence[Cell | None], block: _Block, grid: Sequence[Sequence[Cell | None]], at: int
) -> bool:
    """A row of two or more texts without a value, above rows with values."""
    texts = _distinct(row)
    if _has_values(row) or len(texts) < 2 or max(len(cell.text) for cell in texts) > _LABEL_MAX:
        return False
    if not block.rows:
        following = next((later for later in grid[at + 1 :] if _has_values(later)), None)
        return following is not None and len(block.headings) < _MOST_HEADINGS and not _is_group(row, block)
    # Headings come again below values: the same first cell, or every place of the row filled anew.
    first = next((heading[0] for heading in block.headings if heading[0]), None)
    again = first is not None and row[0] is not None and row[0].text == first.text
    return again and at + 1 < len(grid) and _has_values(grid[at + 1])


def _is_group(row: Sequence[Cell | None], block: _Block) -> bool:
    """Whether a row below headings names the rows after it (利润表, by 成长能力): it leaves most of what
    has a heading blank."""
    over = [column for column, cell in enumerate(block.headings[-1]) if cell] if block.headings else []
    return len(over) > _FEW_COLUMNS and sum(row[column] is not None for column in over) * 2 < len(over)


def _distinct(row: Sequence[Cell | None]) -> list[Cell]:
    return list(dict.fromkeys(cell for cell in row if cell))


def _has_values(row: Sequence[Cell | None]) -> bool:
    """Whether a row holds a figure beside its label; years and the running numbers 1 2 3 are headings."""
    values = [cell for cell in _distinct(row) if _is_value(cell.text)]
    if not values or all(_YEAR.fullmatch(cell.text.strip()) for cell in values):
        return False
    counting = [cell.text.strip() for cell in values] == [str(n) for n in range(1, len(values) + 1)]
    return not (counting and len(values) > 2)


def _is_value(text: str) -> bool:
    text = text.strip()
    return _VALUE.fullmatch(text) is not None and not _LISTED.match(text) and not _YEAR_OF.match(text)


def _side_by_side(block: _Block) -> list[_Block]:
    """The parts of a table that sets like columns twice side by side (收入 金额 支出 金额), or names rows
    twice under one heading (项目 预算数 项目 合计 其中：基金)."""
    last = [cell.text if cell else "" for cell in block.headings[-1]]
    width = len(last)
    for period in range(2, width // 2 + 1):
        values = [last[at + 1 : at + period] for at in range(0, width, period)]
        alike = width % period == 0 and all(names == values[0] for names in values)
        if alike and all(values[0]) and all(_is_named(block, at) for at in range(0, width, period)):
            return [
                _Block(
                    [row[at : at + period] for row in block.headings],
                    [row[at : at + period] for row in block.rows],
                )
                for at in range(0, width, period)
            ]
    first = block.headings[-1][0]
    again = [
        at
        for at in range(2, width)
        if (cell := block.headings[-1][at]) and first and cell != first and cell.text == first.text
        if _is_named(block, at)
    ]
    if again and _is_named(block, 0):
        return [
            _Block([row[a:b] for row in block.headings], [row[a:b] for row in block.rows])
            for a, b in pairwise([0, *again, width])
        ]
    return [block]


def _is_named(block: _Block, column: int) -> bool:
    """Whether a column names rows: texts, hardly a value."""
    filled = [cell for row in block.rows if (cell := row[column])]
    return sum(_is_value(cell.text) for cell in filled) * 2 < len(filled)


def _label_columns(block: _Block) -> int:
    """How many columns at the left name the rows: texts, with the codes or running numbers before them."""
    width = len(block.rows[0])
    codes = 0
    while codes < width and _is_code(block, codes):
        codes += 1
    labels = codes
    while labels < width and _is_named(block, labels):
        labels += 1
    return labels if labels > codes else 0


def _is_code(block: _Block, column: int) -> bool:
    filled = [cell.text.strip() for row in block.rows if (cell := row[column])]
    codes = [text for text in filled if not _TOTAL.fullmatch(text)]
    return bool(codes) and all(_CODE.fullmatch(text) for text in codes)


def _data_line(row: Sequence[Cell | None], headings: Sequence[Sequence[Cell | None]], labels: int) -> str:
    """A row: its label and unit, the headings over all of its values once, then each value behind its own."""
    units = [at for at in range(1, labels) if headings and _is_unit_heading(headings[-1][at])]
    label = " ".join(_tidy(c.text) for c in _distinct([row[at] for at in range(labels) if at not in units]))
    head = [label, *(_headed([headings[-1][at]], cell) for at in units if (cell := row[at]))]
    paths = {tuple(heading[column] for heading in headings) for column in range(labels, len(row))}
    several = len(paths) > 1 or len(_distinct(row[labels:])) > 1
    common = [h[labels] for h in headings if several and len(set(h[labels:])) == 1]
    named = set(_distinct(row[:labels]))
    values = []
    for column in range(labels, len(row)):
        cell = row[column]
        if cell is not None and cell not in named:
            named.add(cell)
            values.append(_headed([h[column] for h in headings if h[column] not in common], cell))
    over = dict.fromkeys(_tidy(heading.text) for heading in common if heading and values)
    return CELL_GAP.join(part for part in (*head, *over, *values) if part)


def _headed(headings: Sequence[Cell | None], cell: Cell) -> str:
    """A cell behind its headings, each once."""
    return " ".join(
        [*dict.fromkeys(_tidy(heading.text) for heading in headings if heading), _tidy(cell.text)]
    )


def _is_unit_heading(heading: Cell | None) -> bool:
    return heading is not None and _UNIT_HEADING.fullmatch(heading.text.strip()) is not None


def _joined(row: Sequence[Cell | None]) -> str:
    return CELL_GAP.join(_tidy(cell.text) for cell in _distinct(row))


def _tidy(text: str) -> str:
    """One line, without the spaces that set Chinese characters apart (合　计)."""
    text = " ".join(text.split())
    return re.sub(r"(?<=[一-鿿，。、；：（）]) (?=[一-鿿，。、；：（）])", "", text)

"""Tables without ruled lines: rows of figures that stand under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from index.readers.printed.geometry import Box, Character, around
from index.readers.printed.runs import Run, spelled
from index.readers.tables import Cell

_APART = 1.0
"""Parts of a line so many ems apart stand in different columns."""
FIGURE = re.compile(r"[-+－＋−▲]?\d[\d,，.]*\s*(?:%|％|‰)?(?:\s*/\s*[-+－]?\d[\d,，.]*\s*%?)?|[-—–－…]+|/")
"""A cell that is a number, two numbers, or the dash that stands for none: 12.5%, 265.91 / 206.02, —; not 第1项."""
_LEAST_ROWS = 2
"""One line under another is the least that can stand in columns."""
_MOST_HEADINGS = 3
"""Lines of headings above the first row, at most; set by hand."""


class Part:
    """What stands in one column of a line; spelt where it is asked for, which most lines never are."""

    def __init__(self, characters: Run) -> None:
        self._characters = characters

    @cached_property
    def text(self) -> str:
        """The text, without white space around it."""
        return spelled([self._characters])[0].strip()

    @cached_property
    def box(self) -> Box:
        """The box around it."""
        return around(self._characters)

    @property
    def is_figure(self) -> bool:
        """Whether it is nothing but a figure."""
        return FIGURE.fullmatch(self.text) is not None


def parts_of(line: Sequence[Run]) -> list[Part]:
    """A printed line cut at its wide gaps."""
    groups: list[list[Character]] = []
    for char in (char for run in line for char in run):
        last = groups[-1][-1] if groups else None
        if last is not None and char.left - last.right < _APART * max(last.size, char.size):
            groups[-1].append(char)
        elif not char.text.isspace():
            groups.append([char])
    return [Part(group) for group in groups]


def find_tables(lines: Sequence[Sequence[Part]]) -> list[tuple[int, int, list[Cell]]]:
    """The tables among the lines of a column of text: first line, end, and the cells."""
    found: list[tuple[int, int, list[Cell]]] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _is_row(lines[end]):
            end += 1
        if end - at >= _LEAST_ROWS and (columns := _columns(lines[at:end])):
            floor = found[-1][1] if found else 0
            start = _first_heading(lines, at, floor, columns)
            found.append((start, end, _cells(lines[start:end], columns)))
        at = max(end, at + 1)
    return found


def _is_row(parts: Sequence[Part]) -> bool:
    """Figures, most of them with a label before them: 居民消费价格 | 102.0 | 101.9."""
    figures = sum(part.is_figure for part in parts)
    return len(parts) >= 2 and figures >= 1 and figures >= len(parts) - 2 and not parts[0].is_figure


def _columns(rows: Sequence[Sequence[Part]]) -> list[tuple[float, float]]:
    """The column's left and right ends, from left; empty unless every row has at most one part in each."""
    spans: list[tuple[float, float]] = []
    for left, right in sorted((part.box.left, part.box.right) for row in rows for part in row):
        if spans and left < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(right, spans[-1][1]))
        else:
            spans.append((left, right))
    clear = all(len({_column(part.box, spans)[0] for part in row}) == len(row) for row in rows)
    return spans if clear and len(spans) >= 2 else []


def _column(box: Box, columns: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """The first column that a box covers and how many; the nearest one if it covers none."""
    covered = [at for at, (left, right) in enumerate(columns) if box.left < right and left < box.right]
    if covered:
        return covered[0], covered[-1] - covered[0] + 1
    centre = (box.left + box.right) / 2
    nearest = min(range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - centre))
    return nearest, 1


def _first_heading(
    lines: Sequence[Sequence[Part]], at: int, floor: int, columns: Sequence[tuple[float, float]]
) -> int:
    """The first of the lines above a table that are its headings: parts over its columns of figures."""
    start = at
    while start > floor and at - start < _MOST_HEADINGS:
        above = lines[start - 1]
        over = sum(_column(part.box, columns)[0] > 0 for part in above)
        if len(above) < 2 or over < 1 or len(above) > len(columns):
            break
        start -= 1
    return start


def _cells(lines: Sequence[Sequence[Part]], columns: Sequence[tuple[float, float]]) -> list[Cell]:
    cells = []
    for row, parts in enumerate(lines):
        for part in parts:
            column, width = _column(part.box, columns)
            cells.append(Cell(part.text, row, column, columns=width))
    return cells

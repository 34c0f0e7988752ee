"""Characters to runs to printed lines, and the white space between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.readers.printed.geometry import SAME_LINE, Box, Character, around

Run = list[Character]
"""Neighbouring characters on one line."""

_SPACE = 0.18
"""A gap so many ems wider than usual in its line is white space."""
_TRACKING = 0.1
"""Letters and digits are never set farther apart than so many ems: a wider gap parts two words or figures."""
_BACK, _GAP = 0.8, 1.8
"""Ems that a character may stand back over the one before it (bold type printed twice, kerning), and ahead of it: two
full-width spaces part two columns of a table."""
_ROOM = 0.9
"""Ems left in a cell's line that would have held one more digit: with less the figure goes on below."""
_WORD = re.compile(r"[A-Za-z0-9.,%+-]")
"""a, 7; not 甲."""
_CELL_SPACE = re.compile(r"(?<=[^\x00-\xff]) +| +(?=[^\x00-\xff])")
"""甲 1; not a 1."""


def runs_of(characters: Sequence[Character]) -> list[Run]:
    """Neighbours, in the file's order, that stand on one line with no wide gap; blank runs are left out."""
    runs: list[Run] = []
    for char in characters:
        if runs and _follows(runs[-1][-1], char):
            runs[-1].append(char)
        else:
            runs.append([char])
    trimmed = [_trimmed(run) for run in runs]
    return [run for run in trimmed if any(not char.text.isspace() for char in run)]


def _follows(last: Character, char: Character) -> bool:
    em = max(last.size, char.size)
    return (
        abs(last.middle - char.middle) < SAME_LINE * em and -_BACK * em < char.left - last.right < _GAP * em
    )


def _trimmed(run: Run) -> Run:
    """Without white space at the ends: indents and margins are measured from what is seen."""
    while len(run) > 1 and run[-1].text.isspace():
        run = run[:-1]
    while len(run) > 1 and run[0].text.isspace():
        run = run[1:]
    return run


def lines_of(members: Iterable[int], boxes: Sequence[Box]) -> list[list[int]]:
    """Boxes that stand beside each other, top line first, each line from left to right."""
    lines: list[list[int]] = []
    for at in sorted(members, key=lambda at: -(boxes[at].bottom + boxes[at].top)):
        if lines and boxes[at].beside(boxes[lines[-1][0]]):
            lines[-1].append(at)
        else:
            lines.append([at])
    return [sorted(line, key=lambda at: boxes[at].left) for line in lines]


def spelled(runs: Iterable[Run]) -> tuple[str, Run]:
    """The text of the runs of a line, with spaces where there is white space; and its characters."""
    chars = _once([char for run in runs for char in run])
    size = median(char.size for char in chars)
    gaps = [after.left - before.right for before, after in pairwise(chars)]
    usual = max(0.0, median(gaps)) if gaps else 0.0
    parts = [chars[0].text]
    for gap, before, char in zip(gaps, chars, chars[1:], strict=False):
        both_narrow = _WORD.match(before.text) and _WORD.match(char.text)
        expected = min(usual, _TRACKING * size) if both_narrow else usual
        parts.append(" " + char.text if gap - expected > _SPACE * size else char.text)
    return "".join(parts), chars


def _once(chars: Sequence[Character]) -> Run:
    """Without the second copies that some writers print on top, slightly aside, for bold type."""
    kept: Run = []
    for char in chars:
        last = kept[-1] if kept else None
        if last is None or char.text != last.text or char.left - last.left > 0.5 * (last.right - last.left):
            kept.append(char)
    return kept


@dataclass(frozen=True, slots=True)
class CellLine:
    """A line of a table's cell: its text, the height of its middle, where it ends, its type size."""

    text: str
    middle: float
    right: float
    size: float


def cell_lines(characters: Sequence[Character]) -> list[CellLine]:
    """The lines of a cell, from the top."""
    runs = runs_of(characters)
    found = []
    for line in lines_of(range(len(runs)), [around(run) for run in runs]):
        text, chars = spelled([runs[at] for at in line])
        found.append(CellLine(_CELL_SPACE.sub("", text), chars[0].middle, chars[-1].right, chars[0].size))
    return found


def cell_text(lines: Sequence[CellLine], right: float) -> str:
    """Lines of one text; ``right`` is where the cell ends.

    Two figures below each other are two, unless the upper one fills the cell to its end.
    """
    text, end = "", 0.0
    for line in lines:
        both_narrow = bool(text) and _WORD.match(text[-1]) and _WORD.match(line.text[0])
        full = text[-1:].isdigit() and line.text[:1].isdigit() and right - end < _ROOM * line.size
        text += (" " if both_narrow and not full else "") + line.text
        end = line.right
    return text

"""A figure as a citation: the passage that states it, its clauses as the quote."""

from __future__ import annotations

import re
from bisect import bisect_right

from index import Figure, Passage, Snapshot
from index.text import CELL_GAP
from qa.answers.composer import cite
from qa.types import Citation, Spans


def cite_figure(snapshot: Snapshot, figure: Figure) -> Citation | None:
    """The passage that states ``figure``, with its clauses as the quote; None where none holds it."""
    passage = _passage_at(snapshot, figure.report, figure.value_start)
    if passage is None:
        return None
    end = min(figure.end, passage.end) - passage.start
    if figure.in_table:
        return cite(snapshot, passage, _of_row(passage.text, max(figure.start - passage.start, 0), end))
    return cite(snapshot, passage, ((_opening(passage.text, figure, passage.start), end),))


def _of_row(text: str, start: int, end: int) -> Spans:
    """The parts of the row ``text[start:end]`` that say what its last cell is: all but the cells before it."""
    spans: list[tuple[int, int]] = []
    at = start
    pieces = text[start:end].split(CELL_GAP)
    for n, piece in enumerate(pieces, 1):
        cell = n < len(pieces) and bool(_CELL.search(piece))
        if not cell and spans and spans[-1][1] == at - 1:
            spans[-1] = (spans[-1][0], at + len(piece))
        elif not cell:
            spans.append((at, at + len(piece)))
        at += len(piece) + 1
    return tuple(spans)


_CELL = re.compile(r" (?:[-+−－＋]?[\d.,，]+[%％‰]?|[-－—–]+)$")
"""A heading with its value or with none: 产量 62.1, 2022年 —; not 产量."""


_BREAK = re.compile(r"[，；。：:;\n]")
"""甲，乙; not 甲、乙."""
_BARE = re.compile(r"[^\w%％]|地区|国内")
"""地区, 、; not 生产总值."""


def _opening(text: str, figure: Figure, offset: int) -> int:
    """Where the shortest run of clauses begins that holds the figure's name and its value; in ``text``, which
    begins at ``offset`` of the report."""
    first = max(figure.start - offset, 0)
    value = figure.value_start - offset
    name = _BARE.sub("", figure.name)
    starts = [first, *(m.end() for m in _BREAK.finditer(text, first, value))]
    for start in reversed(starts):
        if name in _BARE.sub("", text[start:value]):
            return start + len(text[start:value]) - len(text[start:value].lstrip())
    return first


def _passage_at(snapshot: Snapshot, report: str, offset: int) -> Passage | None:
    rows = snapshot.rows(report)
    at = bisect_right(rows, offset, key=lambda row: snapshot.passages([row])[0].start)
    passage = snapshot.passages([rows[at - 1]])[0] if at else None
    return passage if passage is not None and offset < passage.end else None

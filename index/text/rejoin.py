"""Rows cut at a page's width to paragraphs: the likeliest grouping, by what shows at the lines' ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from index.text.rows import Row, width
from index.text.sentences import SALUTATION

_HEADING = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,4}[章节編编篇部]|[（(][一二三四五六七八九十]{1,3}[)）]"
    r"|[一二三四五六七八九十]{1,3}[、.．](?![一二三四五六七八九十]、)|[（(]?\d{1,2}[)）、]|\d{1,2}[.．](?!\d)|[①-⑳]"
)
_SALUTATION = re.compile(rf"{SALUTATION}[^，。]{{0,12}}[：:！!]")
_RUN_IN_TITLE = re.compile(r"[^，。；：]{3,14}。")
_SUBTITLE = re.compile(r"(?:[—－-]{1,3}|[（(])\s*[12１２二]\S{1,3}\s*年")
_SUBTITLE_END = re.compile(r"会议?上[）)]?$|[）)]$")
_ITEM = re.compile(r"——|[一二三四五六七八九十]是")
_BULLET = re.compile(r"[•●▪■◆◇▶➢➤✓✔□○\uf06c\uf06e\uf0a7\uf0b7\uf0d8]\s*\S")
_CLOSERS = "”’」』）)】》〉"
_NEVER_FIRST = frozenset("，。、；：？！…％%‰℃,.;:?!" + _CLOSERS)
_OPENERS = frozenset("“‘「『（(【《〈")
_PIECE = (
    rf"[{re.escape(''.join(_OPENERS))}]*(?:[A-Za-z0-9.,%+-]+|—+|…+|.)[{re.escape(''.join(_NEVER_FIRST))}]*"
)
_FIRST_PIECE = re.compile(rf"{_PIECE}(?:(?=[“‘]){_PIECE}|(?<=[”’]){_PIECE})*")
_ENDS = frozenset("。！？!?…")
_HALF_ENDS = frozenset("；：;:")
_DANGLING = frozenset("，、,与和及的在—" + "".join(_OPENERS))

_PROSE = re.compile(r"[，。；、,;]")
_NUMERAL = re.compile(r"[一二三四五六七八九十百零〇\d①-⑳]+")
_TITLE_ROWS = 12
_CLEARLY_SHORT = 4.0
_RUN_IN_BY_CHANCE = 0.05
_NEVER = 40.0
_FIRST, _LATER, _HEAD, _HEAD_LATER = range(4)
"""What a row can be: first or later row of a paragraph, first or later row of a heading."""


def is_wrapped(rows: Sequence[Row]) -> bool:
    """Whether the lines were cut at a page's width.

    Then hardly any is longer than the full width, many are just as long, and most of those are prose
    and end in mid-sentence.
    """
    if len(rows) < 2:
        return False
    measure = _Measure.of(rows)
    longer = sum(size > measure.full + 2 for size in measure.sizes)
    full = [row.text for row, size in zip(rows, measure.sizes, strict=True) if size >= measure.full - 3]
    cut = sum(_ending(text) not in _ENDS | _HALF_ENDS for text in full)
    prose = sum(_PROSE.search(text) is not None for text in full)
    crowded = len(full) >= 0.3 * len(rows) and longer <= 0.05 * len(rows)
    return 10 <= measure.full <= 70 and crowded and cut > 0.5 * len(full) and prose > 0.4 * len(full)


@dataclass(frozen=True, slots=True)
class _Measure:
    """How long the rows are, and how long a full one is; in ems, or in characters if cut by count."""

    sizes: list[float]
    full: float
    by_count: bool

    def room(self, row: Row, at: int) -> float:
        """The free room to the right of row number ``at``: as the page shows it, else as reckoned."""
        return self.full - self.sizes[at] if row.room is None else row.room

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Measure:
        margin = _left_margin(rows)
        printed = [row.indent - margin + width(row.text) for row in rows]
        counted = [float(len(row.lead) + len(row.text)) for row in rows]
        full, full_count = _right_margin(printed, 1.0), _right_margin(counted, 0.0)
        by_count = _share(counted, full_count, 0.0) > _share(printed, full, 0.75)
        return cls(counted, full_count, True) if by_count else cls(printed, full, False)


def _left_margin(rows: Sequence[Row]) -> float:
    """The least indent, in ems, that is no rarity."""
    counts = Counter(row.indent for row in rows)
    return min((indent for indent, count in counts.items() if count * 7 >= len(rows)), default=0.0)


def _share(sizes: Sequence[float], full: float, tolerance: float) -> float:
    return sum(abs(size - full) <= tolerance for size in sizes) / len(sizes)


def _right_margin(sizes: Sequence[float], tolerance: float) -> float:
    """The usual size among the rightmost crowd of sizes, a crowd being an eighth of the rows."""
    counts = Counter(round(size * 2) / 2 for size in sizes)
    for edge in sorted(counts, reverse=True):
        crowd = {size: n for size, n in counts.items() if edge - tolerance <= size <= edge}
        if sum(crowd.values()) * 8 >= len(sizes):
            near = {size: n for size, n in counts.items() if edge - 1 - tolerance <= size <= edge}
            return max(near, key=lambda size: (near[size], size))
    return max(sizes)


def rejoin(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows grouped into paragraphs, by the likeliest of all groupings (Viterbi).

    The first row of a paragraph may be two ems shorter than the others, the trace of an indent that
    was lost; both readings are tried.
    """
    if not rows:
        return []
    evidence = _Evidence(rows)
    readings = [_best_states(evidence, 0.0)]
    if not evidence.indented:
        readings.append(_best_states(evidence, 2.0))
    states = min(readings)[1]
    paragraphs: list[list[Row]] = []
    for row, state in zip(rows, states, strict=True):
        if state in (_FIRST, _HEAD):
            paragraphs.append([row])
        else:
            paragraphs[-1].append(row)
    return paragraphs


class _Evidence:
    """Costs (negative log likelihoods, roughly) of what each row can be and of each joint."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.measure = _Measure.of(rows)
        self.needs = [_room_needed(row.text, self.measure.by_count) for row in rows]
        self.indent = _left_margin(rows) + 1.0
        starts = sum(0 <= row.indent - self.indent < 4 and not _HEADING.match(row.text) for row in rows)
        self.indented = 0.02 < starts / len(rows) < 0.7
        gaps = sum(row.gap for row in rows[1:])
        self.gaps_part = 0 < gaps < 0.5 * len(rows)
        self.halves, self.subtitle_ends = _subtitles(rows[:_TITLE_ROWS])
        self.rooms = [self.measure.room(row, at) for at, row in enumerate(rows)]
        self.alone = _heading_shares(rows, self.rooms)
        self.run_in = _run_in_weight(rows, self.rooms)
        self.start_costs = [self._start_costs(row) for row in rows]

    def _start_costs(self, row: Row) -> tuple[float, float, float, float]:
        """What it costs to read the row as first, later, heading, later in a heading."""
        first = later = head = 0.0
        if kind := _heading_kind(row.text):
            first, later = 1.5 + 4.0 * self.alone[kind], 4.0
        elif row.level:
            first = 1.5
        else:
            head = _NEVER
        if _SALUTATION.match(row.text) or _ITEM.match(row.text):
            later += 2.0
        if _BULLET.match(row.text):
            later += 10.0
        if _RUN_IN_TITLE.match(row.text):
            first -= self.run_in
        if row.text[0] in _NEVER_FIRST:
            first, head = first + 12.0, head + 12.0
        if self.indented:
            later += 8.0 if row.indent >= self.indent else 0.0
            first += 0.0 if row.indent >= self.indent else 3.0
        if self.gaps_part and row.opens is None:
            later += 8.0 if row.gap else 0.0
            first += 0.0 if row.gap else 1.5
        inner_end = 4.0 if any(mark in row.text[:-1] for mark in "。！？") else 0.0
        return first, later, head + inner_end, later + 1.0 + inner_end

    def join_cost(self, at: int, room: float) -> float:
        """Row ``at`` and the next in one paragraph: the next row's first word did not fit in ``room``."""
        row, after = self.rows[at], self.rows[at + 1]
        if row.level != after.level or after.parted:
            return _NEVER
        if at in self.halves:
            return 0.0
        if at in self.subtitle_ends:
            return _NEVER
        spare = room - self.needs[at + 1] - 0.25
        return min(15.0, 4.0 * max(0.0, spare)) + _overfull(room)

    def break_cost(self, at: int, room: float, heading: bool) -> float:
        """A paragraph ends with row ``at``: it should end a sentence, and need not be full."""
        if at in self.halves:
            return _NEVER
        cost = 1.0 + (0.7 if room < 1 else 0.0) + _overfull(room)
        end = _ending(self.rows[at].text)
        if end in _ENDS:
            return cost
        if end in _HALF_ENDS:
            return cost + 0.7
        if end in _DANGLING:
            return cost + 7.0
        return cost + (0.3 if heading else 4.0)


def _subtitles(rows: Sequence[Row]) -> tuple[set[int], set[int]]:
    """Of the rows around the title: those that go on in the next, and those that end a subtitle.

    A subtitle (——2025年1月7日在…会议上) takes one to three rows; a title may break after 与 or 和.
    """
    halves: set[int] = set()
    ends: set[int] = set()
    for at, row in enumerate(rows):
        if row.text[-1] in "与和及暨":
            halves.add(at)
        if _SUBTITLE.match(row.text):
            joined = [(last, "".join(row.text for row in rows[at : last + 1])) for last in range(at, at + 3)]
            last = next((last for last, text in joined if _SUBTITLE_END.search(text)), None)
            if last is not None:
                halves.update(range(at, last))
                ends.add(last)
    return halves, ends


def _heading_kind(text: str) -> str:
    """The shape of a heading's number, （#） for （三）; ``""`` for text that opens with none."""
    match = _HEADING.match(text)
    return _NUMERAL.sub("#", match[0]) if match else ""


def _heading_shares(rows: Sequence[Row], rooms: Sequence[float]) -> dict[str, float]:
    """Of each kind of numbered opening, the share that stands alone: a line or two without a full stop."""
    alone: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for at, row in enumerate(rows):
        if kind := _heading_kind(row.text):
            counts[kind] += 1
            last = next((k for k in range(at, min(at + 2, len(rows))) if rooms[k] >= _CLEARLY_SHORT), None)
            if last is not None:
                alone[kind] += not any(mark in rows[k].text for k in range(at, last + 1) for mark in _ENDS)
    return {kind: alone[kind] / count for kind, count in counts.items()}


def _run_in_weight(rows: Sequence[Row], rooms: Sequence[float]) -> float:
    """How much a short first sentence speaks for a new paragraph: more if sure paragraphs open so."""
    openings = [
        _RUN_IN_TITLE.match(row.text) is not None
        for (room, own_room), row in zip(pairwise(rooms), rows[1:], strict=True)
        if own_room < _CLEARLY_SHORT <= room and not _HEADING.match(row.text)
    ]
    share = (sum(openings) + 0.5) / (len(openings) + 2)
    return min(2.5, max(0.0, log(share / _RUN_IN_BY_CHANCE)))


def _overfull(room: float) -> float:
    return min(15.0, 3.0 * max(0.0, -room - 0.6))


def _best_states(evidence: _Evidence, hidden_indent: float) -> tuple[float, list[int]]:
    """The cheapest reading of all rows and its cost."""
    rows = evidence.rows
    costs = [evidence.start_costs[0][state] if state in (_FIRST, _HEAD) else _NEVER * 9 for state in range(4)]
    came_from: list[tuple[int, ...]] = []
    for at in range(len(rows) - 1):
        leave = []
        for state in range(4):
            room = evidence.rooms[at]
            if rows[at].room is None and state in (_FIRST, _HEAD):
                room -= hidden_indent
            heading = state in (_HEAD, _HEAD_LATER)
            leave.append((evidence.join_cost(at, room), evidence.break_cost(at, room, heading)))
        ends = [costs[state] + leave[state][1] for state in range(4)]
        best_end = min(range(4), key=ends.__getitem__)
        body = min((_FIRST, _LATER), key=lambda state: costs[state] + leave[state][0])
        head = min((_HEAD, _HEAD_LATER), key=lambda state: costs[state] + leave[state][0])
        start = evidence.start_costs[at + 1]
        came_from.append((best_end, body, best_end, head))
        costs = [
            ends[best_end] + start[_FIRST],
            costs[body] + leave[body][0] + start[_LATER],
            ends[best_end] + start[_HEAD],
            costs[head] + leave[head][0] + start[_HEAD_LATER],
        ]
    state = min(range(4), key=costs.__getitem__)
    total = costs[state]
    states = [state]
    for origins in reversed(came_from):
        state = origins[state]
        states.append(state)
    return total, states[::-1]


def _room_needed(text: str, by_count: bool) -> float:
    """The room that the first unbreakable piece of a row takes: marks stay with their word."""
    if by_count:
        return 1.0
    piece = _FIRST_PIECE.match(text)
    return width(piece[0]) if piece else 1.0


def _ending(text: str) -> str:
    """The last character, or the one before closing quotes and brackets if that ends a sentence."""
    inner = text.rstrip(_CLOSERS)
    return inner[-1] if inner and inner[-1] in _ENDS else text[-1]

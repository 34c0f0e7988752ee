"""Rows cut at a page's width to paragraphs: the likeliest grouping, by what shows at the lines' ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from index.text.item_numbers import (
    CHAPTER_NUMBER,
    ITEM_NUMBER,
    PART_NUMBER,
    SECTION_NUMBER,
    SPOKEN_ITEM,
    numeral_of,
)
from index.text.rows import Row, width
from index.text.sentences import SALUTATION, SENTENCE_MARKS

_HEADING = re.compile(f"{PART_NUMBER}|{CHAPTER_NUMBER}|{SECTION_NUMBER}|{ITEM_NUMBER}")
"""第三章; not 1.5亿元."""
_SALUTATION = re.compile(rf"{SALUTATION}[^，。]{{0,12}}[：:！!]")
"""各位代表：; not 各位代表提出."""
_RUN_IN_TITLE = re.compile(r"[^，。；：]{3,14}。")
"""教育更加公平。; not 教育。."""
_SUBTITLE = re.compile(r"(?:[—－-]{1,3}|[（(])\s*[12１２二]\S{1,3}\s*年")
"""——2025年, （2024年; not 2025年."""
_SUBTITLE_END = re.compile(r"会议?上[）)]?$|[）)]$")
"""第四次会议上, 会上）; not 会议."""
_ITEM = re.compile(rf"——|{SPOKEN_ITEM}|[\[［【〔]\d{{1,3}}[\]］】〕]")
"""The last is the number of a note: ——, 一是, [12]; not 统一是."""
_BULLET = re.compile(r"[•●▪■◆◇▶➢➤✓✔□○\uf06c\uf06e\uf0a7\uf0b7\uf0d8]\s*\S")
"""• 甲; not 甲."""
_CLOSERS = "”’」』）)】》〉"
_NEVER_FIRST = frozenset("，。、；：？！…％%‰℃,.;:?!" + _CLOSERS)
_OPENERS = frozenset("“‘「『（(【《〈")
_PIECE = (
    rf"[{re.escape(''.join(_OPENERS))}]*(?:[A-Za-z0-9.,%+-]+|—+|…+|.)[{re.escape(''.join(_NEVER_FIRST))}]*"
)
# 甲，, 2025, “甲; not 甲乙
_FIRST_PIECE = re.compile(rf"{_PIECE}(?:(?=[“‘]){_PIECE}|(?<=[”’]){_PIECE})*")
"""What stands or falls together: 甲，, 2025, “甲; not \n."""
_ENDS = frozenset(f"{SENTENCE_MARKS}!?…")
_HALF_ENDS = frozenset("；：;:")
_DANGLING = frozenset("，、,与和及的在—" + "".join(_OPENERS))

_PROSE = re.compile(r"[，。；、,;]")
"""甲，乙; not 甲乙."""
_TITLE_ROWS = 12
"""Rows in which a report's title and subtitle stand."""
LEFT_CROWD, RIGHT_CROWD = 7, 8
"""One row in so many begins at a margin, or ends at one: it is shared by more than a table or a list."""
_SHORT, _OVER = 3, 2
"""Ems by which a full row is shorter or longer than the usual full one: a word that did not fit, a mark over the edge."""
_FEW_LONGER = 0.05
"""The share of longer rows up to which they are of notes set wider; with more, the rows were never cut."""
_CROWDED, _OF_PROSE = 0.3, 0.4
"""The share of full rows among all, and of rows with a comma or a stop among the full ones, in a text cut at a width."""
_NARROWEST, _WIDEST = 10, 70
"""Ems of a full row on paper or screen; shorter rows are a list's, longer ones a paragraph's."""
_RAGGED = 0.75
"""Ems by which rows cut at a width differ: narrow signs."""
_DEEP = 4
"""Ems: what is indented more is centred, no first row."""
_INDENTED = (0.02, 0.7)
"""The share of indented rows between which indents open paragraphs: fewer are chance, more a margin."""
_NEVER = 40.0
"""A cost that no sum of the others reaches."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What speaks against a reading of the rows: negative log likelihoods, roughly, and sizes in ems.

    ``python -m benchmarks.rejoin --sensitivity`` halves and doubles each on reports broken at fixed widths; its
    docstring says what it showed. What such reports have none of (bullets, headings in larger type, blank
    lines by chance) is set by the meaning of the number alone, told beside it.
    """

    numbered_opens: float = 1.5
    """A numbered row is the body of a paragraph, no heading; a declared heading too."""
    numbered_alone: float = 4.0
    """More, by the share of its kind of number (（#）) that stands on lines of its own."""
    numbered_inside: float = 4.0
    """A row in mid-paragraph opens with a number by chance."""
    item_inside: float = 2.0
    """A row in mid-paragraph opens with 各位代表, ——, 一是 or [12], all of which occur within paragraphs too."""
    bullet_inside: float = 10.0
    """A row in mid-paragraph opens with ●: hardly ever, no prose has it."""
    mark_first: float = 12.0
    """A paragraph opens with a comma or a stop: only where a file is damaged."""
    indented_inside: float = 8.0
    """An indented row goes on with a paragraph, in a file that indents first rows."""
    unindented_first: float = 3.0
    """A paragraph is not indented there: headings and salutations often are not."""
    gap_inside: float = 8.0
    """A blank line stands within a paragraph, in a file that parts paragraphs by them."""
    no_gap_first: float = 1.5
    """None stands before a paragraph there: two headings may follow each other."""
    sentence_in_heading: float = 4.0
    """A heading has a full stop inside."""
    long_heading: float = 1.0
    """A heading takes another row."""
    spare: float = 4.0
    """By em of room that the next row's first word would have had: typesetters leave hardly any."""
    spare_most: float = 15.0
    """Bounded, as a page can be cut by hand."""
    spare_allowed: float = 0.25
    """Ems; a narrow sign's width is no evidence."""
    overfull: float = 3.0
    """By em beyond the full width; bounded as well."""
    overfull_allowed: float = 0.6
    """Ems; a mark may hang over the margin."""
    overfull_most: float = 15.0
    ends: float = 1.0
    """A paragraph ends: about one row in three does."""
    ends_full: float = 0.7
    """More where its last row is full, as few are."""
    full: float = 1.0
    """Ems of room below which a row is full."""
    ends_at_colon: float = 0.7
    """More where it ends with ： or ；."""
    ends_dangling: float = 7.0
    """More where it ends with a comma, 与 or an opening bracket."""
    ends_in_sentence: float = 4.0
    """More where it ends with any other word, as headings and signatures alone do."""
    heading_ends: float = 0.3
    """The same of a heading, which ends with a word as a rule."""
    run_in_most: float = 2.5
    """What a short first sentence speaks for a new paragraph, at most."""
    run_in_by_chance: float = 0.05
    """The share of rows in mid-paragraph that open with a short sentence."""
    clearly_short: float = 4.0
    """Ems of room from which on a row is sure not to be full: longer than nearly all words."""
    hidden_indent: float = 2.0
    """Ems by which first rows are shorter where their indent was lost."""


COSTS = Costs()
_FIRST, _LATER, _HEAD, _HEAD_LATER = range(4)
"""What a row can be: first or later row of a paragraph, first or later row of a heading."""


def is_wrapped(rows: Sequence[Row]) -> bool:
    """Whether the lines were cut at a page's width.

    Then hardly any is longer than the full width, many are just as long, and most of those are prose
    and end in mid-sentence; notes of another width may follow where nearly all the rest is as long.
    """
    if len(rows) < 2:
        return False
    measure = _Widths.of(rows)
    sized = list(zip(rows, measure.sizes, strict=True))
    longer = [row.text for row, size in sized if size > measure.full + _OVER]
    full = [row.text for row, size in sized if measure.full - _SHORT <= size <= measure.full + _OVER]
    if len(longer) <= _FEW_LONGER * len(rows):
        full += longer
        crowded = len(full) >= _CROWDED * len(rows)
    else:
        crowded = len(full) >= 0.5 * len(rows)
    cut = sum(_ending(text) not in _ENDS | _HALF_ENDS for text in full)
    prose = sum(_PROSE.search(text) is not None for text in full)
    return (
        _NARROWEST <= measure.full <= _WIDEST
        and crowded
        and cut > 0.5 * len(full)
        and prose > _OF_PROSE * len(full)
    )


@dataclass(frozen=True, slots=True)
class _Widths:
    """How long the rows are, and how long a full one is; in ems, or in characters if cut by count."""

    sizes: list[float]
    full: float
    by_count: bool

    def room(self, row: Row, at: int) -> float:
        """The free room to the right of row number ``at``: as the page shows it, else as reckoned."""
        return self.full - self.sizes[at] if row.room is None else row.room

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Widths:
        margin = _left_margin(rows)
        printed = [row.indent - margin + width(row.text) for row in rows]
        counted = [float(len(row.lead) + len(row.text)) for row in rows]
        full, full_count = _right_margin(printed, 1.0), _right_margin(counted, 0.0)
        by_count = _share(counted, full_count, 0.0) > _share(printed, full, _RAGGED)
        return cls(counted, full_count, True) if by_count else cls(printed, full, False)


def _left_margin(rows: Sequence[Row]) -> float:
    """The least indent, in ems, that is no rarity."""
    counts = Counter(row.indent for row in rows)
    return min((indent for indent, count in counts.items() if count * LEFT_CROWD >= len(rows)), default=0.0)


def _share(sizes: Sequence[float], full: float, tolerance: float) -> float:
    return sum(abs(size - full) <= tolerance for size in sizes) / len(sizes)


def _right_margin(sizes: Sequence[float], tolerance: float) -> float:
    """The usual size among the rightmost crowd of sizes, ``RIGHT_CROWD`` says what a crowd is."""
    counts = Counter(round(size * 2) / 2 for size in sizes)
    for edge in sorted(counts, reverse=True):
        crowd = {size: n for size, n in counts.items() if edge - tolerance <= size <= edge}
        if sum(crowd.values()) * RIGHT_CROWD >= len(sizes):
            near = {size: n for size, n in counts.items() if edge - 1 - tolerance <= size <= edge}
            return max(near, key=lambda size: (near[size], size))
    return max(sizes)


def rejoin(rows: Sequence[Row], costs: Costs = COSTS) -> list[list[Row]]:
    """The rows grouped into paragraphs, by the likeliest of all groupings (Viterbi).

    The first row of a paragraph may be two ems shorter than the others, the trace of an indent that
    was lost; both readings are tried.
    """
    if not rows:
        return []
    evidence = _Evidence(rows, costs)
    readings = [_best_states(evidence, 0.0)]
    if not evidence.indented:
        readings.append(_best_states(evidence, costs.hidden_indent))
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

    def __init__(self, rows: Sequence[Row], costs: Costs) -> None:
        self.rows = rows
        self.costs = costs
        self.measure = _Widths.of(rows)
        self.needs = [_room_needed(row.text, self.measure.by_count) for row in rows]
        self.indent = _left_margin(rows) + 1.0
        starts = sum(0 <= row.indent - self.indent < _DEEP and not _HEADING.match(row.text) for row in rows)
        self.indented = _INDENTED[0] < starts / len(rows) < _INDENTED[1]
        gaps = sum(row.gap for row in rows[1:])
        self.gaps_part = 0 < gaps < 0.5 * len(rows)
        self.halves, self.subtitle_ends = _subtitles(rows[:_TITLE_ROWS])
        self.rooms = [self.measure.room(row, at) for at, row in enumerate(rows)]
        self.alone = _heading_shares(rows, self.rooms, costs.clearly_short)
        self.run_in = _run_in_weight(rows, self.rooms, costs)
        self.start_costs = [self._start_costs(row) for row in rows]

    def _start_costs(self, row: Row) -> tuple[float, float, float, float]:
        """What it costs to read the row as first, later, heading, later in a heading."""
        cost = self.costs
        first = later = head = 0.0
        if kind := _heading_kind(row.text):
            first, later = cost.numbered_opens + cost.numbered_alone * self.alone[kind], cost.numbered_inside
        elif row.level:
            first = cost.numbered_opens
        else:
            head = _NEVER
        if _SALUTATION.match(row.text) or _ITEM.match(row.text):
            later += cost.item_inside
        if _BULLET.match(row.text):
            later += cost.bullet_inside
        if _RUN_IN_TITLE.match(row.text):
            first -= self.run_in
        if row.text[0] in _NEVER_FIRST:
            first, head = first + cost.mark_first, head + cost.mark_first
        if self.indented:
            later += cost.indented_inside if row.indent >= self.indent else 0.0
            first += 0.0 if row.indent >= self.indent else cost.unindented_first
        if self.gaps_part and row.opens is None:
            later += cost.gap_inside if row.gap else 0.0
            first += 0.0 if row.gap else cost.no_gap_first
        inner_end = cost.sentence_in_heading if any(mark in row.text[:-1] for mark in SENTENCE_MARKS) else 0.0
        return first, later, head + inner_end, later + cost.long_heading + inner_end

    def join_cost(self, at: int, room: float) -> float:
        """Row ``at`` and the next in one paragraph: the next row's first word did not fit in ``room``."""
        row, after = self.rows[at], self.rows[at + 1]
        if row.level != after.level or after.parted:
            return _NEVER
        if at in self.halves:
            return 0.0
        if at in self.subtitle_ends:
            return _NEVER
        cost = self.costs
        spare = room - self.needs[at + 1] - cost.spare_allowed
        return min(cost.spare_most, cost.spare * max(0.0, spare)) + self._overfull(room)

    def break_cost(self, at: int, room: float, heading: bool) -> float:
        """A paragraph ends with row ``at``: it should end a sentence, and need not be full."""
        if at in self.halves:
            return _NEVER
        costs = self.costs
        cost = costs.ends + (costs.ends_full if room < costs.full else 0.0) + self._overfull(room)
        end = _ending(self.rows[at].text)
        if end in _ENDS:
            return cost
        if end in _HALF_ENDS:
            return cost + costs.ends_at_colon
        if end in _DANGLING:
            return cost + costs.ends_dangling
        return cost + (costs.heading_ends if heading else costs.ends_in_sentence)

    def _overfull(self, room: float) -> float:
        cost = self.costs
        return min(cost.overfull_most, cost.overfull * max(0.0, -room - cost.overfull_allowed))


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
    return match[0].replace(numeral_of(match[0]), "#") if match else ""


def _heading_shares(rows: Sequence[Row], rooms: Sequence[float], clearly_short: float) -> dict[str, float]:
    """Of each kind of numbered opening, the share that stands alone: a line or two without a full stop."""
    alone: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for at, row in enumerate(rows):
        if kind := _heading_kind(row.text):
            counts[kind] += 1
            last = next((k for k in range(at, min(at + 2, len(rows))) if rooms[k] >= clearly_short), None)
            if last is not None:
                alone[kind] += not any(mark in rows[k].text for k in range(at, last + 1) for mark in _ENDS)
    return {kind: alone[kind] / count for kind, count in counts.items()}


def _run_in_weight(rows: Sequence[Row], rooms: Sequence[float], costs: Costs) -> float:
    """How much a short first sentence speaks for a new paragraph: more if sure paragraphs open so."""
    openings = [
        _RUN_IN_TITLE.match(row.text) is not None
        for (room, own_room), row in zip(pairwise(rooms), rows[1:], strict=True)
        if own_room < costs.clearly_short <= room and not _HEADING.match(row.text)
    ]
    share = (sum(openings) + 0.5) / (len(openings) + 2)
    return min(costs.run_in_most, max(0.0, log(share / costs.run_in_by_chance)))


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

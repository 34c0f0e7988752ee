"""Rows to clean text: whole paragraphs, and where the pages open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.pages import Row, rows_of, width
from index.types import CleanText, Heading, PageStart, Source

_CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_WIDE_MARK = "\u3001-\u3003\u3008-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’…—·"
_SPACED_LETTERS = re.compile(rf"(?<!\S)[{_CJK}](?: +[{_CJK}]){{2,}}(?!\S)")
_NEEDLESS_SPACE = re.compile(
    rf"(?<=[{_CJK}{_WIDE_MARK}]) +(?=[!-~])|(?<=[!-~]) +(?=[{_CJK}{_WIDE_MARK}%‰℃])"
    rf"|(?<=[{_WIDE_MARK}]) +| +(?=[{_WIDE_MARK}])|(?<=\d) +(?=%)"
)
_HEADING = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,4}[章节編编篇部]|[（(][一二三四五六七八九十]{1,3}[)）]"
    r"|[一二三四五六七八九十]{1,3}[、.．](?![一二三四五六七八九十]、)|[（(]?\d{1,2}[)）、]|\d{1,2}[.．](?!\d)|[①-⑳]"
)
_SALUTATION = re.compile(r"(?:各位|同志们|代表们)[^，。]{0,12}[：:！!]")
_RUN_IN_TITLE = re.compile(r"[^，。；：]{3,14}。")
_SUBTITLE = re.compile(r"(?:[—－-]{1,3}|[（(])\s*[12１２二]\S{1,3}\s*年")
_SUBTITLE_END = re.compile(r"(?:会|会议)上?[）)]?$|[）)]$")
_ITEM = re.compile(r"——|[一二三四五六七八九十]是")
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

_TITLE_ROWS = 12
_NEVER = 40.0
_FIRST, _LATER, _HEAD, _HEAD_LATER = range(4)
"""What a row can be: first or later row of a paragraph, first or later row of a heading."""


def clean(source: Source) -> CleanText:
    """Whole paragraphs, one a line, with the page map and the headings the file declared.

    Lines cut at the page's width are rejoined; a source with one paragraph a line keeps its lines.
    No visible character is lost or made up, page furniture excepted; the invisible ones (Unicode
    categories Cc and Cf) and needless white space go. In a rejoined text the spaces between Chinese
    and digits or Latin letters are the PDF's, not the writer's, and go too.
    """
    rows = rows_of(source)
    wrapped = source.kind == "pdf" or is_wrapped(rows)
    paragraphs = _rejoin(rows) if wrapped else _as_given(rows)
    return _write(paragraphs, wrapped)


def is_wrapped(rows: Sequence[Row]) -> bool:
    """Whether the lines were cut at a page's width: many equally long ones that end mid-sentence."""
    if len(rows) < 2:
        return False
    measure = _Measure.of(rows)
    long = [row for row, size in zip(rows, measure.sizes, strict=True) if size >= measure.full - 3]
    cut = sum(_ending(row.text) not in _ENDS | _HALF_ENDS for row in long)
    return 10 <= measure.full <= 70 and len(long) >= 0.3 * len(rows) and cut > 0.5 * len(long)


@dataclass(frozen=True, slots=True)
class _Measure:
    """How long the rows are, and how long a full one is; in ems, or in characters if cut by count."""

    sizes: list[float]
    full: float
    by_count: bool

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


def _as_given(rows: Sequence[Row]) -> list[list[Row]]:
    """One paragraph a row; a row without room goes on in the next (a page opens in mid-paragraph)."""
    paragraphs: list[list[Row]] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None and before.room == 0:
            paragraphs[-1].append(row)
        else:
            paragraphs.append([row])
    return paragraphs


def _rejoin(rows: Sequence[Row]) -> list[list[Row]]:
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
        self.halves = _half_subtitles(rows[:_TITLE_ROWS])
        self.start_costs = [self._start_costs(row) for row in rows]

    def _start_costs(self, row: Row) -> tuple[float, float, float, float]:
        """What it costs to read the row as first, later, heading, later in a heading."""
        first = later = head = 0.0
        if _HEADING.match(row.text):
            first, later = 1.5, 4.0
        elif row.level:
            first = 1.5
        else:
            head = _NEVER
        if _SALUTATION.match(row.text) or _ITEM.match(row.text):
            later += 2.0
        if _RUN_IN_TITLE.match(row.text):
            first -= 0.8
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
        if row.level != after.level:
            return _NEVER
        if at in self.halves:
            return 0.0
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


def _half_subtitles(rows: Sequence[Row]) -> set[int]:
    """Rows to join to the next: a subtitle (——2025年1月7日在…会议上) centred on two or three lines."""
    halves: set[int] = set()
    for at, row in enumerate(rows):
        if _SUBTITLE.match(row.text):
            for last in range(at, min(at + 3, len(rows))):
                if _SUBTITLE_END.search(rows[last].text):
                    halves.update(range(at, last))
                    break
    return halves


def _overfull(room: float) -> float:
    return min(15.0, 3.0 * max(0.0, -room - 0.6))


def _best_states(evidence: _Evidence, hidden_indent: float) -> tuple[float, list[int]]:
    """The cheapest reading of all rows and its cost."""
    rows, measure = evidence.rows, evidence.measure
    costs = [evidence.start_costs[0][state] if state in (_FIRST, _HEAD) else _NEVER * 9 for state in range(4)]
    came_from: list[tuple[int, ...]] = []
    for at in range(len(rows) - 1):
        leave = []
        for state in range(4):
            room = rows[at].room
            if room is None:
                room = measure.full - measure.sizes[at]
                room -= hidden_indent if state in (_FIRST, _HEAD) else 0.0
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


def _write(paragraphs: Sequence[Sequence[Row]], wrapped: bool) -> CleanText:
    parts: list[str] = []
    pages: list[PageStart] = []
    headings: list[Heading] = []
    at = 0
    for paragraph in paragraphs:
        start = at = at + (1 if parts else 0)
        if parts:
            parts.append("\n")
        before = ""
        for row in paragraph:
            text = _tidy(row.text, wrapped)
            glue = " " if before and _needs_space(before, text) else ""
            if row.opens is not None:
                pages.append(PageStart(at + len(glue), row.opens))
            parts += (glue, text)
            at += len(glue) + len(text)
            before = text
        if paragraph[0].level:
            headings.append(Heading(start, at, paragraph[0].level))
    return CleanText("".join(parts), tuple(pages), tuple(headings))


def _needs_space(before: str, after: str) -> bool:
    """Two Latin words met at a line end."""
    left, right = before[-1], after[0]
    if left in "-/(" or right in "-/)" or not (left.isascii() and right.isascii()):
        return False
    return left.isalpha() or right.isalpha()


def _tidy(text: str, wrapped: bool) -> str:
    """Spaces as a reader would write them; a letter-spaced line (政 府 工 作 报 告) closes up."""
    if not wrapped:
        return re.sub(r"\s+", "", text) if _SPACED_LETTERS.fullmatch(" ".join(text.split())) else text
    text = _SPACED_LETTERS.sub(lambda match: match[0].replace(" ", ""), " ".join(text.split()))
    return _NEEDLESS_SPACE.sub("", text)

"""Clean text to sections: what stands under which heading, and the years it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.structure.headings import LINE, Heading, Paragraph, headings_of, paragraphs_of, turns_to_plan
from index.structure.numbering_marks import Rank, mark_of
from index.structure.run_in_headings import first_sentence, run_in_titles
from index.structure.section_years import SectionTime, SectionTimes
from index.text import SALUTATION, YEAR_COUNT
from index.types import CleanText, Metadata, Section, SectionMode

_SALUTATION = re.compile(f"{SALUTATION}[^。；]{{0,24}}?[！：，]")
"""各位代表：, 各位委员和同志们！; not 各位代表的建议."""
_WRAP_UP = re.compile(
    "此外|另外|与此同时|同时，|总之|总的看|回顾|回望|总结|我们取得"
    "|(?:这些|上述|以上|看到|肯定|面对)?成[绩就]|在(?:充分)?(?:肯定|看到)|我们[也还]?(?:深知|清醒|必须清醒)|事实"
    "|[^。]{0,60}(?:来之不易|极为不易|殊为不易)"
)
"""此外; not 教育."""
_LOOKING_BACK = re.compile(f"{YEAR_COUNT}年来|过去的?{YEAR_COUNT}年|这{YEAR_COUNT}年")
"""五年来; not 今年."""
_CREDIT = re.compile(
    "（?(?:新华社|本报|人民网|新华网)[^。，]{2,14}电?[讯）]*|《\\s*[^》]{2,12}》\\s*（.*版\\s*）"
)
"""新华社北京3月5日电; not 北京3月5日."""
_CREDIT_LINES = 4
"""Lines from the end within which a paper says whose the text is; further up it is the text's own."""

# [12]“两病”：即高血压和糖尿病。
_NOTE = re.compile(r"[\[【〔]\s*(\d{1,3})\s*[\]】〕]")
"""[12]“两病”：即高血压和糖尿病。; not “两病”[12]."""
_FEWEST_NOTES = 3
"""Two lines that open with [1] and [2] may be anything."""


@dataclass(slots=True)
class _Node:
    """A heading in its place: ``path`` from the top; ``divided`` once it has numbered subsections;
    ``left`` is how many more paragraphs it takes, None for as many as come."""

    path: tuple[str, ...] = ()
    rank: int = 0
    declared: int = 0
    time: SectionTime = ((), "")
    last_of_siblings: bool = False
    divided: bool = False
    left: int | None = None


@dataclass(slots=True)
class _Boundary:
    start: int
    body: int
    node: _Node
    run_in: bool = False
    continued: bool = False


def read_outline(clean: CleanText, metadata: Metadata) -> tuple[Section, ...]:
    """The sections of ``clean`` in preorder.

    Their own texts ``[start, own_end)`` follow each other without a gap from 0 to the end of the
    text. A section that goes on after its subsections comes again, ``continued``, with the same path.
    """
    paragraphs = paragraphs_of(clean)
    walk = _Walk(clean, paragraphs, headings_of(clean, paragraphs, metadata.title), metadata)
    return _sections(walk.boundaries(), len(clean.text))


class _Walk:
    """One pass over the paragraphs that gives each its section."""

    def __init__(
        self, clean: CleanText, paragraphs: Sequence[Paragraph], headings: list[Heading], metadata: Metadata
    ) -> None:
        self._clean = clean
        self._paragraphs = paragraphs
        self._headings = {heading.index: heading for heading in headings}
        self._is_law = any(heading.rank == Rank.ARTICLE for heading in headings)
        self._last = _last_of_siblings(headings)
        self._modal = _declared_levels(headings)
        tops = [heading.title for heading in headings if heading.rank <= Rank.TOP]
        self._times = SectionTimes(metadata, tops)
        self._turns = turns_to_plan(paragraphs, headings, self._times.year)
        self._notes = _notes(paragraphs, headings)
        self._titles = self._run_ins()
        self._earlier, self._later = self._around()
        # A report without headings at the top opens with its review, if it turns to a plan later.
        opens = self._times.part("actual") if self._turns and not tops else ((), "")
        self._stack: list[_Node] = [_Node(time=opens)]
        self._boundaries: list[_Boundary] = [_Boundary(0, 0, self._stack[0])]

    def boundaries(self) -> list[_Boundary]:
        """Where sections open, in document order."""
        previous: Heading | None = None
        for index in range(len(self._paragraphs)):
            heading = self._headings.get(index)
            if heading and self._repeats(previous, heading):
                self._boundaries[-1].body = self._after(index)
            elif heading:
                self._open(index, heading)
            else:
                self._paragraph(index)
            previous = heading
        return self._boundaries

    def _repeats(self, previous: Heading | None, heading: Heading) -> bool:
        """The same heading twice in a row is one heading."""
        return previous is not None and not heading.run_in and previous.title == heading.title

    def _open(self, index: int, heading: Heading) -> None:
        paragraph = self._paragraphs[index]
        self._pop_for(heading)
        node = self._child(heading.title, heading.rank, heading)
        self._stack[-1].divided |= heading.rank < Rank.ITEM
        body = paragraph.start if heading.run_in else self._after(index)
        self._stack.append(node)
        self._boundaries.append(_Boundary(paragraph.start, body, node, heading.run_in))

    def _after(self, index: int) -> int:
        """Where the paragraph after ``index`` begins."""
        following = self._paragraphs[index + 1 : index + 2]
        return following[0].start if following else len(self._clean.text)

    def _pop_for(self, heading: Heading) -> None:
        if heading.rank >= Rank.ITEM:
            if not self._pop_to_sibling(heading.rank) and heading.number > 1:
                self._pop_to_sibling(Rank.RUN_IN)
            return
        while len(self._stack) > 1 and not self._outranks(self._stack[-1], heading):
            self._stack.pop()

    def _pop_to_sibling(self, rank: int) -> bool:
        """Items and run-in titles nest in the order they come; a style seen before is a sibling."""
        for depth in range(len(self._stack) - 1, 0, -1):
            if self._stack[depth].rank < Rank.ITEM and self._stack[depth].rank != rank:
                break
            if self._stack[depth].rank == rank:
                del self._stack[depth:]
                return True
        return False

    def _outranks(self, node: _Node, heading: Heading) -> bool:
        above, below = self._level(node.rank, node.declared), self._level(heading.rank, heading.declared)
        if above != below:
            return above < below
        return 0 < node.rank < heading.rank

    def _level(self, rank: int, declared: int) -> int:
        return declared if rank == 0 else self._modal.get(rank, 99)

    def _child(self, title: str, rank: int, heading: Heading | None = None) -> _Node:
        parent = self._stack[-1]
        node = _Node((*parent.path, title), rank, time=parent.time)
        if heading is None:
            return node
        node.declared, node.left = heading.declared, heading.follow
        node.last_of_siblings = heading.index in self._last
        if heading.number == -1:
            node.time = ((), "")
        elif not parent.path and not parent.time[1]:
            following = self._paragraphs[heading.index + (not heading.run_in) :][:1]
            node.time = self._times.top(title, following[0].text if following else "")
        elif rank < Rank.ITEM:
            node.time = self._times.below(parent.time, title)
        return node

    def _paragraph(self, index: int) -> None:
        if index in self._turns:
            self._to_root("target")
        elif index == self._notes:
            self._stack = [_Node()]
        title = self._titles[index]
        self._leave(index, title)
        start = self._paragraphs[index].start
        if title:
            node = self._child(title, Rank.RUN_IN)
            self._stack.append(node)
            self._boundaries.append(_Boundary(self._after_salutation(start), start, node, run_in=True))
        elif self._boundaries[-1].node is not self._stack[-1]:
            self._boundaries.append(_Boundary(start, start, self._stack[-1], continued=True))

    def _after_salutation(self, start: int) -> int:
        """A section may begin with the bare salutation above it: alone that would be a passage of nothing."""
        last = self._boundaries[-1]
        if last.continued and _SALUTATION.fullmatch(self._clean.text[last.start : start].strip()):
            return self._boundaries.pop().start
        return start

    def _to_root(self, mode: SectionMode) -> None:
        """Back to the text under no heading, now in the part that ``mode`` names."""
        self._stack = [_Node(time=self._times.part(mode))]

    def _leave(self, index: int, title: str) -> None:
        """Close the sections that paragraph ``index`` no longer belongs to."""
        text = self._paragraphs[index].text
        if _CREDIT.fullmatch(text) and index > len(self._paragraphs) - _CREDIT_LINES:
            self._stack = [_Node()] if self._stack[-1] != _Node() else self._stack
            return
        if title:
            self._pop_to_sibling(Rank.RUN_IN)
        elif self._stack[-1].rank == Rank.RUN_IN and not mark_of(text):
            self._stack.pop()
        self._leave_last_item()
        if _SALUTATION.match(text):
            self._leave_numbered(index)
        elif not title and not self._later[index] and self._wraps_up(text):
            self._wrap_up(index)

    def _leave_last_item(self) -> None:
        for depth, node in enumerate(self._stack):
            if node.left is not None:
                if node.left == 0:
                    del self._stack[depth:]
                    return
                node.left -= 1

    def _leave_numbered(self, index: int) -> None:
        """A salutation turns from the section being told to the one above it."""
        if index - 1 in self._headings and not self._headings[index - 1].run_in:
            return
        while self._stack[-1].rank >= Rank.ITEM:
            self._stack.pop()
        node = self._stack[-1]
        if len(node.path) > 1:
            self._stack.pop()
        elif node.last_of_siblings and not self._is_opening(index) and not node.divided:
            self._to_root(node.time[1])

    def _wraps_up(self, text: str) -> bool:
        looks_back = self._stack[-1].time[1] == "actual" and _LOOKING_BACK.match(text)
        return bool(looks_back or _WRAP_UP.match(text))

    def _wrap_up(self, index: int) -> None:
        if index - 1 in self._headings:
            return
        depth = next((d for d in range(len(self._stack) - 1, -1, -1) if self._stack[d].rank < Rank.ITEM), 0)
        node = self._stack[depth]
        if len(node.path) > 1 and node.last_of_siblings:
            del self._stack[depth:]
        elif depth < len(self._stack) - 1 and self._stack[-1].left is not None:
            del self._stack[depth + 1 :]

    def _is_opening(self, index: int) -> bool:
        """Run-in titles of the same section all stand after ``index``, none before."""
        return self._later[index] and not self._earlier[index]

    def _run_ins(self) -> list[str]:
        """Each paragraph's run-in title, "" where it has none."""
        size = len(self._paragraphs)
        titles = [""] * size
        stretch: list[int] = []
        for index in range(size + 1):
            ends = index == size or index in self._headings
            if not ends and not self._is_law:
                stretch.append(index)
                ends = bool(_SALUTATION.fullmatch(self._paragraphs[index].text))
            if ends:
                self._label(stretch, titles)
                stretch = []
        self._label_leads(titles)
        return titles

    def _around(self) -> tuple[list[bool], list[bool]]:
        """Whether a run-in title stands before, and after, each paragraph between the same headings."""
        size = len(self._paragraphs)
        earlier, later = [False] * size, [False] * size
        for at in range(1, size):
            earlier[at] = at not in self._headings and (bool(self._titles[at - 1]) or earlier[at - 1])
        for at in range(size - 2, -1, -1):
            later[at] = at + 1 not in self._headings and (bool(self._titles[at + 1]) or later[at + 1])
        return earlier, later

    def _label(self, stretch: list[int], titles: list[str]) -> None:
        for index, title in zip(
            stretch, run_in_titles([self._paragraphs[i].text for i in stretch]), strict=True
        ):
            start = self._paragraphs[index].start
            titles[index] = self._clean.text[start : start + len(title)]

    def _label_leads(self, titles: list[str]) -> None:
        """Sentences of their own that each open a row of dashes are titles of the rows."""
        leads = [
            index
            for index, paragraph in enumerate(self._paragraphs[:-1])
            if index not in self._headings
            and (after := self._headings.get(index + 1)) is not None
            and after.rank == Rank.DASH
            and len(paragraph.text) <= LINE
            and first_sentence(paragraph.text, LINE) == paragraph.text[:-1]
        ]
        for index in leads if len(leads) > 2 else ():
            start = self._paragraphs[index].start
            titles[index] = self._clean.text[start : self._paragraphs[index].end - 1]


def _notes(paragraphs: Sequence[Paragraph], headings: Sequence[Heading]) -> int | None:
    """Where the notes open that end a report without a heading of their own: [1]…, [2]…, to the end."""
    numbers = [(at, int(match[1])) for at, p in enumerate(paragraphs) if (match := _NOTE.match(p.text))]
    start = max((at for at, number in numbers if number == 1), default=len(paragraphs))
    ours = [number for at, number in numbers if at >= start]
    above = next((heading for heading in reversed(headings) if heading.index < start), None)
    told = above is not None and above.number < 0
    rising = all(after - before in (0, 1, 2) for before, after in pairwise(ours))
    last = start + len(ours) * 2
    if len(ours) < _FEWEST_NOTES or told or not rising or last < len(paragraphs):
        return None
    return start if 2 * start > len(paragraphs) else None


def _last_of_siblings(headings: Sequence[Heading]) -> set[int]:
    """Indices of numbered headings after which no sibling comes before the parent ends."""
    last: set[int] = set()
    open_: list[Heading] = []
    for heading in headings:
        while open_ and (open_[-1].rank, open_[-1].declared) >= (heading.rank, heading.declared):
            before = open_.pop()
            deeper = before.rank > heading.rank or before.declared > heading.declared
            if deeper or heading.number < 0 or 0 < heading.number <= before.number:
                last.add(before.index)
        open_.append(heading)
    return last | {heading.index for heading in open_}


def _declared_levels(headings: Sequence[Heading]) -> dict[int, int]:
    """The level the source file gives to each style of numbering, where it gives one."""
    levels: dict[int, list[int]] = {}
    for heading in headings:
        if heading.rank and heading.declared:
            levels.setdefault(heading.rank, []).append(heading.declared)
    return {rank: max(set(found), key=found.count) for rank, found in levels.items()}


def _sections(boundaries: Sequence[_Boundary], size: int) -> tuple[Section, ...]:
    sections: list[Section] = []
    ends = _ends(boundaries, size)
    for position, boundary in enumerate(boundaries):
        own_end = boundaries[position + 1].start if position + 1 < len(boundaries) else size
        node = boundary.node
        sections.append(
            Section(
                start=boundary.start,
                body=min(boundary.body, own_end),
                own_end=own_end,
                end=own_end if boundary.continued else ends[position],
                level=len(node.path),
                title=node.path[-1] if node.path else "",
                path=node.path,
                years=node.time[0],
                mode=node.time[1],
                run_in=boundary.run_in,
                continued=boundary.continued,
            )
        )
    return tuple(sections)


def _ends(boundaries: Sequence[_Boundary], size: int) -> list[int]:
    """Where each section ends: at the next boundary that is neither inside it nor its continuation."""
    ends = [size] * len(boundaries)
    open_: list[int] = []
    for position, boundary in enumerate(boundaries):
        depth = len(boundary.node.path)
        while open_ and not boundary.continued and len(boundaries[open_[-1]].node.path) >= depth:
            ends[open_.pop()] = boundary.start
        while open_ and boundary.continued and len(boundaries[open_[-1]].node.path) > depth:
            ends[open_.pop()] = boundary.start
        if not boundary.continued:
            open_.append(position)
    return ends

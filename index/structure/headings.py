"""Which paragraphs of a report are headings: numbered, declared by the source file, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile, zip_longest
from statistics import median

from index.structure.numbering_marks import Mark, Rank, canonical, canonical_lines, mark_of
from index.structure.run_in_headings import LONGEST, first_sentence
from index.structure.section_years import mode_of
from index.text import CLAUSE_MARKS, HAN_NUMERAL, PLAN, YEAR, YEAR_COUNT
from index.types import CleanText

LINE = 70
"""A numbered paragraph of one sentence up to this long is a heading on its own line."""
_WORTH, _WORTH_OTHERWISE = {Rank.ITEM: 80, Rank.DASH: 80}, 60
"""Items of a list shorter than this (median) are told together, not as sections; those of other styles are a title
and a sentence."""

_FEWEST_ARTICLES = 5
"""Fewer paragraphs that open with 第…条 quote a law, and are none."""
_NEARLY_ALL, _FEW = 0.8, 0.2
"""The share of numbered paragraphs that behave alike where all are headings, or articles; and of items that may stand
inside a paragraph of the one before. A report has a slip of the pen; benchmarks/sensitivity.py changes neither."""
_CUT = 20
"""Characters shown of a heading without a clause."""
_CONTENTS = re.compile("目录|目次|内容(?:提要|目录)")
"""目录; not 正文."""
_LEADER = re.compile(r"(?:[.…·．\-—]{3,}|\s{2,}|\t)\s*[（(]?\d{1,4}[）)]?\s*$")
"""工作回顾………3, 工作回顾   12; not 增长3."""
_PART_LINE = re.compile(
    f"(?:{YEAR}年|过去{YEAR_COUNT}年|去年|今年|今后{YEAR_COUNT}年|下一步|下一年)?[^{CLAUSE_MARKS}、]{{0,8}}工作(?:的?(?:简要)?回顾|总结|情况|安排|部署|打算|任务|建议|重点)"
)
"""2024年工作回顾; not 2024年，工作繁重."""
# Where no 一、 numbers the parts: 今后五年工作思路和目标任务, 站在新起点：2012年工作回顾, 全面加强政府自身建设
_UNNUMBERED = re.compile(
    f"(?:[^{CLAUSE_MARKS}]{{2,12}}：)?(?:{YEAR}年|过去{YEAR_COUNT}年|{YEAR_COUNT}年来|去年|今年|今后{YEAR_COUNT}年|“{PLAN}”)"
    f"[^{CLAUSE_MARKS}]{{2,30}}|[^{CLAUSE_MARKS}]{{0,10}}政府自身建设[^{CLAUSE_MARKS}]{{0,6}}"
)
"""Where no 一、 numbers the parts: 今后五年工作思路和目标任务, 过去三年发展回望, “十七五”发展思路, 站在新起点：2012年工作回顾, 全面加强政府自身建设; not 全面加强教育."""
_NOTES = (
    "(?:(?:《[^》]{2,30}》|(?:政府工作)?报告)中?的?)?(?:部分|有关|相关|主要|重要)?(?:专业)?"
    "(?:(?:名词|用语|术语|词语)的?(?:解释|注释|注解|释义|说明)|注释|附注|注解)|注"
)
_GLOSSARY = re.compile(f"(?:{_NOTES})：?")
"""名词解释：, 《政府工作报告》部分名词解释, 相关用语说明; not 名词, 情况说明."""
_ANNEX = re.compile(f"(?:{_NOTES}|附件?[0-9{HAN_NUMERAL}]*|附表|附录)：?")
"""名词解释：, 附件1; not 名词, 附件齐全."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph ``[start, end)`` of the clean text, white space at its edges left out."""

    start: int
    end: int
    text: str
    declared: int = 0


@dataclass(slots=True)
class Heading:
    """A heading found at paragraph ``index``; ``title`` as it is shown."""

    index: int
    rank: int
    title: str
    number: int = 0
    declared: int = 0
    run_in: bool = False
    follow: int | None = None
    """How many more paragraphs belong to it (known of a list's items), None for as many as come."""


def paragraphs_of(clean: CleanText) -> list[Paragraph]:
    """The paragraphs that are not blank, with their text in canonical spelling (same length)."""
    declared = {heading.start: heading.level for heading in clean.headings}
    found, at = [], 0
    for line, matched in zip(clean.text.split("\n"), canonical_lines(clean.text), strict=True):
        text = line.strip()
        if text:
            indent = line.index(text[0])
            start = at + indent
            level = next((declared[o] for o in range(at, start + 1) if o in declared), 0) if declared else 0
            found.append(Paragraph(start, start + len(text), matched[indent : indent + len(text)], level))
        at += len(line) + 1
    return found


def headings_of(clean: CleanText, paragraphs: Sequence[Paragraph], title: str = "") -> list[Heading]:
    """The headings in document order; run-in titles without numbering are not among them.

    ``title`` is the report's own, never a heading in it.
    """
    candidates = {h.index: h for h in _candidates(clean, paragraphs, title)}
    found = list(candidates.values())
    for index in _contents(paragraphs, candidates) | _not_of_a_law(found) | _in_a_glossary(found):
        candidates.pop(index, None)
    accepted: list[Heading] = []
    for rank in sorted({h.rank for h in candidates.values()}):
        ranked = [h for h in candidates.values() if h.rank == rank]
        if rank <= Rank.TOP:
            accepted += ranked
        else:
            accepted += _accept_groups(ranked, {h.index for h in accepted}, paragraphs)
    return sorted(accepted, key=lambda heading: heading.index)


def _candidates(clean: CleanText, paragraphs: Sequence[Paragraph], title: str) -> Iterator[Heading]:
    title_lines = _title_lines(paragraphs, canonical(title))
    numbered = any(
        (mark := mark_of(paragraph.text))
        and mark.rank <= Rank.TOP
        and paragraph.start not in clean.table_rows
        for paragraph in paragraphs
    )
    for index, paragraph in enumerate(paragraphs):
        if paragraph.start in clean.table_rows:
            continue
        shown = clean.text[paragraph.start : paragraph.end]
        mark = mark_of(paragraph.text)
        if mark:
            if heading := _numbered(index, paragraph, shown, mark):
                yield heading
        elif paragraph.declared and index not in title_lines and len(paragraph.text) <= LINE:
            yield Heading(index, 0, _tidy(shown), declared=paragraph.declared)
        elif index > 2 and _is_part(index, paragraphs, numbered):
            yield Heading(index, Rank.PART, _tidy(shown))
        elif _ANNEX.fullmatch(paragraph.text) and index > 2:
            rank = Rank.TOP if numbered else Rank.PART
            yield Heading(index, rank, _tidy(shown).rstrip("：:"), number=-1)


def _is_part(index: int, paragraphs: Sequence[Paragraph], numbered: bool) -> bool:
    """Whether a line without a number is the heading of a part; more kinds of line are where none is ``numbered``:
    they look back or plan, and a paragraph or the first of the part's own headings follows."""
    text = paragraphs[index].text
    if _PART_LINE.fullmatch(text) and not _ends_text(index, paragraphs):
        return True
    if numbered or not _UNNUMBERED.fullmatch(text) or not ("自身建设" in text or mode_of(text)):
        return False
    after = paragraphs[index + 1].text if index + 1 < len(paragraphs) else ""
    return len(after) > LINE // 2 or bool(after and (mark := mark_of(after)) and mark.number == 1)


def _ends_text(index: int, paragraphs: Sequence[Paragraph]) -> bool:
    return index + 1 >= len(paragraphs) or len(paragraphs[index + 1].text) < LINE // 2


def _title_lines(paragraphs: Sequence[Paragraph], title: str) -> set[int]:
    """The declared headings that open the file with the report's own title."""
    declared = [index for index, paragraph in enumerate(paragraphs) if paragraph.declared]
    if not declared or mark_of(paragraphs[declared[0]].text):
        return set()
    first, whole = paragraphs[declared[0]], _squash(title)
    block = {declared[0]}
    for index in declared[1:]:
        more = paragraphs[index]
        if index - 1 not in block or more.declared != first.declared or _squash(more.text) not in whole:
            break
        block.add(index)
    deeper = all(paragraphs[index].declared > first.declared for index in declared if index not in block)
    return block if deeper or _squash(first.text) in whole else set()


def _squash(text: str) -> str:
    return re.sub(r"\s", "", text)


def _numbered(index: int, paragraph: Paragraph, shown: str, mark: Mark) -> Heading | None:
    rest = paragraph.text[mark.length :].lstrip()
    offset = len(paragraph.text) - len(rest)
    heading = Heading(index, mark.rank, "", mark.number, paragraph.declared)
    if mark.rank is Rank.ARTICLE:
        heading.title, heading.run_in = _tidy(shown[: mark.length]), bool(rest)
        return heading
    if mark.rank <= Rank.SECTION and (len(paragraph.text) > LINE or re.search("[。；：，]$", rest)):
        return None
    keep = offset if mark.rank is Rank.DASH else 0
    longest = LINE if mark.rank <= Rank.SECOND else LONGEST
    if _is_line(rest) and len(rest) <= longest:
        heading.title = _tidy(shown[keep:])
        if mark.rank <= Rank.SECTION and rest:
            heading.title = f"{_tidy(shown[: mark.length])} {_tidy(shown[offset:])}"
    elif title := first_sentence(rest, LINE if mark.rank <= Rank.SECOND else LONGEST) or _before_colon(
        rest, mark.rank
    ):
        heading.title = _tidy(shown[keep : offset + len(title)])
        heading.run_in = True
    elif mark.rank <= Rank.SECOND:
        heading.title = _tidy(shown[: offset + len(_first_clause(rest))])
        heading.run_in = True
    return heading


def _is_line(rest: str) -> bool:
    """One sentence, short enough to stand alone as a heading."""
    return len(rest) <= LINE and not re.search("[。；！？](?=.)|[；，]$", rest)


def _before_colon(rest: str, rank: int) -> str:
    """The name of a note or an item: what stands before its colon."""
    match = re.match(f"[^{CLAUSE_MARKS}]{{2,{LONGEST}}}(?=：)", rest)
    return match[0] if match and rank in (Rank.DIGIT, Rank.BRACKET, Rank.CIRCLE) else ""


def _first_clause(rest: str) -> str:
    match = re.match(f"[^{CLAUSE_MARKS}]{{6,{LONGEST}}}", rest)
    return match[0] if match else rest[:_CUT]


def _tidy(title: str) -> str:
    """One line, without the stop or the spaces that letter-spacing and copying leave."""
    title = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", title.strip())
    return re.sub(r"\s+", " ", title).rstrip("。：: ")


def _contents(paragraphs: Sequence[Paragraph], candidates: dict[int, Heading]) -> set[int]:
    """Indices of headings that only stand in a table of contents."""
    bare = {index: _LEADER.sub("", paragraphs[index].text).replace(" ", "") for index in candidates}
    last = {text: index for index, text in bare.items()}
    listed = {i for i in candidates if _LEADER.search(paragraphs[i].text) and paragraphs[i].text != bare[i]}
    listed &= {i for i in candidates if re.search(r"[.…·]{3,}|\s{2,}", paragraphs[i].text)}
    again = {i for i in candidates if last[bare[i]] > i + 1}
    for i in sorted(again):
        before = i > 0 and (_CONTENTS.fullmatch(paragraphs[i - 1].text.replace(" ", "")) or i - 1 in listed)
        if before or (i + 1 in again) or (i - 1 in listed):
            listed.add(i)
    return listed


def _not_of_a_law(candidates: Sequence[Heading]) -> set[int]:
    """Indices of what is no heading because the text is a law, or because it is none.

    A law's articles count through all its chapters; what is numbered inside them, （一） or 一、, are items.
    """
    articles = [heading for heading in candidates if heading.rank == Rank.ARTICLE]
    rising = sum(after.number - before.number in (0, 1) for before, after in pairwise(articles))
    if len(articles) < _FEWEST_ARTICLES or rising < _NEARLY_ALL * (len(articles) - 1):
        return {heading.index for heading in articles}
    first, last = articles[0].index, articles[-1].index
    after = [heading for heading in candidates if heading.index > last]
    end = next((h.index for h in after if h.rank == Rank.TOP or h.number < 0), float("inf"))
    return {h.index for h in candidates if h.rank > Rank.ARTICLE and first < h.index < end and h.number >= 0}


def _in_a_glossary(candidates: Sequence[Heading]) -> set[int]:
    """Indices of the notes that begin the numbering 一、 or （一） anew: they are no parts of the report."""
    ranked = sorted(candidates, key=lambda heading: heading.index)
    last = max(
        (at for at, h in enumerate(ranked) if h.number < 0 and _GLOSSARY.fullmatch(h.title)), default=-1
    )
    before = {heading.title for heading in ranked[: max(0, last)]}
    following = list(takewhile(lambda heading: heading.number >= 0, ranked[last + 1 :])) if last >= 0 else []
    if any(heading.title in before for heading in following):
        return set()  # a table of contents names it, before the report itself
    return {heading.index for heading in following if Rank.TOP <= heading.rank <= Rank.SECOND}


def _accept_groups(
    ranked: list[Heading], walls: set[int], paragraphs: Sequence[Paragraph]
) -> Iterator[Heading]:
    """Siblings behave alike: a whole group of numbered paragraphs is headings, or none of it is."""
    marks = sorted([(index, None) for index in walls] + [(h.index, h) for h in ranked], key=lambda m: m[0])
    group: list[Heading] = []
    for index, heading in [*marks, (len(paragraphs), None)]:
        restart = heading and group and heading.rank != Rank.DASH and heading.number <= group[-1].number
        if group and (heading is None or restart):
            yield from _accept(group, index, paragraphs)
            group = []
        if heading is not None:
            group.append(heading)


def _accept(group: list[Heading], end: int, paragraphs: Sequence[Paragraph]) -> list[Heading]:
    rank = group[0].rank
    if rank == Rank.SECOND and len(group) == 1 and group[0].title:
        return group
    if len(group) < 2 or (rank >= Rank.DIGIT and rank != Rank.DASH and group[0].number != 1):
        return []
    kept = [heading for heading in group if heading.title]
    swallowed = _swallowed(group, end, paragraphs) if rank == Rank.ITEM else {}
    # Where many items stand inside paragraphs the list is prose, not a row of sections.
    if len(kept) < _NEARLY_ALL * len(group) or sum(swallowed.values()) > _FEW * group[-1].number:
        return []
    nexts = [*(heading.index for heading in group[1:]), end]
    following = [after - heading.index - 1 for heading, after in zip(group, nexts, strict=True)]
    lines = [heading for heading in group if not heading.run_in]
    if 2 * len(lines) > len(group):
        bodies = sum(1 for heading, n in zip(group, following, strict=True) if n and not heading.run_in)
        # Numbered lines with nothing under them are a list, unless their numbering is a report's own.
        if bodies < _NEARLY_ALL * len(lines) and not (rank == Rank.SECOND and bodies):
            return []
    elif median(
        _extent(h.index, after, paragraphs) for h, after in zip(group, nexts, strict=True)
    ) < _WORTH.get(Rank(rank), _WORTH_OTHERWISE):
        return []
    usual = round(median(following[:-1]) + 0.01)  # a half is rounded up
    for heading in kept if rank == Rank.DASH else kept[-1:]:
        if rank >= Rank.ITEM or (rank >= Rank.DIGIT and kept[0].run_in):
            heading.follow = usual
    for heading in kept:
        heading.follow = 0 if heading.index in swallowed else heading.follow
    return kept


def _extent(first: int, after: int, paragraphs: Sequence[Paragraph]) -> int:
    return paragraphs[after - 1].end - paragraphs[first].start


def _swallowed(group: Sequence[Heading], end: int, paragraphs: Sequence[Paragraph]) -> dict[int, int]:
    """How many items stand inside a paragraph of the one before, by that one's index."""
    found = {}
    for heading, after in zip_longest(group, group[1:]):
        until = after.index if after is not None else min(end, heading.index + 2)
        numbers = range(heading.number + 1, after.number if after is not None else heading.number + 2)
        text = "".join(paragraph.text[1:] for paragraph in paragraphs[heading.index : until])
        count = sum(
            1 for n in numbers if n <= len(HAN_NUMERAL) and re.search(f"{HAN_NUMERAL[n - 1]}[是要]", text)
        )
        if count:
            found[heading.index] = count
    return found


def turns_to_plan(paragraphs: Sequence[Paragraph], headings: Sequence[Heading], year: int | None) -> set[int]:
    """Where a review turns into a plan though no heading says so (lost in copying, or never there).

    Looked for where a second-level numbering starts again under the same top, and in reports that have
    no headings at the top, or only the review's.
    """
    if year is None:
        return set()
    turn = re.compile(
        f"(?:今年|新的一年|{year}年)[^。]{{0,40}}(?:之年|的(?:重要|关键)?一年|第一年|最后一年|总体要求是|预期目标是)"
    )
    upper = [heading for heading in headings if heading.rank <= Rank.SECOND]
    spans = [
        (before.index + 1, after.index)
        for before, after in pairwise(upper)
        if before.rank == after.rank == Rank.SECOND and after.number == 1
    ]
    tops = [heading for heading in headings if heading.rank <= Rank.TOP and heading.number >= 0]
    if not tops:
        spans.append((0, len(paragraphs)))
    elif len(tops) == 1 and mode_of(tops[0].title) == "actual":
        spans.append((tops[0].index + 1, len(paragraphs)))
    found = (next((i for i in range(*span) if turn.match(paragraphs[i].text)), None) for span in spans)
    return {index for index in found if index is not None}

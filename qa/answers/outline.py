"""A report's outline as answers need it: headings as citations, the parts that review and that plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from index import Passage, ReportInfo, Section, Snapshot
from index.structure import overlaps, page_at
from index.text import (
    CHAPTER_NUMBER,
    ITEM_NUMBER,
    ORDINAL_ITEM,
    PART_NUMBER,
    SECTION_NUMBER,
    SENTENCE_MARKS,
    SPOKEN_ITEM,
)
from qa.answers.composer import cite
from qa.types import Citation

_NUMBER = re.compile(
    rf"^\s*(?:{ITEM_NUMBER}+|{PART_NUMBER}|{CHAPTER_NUMBER}|{SECTION_NUMBER}|{ORDINAL_ITEM}|{SPOKEN_ITEM})\s*"
)
"""A heading's number: （一）, 1., 一是, 第一章; not 一批, 第一产业."""
_GOVERNMENT = re.compile(
    r"政府(?:自身|建设|作风|效能|治理|履职|服务|能力|执行力|公信力)|自身建设|服务型政府|人民满意|法治政府"
)
"""加强政府自身建设; not 政府工作安排."""
_FIELD = re.compile("[^，、。]{2,8}方面")
"""It names a field of what stands under it, beside headings that say what is done: 医疗卫生方面; not 办好医疗卫生."""
_LONGEST = 70
"""Characters of a heading that are shown; longer ones are whole paragraphs taken for one."""


def children(section: Section, sections: Sequence[Section]) -> list[Section]:
    """The headings right below ``section``, also where its own text goes on between them."""
    found = [s for group in children_by_stretch(section, sections) for s in group]
    return [s for s in found if not _FIELD.fullmatch(bare_title(s.title))] or found


def children_by_stretch(section: Section, sections: Sequence[Section]) -> list[list[Section]]:
    """``children``, a list for each stretch of them between which the section's own text goes on.

    A review of five years and of the last is two such; where headings are numbered, those alone count.
    """
    groups = stretches(section, sections)
    every = [s for group in groups for s in group]
    numbered = [s for s in every if _NUMBER.match(s.title)]
    if len(numbered) > 1 and 2 * len(numbered) >= len(every):
        restart = [
            i
            for i, s in enumerate(numbered)
            if i and (_NUMBER.match(s.title) or [""])[0].strip("（(） )、") in ("一", "一是", "1")
        ]
        cuts = [0, *restart, len(numbered)]
        return [numbered[a:b] for a, b in pairwise(cuts)]
    return [group for group in groups if group]


def stretches(section: Section, sections: Sequence[Section]) -> list[list[Section]]:
    """The headings right below ``section``, numbered or not, by the stretches that its own text parts."""
    groups: list[list[Section]] = [[]]
    for s in sections:
        if s.continued and s.path == section.path and groups[-1]:
            groups.append([])
        elif (
            s.level == section.level + 1
            and s.path[:-1] == section.path
            and not s.continued
            and s.start >= section.start
        ):
            groups[-1].append(s)
    return [group for group in groups if group]


def tops(sections: Sequence[Section]) -> list[Section]:
    """The headings of the first level."""
    return [s for s in sections if s.level == 1 and not s.continued]


def is_about_government(title: str) -> bool:
    """Whether a heading is about the government itself, not about its tasks: 加强政府自身建设."""
    return bool(_GOVERNMENT.search(title))


def bare_title(title: str) -> str:
    """``title`` without its number."""
    return _NUMBER.sub("", title)


def cite_heading(snapshot: Snapshot, report: ReportInfo, section: Section) -> Citation | None:
    """The heading as a quote, in the text from it to the end of what stands under it first.

    None where the heading is no heading but a whole paragraph, or is not found as it stands.
    """
    text = snapshot.text(report.id)
    shown = bare_title(section.title)
    start = text.find(shown[:6], section.start, section.start + 60) if len(shown) >= 2 else -1
    if start < 0 or len(shown) > _LONGEST:
        return None
    end = start + len(shown)
    if text[start:end] != shown:
        line = re.compile(rf"[{SENTENCE_MARKS}；：:\n]").search(text, start)
        end = min(line.start() if line else len(text), start + _LONGEST)
    until = max(end, min(section.own_end, end + 200))
    stop = max((m.end() for m in re.finditer(rf"[{SENTENCE_MARKS}\n]", text[end:until])), default=0)
    whole = text[section.start : end + stop].rstrip()
    whole = whole if len(whole) >= end - section.start else text[section.start : end]
    pages = snapshot.page_starts(report.id)
    passage = Passage(
        report.id, section.start, section.start + len(whole), whole, section.path,
        page_at(pages, section.start), page_at(pages, section.start + len(whole) - 1),
        section.years, section.mode, overlaps(snapshot.scanned(report.id), section.start, section.start + len(whole)),
    )  # fmt: skip
    return cite(snapshot, passage, ((start - section.start, end - section.start),))


def sentence_headings(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The run-in headings between ``start`` and ``end`` of running text: short sentences without a comma."""
    found = []
    for m in re.finditer(rf"[^{SENTENCE_MARKS}；\n\\]+(?=[{SENTENCE_MARKS}；\n\\]|$)", text[start:end]):
        shown = m[0].strip("rn \u3000")
        if 4 <= len(shown) <= 22 and not re.search(r"[，：:,]", shown):
            at = start + m.start() + m[0].find(shown)
            found.append((at, at + len(shown)))
    return found


def cite_span(snapshot: Snapshot, report: ReportInfo, start: int, end: int) -> Citation | None:
    """The passage that holds ``[start, end)`` of the report's text, quoted there; None where none does."""
    for passage in snapshot.passages(list(snapshot.rows(report.id))):
        if passage.start <= start < passage.end:
            return cite(snapshot, passage, ((start - passage.start, min(end, passage.end) - passage.start),))
    return None

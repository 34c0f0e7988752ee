"""Run-in titles: the short sentence that opens a paragraph and names what the rest of it tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from index.structure.numbering_marks import mark_of
from index.text import CLAUSE_MARKS, PLACE_LEVELS, SENTENCE_MARKS, YEAR_COUNT

LONGEST = 40
"""No run-in title is longer than this, in characters."""
_SHORTEST_REST = 25
"""Characters that must follow a run-in title; with fewer the whole paragraph is one statement."""
_BRIEF = 16
"""Characters that a title may have beside sentences as short."""
_ALIKE = 3
"""Paragraphs that open alike where the opening is their title; two may by chance."""
_INTRODUCTION = 0.5
"""A first paragraph shorter than this part of the titled ones (median) has no title of its own."""

_FIRST = re.compile(rf"[^{SENTENCE_MARKS}；：:;!?\n]{{2,80}}(?=。)")
"""教育更加公平。; not 教育，."""
_QUOTED = re.compile("“[^”]*”|「[^」]*」|《[^》]*》|（[^）]*）")
"""“双减”, 《条例》; not 双减."""
# How sentences open that tell or argue; a title names its matter at once.
# 我们; not 教育
_NO_OPENER = re.compile(
    f"我|这|此|该|其|本[届次年]|当前|目前|今[年后]|去年|明年|上年|近[年期些几]|(?:[几多]|{YEAR_COUNT})年|过去|全年|新的一年"
    f"|党中央|国务院|中央|[{PLACE_LEVELS}](?:委|政府)|各(?:级|地|部门|位)|《|“[^”]{{1,3}}”(?:时期|期间)|从[^，]*看"
    "|首先|其次|最后|同时|与此|另外|因[此而]|为[此了]|对此|但|由于|进入|刚刚|只[有要]|必须|要(?!素)|应[该当]"
    "|(?:随着|根据|按照|围绕|针对|面对|经过|通过|作为|站在|对于?|在)[^。]*，"
    "|总之|总的|综合(?:考虑|分析|研判)|展望|回[顾首]|总结|实践[证表]|事实[证表]|如果|如何|预计|特别是"
)
"""How sentences open that tell or argue; a title names its matter at once: 我们, 六年, 10年; not 教育."""
_NO_TITLE = re.compile(
    "(?<!实事求)(?<!于)是(?!非|否)|了(?!解)|我们|也(?!门)|必须|应当|应该|仍然|提出|暴露|决定着|有利于|不仅|已经?(?!建)"
    "|正在|即将|以下|如下|新的一年|刻不容缓|方面工作|几项工作|来之不易|[0-9](?![0-9]*[件项大类])"
)
"""我们; not 是非."""
_OPENER = re.compile(f"[^{CLAUSE_MARKS}]{{2,14}}，")
"""五年来，; not 五年来。."""


def first_sentence(text: str, longest: int = LONGEST) -> str:
    """The first sentence of ``text`` without its stop, "" when it is longer than ``longest``."""
    match = _FIRST.match(text)
    if not match or len(match[0]) > longest or match[0].count("“") != match[0].count("”"):
        return ""
    return match[0]


def run_in_titles(paragraphs: Sequence[str]) -> list[str]:
    """For each of a section's consecutive paragraphs its run-in title, "" where it has none.

    One short sentence proves nothing: titles count only where neighbours have them too.
    """
    titles = [_candidate(text) for text in paragraphs]
    if titles and titles[0] and _is_introduction(paragraphs, titles):
        titles[0] = ""
    shared = _shared_opener(paragraphs)
    titles = [title or shared[index] for index, title in enumerate(titles)]
    found = [index for index, title in enumerate(titles) if title]
    if len(found) < 2:
        return [""] * len(titles)
    # Half of the paragraphs from the first title to the last must have one; 二是… goes on with the last.
    within = sum(1 for text in paragraphs[found[0] : found[-1] + 1] if not mark_of(text))
    return titles if 2 * len(found) >= within else [""] * len(titles)


def _is_introduction(paragraphs: Sequence[str], titles: Sequence[str]) -> bool:
    """The first paragraph is much shorter than the titled ones: it leads up to them."""
    others = [len(text) for text, title in zip(paragraphs[1:], titles[1:], strict=True) if title]
    return bool(others) and len(paragraphs[0]) < _INTRODUCTION * median(others)


def _candidate(text: str) -> str:
    title = first_sentence(text)
    rest = len(text) - len(title) - 1
    if not title or mark_of(text) or rest < _SHORTEST_REST:
        return ""
    bare = _QUOTED.sub("", title)
    if _NO_OPENER.match(title) or _NO_TITLE.search(bare) or title.count("，") > 2:
        return ""
    return title if _shorter_than_what_follows(title, text[len(title) + 1 :]) else ""


def _shorter_than_what_follows(title: str, rest: str) -> bool:
    """A title is brief beside the sentences that spell it out."""
    sentences = [sentence for sentence in re.split(f"[{SENTENCE_MARKS}]", rest) if len(sentence) > 1]
    return bool(sentences) and len(title) <= max(_BRIEF, sum(map(len, sentences)) / len(sentences))


def _shared_opener(paragraphs: Sequence[str]) -> list[str]:
    """Titles that open alike (五年来，…。五年来，…。) prove each other, whatever their words."""
    openers = [_OPENER.match(text) for text in paragraphs]
    counts = Counter(match[0] for match in openers if match)
    titles = []
    for text, opener in zip(paragraphs, openers, strict=True):
        title = first_sentence(text)
        alike = opener is not None and counts[opener[0]] >= _ALIKE
        wordy = len(text) - len(title) - 1 < _SHORTEST_REST or "我们的" in title or "以下" in title
        titles.append(title if alike and title and not wordy else "")
    return titles

"""Enumerations in running text (一是…二是…, （一）…（二）…), also where a file has lost its line breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.text import (
    CIRCLED_ITEM,
    DIGIT_ITEM,
    DIGIT_ITEM_IN_BRACKETS,
    HAN_ITEM_IN_BRACKETS,
    ORDINAL_ITEM,
    SENTENCE_MARKS,
    SPOKEN_ITEM,
    numeral_of,
    to_int,
)

_STYLES = (
    # （一）加快产业升级
    re.compile(rf"{HAN_ITEM_IN_BRACKETS}\s*"),
    # 一是新水厂投入使用; not 统一是, 进一步
    re.compile(rf"(?:^|(?<=[。；：！，\s])){SPOKEN_ITEM}要?"),
    # 第一，抓项目
    re.compile(rf"(?:^|(?<=[。；：！\s]))(?:{ORDINAL_ITEM})\s*"),
    # 1.新建学校5所; not 1.5亿元
    re.compile(rf"(?:^|(?<=[。；：！\s]))(?:{DIGIT_ITEM_IN_BRACKETS}|{DIGIT_ITEM})(?!\d)\s*"),
    # ①建成县城水厂；②改造乡村公路; not 新质生产力①, a note's mark
    re.compile(rf"(?:^|(?<=[。；：！，\s])){CIRCLED_ITEM}\s*"),
)
_STOP = re.compile(rf"[{SENTENCE_MARKS}\n]|$")
"""甲。; not 甲，."""
_SENTENCE = re.compile(rf"[{SENTENCE_MARKS}；\n\\]|$")
"""甲；; not 甲，."""
_CLAUSE = re.compile(rf"[，；：{SENTENCE_MARKS}\n\\]|$")
"""甲，; not 甲、."""
_ASPECT = re.compile(r"[^，、]*方面")
"""医疗卫生方面; not 医疗卫生服务明显改善."""
LONGEST_HEAD = 48
"""Characters of a first sentence that is shown as an item's heading; of a longer one the first clause is."""
_LAST = 3
"""How many times as long as the others the last item may be: after it the text goes on."""
_LEAD = 60
"""Characters before the first item in which the enumeration is announced."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Items ``[start, end)`` of a report's text without their numbers; ``announced`` is what stands before them."""

    announced: str
    items: tuple[tuple[int, int], ...]


def enumerations(text: str, least: int = 3) -> Iterator[Enumeration]:
    """The enumerations of ``least`` items or more that count from one, in the order of the text by style."""
    for style in _STYLES:
        run: list[re.Match[str]] = []
        for mark in style.finditer(text):
            number = to_int(unicodedata.normalize("NFKC", numeral_of(mark[0])))
            if number == 1:
                yield from _told(text, run, least)
                run = [mark]
            elif run and number == len(run) + 1:
                run.append(mark)
        yield from _told(text, run, least)


_DASHED = re.compile(r"(?:^|(?<=\n))[ \t\u3000]*——[ \t\u3000]*(?=[^\s—])")
"""——更加注重效率; not 更加注重效率."""
_AFTER_COLON = re.compile(
    rf"(?<=[：:])[^{SENTENCE_MARKS}：:\n]{{4,}}?；[^{SENTENCE_MARKS}：:\n]{{4,}}?；[^{SENTENCE_MARKS}：:\n]{{4,}}(?=[。！\n])"
)
"""包括：改造小区600个；治理堵点60处；打造综合体50个。; not 包括：改造小区600个。"""


def unnumbered(text: str, least: int = 3) -> Iterator[Enumeration]:
    """The enumerations without numbers: lines that begin with a dash, what semicolons part behind a colon."""
    run: list[tuple[int, int]] = []
    for mark in _DASHED.finditer(text):
        line = text.find("\n", mark.end())
        end = line if line >= 0 else len(text)
        if run and text[run[-1][1] : mark.start()].strip():
            yield from _announced(text, run, least)
            run = []
        run.append((mark.end(), end))
    yield from _announced(text, run, least)
    for told in _AFTER_COLON.finditer(text):
        items = [(told.start() + m.start(), told.start() + m.end()) for m in re.finditer("[^；]+", told[0])]
        yield from _announced(text, [_bare(text, *item) for item in items], least)


def _announced(text: str, items: Sequence[tuple[int, int]], least: int) -> Iterator[Enumeration]:
    if len(items) >= least:
        yield Enumeration(text[max(0, items[0][0] - _LEAD) : items[0][0]], tuple(items))


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without the space around it."""
    told = text[start:end]
    return start + len(told) - len(told.lstrip()), end - len(told) + len(told.rstrip())


def _told(text: str, run: Sequence[re.Match[str]], least: int) -> Iterator[Enumeration]:
    if len(run) < least:
        return
    items = [(mark.end(), _trimmed(text, mark.end(), after.start())) for mark, after in pairwise(run)]
    usual = max(80, *(end - start for start, end in items))
    last = run[-1].end()
    stop = _at(_STOP, text, last)
    if _ASPECT.fullmatch(text, last, stop):
        stop = _at(_STOP, text, stop + 1)
    items.append((last, _trimmed(text, last, min(stop, last + _LAST * usual))))
    opening = run[0].start()
    yield Enumeration(text[max(0, opening - _LEAD) : opening], tuple(items))


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip("，、；。：;, \n\u3000"))


def item_headings(text: str, found: Enumeration) -> list[tuple[int, int]]:
    """The heading of each item: its first sentence, or the first clause where that is long.

    Of an item that opens with the field it is of (医疗卫生方面。新建医院3所。), what comes next stands with it.
    """
    shown = []
    for start, end in found.items:
        stop = min(_at(_SENTENCE, text, start), end)
        said = stop + 1 if _ASPECT.fullmatch(text, start, stop) and stop + 1 < end else start
        stop = min(_at(_SENTENCE, text, said), end)
        shown.append((start, stop if stop - start <= LONGEST_HEAD else min(_at(_CLAUSE, text, said), end)))
    return shown


def _at(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.search(text, start)
    return found.start() if found else len(text)

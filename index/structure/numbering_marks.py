"""The numbering that opens a paragraph: 第一章, 第一条, 一、, （一）, 1., （1）, ①, 一是, ——."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from index.text import (
    ARTICLE_NUMBER,
    CHAPTER_NUMBER,
    CIRCLED_ITEM,
    DIGIT_ITEM,
    DIGIT_ITEM_IN_BRACKETS,
    HAN_ITEM,
    HAN_ITEM_IN_BRACKETS,
    ORDINAL_ITEM,
    PART_NUMBER,
    SECTION_NUMBER,
    SPOKEN_ITEM,
    arabic_years,
    normalize,
    numeral_of,
    to_int,
)


class Rank(IntEnum):
    """Styles of numbering, from the outermost in."""

    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    TOP = 5
    SECOND = 6
    DIGIT = 7
    BRACKET = 8
    CIRCLE = 9
    ITEM = 10
    DASH = 11
    RUN_IN = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """Numbering found at a paragraph's start: its style, its number, its length in characters."""

    rank: Rank
    number: int
    length: int


_PATTERNS = (
    # 第一部分　总体要求; not 第一部分和第二部分
    (Rank.PART, re.compile(f"{PART_NUMBER}(?![第、，和与至])")),
    (Rank.CHAPTER, re.compile(f"{CHAPTER_NUMBER}(?![第、，和与至])")),
    (Rank.SECTION, re.compile(f"{SECTION_NUMBER}(?![第、，和与至])")),
    # 第一百二十二条　董事会设…; not 第三条第二款, 第三条规定的…
    (Rank.ARTICLE, re.compile(f"{ARTICLE_NUMBER}(?![第、，和与至规所的款中])")),
    (Rank.TOP, re.compile(HAN_ITEM)),
    (Rank.SECOND, re.compile(f"{HAN_ITEM_IN_BRACKETS}[、.．]?")),
    (Rank.BRACKET, re.compile(f"{DIGIT_ITEM_IN_BRACKETS}[、.．]?")),
    (Rank.DIGIT, re.compile(DIGIT_ITEM)),
    (Rank.CIRCLE, re.compile(CIRCLED_ITEM)),
    (Rank.ITEM, re.compile(f"{SPOKEN_ITEM}|{ORDINAL_ITEM}")),
    (Rank.DASH, re.compile("(?:——|—|－－|--|―{1,2}|──)(?=[^—\\-－\\s\\d])|([●■◆▪•▶])")),
)
_TIGHT = str.maketrans({"(": "（", ")": "）", ":": "：", "!": "！", ";": "；", "\t": " ", "\xa0": " "})


def canonical(text: str) -> str:
    """``text`` for matching: simplified, half-width digits, full-width marks; same length, always."""
    return "\n".join(canonical_lines(text))


def canonical_lines(text: str) -> list[str]:
    """The lines of ``text``, each canonical and of its own length."""
    lines, normalized = text.split("\n"), normalize(text).split("\n")
    if len(lines) != len(normalized):
        normalized = [normalize(line) for line in lines]
    kept = (new if len(new) == len(old) else old for old, new in zip(lines, normalized, strict=True))
    return [arabic_years(line.translate(_TIGHT)) for line in kept]


def mark_of(text: str) -> Mark | None:
    """The numbering that opens ``text`` (canonical, no leading space), if any."""
    for rank, pattern in _PATTERNS:
        if match := pattern.match(text):
            numeral = numeral_of(match[0])
            number = ord(numeral) - ord("①") + 1 if rank is Rank.CIRCLE else to_int(numeral) or 0
            return Mark(rank, number, match.end())
    return None

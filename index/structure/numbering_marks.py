"""The numbering that opens a paragraph: 第一章, 第一条, 一、, （一）, 1., （1）, ①, 一是, ——."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from index.text import HAN_NUMERAL, arabic_years, normalize, to_int


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


_N = f"([{HAN_NUMERAL}百零〇]{{1,4}}|[0-9]{{1,3}})"
_C = f"([{HAN_NUMERAL}百]{{1,4}})"
_PATTERNS = (
    (Rank.PART, re.compile(f"第{_N}(?:部分|编|篇|辑)(?![第、，和与至])")),
    (Rank.CHAPTER, re.compile(f"第{_N}章(?![第、，和与至])")),
    (Rank.SECTION, re.compile(f"第{_N}节(?![第、，和与至])")),
    # 第一百二十二条　董事会设…; not 第三条第二款, 第三条规定的…
    (
        Rank.ARTICLE,
        re.compile(
            f"第([{HAN_NUMERAL}百千零〇]{{1,8}}|[0-9]{{1,4}})条(?:之[{HAN_NUMERAL}])?(?![第、，和与至规所的款中])"
        ),
    ),
    (Rank.TOP, re.compile(rf"{_C}(?:、|[.．](?=\D))(?!\s*[{HAN_NUMERAL}]+[、是产次季])")),
    (Rank.SECOND, re.compile(f"（{_C}）[、.．]?")),
    (Rank.BRACKET, re.compile(r"（([0-9]{1,2})）[、.．]?|([0-9]{1,2})）")),
    (Rank.DIGIT, re.compile(r"([0-9]{1,2})(?:、|[.．](?![0-9]))")),
    (Rank.CIRCLE, re.compile("([①-⑳])")),
    (Rank.ITEM, re.compile(f"{_C}(?:是|要|、是)(?!年)|第{_C}[，、]|其([{HAN_NUMERAL}])[，、]")),
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
            numeral = next((group for group in match.groups() if group), "")
            number = ord(numeral) - ord("①") + 1 if rank is Rank.CIRCLE else to_int(numeral) or 0
            return Mark(rank, number, match.end())
    return None

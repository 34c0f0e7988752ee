"""Word's automatic numbers (一、（一）1.), which stand in no paragraph's text."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from index.text import HAN_DIGITS

Element = Any
"""An lxml element."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS = f"零{HAN_DIGITS}"
_CHINESE = (
    "chineseCounting",
    "chineseCountingThousand",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "japaneseCounting",
    "ideographDigital",
    "chineseLegalSimplified",
)


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level is numbered; ``legal``: all its numbers in Arabic numerals (1.2 under 一、)."""

    format: str
    text: str
    start: int
    legal: bool = False


class Numbering:
    """Counts the numbered paragraphs of one document, in the order they are asked for."""

    def __init__(self, lists: dict[str, str], levels: dict[tuple[str, int], _Level]) -> None:
        self.lists = lists
        self.levels = levels
        self.counters: dict[str, dict[int, int]] = defaultdict(dict)

    @classmethod
    def of(cls, document: Any) -> Numbering:
        """The lists that the document defines; none if it has no numbering part."""
        related = document.part.rels.values()
        root = next((rel.target_part.element for rel in related if rel.reltype.endswith("/numbering")), None)
        if root is None:
            return cls({}, {})
        levels = {
            (abstract.get(W + "abstractNumId"), int(level.get(W + "ilvl"))): _read_level(level)
            for abstract in root.iterchildren(W + "abstractNum")
            for level in abstract.iterchildren(W + "lvl")
        }
        lists: dict[str, str] = {}
        for num in root.iterchildren(W + "num"):
            number, abstract = num.get(W + "numId"), _value(num.find(W + "abstractNumId"), "")
            lists[number] = abstract
            if num.find(W + "lvlOverride") is not None:
                lists[number] = f"{abstract}/{number}"
                levels |= _overridden(num, abstract, lists[number], levels)
        return cls(lists, levels)

    def label(self, paragraph: Element, style: Any) -> str:
        """The number Word shows before this paragraph, ``""`` for none or a bullet; counts on."""
        place = _place(paragraph, style)
        if place is None or place[0] not in self.lists:
            return ""
        key, at = self.lists[place[0]], place[1]
        level = self.levels.get((key, at))
        if level is None:
            return ""
        counters = self.counters[key]
        counters[at] = counters.get(at, level.start - 1) + 1
        for deeper in [other for other in counters if other > at]:
            del counters[deeper]
        if level.format in ("bullet", "none"):
            return ""
        label = re.sub(
            r"%([1-9])", lambda match: self._shown(key, int(match[1]) - 1, level.legal), level.text
        )
        return label + " " if label and label[-1].isalnum() and label[-1].isascii() else label

    def _shown(self, key: str, at: int, legal: bool) -> str:
        level = self.levels.get((key, at), _Level("decimal", "", 1))
        return _formatted(self.counters[key].get(at, level.start), "decimal" if legal else level.format)


def _read_level(level: Element) -> _Level:
    return _Level(
        _value(level.find(W + "numFmt"), "decimal"),
        _value(level.find(W + "lvlText"), ""),
        int(_value(level.find(W + "start"), "1")),
        _is_on(level.find(W + "isLgl")),
    )


def _overridden(
    num: Element, abstract: str, key: str, levels: dict[tuple[str, int], _Level]
) -> dict[tuple[str, int], _Level]:
    """The levels of a list that restarts or changes another's."""
    own = {(key, at): level for (name, at), level in levels.items() if name == abstract}
    for override in num.iterchildren(W + "lvlOverride"):
        at = int(override.get(W + "ilvl"))
        changed = override.find(W + "lvl")
        level = _read_level(changed) if changed is not None else own.get((key, at), _Level("decimal", "", 1))
        start = int(_value(override.find(W + "startOverride"), str(level.start)))
        own[(key, at)] = _Level(level.format, level.text, start, level.legal)
    return own


def _place(paragraph: Element, style: Any) -> tuple[str, int] | None:
    """List id and level of a paragraph: its own, else its style's; id 0 means none."""
    found = paragraph.find(f"{W}pPr/{W}numPr")
    while found is None and style is not None:
        found = style.element.find(f"{W}pPr/{W}numPr")
        style = style.base_style
    if found is None or found.find(W + "numId") is None:
        return None
    return _value(found.find(W + "numId"), "0"), int(_value(found.find(W + "ilvl"), "0"))


def _is_on(mark: Element) -> bool:
    return mark is not None and mark.get(W + "val", "1") not in ("0", "false", "off")


def _value(element: Element, default: str) -> str:
    return default if element is None else str(element.get(W + "val", default))


def _formatted(number: int, form: str) -> str:
    if form in _CHINESE:
        return chinese(number)
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:  # ① to ⑳, as far as Unicode has them
        return chr(0x2460 + number - 1)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    return str(number)


def chinese(number: int) -> str:
    """1 to 999 in Chinese numerals as headings write them: 十, 十一, 二十, 一百零一."""
    if not 0 < number < 1000:  # no list is numbered as far
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = _DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def _roman(number: int) -> str:
    pairs = (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    )
    text = ""
    for value, letters in pairs:
        times, number = divmod(number, value)
        text += letters * times
    return text

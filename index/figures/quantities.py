"""Numbers with a unit, as Chinese official prose writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from index.text import (
    HAN_COUNT,
    HAN_NUMBER,
    HAN_POWERS,
    MEASURES,
    MONEY,
    MULTIPLIERS,
    PIECES,
    RANGE_MARKS,
    SCALED,
    to_decimal,
    to_int,
)

_UNITS = "|".join(sorted({*MONEY, *SCALED, *MEASURES, *PIECES} - {"人"}, key=lambda unit: (-len(unit), unit)))
_UNITS += "|人(?![口均大民才员类工力])"

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MULTIPLIER = r"万[多余]?亿|亿|千万|百万|万|千(?![瓦米克])|百"
"""3万; not 3千米."""
_QUANTITY = re.compile(
    rf"""(?<![\dA-Za-z.第+])
    (?:(?P<low>{_NUMBER})\ *(?P<low_mult>{_MULTIPLIER})?(?P<low_unit>{_UNITS})?\ *[{RANGE_MARKS}]{{1,2}}\ *)?
    (?P<number>{_NUMBER})\ *(?P<more>[多余几])?\ *(?P<mult>{_MULTIPLIER})?
    (?:(?P<thousands>(?<=[万亿])\d)千(?![瓦米克])(?P<ten>(?=[多余]?万))?)?(?P<more2>[多余])?(?(ten)万)
    \ *(?P<unit>{_UNITS})?(?P<post>\ *(?:以上|以下|以内|之内|左右|上下))?""",
    re.VERBOSE,
)
"""3.2万人; not 第3."""
_HAN_QUANTITY = re.compile(
    rf"""(?<![第{HAN_NUMBER}点\d])
    (?P<percent>百分之)?(?P<number>[{HAN_COUNT}百][{HAN_NUMBER}点]*)
    (?P<more>[多余])?(?P<mult>[万亿])?(?P<unit>个百分点|{_UNITS})?(?P<post>以上|以下|以内|左右)?""",
    re.VERBOSE,
)
"""三百人; not 第三."""
_DOUBLED = re.compile(r"翻([一两二三四])番")
"""翻两番; not 翻番."""
_BEFORE = re.compile(
    r"(不低于|不少于|不高于|不超过|不多于|低于|高于|超过|突破|至少|大约|将近|接近|不到|约|近|超|逾)\ *$"
)
"""超过; not 增长."""
_PEOPLE_BEFORE = re.compile(
    "(?:人数|人口|人次|劳动力)(?:比上年|[净再又累计共已])*"
    "(?:增加|减少|达到?|超过|突破|[提增减扩下][高加少大降]到)?(?:约|近|超过)?\\ *$"
)
"""常住人口达到; not 粮食产量达到."""
_PEOPLE_AFTER = re.compile(
    "(?:农村|城镇|贫困|低收入|流动|农业转移|城乡|常住|困难|建档立卡|[老残]\\w)*(?:人口|群众|居民|农民|劳动力)"
)
"""农村居民; not 农村."""
_PART = re.compile(r"成(?=[，。；、以的左\ ]|$)")
"""成，; not 成学校."""


def is_counted(unit: str) -> bool:
    """Is it pieces that ``unit`` counts (个, 家, 项), not a quantity that is measured?"""
    return unit in PIECES


_LARGE_MONEY = 10**6
"""Yuan from which money written with 万 is told in 亿元 beside the rest; less is per head or per piece: 3万元."""
_PER_HEAD = 1000
"""Square metres: less with 万平方米 for its canonical unit is an area a head or a room."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit at ``[start, end)``, both in the unit all reports line up in.

    ``unit`` is empty where none is written (``6800多万``); ``value`` is then the bare number.
    """

    value: float
    high: float | None
    unit: str
    qualifier: str
    start: int
    end: int
    opens: int
    """Where the figure as written begins: at ``超过`` of ``超过30万亿元``, else at ``start``."""


def find_quantities(text: str) -> list[Quantity]:
    """The quantities of ``text`` (in half width), in order, none overlapping another."""
    found = [*_arabic(text), *_han(text), *_doubled(text)]
    return sorted(found, key=lambda q: q.start)


def _arabic(text: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(text):
        if not (match["unit"] or match["mult"]) or text[match.end() : match.end() + 1] == "级":
            continue
        if match["unit"] == "成" and not _PART.match(text, match.start("unit")):
            continue
        number = Decimal(match["number"].replace(",", ""))
        multiplier = _multiplier(match["mult"])
        if match["thousands"]:  # 2万5千, 1亿3千多万
            small = Decimal(int(match["thousands"]) * 1000 * (1 if match["ten"] is None else 10**4))
            number += small / multiplier
        low, start = None, match.start("number")
        if match["low"] and _is_range(text, match):
            low_multiplier = _multiplier(match["low_mult"]) if match["low_mult"] else multiplier
            low, start = Decimal(match["low"].replace(",", "")) * low_multiplier, match.start()
        inner = re.search("[多余]", match["mult"] or "")  # 3万多亿
        more = match["more"] or match["more2"] or (inner[0] if inner else "")
        yield _quantity(text, match, number * multiplier, low, start, more, multiplier > 1)


def _multiplier(written: str | None) -> int:
    return MULTIPLIERS[re.sub("[多余]", "", written or "")]


def _is_range(text: str, match: re.Match[str]) -> bool:
    """``6%—7%`` is one; ``从6%到7%`` and ``2016-2020`` with a year are not."""
    before = text[max(0, match.start() - 12) : match.start()]
    same_unit = match["low_unit"] in (None, match["unit"])
    return same_unit and not re.search(r"[从由][^，。；]*$", before)


def _han(text: str) -> Iterator[Quantity]:
    for match in _HAN_QUANTITY.finditer(text):
        unit = "%" if match["percent"] else match["unit"]
        number = match["number"]
        if unit == "成" and not _PART.match(text, match.start("unit")):
            continue
        if not match["percent"]:
            if number[0] == "百" or not (match["unit"] or number[-1] in "万亿" or match["mult"]):
                continue
            # 六个方面, 四大片区: how the text counts its own points, not a figure
            if unit not in ("倍", "成", "%", "个百分点") and not re.search(f"[{HAN_POWERS}]", number[1:]):
                continue
        value = to_decimal(number) * MULTIPLIERS[match["mult"] or ""]
        large = value >= MULTIPLIERS["万"]
        yield _quantity(text, match, value, None, match.start(), match["more"] or "", large, unit)


def _doubled(text: str) -> Iterator[Quantity]:
    for match in _DOUBLED.finditer(text):
        times = 2 ** (to_int(match[1]) or 0)
        # 翻一番: 100 per cent more
        yield Quantity((times - 1) * 100.0, None, "%", "", match.start(), match.end(), match.start())


def _quantity(
    text: str,
    match: re.Match[str],
    value: Decimal,
    low: Decimal | None,
    start: int,
    more: str,
    large: bool,
    unit: str | None = None,
) -> Quantity:
    written_unit = unit or match["unit"] or ("人" if large and _counts_people(text, match) else "")
    unit, size = _canonical(written_unit, large and value >= _LARGE_MONEY)
    if unit == "万平方米" and value < _PER_HEAD:
        unit, size = written_unit, Decimal(1)  # per head
    if written_unit == "人" and not large and value != int(value):
        unit, size = written_unit, Decimal(1)  # 每千人口2.89人
    post = (match["post"] or "").strip()
    before = _BEFORE.search(text, max(0, start - 6), start)
    qualifier = post or (before[1] if before else "") or more
    first = value if low is None else low
    return Quantity(
        float(first / size),
        None if low is None else float(value / size),
        unit,
        qualifier,
        start,
        match.end(),
        before.start() if before and not post else start,
    )


def _counts_people(text: str, match: re.Match[str]) -> bool:
    """``参保人数达到8.32亿``, ``6398万农村人口``: 人 is left out where the noun says it."""
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 8]
    return bool(_PEOPLE_BEFORE.search(before) or _PEOPLE_AFTER.match(after))


def _canonical(unit: str, large: bool) -> tuple[str, Decimal]:
    """Money written with 万 or 亿 lines up in 亿元; a bare 元 is per head or per piece and stays."""
    if unit in MONEY:
        return (f"亿{unit}", Decimal(10**8)) if large else (unit, Decimal(1))
    return SCALED.get(unit, (unit, Decimal(1)))

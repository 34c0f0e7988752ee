"""Numbers with a unit, as Chinese official prose writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}
_KEPT = "，；：！？（）"  # their full-width form marks the structure of a Chinese sentence
_TO_PLAIN = {k: v for k, v in _WIDE.items() if chr(k) not in _KEPT} | {0x3000: 0x20}

_DIGITS = dict(zip("〇零一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_MULTIPLIERS = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 1000, "百": 100, "": 1,
}  # fmt: skip

_MONEY = ("元", "美元", "欧元", "英镑", "港元", "日元")
_SCALED: dict[str, tuple[str, Decimal]] = {
    "人": ("万人", Decimal(10**4)),
    "人次": ("万人次", Decimal(10**4)),
    "户": ("万户", Decimal(10**4)),
    "套": ("万套", Decimal(10**4)),
    "亩": ("万亩", Decimal(10**4)),
    "公顷": ("万亩", Decimal(10**4) / 15),
    "平方米": ("万平方米", Decimal(10**4)),
    "立方米": ("万立方米", Decimal(10**4)),
    "吨": ("万吨", Decimal(10**4)),
    "公斤": ("万吨", Decimal(10**7)),
    "斤": ("万吨", Decimal(2 * 10**7)),
    "标箱": ("万标箱", Decimal(10**4)),
    "标准箱": ("万标箱", Decimal(10**4)),
    "吨标准煤": ("万吨标准煤", Decimal(10**4)),
    "千瓦": ("万千瓦", Decimal(10**4)),
    "千瓦时": ("亿千瓦时", Decimal(10**8)),
    "成": ("%", Decimal(1) / 10),
    "百分点": ("个百分点", Decimal(1)),
}
"""Written unit → the one unit all reports line up in, and how many of the first make one of it."""
_MEASURES = (
    "%",
    "个百分点",
    "个基点",
    "个工作日",
    "个月",
    "小时",
    "分钟",
    "吨公里",
    "平方公里",
    "公里",
    "倍",
    "微克/立方米",
    "毫克/立方米",
    "米",
    "天",
    "岁",
)
_PIECES = (
    *("场次", "班次", "批次"),
    *"个家项件处条场次所座名位种类台辆艘架列部份册起宗张篇支款间栋幢株头只枚组门口盏对趟例",
)
_UNITS = "|".join(sorted({*_MONEY, *_SCALED, *_MEASURES, *_PIECES} - {"人"}, key=len, reverse=True))
_UNITS += "|人(?![口均大民才员类工力])"

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MULTIPLIER = r"万[多余]?亿|亿|千万|百万|万|千(?![瓦米克])|百"
_QUANTITY = re.compile(
    rf"""(?<![\dA-Za-z.第+])
    (?:(?P<low>{_NUMBER})\ *(?P<low_mult>{_MULTIPLIER})?(?P<low_unit>{_UNITS})?\ *[—–\-−~～至到]{{1,2}}\ *)?
    (?P<number>{_NUMBER})\ *(?P<more>[多余几])?\ *(?P<mult>{_MULTIPLIER})?
    (?:(?P<thousands>(?<=[万亿])\d)千(?![瓦米克])(?P<ten>(?=[多余]?万))?)?(?P<more2>[多余])?(?(ten)万)
    \ *(?P<unit>{_UNITS})?(?P<post>\ *(?:以上|以下|以内|之内|左右|上下))?""",
    re.VERBOSE,
)
_HAN_QUANTITY = re.compile(
    rf"""(?<![第〇零一二三四五六七八九两十百千万亿点\d])
    (?P<percent>百分之)?(?P<number>[一二三四五六七八九两十百][〇零一二三四五六七八九两十百千万亿点]*)
    (?P<more>[多余])?(?P<mult>[万亿])?(?P<unit>个百分点|{_UNITS})?(?P<post>以上|以下|以内|左右)?""",
    re.VERBOSE,
)
_DOUBLED = re.compile(r"翻([一两二三四])番")
_BEFORE = re.compile(
    r"(不低于|不少于|不高于|不超过|不多于|低于|高于|超过|突破|至少|大约|将近|接近|不到|约|近|超|逾)\ *$"
)
_PEOPLE_BEFORE = re.compile(
    "(?:人数|人口|人次|劳动力)(?:比上年|[净再又累计共已])*"
    "(?:增加|减少|达到?|超过|突破|[提增减扩下][高加少大降]到)?(?:约|近|超过)?\\ *$"
)
_PEOPLE_AFTER = re.compile(
    "(?:农村|城镇|贫困|低收入|流动|农业转移|城乡|常住|困难|建档立卡|[老残]\\w)*(?:人口|群众|居民|农民|劳动力)"
)
_PART = re.compile(r"成(?=[，。；、以的左\ ]|$)")


def is_counted(unit: str) -> bool:
    """Is it pieces that ``unit`` counts (个, 家, 项), not a quantity that is measured?"""
    return unit in _PIECES


def plain(text: str) -> str:
    """``text`` with full-width letters, digits and signs made half-width; of the same length."""
    return text.translate(_TO_PLAIN)


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


def parse_han(number: str) -> Decimal:
    """``一千三百六十一万`` → 13610000, ``七点五`` → 7.5."""
    whole, _, fraction = number.partition("点")
    total = section = digit = 0
    for char in whole:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char] if digit and char != "零" else _DIGITS[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit = 0
        else:
            total = (
                (total + section + digit) * _LARGE[char]
                if char == "亿"
                else total + (section + digit) * _LARGE[char]
            )
            section = digit = 0
    decimals = "".join(str(_DIGITS.get(c, 0)) for c in fraction)
    return Decimal(f"{total + section + digit}.{decimals or 0}")


def find_quantities(text: str) -> list[Quantity]:
    """The quantities of ``text`` (made ``plain``), in order, none overlapping another."""
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
    return _MULTIPLIERS[re.sub("[多余]", "", written or "")]


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
            if unit not in ("倍", "成", "%", "个百分点") and not re.search("[百千万亿]", number[1:]):
                continue
        value = parse_han(number) * _MULTIPLIERS[match["mult"] or ""]
        large = value >= 10**4
        yield _quantity(text, match, value, None, match.start(), match["more"] or "", large, unit)


def _doubled(text: str) -> Iterator[Quantity]:
    for match in _DOUBLED.finditer(text):
        times = 2 ** _DIGITS[match[1]]
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
    unit, size = _canonical(written_unit, large and value >= 10**6)
    if unit == "万平方米" and value < 1000:
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
    if unit in _MONEY:
        return (f"亿{unit}", Decimal(10**8)) if large else (unit, Decimal(1))
    return _SCALED.get(unit, (unit, Decimal(1)))

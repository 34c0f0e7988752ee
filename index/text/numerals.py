"""Chinese numerals to numbers: headings (二十三), dates (二〇二五) and amounts (一千三百六十一万, 七点五)."""

from __future__ import annotations

import re
from decimal import Decimal

HAN_DIGITS = "一二三四五六七八九"
"""One to nine; this and the five below are the insides of a character class, [一二三] and so on."""
HAN_NUMERAL = f"{HAN_DIGITS}十"
"""What counts a text's own parts, up to 九十九: （二十三）, 第三."""
HAN_COUNT = f"{HAN_NUMERAL}两"
"""What counts things, up to 九十九: 两件, 十二家."""
HAN_SEVERAL = HAN_COUNT.removeprefix("一")
"""What counts more than one thing: 哪两项; not 哪一项."""
HAN_POWERS = "百千万亿"
"""What a number of more than two digits has in it: 三百, 两亿."""
HAN_NUMBER = f"{HAN_COUNT}{HAN_POWERS}零〇"
"""Any number in characters, once it has begun: 一千零五十万."""

_DIGITS = {
    **{c: i for i, c in enumerate(f"零{HAN_DIGITS}")},
    **dict.fromkeys("〇○Ｏ", 0),
    "两": 2,
    **{str(i): i for i in range(10)},
    **{chr(0xFF10 + i): i for i in range(10)},
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
MULTIPLIERS = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 1000, "百": 100, "": 1,
}  # fmt: skip
"""What may stand between a number and its unit: 3.2万亿元."""
SCALE = "万亿|亿|万|千"
"""What a question asks a number in, as a regular expression: 多少亿."""
NUMERAL = f"[零〇○{HAN_COUNT}百0-9０-９]"
"""A character of a heading's or a date's numeral, as a regular expression."""


def to_int(numeral: str) -> int | None:
    """``二十三`` → 23, ``二〇二五`` → 2025, ``１２`` → 12; None for anything else."""
    if not numeral or any(c not in _DIGITS and c not in _UNITS and c not in _MYRIADS for c in numeral):
        return None
    return _whole(numeral)


def to_decimal(numeral: str) -> Decimal:
    """``一千三百六十一万`` → 13610000, ``七点五`` → 7.5; characters of no numeral count nothing."""
    whole, _, fraction = numeral.partition("点")
    decimals = "".join(str(_DIGITS.get(c, 0)) for c in fraction)
    return Decimal(f"{_whole(whole)}.{decimals or 0}")


def _whole(numeral: str) -> int:
    if not any(c in _UNITS or c in _MYRIADS for c in numeral):
        # No number has more digits than nine; what is longer is a code, and its value of no use.
        return int("".join(str(_DIGITS[c]) for c in numeral[:9] if c in _DIGITS) or 0)
    total = section = digit = 0
    for c in numeral:
        if c in _DIGITS:
            digit = 10 * digit + _DIGITS[c]  # 一千零五, and 15 of 15万
        elif c in _UNITS:
            section += (digit or 1) * _UNITS[c]
            digit = 0
        elif c == "亿":  # 一万二千亿: the ten thousands are part of it
            total, section, digit = (total + section + digit) * _MYRIADS[c], 0, 0
        elif c in _MYRIADS:
            total, section, digit = total + (section + digit) * _MYRIADS[c], 0, 0
    return total + section + digit


_CHINESE_YEAR = re.compile(f"[一二][九零〇○Ｏ][零〇○Ｏ{HAN_DIGITS}]{{2}}(?=年)")
"""二〇二五年; not 二五年."""
_ANY_YEAR = re.compile(f"[零〇○Ｏ{HAN_DIGITS}]{{4}}(?=年(?!级))")
"""零零零零年, 九九九九年; not 三四五六年级."""


def arabic_years(text: str, *, sound: bool = True) -> str:
    """``text`` with years such as ``二〇二五年`` in digits; its length stays the same.

    Not ``sound``: years that no report can be of too, so that a question for one is known to be.
    """
    years = _CHINESE_YEAR if sound else _ANY_YEAR
    return years.sub(lambda match: "".join(str(_DIGITS[c]) for c in match[0]), text)

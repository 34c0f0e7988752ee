"""Chinese numerals to integers, as headings and dates write them."""

from __future__ import annotations

import re

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **dict.fromkeys("〇○Ｏ", 0),
    "两": 2,
    **{str(i): i for i in range(10)},
    **{chr(0xFF10 + i): i for i in range(10)},
}
_UNITS = {"十": 10, "百": 100}
NUMERAL = "[零〇○一二三四五六七八九十百两0-9０-９]"
"""A character of a numeral, as a regular expression."""


def to_int(numeral: str) -> int | None:
    """``二十三`` → 23, ``二〇二五`` → 2025, ``１２`` → 12; None for anything else."""
    if not numeral or any(c not in _DIGITS and c not in _UNITS for c in numeral):
        return None
    if not any(c in _UNITS for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral[:9]))
    total = pending = 0
    for c in numeral:
        if c in _UNITS:
            total += (pending or 1) * _UNITS[c]
            pending = 0
        else:
            pending = _DIGITS[c]
    return total + pending


_CHINESE_YEAR = re.compile("[一二][九零〇○Ｏ][零〇○Ｏ一二三四五六七八九]{2}(?=年)")


def arabic_years(text: str) -> str:
    """``text`` with years such as ``二〇二五年`` in digits; its length stays the same."""
    return _CHINESE_YEAR.sub(lambda match: "".join(str(_DIGITS[c]) for c in match[0]), text)

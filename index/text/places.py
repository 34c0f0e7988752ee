"""The suffixes of Chinese administrative places, and what is left of a name without them."""

from __future__ import annotations

import re

PLACE_SUFFIX = "特别行政区|自治区|自治州|自治县|自治旗|地区|省|市|州|盟|区|县|旗"
"""As a regular expression, the longest first: 省 to 旗; townships have none of their own here."""
TOWNSHIP_SUFFIX = "街道|镇|乡|苏木"

_SUFFIX = re.compile(f"(?:{PLACE_SUFFIX})$")


def bare_place(place: str) -> str:
    """``place`` without its administrative suffix: 天桥区 → 天桥; two characters at least stay."""
    short = _SUFFIX.sub("", place)
    return short if len(short) >= 2 else place

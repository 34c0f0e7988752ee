"""One spelling for search: simplified characters, half-width letters and digits, lower case.

Only what is searched is normalized; what is shown and quoted stays as written. It keeps the length
of the text except where OpenCC maps a phrase, so offsets must never be taken from normalized text.
"""

from __future__ import annotations

import re
from functools import cache

from opencc import OpenCC

_SENTENCE_MARKS = "，；：！？（）"
"""Their full-width forms mark the structure of a Chinese sentence and stay."""
FULL_WIDTH = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
"""The full-width forms of ASCII and what each is a form of, by code point."""
_HALF_WIDTH = {c: half for c, half in FULL_WIDTH.items() if chr(c) not in _SENTENCE_MARKS} | {0x3000: 0x20}
_FULL_WIDTH_IN = re.compile(f"[{''.join(map(chr, _HALF_WIDTH))}]")
"""Ａ, １, ％; not ，."""
_TOKEN = re.compile(r"[㐀-鿿豈-﫿]+|[a-z]+|\d+(?:\.\d+)?%?")
"""粮食, gdp, 6.5%; not ，."""


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def half_width(text: str) -> str:
    """``text`` with full-width letters, digits and signs made half-width, but for the marks of a sentence.

    Its length stays the same.
    """
    # Few texts hold any, and looking each character up takes ten times as long as seeing that.
    return text.translate(_HALF_WIDTH) if _FULL_WIDTH_IN.search(text) else text


def normalize(text: str) -> str:
    """``text`` as it is searched."""
    return half_width(str(_to_simplified().convert(text))).lower()


def tokenize(text: str) -> list[str]:
    """Search terms: overlapping bigrams of Han characters (a lone one as itself), words, numbers.

    A default token pattern would make a whole Chinese clause one token; on official prose bigrams
    found more than a dictionary tokenizer did.
    """
    terms: list[str] = []
    for run in _TOKEN.findall(normalize(text)):
        if len(run) < 2 or run[0].isascii():
            terms.append(run)
        else:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
    return terms

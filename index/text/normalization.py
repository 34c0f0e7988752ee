"""One spelling for search: simplified characters, half-width letters and digits, lower case.

Only what is searched is folded; what is shown and quoted stays as written. Folding keeps the length
of the text except where OpenCC maps a phrase, so offsets must never be taken from folded text.
"""

from __future__ import annotations

import re
from functools import cache

from opencc import OpenCC

_HALF_WIDTH = {
    c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_HALF_WIDTH |= {ord("％"): "%", ord("．"): ".", ord("　"): " "}
_TOKEN = re.compile(r"[㐀-鿿豈-﫿]+|[a-z]+|\d+(?:\.\d+)?%?")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def normalize(text: str) -> str:
    """``text`` as it is searched."""
    return str(_to_simplified().convert(text)).translate(_HALF_WIDTH).lower()


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

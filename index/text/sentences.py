"""Where sentences and clauses end in Chinese prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

CLOSERS = "”’」』）)】》"
"""What may follow a mark and belongs to what it ends: …。”"""
SENTENCE_MARKS = "。！？"
"""What ends a sentence in print; typed text may end one with ! or ? as well."""
CLAUSE_MARKS = f"，；：{SENTENCE_MARKS}"
"""What ends a sentence or a clause of it; 、 only parts the members of one."""
SENTENCE_END = rf"[{SENTENCE_MARKS}!?][{CLOSERS}]*"
PART_END = rf"[；;][{CLOSERS}]*"
"""The end of a part of a sentence that could stand alone."""
# 甲，; not 1,200
CLAUSE_END = rf"(?:[，：:]|,(?!\d))[{CLOSERS}]*"
"""As regular expressions; the comma of 1,200 ends nothing."""

DEPUTIES = "各位代表"
"""Who is addressed by a report to a people's congress."""
# 各位代表; not 代表建议
SALUTATION = (
    f"(?:尊敬的)?(?:{DEPUTIES}|各位(?:委员|副主任|领导|来宾|同志)|同志们|代表们|(?:大会)?主席团|女士们)"
)
"""How a speech addresses its hearers, as a regular expression: 各位代表, 同志们."""

_SENTENCE = re.compile(rf"[^{SENTENCE_MARKS}!?]+(?:[{SENTENCE_MARKS}!?]+[{CLOSERS}]*)?")
"""甲。; not 。."""


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences of ``text[start:end]``, each with its closing mark and quotes."""
    for match in _SENTENCE.finditer(text, start, len(text) if end is None else end):
        yield match.span()

"""Passages cut into clauses and read for numbers and years, ready to be compared with questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.text import CLAUSE_END, PART_END, SENTENCE_END, calendar_years, normalize
from qa.understanding import Quantity, quantities

SHORTEST = 6
"""A shorter clause says nothing by itself and stays with the next one."""

_END = re.compile(rf"(?:{SENTENCE_END}|{PART_END}|{CLAUSE_END}|\n)+")
"""甲，乙, 甲。; not 1,200."""
_SENTENCE_END = re.compile(rf"(?:{SENTENCE_END}|{PART_END}|\n)$")
"""甲。, 甲；; not 甲，."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause ``[start, end)`` of its passage without its closing mark; ``text`` is normalized.

    ``sentence`` numbers the sentence (or semicolon part) that it stands in.
    """

    start: int
    end: int
    text: str
    quantities: tuple[Quantity, ...]
    years: frozenset[int]
    sentence: int


@lru_cache(maxsize=20_000)
def normalized(text: str) -> str:
    """A passage's ``text`` as it is searched."""
    return normalize(text)


@lru_cache(maxsize=20_000)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a passage's ``text``, in order."""
    whole = normalized(text)
    # Almost always as long as ``text``: then a clause's own is a slice of it, since marks end a phrase too.
    searched = whole if len(whole) == len(text) else ""
    found: list[Clause] = []
    start = sentence = 0
    for end, mark in _ends(text):
        stops = bool(_SENTENCE_END.search(text[end:mark]))
        if end - start < SHORTEST and not stops and mark < len(text):
            continue
        if text[start:end].strip():
            found.append(_clause(text, searched, start, end, sentence))
        start = mark
        sentence += stops
    return tuple(found)


def _ends(text: str) -> list[tuple[int, int]]:
    """Where clauses end: before their closing mark, and after it."""
    ends = [(m.start(), m.end()) for m in _END.finditer(text)]
    if not ends or ends[-1][1] < len(text):
        ends.append((len(text), len(text)))
    return ends


def _clause(text: str, searched: str, start: int, end: int, sentence: int) -> Clause:
    start += len(text[start:end]) - len(text[start:end].lstrip())
    own = searched[start:end] or normalize(text[start:end])
    return Clause(start, end, own, tuple(quantities(own)), calendar_years(own), sentence)

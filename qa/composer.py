"""Quotes to answer text: nothing but quotes, their marks and punctuation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.types import Citation

GAP = "……"
"""Stands between quotes that do not touch in the report."""
_MARKS = "，、；：。！？,;:"


def compose(citations: Sequence[Citation], used: Iterable[int] | None = None) -> str:
    """The quotes of ``citations`` (only of the positions ``used``), each with its mark: ``甲。[1]乙。[2]``."""
    positions = range(len(citations)) if used is None else used
    return "".join(f"{citations[i].quote.rstrip(_MARKS)}。[{i + 1}]" for i in positions)

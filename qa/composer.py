"""Quotes to answer text: nothing but quotes, their marks and punctuation."""

from __future__ import annotations

from collections.abc import Sequence

from qa.types import Citation

GAP = "……"
"""Stands between quotes that do not touch in the report."""


def compose(citations: Sequence[Citation]) -> str:
    """The quotes of ``citations``, each followed by its mark: ``甲。[1]乙。[2]``."""
    return "".join(f"{c.quote.rstrip('，、；：。')}。[{i}]" for i, c in enumerate(citations, 1))

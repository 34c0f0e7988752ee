"""Candidates to what they say: which clauses answer, and whether that is enough to answer at all."""

from qa.reading.answerability import (
    EVIDENCE,
    also_fitting,
    confidence,
    conflicts_in_year,
    evidence,
    threshold,
)
from qa.reading.quotes import (
    SPAN_WEIGHTS,
    best_span,
    joined,
    quote,
    span_weights,
    widened,
)
from qa.reading.reader import PASSAGES_READ, read_first, reordered, reread

__all__ = [
    "EVIDENCE",
    "PASSAGES_READ",
    "SPAN_WEIGHTS",
    "also_fitting",
    "best_span",
    "confidence",
    "conflicts_in_year",
    "evidence",
    "joined",
    "quote",
    "read_first",
    "reordered",
    "reread",
    "span_weights",
    "threshold",
    "widened",
]

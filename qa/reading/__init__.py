"""Candidates to what they say: which clauses answer, and whether that is enough to answer at all.
The reader model reads the first few with the question; what it says is weighed with the features of retrieval.
"""

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
    merged_spans,
    quote,
    span_weights,
    widened,
)
from qa.reading.reader import read_first, reordered, reread

__all__ = [
    "EVIDENCE",
    "SPAN_WEIGHTS",
    "also_fitting",
    "best_span",
    "confidence",
    "conflicts_in_year",
    "evidence",
    "merged_spans",
    "quote",
    "read_first",
    "reordered",
    "reread",
    "span_weights",
    "threshold",
    "widened",
]

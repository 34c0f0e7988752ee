"""Candidates to what they say: which clauses answer, and whether that is enough to answer at all."""

from qa.reading.answerability import EVIDENCE, also_fitting, confidence, evidence, threshold
from qa.reading.quotes import (
    SPAN_WEIGHTS,
    best_span,
    clause_similarities,
    joined,
    quote,
    span_weights,
)
from qa.reading.reader import Reader, Reading, reread

__all__ = [
    "EVIDENCE",
    "SPAN_WEIGHTS",
    "Reader",
    "Reading",
    "also_fitting",
    "best_span",
    "clause_similarities",
    "confidence",
    "evidence",
    "joined",
    "quote",
    "reread",
    "span_weights",
    "threshold",
]

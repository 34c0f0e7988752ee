"""Candidates to what they say: which clauses answer, and whether that is enough to answer at all."""

from qa.reading.evidence import EVIDENCE, also_fitting, confidence, evidence, joined, quote, similarity

__all__ = ["EVIDENCE", "also_fitting", "confidence", "evidence", "joined", "quote", "similarity"]

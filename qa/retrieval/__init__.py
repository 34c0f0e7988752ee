"""A question to ranked candidates: the searches, their fusion, and the features of each passage and clause.
Similarities are told in standard deviations of the library's own, so that they mean the same for every encoder.
"""

from qa.retrieval.clauses import Clause, normalized
from qa.retrieval.clauses import clauses as clauses_of
from qa.retrieval.encoding import encode_ahead, encoded
from qa.retrieval.ranking import Ranked, RankedSearch, Reading, Weights, fitted, rank
from qa.retrieval.retriever import (
    CLAUSE_FEATURES,
    PASSAGE_FEATURES,
    Candidate,
    Search,
    search,
    searched_text,
)

__all__ = [
    "CLAUSE_FEATURES",
    "PASSAGE_FEATURES",
    "Candidate",
    "Clause",
    "Ranked",
    "RankedSearch",
    "Reading",
    "Search",
    "Weights",
    "clauses_of",
    "encode_ahead",
    "encoded",
    "fitted",
    "normalized",
    "rank",
    "search",
    "searched_text",
]

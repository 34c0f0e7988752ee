"""A question to ranked candidates: the searches, their fusion, and the features of each passage and clause."""

from qa.retrieval.clauses import Clause
from qa.retrieval.clauses import clauses as clauses_of
from qa.retrieval.ranking import Ranked, RankedSearch, Weights, rank, weights
from qa.retrieval.reranker import rerank
from qa.retrieval.retriever import CLAUSE_FEATURES, PASSAGE_FEATURES, Candidate, Search, search

__all__ = [
    "CLAUSE_FEATURES",
    "PASSAGE_FEATURES",
    "Candidate",
    "Clause",
    "Ranked",
    "RankedSearch",
    "Search",
    "Weights",
    "clauses_of",
    "rank",
    "rerank",
    "search",
    "weights",
]

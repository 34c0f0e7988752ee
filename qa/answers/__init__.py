"""The ways of answering, one file each; ``router`` says which is tried when.
Quotes become an answer in ``composer``.
"""

from qa.answers.asking import Asking
from qa.answers.fact import citations_of, ranked_and_read, search_each
from qa.answers.help import asks_for_help
from qa.answers.router import answer
from qa.answers.topic import scored_clauses
from qa.answers.worth import MODELS, clause_terms, context_terms, load_weights

__all__ = [
    "MODELS",
    "Asking",
    "answer",
    "asks_for_help",
    "citations_of",
    "clause_terms",
    "context_terms",
    "load_weights",
    "ranked_and_read",
    "scored_clauses",
    "search_each",
]

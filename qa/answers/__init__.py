"""The ways of answering, one file each; ``router`` says which is tried when.
Quotes become an answer in ``composer``.
"""

from qa.answers.asking import Asking
from qa.answers.fact import citations_of, searches
from qa.answers.help import HELP, asks_for_help
from qa.answers.router import answer
from qa.answers.topic import scored_on
from qa.answers.worth import MODELS, alone, beside

__all__ = [
    "HELP",
    "MODELS",
    "Asking",
    "alone",
    "answer",
    "asks_for_help",
    "beside",
    "citations_of",
    "scored_on",
    "searches",
]

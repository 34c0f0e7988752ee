"""The ways of answering, one file each; ``router`` says which is tried when.
Quotes become an answer in ``composer``.
"""

from qa.answers.asking import Asking
from qa.answers.fact import ENOUGH, citations_of, searches
from qa.answers.help import HELP, asks_for_help
from qa.answers.router import answer
from qa.answers.topic import MODEL, topic_terms

__all__ = [
    "ENOUGH",
    "HELP",
    "MODEL",
    "Asking",
    "answer",
    "asks_for_help",
    "citations_of",
    "searches",
    "topic_terms",
]

"""The ways of answering, one file each; ``router`` says which is tried when.
Quotes become an answer in ``composer``.
"""

from qa.answers.asking import Asking
from qa.answers.fact import citations_of, searches
from qa.answers.help import HELP, asks_for_help
from qa.answers.router import answer

__all__ = ["HELP", "Asking", "answer", "asks_for_help", "citations_of", "searches"]

"""The ways of answering, one file each, and how quotes become an answer."""

from qa.answers.composer import cite, compose
from qa.answers.coverage import assumed_year, refusal_reason, selected
from qa.answers.sections import answer_from_sections
from qa.answers.series import answer_series

__all__ = [
    "answer_from_sections",
    "answer_series",
    "assumed_year",
    "cite",
    "compose",
    "refusal_reason",
    "selected",
]

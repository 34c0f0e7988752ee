"""The text of a question to what it asks: time, places, answer types and terms.
Every question is read here, once.
"""

from qa.understanding.answer_types import AnswerType, Quantity, match, quantities
from qa.understanding.followup import complete, is_follow_up
from qa.understanding.places import (
    gazetteer,
    gazetteer_provinces,
    is_nation,
    is_place,
    names_of,
)
from qa.understanding.question import Question, SubQuestion, parse, prepare, printable
from qa.understanding.terms import Concept, concepts, contradicts, expanded_query, official_wording
from qa.understanding.time import TIME, When
from qa.understanding.topic import EVERY_YEAR, OVER_TIME

__all__ = [
    "EVERY_YEAR",
    "OVER_TIME",
    "TIME",
    "AnswerType",
    "Concept",
    "Quantity",
    "Question",
    "SubQuestion",
    "When",
    "complete",
    "concepts",
    "contradicts",
    "expanded_query",
    "gazetteer",
    "gazetteer_provinces",
    "is_follow_up",
    "is_nation",
    "is_place",
    "match",
    "names_of",
    "official_wording",
    "parse",
    "prepare",
    "printable",
    "quantities",
]

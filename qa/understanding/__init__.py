"""The text of a question to what it asks: time, places, answer types and terms.
Every question is read here, once.
"""

from qa.understanding.answer_types import AnswerType, Quantity, match, quantities
from qa.understanding.followup import complete, is_follow_up
from qa.understanding.intent import (
    BUCKETS,
    INTENTS,
    Intent,
    Vectors,
    intent_features,
    masked,
    subject_features,
    token_of,
    understood,
)
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
    "BUCKETS",
    "EVERY_YEAR",
    "INTENTS",
    "OVER_TIME",
    "TIME",
    "AnswerType",
    "Concept",
    "Intent",
    "Quantity",
    "Question",
    "SubQuestion",
    "Vectors",
    "When",
    "complete",
    "concepts",
    "contradicts",
    "expanded_query",
    "gazetteer",
    "gazetteer_provinces",
    "intent_features",
    "is_follow_up",
    "is_nation",
    "is_place",
    "masked",
    "match",
    "names_of",
    "official_wording",
    "parse",
    "prepare",
    "printable",
    "quantities",
    "subject_features",
    "token_of",
    "understood",
]

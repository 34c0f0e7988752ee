"""The text of a question to what it asks: time, places, answer types and terms.
Every question is read here, once.
"""

from qa.understanding.answer_types import AnswerType, Quantity, match, quantities
from qa.understanding.direction import asks_for_five_years, asks_for_plans, asks_for_review, is_served
from qa.understanding.figure_question import FigureQuestion, asked_of_figures, asks_a_year, whens_of
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
    is_nation,
    is_place,
    names_of,
)
from qa.understanding.places_compared import (
    asks_for_order,
    asks_for_the_least,
    asks_who_leads,
    is_of_level,
    level_asked,
    of_one_place,
)
from qa.understanding.question import Question, SubQuestion, parse, prepare, printable
from qa.understanding.subject import subject_of, without_names
from qa.understanding.terms import Concept, concepts, contradicts, expanded_query, official_wording
from qa.understanding.time import TIME, When
from qa.understanding.topic import OVER_TIME

__all__ = [
    "BUCKETS",
    "INTENTS",
    "OVER_TIME",
    "TIME",
    "AnswerType",
    "Concept",
    "FigureQuestion",
    "Intent",
    "Quantity",
    "Question",
    "SubQuestion",
    "Vectors",
    "When",
    "asked_of_figures",
    "asks_a_year",
    "asks_for_five_years",
    "asks_for_order",
    "asks_for_plans",
    "asks_for_review",
    "asks_for_the_least",
    "asks_who_leads",
    "complete",
    "concepts",
    "contradicts",
    "expanded_query",
    "gazetteer",
    "intent_features",
    "is_follow_up",
    "is_nation",
    "is_of_level",
    "is_place",
    "is_served",
    "level_asked",
    "masked",
    "match",
    "names_of",
    "of_one_place",
    "official_wording",
    "parse",
    "prepare",
    "printable",
    "quantities",
    "subject_features",
    "subject_of",
    "token_of",
    "understood",
    "whens_of",
    "without_names",
]

"""Pages to clean text: rows, layout and rejoined paragraphs. What the rest knows of characters, numerals,
time expressions and synonyms stands here too, each once.
"""

from index.text.layout import clean
from index.text.normalization import half_width, normalize, tokenize
from index.text.numerals import MULTIPLIERS, NUMERAL, SCALE, arabic_years, to_decimal, to_int
from index.text.places import PLACE_SUFFIX, TOWNSHIP_SUFFIX, bare_place
from index.text.rows import CELL_GAP, visible
from index.text.sentences import (
    CLAUSE_END,
    PART_END,
    SALUTATION,
    SENTENCE_END,
    SENTENCE_MARKS,
    sentence_spans,
)
from index.text.synonyms import everyday_words, synonym_lists
from index.text.time_expressions import (
    COUNT,
    PLAN,
    RELATIVE_YEAR,
    YEAR,
    TimeExpression,
    Years,
    calendar_years,
    find_times,
    full_years,
    plan_years,
    report_year,
    without_times,
    years_in,
)
from index.text.units import MEASURES, MONEY, PIECES, SCALED, UNIT_FAMILY

__all__ = [
    "CELL_GAP",
    "CLAUSE_END",
    "COUNT",
    "MEASURES",
    "MONEY",
    "MULTIPLIERS",
    "NUMERAL",
    "PART_END",
    "PIECES",
    "PLACE_SUFFIX",
    "PLAN",
    "RELATIVE_YEAR",
    "SALUTATION",
    "SCALE",
    "SCALED",
    "SENTENCE_END",
    "SENTENCE_MARKS",
    "TOWNSHIP_SUFFIX",
    "UNIT_FAMILY",
    "YEAR",
    "TimeExpression",
    "Years",
    "arabic_years",
    "bare_place",
    "calendar_years",
    "clean",
    "everyday_words",
    "find_times",
    "full_years",
    "half_width",
    "normalize",
    "plan_years",
    "report_year",
    "sentence_spans",
    "synonym_lists",
    "to_decimal",
    "to_int",
    "tokenize",
    "visible",
    "without_times",
    "years_in",
]

"""Pages to clean text: rows, layout and rejoined paragraphs. What the rest knows of characters, numerals and
time expressions stands here too, each once.
"""

from index.text.layout import clean
from index.text.normalization import normalize, tokenize
from index.text.numerals import NUMERAL, arabic_years, to_int
from index.text.rows import visible
from index.text.time_expressions import (
    COUNT,
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

__all__ = [
    "COUNT",
    "NUMERAL",
    "RELATIVE_YEAR",
    "YEAR",
    "TimeExpression",
    "Years",
    "arabic_years",
    "calendar_years",
    "clean",
    "find_times",
    "full_years",
    "normalize",
    "plan_years",
    "report_year",
    "to_int",
    "tokenize",
    "visible",
    "without_times",
    "years_in",
]

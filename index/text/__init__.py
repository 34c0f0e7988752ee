"""Pages to clean text: rows, layout and rejoined paragraphs. What the rest knows of characters, numerals and
time expressions stands here too, each once.
"""

from index.text.layout import clean
from index.text.normalization import normalize, tokenize
from index.text.numerals import NUMERAL, arabic_years, to_int
from index.text.rows import visible
from index.text.time_expressions import Years, mode_of, report_year, years_in

__all__ = [
    "NUMERAL",
    "Years",
    "arabic_years",
    "clean",
    "mode_of",
    "normalize",
    "report_year",
    "to_int",
    "tokenize",
    "visible",
    "years_in",
]

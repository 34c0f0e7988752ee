"""The figures of a report as a table: read out of its clauses by rule, each with its place.
Figures of several reports line up under one name, over the years.
"""

from index.figures.extraction import extract, own_body
from index.figures.names import broader_than, known_indicators, normalize_indicator, spellings
from index.figures.series import (
    CHANGES,
    LEVELS,
    FigureKey,
    Row,
    RowMode,
    cells,
    course,
    courses,
    filled,
    note_of,
    report_years,
    shown_measure,
    signed,
    title_of,
    years_told,
)
from index.figures.tables import PART
from index.figures.types import Extraction, Figure, Measure, Mode

__all__ = [
    "CHANGES",
    "LEVELS",
    "PART",
    "Extraction",
    "Figure",
    "FigureKey",
    "Measure",
    "Mode",
    "Row",
    "RowMode",
    "broader_than",
    "cells",
    "course",
    "courses",
    "extract",
    "filled",
    "known_indicators",
    "normalize_indicator",
    "note_of",
    "own_body",
    "report_years",
    "shown_measure",
    "signed",
    "spellings",
    "title_of",
    "years_told",
]

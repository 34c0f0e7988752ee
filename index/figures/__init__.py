"""The figures of a report as a table: read out of its clauses by rule, each with its place."""

from index.figures.extraction import extract
from index.figures.names import normalize_indicator
from index.figures.series import Row, report_years, select, series, signed, to_frame
from index.figures.types import Extraction, Figure, Measure, Mode

__all__ = [
    "Extraction",
    "Figure",
    "Kind",
    "Measure",
    "Mode",
    "Row",
    "extract",
    "normalize_indicator",
    "report_years",
    "select",
    "series",
    "signed",
    "to_frame",
]

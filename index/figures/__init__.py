"""The figures of a report as a table: read out of its clauses by rule, each with its place."""

from .extraction import extract
from .names import normalize_indicator
from .types import Extraction, Figure, Kind, Measure

__all__ = ["Extraction", "Figure", "Kind", "Measure", "extract", "normalize_indicator"]

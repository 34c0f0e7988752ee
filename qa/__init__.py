"""Questions about reports, answered with verbatim quotes: ``Assistant`` and what it returns."""

from qa.assistant import Assistant
from qa.types import Answer, Citation

__all__ = ["Answer", "Assistant", "Citation"]

"""A year that no report can be of, 0000 or 9999: refused, since elsewhere a year is but one sign among others."""

from __future__ import annotations

from qa.answers.asking import Asking
from qa.answers.coverage import refusal_reason
from qa.types import REFUSAL, Answer


def answer_no_such_year(asking: Asking) -> Answer | None:
    """The refusal; None where some year asked may be one of a report, or none is asked. Raises UnknownReport."""
    question = asking.question
    years = [year for one in question.sub_questions for year in one.when.years]
    if not years or any(1900 <= year < 2100 for year in years):
        return None
    reason = refusal_reason(question, asking.infos, asking.snapshot.reports)
    return Answer(question.text, False, REFUSAL, [], refusal_reason=reason, shape=question.shape)

"""Which way of answering is tried when: said here, and nowhere else.

``ORDER`` is read from the top. Each way looks at the question itself and answers None where it is not for it
or finds nothing to say; the last one always answers, if only with the refusal. A new way of answering is one
file beside this one and one line here.
"""

from __future__ import annotations

from qa.answers.asking import Asking, Way
from qa.answers.fact import answer_fact
from qa.answers.figure import answer_figure
from qa.answers.help import answer_help, asks_for_help
from qa.answers.ranking import answer_ranking
from qa.answers.sections import answer_from_sections
from qa.answers.series import answer_series
from qa.types import Answer

ORDER: tuple[Way, ...] = (
    lambda asking: answer_help(asking) if asks_for_help(asking.question.text) else None,
    lambda asking: answer_series(asking.snapshot, asking.question, asking.reports),
    lambda asking: answer_ranking(asking.snapshot, asking.question, asking.reports),
    lambda asking: answer_figure(asking.snapshot, asking.question, asking.reports),
    lambda asking: answer_from_sections(asking.snapshot, asking.question, asking.reports),
)
"""The ways before the last, ``answer_fact``."""


def answer(asking: Asking) -> Answer:
    """The answer of the first way that has one; raises UnknownReport."""
    for way in ORDER:
        if (told := way(asking)) is not None:
            return told
    return answer_fact(asking)

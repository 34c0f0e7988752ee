"""Which way of answering is tried when: said here, and nowhere else.

``ORDER`` is read from the top. Each way looks at the question itself and answers None where it is not for it
or finds nothing to say; the last one always answers, if only with the refusal. What a way answers passes the
check for hollow quotes; where none of it is sound, the next way is tried. A new way of answering is one file
beside this one and one line here.
"""

from __future__ import annotations

from qa.answers.asking import Asking, Way
from qa.answers.fact import answer_fact, refused, with_further_citations
from qa.answers.figure import answer_figure
from qa.answers.help import answer_help
from qa.answers.kinds import answer_kind_alone
from qa.answers.labels import labelled
from qa.answers.listing import answer_deeds, answer_list, answer_progress, answer_yes_no
from qa.answers.no_such_year import answer_no_such_year
from qa.answers.problems import answer_problems
from qa.answers.quotes import without_hollow_quotes
from qa.answers.ranking import answer_ranking
from qa.answers.scope import as_named, with_own_places
from qa.answers.series import answer_series
from qa.answers.several import answer_places, answer_several
from qa.answers.summary import answer_summary
from qa.answers.tasks import answer_tasks
from qa.answers.topic import answer_little, answer_topic, answer_unspoken
from qa.answers.topic_compare import answer_topic_compare
from qa.types import Answer

# What is about figures (figure, ranking, series) goes before "topic": 城镇新增就业 is an indicator and a subject.
ORDER: tuple[tuple[str, Way], ...] = (
    ("help", answer_help),
    ("no_such_year", answer_no_such_year),
    ("several", lambda asking: answer_several(asking, _part)),
    ("series", lambda asking: answer_series(asking.snapshot, asking.question, asking.reports)),
    ("ranking", lambda asking: answer_ranking(asking.snapshot, asking.question, asking.reports)),
    ("figure", lambda asking: answer_figure(asking.snapshot, asking.question, asking.reports)),
    ("topic_compare", answer_topic_compare),
    ("places", lambda asking: answer_places(asking, _part)),
    ("summary", answer_summary),
    ("problems", answer_problems),
    ("tasks", answer_tasks),
    ("progress", answer_progress),
    ("yes_no", answer_yes_no),
    ("kind", answer_kind_alone),
    ("deeds", answer_deeds),
    ("topic", answer_topic),
    ("unspoken", answer_unspoken),
    ("list", answer_list),
    ("fact", answer_fact),
)


HEADINGS = ("tasks", "summary")
"""The ways that tell headings, each linked to its section."""
COMPOSED = ("several", "places")
"""The ways made of answers that have passed the check each by itself."""


def answer(asking: Asking) -> Answer:
    """The answer of the first way that has a sound one, or the refusal; raises UnknownReport.

    Whichever way answers, its citations are filled up to ``top_k``.
    """
    asking = as_named(with_own_places(asking))
    return with_further_citations(_answer(asking), asking)


def _part(asking: Asking) -> Answer:
    """The answer to a part of a question, which names places of its own."""
    return _answer(as_named(with_own_places(asking)))


def _answer(asking: Asking) -> Answer:
    asking.encode_ahead()
    for name, way in ORDER:
        told = way(asking)
        if told is not None and name not in COMPOSED:
            told = without_hollow_quotes(told, asking.question, name in HEADINGS)
        if told is not None:
            return labelled(_unless_little(told, asking), asking.snapshot)
    return refused(asking)


def _unless_little(told: Answer, asking: Asking) -> Answer:
    """``told``, or in place of a refusal the little that is said on the subject."""
    if told.answered or told.refusal_reason != "not_covered":
        return told
    little = answer_little(asking)
    return (without_hollow_quotes(little, asking.question) if little is not None else None) or told

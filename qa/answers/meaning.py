"""Whether a report speaks of a subject in other words than the subject's: 修路 where it says 农村公路.

The encoder finds the passages nearest to the subject, and the reader, which was trained to tell whether a passage
answers, reads them with it. The same is asked of words that only stand for the subject's in a list: 农产品 for 茶叶.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index import ReportInfo, Snapshot
from index.encoders import FloatArray, load_reader, read_context
from index.text import normalize
from qa.answers.asking import Asking
from qa.answers.relevance import (
    SPOKEN_OF,
    SPOKEN_OF_NEARBY,
    Scored,
    score_clauses,
    spoken_of_by_name,
    standardized,
    without_notes,
)
from qa.answers.scope import MOST_REPORTS, in_scope, reports_for
from qa.retrieval import encoded, searched_text

NEAREST = 3
"""Passages that are read: the reader takes half the time of the rest of a broad answer for them."""
MEANT = -1.0
"""The reader's log-odds from which a passage speaks of a subject of which no word stands; what is less is likelier of
another. A subject is shorter than the questions that it learned from, and scores lower."""
NOT_AT_ALL = -3.5
"""The same up to which it does not, where only equals of its words stand (农产品 for 茶叶). With both, on reports that
had no part in the choice, 52 of 64 subjects spoken of are found so, by words alone 26; and 15 of 101 others, not 30
(``python -m benchmarks.subjects``)."""
MOST_READ = 3
"""Reports that are read with a subject, for each takes as long as the rest of a broad answer."""
_LOOKED_AT = 20
"""Passages of the whole library among which the nearest report of those asked is looked for."""


def may_speak_of(asking: Asking, subject: str) -> Iterator[ReportInfo]:
    """The reports that may speak of ``subject``, ``MOST_REPORTS``, the newest first.

    By its words or their equals any; in other words the newest of those asked, and the one with the nearest passage,
    which is looked for only where the newest is not enough.
    """
    newest = reports_for(asking)[:1]
    yield from newest
    found = {info.id for info in (*reports_for(asking, subject), *newest, *_nearest(asking, subject))}
    yield from [info for info in asking.newest_first if info.id in found][len(newest) : MOST_REPORTS]


def clauses_on(asking: Asking, info: ReportInfo, subject: str, sure: bool = False) -> list[Scored]:
    """Every clause of ``info`` scored for ``subject``; none where the report does not speak of it.

    The reader is asked where the subject's own words do not stand. ``sure``: that their equals stand is not enough,
    it must find the subject spoken of; so another report that names it is told first. Raises UnknownReport.
    """
    named = spoken_of_by_name(asking.snapshot, info.id, subject)
    if not named and _reading(asking, info, subject) <= (MEANT if sure else NOT_AT_ALL):
        return []
    found = score_clauses(asking.snapshot, info.id, subject, (SPOKEN_OF, SPOKEN_OF_NEARBY))
    if found or _reading(asking, info, subject) <= MEANT:
        return found
    return score_clauses(asking.snapshot, info.id, subject)


def _nearest(asking: Asking, subject: str) -> list[ReportInfo]:
    """The report asked that has the passage nearest to ``subject``; none where none is near."""
    snapshot = asking.snapshot
    if len(asking.infos) < 2 or not subject:
        return []
    vector, _ = encoded(snapshot.encoder, searched_text(subject, everyday=True))
    rows = [row for row, _ in snapshot.search_dense(vector, _LOOKED_AT, asking.reports)]
    reports = dict.fromkeys(passage.report for passage in snapshot.passages(rows))
    return [info for id in reports if in_scope(asking, info := snapshot.report(id))][:1]


def _reading(asking: Asking, info: ReportInfo, subject: str) -> float:
    """What the reader says of ``info`` and ``subject``; that it is not spoken of, once ``MOST_READ`` have been read."""
    known = asking.readings
    if (info.id, subject) not in known:
        read = {report for report, _ in known} | {info.id}
        known[info.id, subject] = _read(asking.snapshot, info, subject) if len(read) <= MOST_READ else -np.inf
    return known[info.id, subject]


def _read(snapshot: Snapshot, info: ReportInfo, subject: str) -> float:
    """The reader's log-odds of the passage, of those nearest to ``subject``, that it takes most to speak of it."""
    rows, passages = without_notes(snapshot, info.id)
    if not rows or not subject:
        return -np.inf
    near = _likeness(snapshot, rows, subject)
    best = [passages[i] for i in np.argsort(-near, kind="stable")[:NEAREST]]
    readings = load_reader().read(normalize(subject), [(read_context(info.title, p), p.text) for p in best])
    return max(reading.score for reading in readings)


def _likeness(snapshot: Snapshot, rows: list[int], subject: str) -> FloatArray:
    """How like ``subject`` each passage is, (rows,): cosine and late interaction, both standardized over the report."""
    vector, tokens = encoded(snapshot.encoder, searched_text(subject, everyday=True))
    late = None if tokens is None else snapshot.late_interaction_scores(rows, tokens)
    found = [snapshot.vectors(rows) @ vector, *([] if late is None else [late])]
    likeness: FloatArray = np.sum(list(map(standardized, found)), axis=0)
    return likeness

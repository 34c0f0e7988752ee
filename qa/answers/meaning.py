"""Whether a report speaks of a subject in other words than the subject's: 修路 where it says 农村公路.

The encoder finds the passages nearest to the subject, and the reader, which was trained to tell whether a passage
answers, reads them with it. No list of words is asked.
"""

from __future__ import annotations

import numpy as np

from index import ReportInfo, Snapshot
from index.encoders import FloatArray, load_reader, read_context
from index.text import normalize
from qa.answers.asking import Asking
from qa.answers.relevance import is_note
from qa.answers.scope import MOST_REPORTS, in_scope, reports_for
from qa.retrieval import encoded
from qa.understanding import official_wording

NEAREST = 3
"""Passages that are read: the reader takes half the time of the rest of a broad answer for them."""
MEANT = 0.0
"""The reader's log-odds from which a passage is taken to speak of the subject: likelier than not. Of subjects whose
words do not stand, on reports in no fit, that lets in 0.5 of those spoken of and 0.03 of the others."""
_LOOKED_AT = 20
"""Passages of the whole library among which the nearest report of those asked is looked for."""


def may_speak_of(asking: Asking, subject: str) -> list[tuple[ReportInfo, bool]]:
    """The reports that may speak of ``subject``, the newest first, and whether it may be in other words.

    By their words ``MOST_REPORTS``; in others the newest of those asked and the one with the nearest passage, for
    reading takes time.
    """
    worded = reports_for(asking, subject)
    meant = reports_for(asking)[:1] + _nearest(asking, subject)
    order = {info.id: n for n, info in enumerate(asking.newest_first)}
    found = sorted({info.id: info for info in (*meant, *worded)}.values(), key=lambda info: order[info.id])
    others = {info.id for info in meant}
    return [(info, info.id in others) for info in found[:MOST_REPORTS]]


def _nearest(asking: Asking, subject: str) -> list[ReportInfo]:
    """The report asked that has the passage nearest to ``subject``; none where none is near."""
    snapshot = asking.snapshot
    if len(asking.infos) < 2 or not subject:
        return []
    vector, _ = encoded(snapshot.encoder, official_wording(normalize(subject)))
    rows = [row for row, _ in snapshot.search_dense(vector, _LOOKED_AT, asking.reports)]
    reports = dict.fromkeys(passage.report for passage in snapshot.passages(rows))
    return [info for id in reports if in_scope(asking, info := snapshot.report(id))][:1]


def is_meant(asking: Asking, info: ReportInfo, subject: str) -> bool:
    """Whether the reader finds ``info`` to speak of ``subject``; raises EncoderError, UnknownReport."""
    known = asking.meant
    if (info.id, subject) not in known:
        known[info.id, subject] = _read(asking.snapshot, info, subject) > MEANT
    return known[info.id, subject]


def _read(snapshot: Snapshot, info: ReportInfo, subject: str) -> float:
    """The reader's log-odds of the passage, of those nearest to ``subject``, that it takes most to speak of it."""
    rows = list(snapshot.rows(info.id))
    passages = snapshot.passages(rows)
    end = passages[-1].end if passages else 0
    kept = [(row, p) for row, p in zip(rows, passages, strict=True) if not is_note(p, end)]
    if not kept or not subject:
        return -np.inf
    asked = normalize(subject)
    near = _likeness(snapshot, [row for row, _ in kept], official_wording(asked))
    best = [kept[i][1] for i in np.argsort(-near, kind="stable")[:NEAREST]]
    readings = load_reader().read(asked, [(read_context(info.title, p), p.text) for p in best])
    return max(reading.score for reading in readings)


def _likeness(snapshot: Snapshot, rows: list[int], subject: str) -> FloatArray:
    """How like ``subject`` each passage is, (rows,): cosine and late interaction, each in deviations of the report's."""
    vector, tokens = encoded(snapshot.encoder, subject)
    late = None if tokens is None else snapshot.late_interaction_scores(rows, tokens)
    found = [snapshot.vectors(rows) @ vector, *([] if late is None else [late])]
    likeness: FloatArray = np.sum([(one - one.mean()) / (float(one.std()) or 1.0) for one in found], axis=0)
    return likeness

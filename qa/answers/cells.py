"""A figure as a citation: the passage that states it, its clauses as the quote."""

from __future__ import annotations

from bisect import bisect_right

from index import Figure, Passage, Snapshot
from qa.answers.composer import cite
from qa.types import Citation


def cite_figure(snapshot: Snapshot, figure: Figure) -> Citation | None:
    """The passage that states ``figure``, with its clauses as the quote; None where none holds it."""
    passage = _passage_at(snapshot, figure.report, figure.value_start)
    if passage is None:
        return None
    start = max(figure.start, passage.start) - passage.start
    end = min(figure.end, passage.end) - passage.start
    return cite(snapshot, passage, ((start, end),))


def _passage_at(snapshot: Snapshot, report: str, offset: int) -> Passage | None:
    rows = snapshot.rows(report)
    at = bisect_right(rows, offset, key=lambda row: snapshot.passages([row])[0].start)
    passage = snapshot.passages([rows[at - 1]])[0] if at else None
    return passage if passage is not None and offset < passage.end else None

"""Which figures an answer quotes: whose, of when, a target or a result."""

from __future__ import annotations

from dataclasses import replace

from index import Figure, Snapshot
from index.figures import title_of
from qa.answers.quotes import marks
from qa.types import Answer, Citation, FigureLabel


def label_of(figure: Figure, place: str, mark: int) -> FigureLabel:
    """``figure`` of ``place`` as the citation with ``mark`` states it."""
    return FigureLabel(
        title=title_of(figure.indicator, figure.measure),
        place=place,
        period=figure.period,
        mode=figure.mode,
        text=figure.said,
        mark=mark,
    )


def labelled(answer: Answer, snapshot: Snapshot) -> Answer:
    """``answer`` with a label for each figure that its text quotes, in the order of the text.

    A table says it in its columns, and what was read from the figures is labelled already.
    """
    if not answer.answered or answer.figures or answer.table is not None:
        return answer
    quoted = {n: answer.citations[n - 1] for line in marks(answer) for n in line}
    reports = list(dict.fromkeys(c.report for c in quoted.values()))
    told: dict[str, list[Figure]] = {report: [] for report in reports}
    for figure in snapshot.figures_where(reports=reports) if reports else ():
        told[figure.report].append(figure)
    labels = [
        label_of(figure, snapshot.report(citation.report).place, n)
        for n, citation in quoted.items()
        for figure in told[citation.report]
        if _is_quoted(figure, citation)
    ]
    return replace(answer, figures=tuple(dict.fromkeys(labels)))


def _is_quoted(figure: Figure, citation: Citation) -> bool:
    return any(
        citation.start + start <= figure.value_start and figure.value_end <= citation.start + end
        for start, end in citation.quote_spans
    )

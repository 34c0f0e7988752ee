"""Broad answers: quotes in groups, a line a group, with what more there is behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import Passage, ReportInfo, Snapshot
from index.text import report_label, report_year
from qa.answers.asking import Asking
from qa.answers.composer import cite, closed
from qa.types import Answer, Citation, Group, Shape


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """A group to be: its title, the citations its line of the text quotes, and those behind 还有 n 条."""

    title: str
    shown: Sequence[Citation]
    more: Sequence[Citation] = ()


def grouped_answer(
    asking: Asking,
    shape: Shape,
    parts: Sequence[DraftGroup],
    unanswered: Sequence[str] = (),
    year: int | None = None,
) -> Answer | None:
    """The answer that quotes ``parts``, a line each; None where none of them quotes anything.

    ``year`` is that of the report where the question named none: it is told where there are others too.
    Citations are numbered in the order of the text, those behind it last.
    """
    others = other_years(asking, year, parts) if year else ()
    shown = [c for part in parts for c in part.shown]
    if not shown:
        return None
    citations = list(dict.fromkeys([*shown, *(c for part in parts for c in part.more)]))
    mark = {c: n for n, c in enumerate(citations, 1)}
    lines = ["".join(f"{closed(c.quote)}[{mark[c]}]" for c in part.shown) for part in parts if part.shown]
    groups = tuple(Group(part.title, tuple(dict.fromkeys([*part.shown, *part.more]))) for part in parts)
    return Answer(
        question=asking.question.text,
        answered=True,
        text="\n".join(lines),
        citations=citations,
        shape=shape,
        groups=groups,
        unanswered=tuple(unanswered),
        assumed_year=year if others else None,
        other_years=others,
    )


def other_years(asking: Asking, year: int, parts: Sequence[DraftGroup]) -> tuple[int, ...]:
    """The years of the other reports of the places quoted, ascending."""
    cited = {c.report for part in parts for c in part.shown}
    places = {info.place for info in asking.infos if info.id in cited}
    own = {report_year(info) for info in asking.infos if info.place in places}
    return tuple(sorted(y for y in own if y is not None and y != year))


def label(info: ReportInfo) -> str:
    """``《2025年甲县政府工作报告》``: of what place and year it is, whatever its title says."""
    return f"《{report_label(info)}》"


def group_title(info: ReportInfo, *path: str) -> str:
    """``《2025年甲县政府工作报告》 · 2024年工作回顾``."""
    return " · ".join([label(info), *(p for p in path if p)])


def quote_passage(
    snapshot: Snapshot, passage: Passage, spans: Sequence[tuple[int, int]], score: float = 1.0
) -> Citation:
    """``passage`` quoted at ``spans`` of its text; those with only a mark between them become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if (
            joined
            and start - joined[-1][1] <= 2
            and not passage.text[joined[-1][1] : start].strip("，、；。：:,; ")
        ):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return cite(snapshot, passage, tuple(joined), score)

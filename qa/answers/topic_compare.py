"""One subject in two reports or more: what both say, what is new, what is said no longer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import ReportInfo
from index.text import report_year
from qa.answers.asking import Asking
from qa.answers.groups import DraftGroup, grouped_answer, label
from qa.answers.scope import mode_of
from qa.answers.topic import Statement, cited_statements, is_subject, select_statements, statements
from qa.types import Answer, Citation
from qa.understanding import OVER_TIME, is_place

EACH = 130
"""Characters shown of each report."""
MOST_REPORTS = 6
"""Reports set side by side: those first and last and some between tell the course."""
_LEAST = -0.6
"""Log-odds of being on the subject from which a statement is set beside another report's: one in three is, so that a
report that says little has something to show."""
_SAME = 0.4
"""Of two statements that share this much of their pairs of characters, one rewords the other."""
_OVER_TIME = re.compile(rf"{OVER_TIME.pattern}|不同(?:年|时期)")
"""历年教育, 不同时期; not 今年教育."""
_OVER_PLACES = re.compile(r"各(?:省|市|县|区|地)|不同(?:省|市|县|区|地)|各地")
"""各县的教育; not 全县的教育."""


def answer_topic_compare(asking: Asking) -> Answer | None:
    """The subject's statements report by report, or for two reports the like facing the like; else None."""
    reports = _compared(asking)
    if len(reports) < 2 or not is_subject(asking):
        return None
    mode = mode_of(asking) if not _OVER_TIME.search(asking.question.core) else ""
    found = {
        info.id: select_statements(
            statements(asking, info, asking.subject, mode, other_words=True), EACH, _LEAST
        )[0]
        for info in reports
    }
    told = [info for info in reports if found[info.id]]
    if len(told) < 2:
        return None
    unanswered = [f"{label(info)}没有说到" for info in reports if info not in told]
    unanswered += [
        f"{place}（未收录这个地方的报告）"
        for place in asking.question.places
        if not any(info.place and is_place(place, info.place) for info in reports)
    ]
    if len(told) == 2 and told[0].place == told[1].place:
        return grouped_answer(
            asking, "compare", _facing(asking, told, [found[i.id] for i in told]), unanswered
        )
    if len(told) == 2:
        sides = zip(told, _aligned(*(found[info.id] for info in told)), strict=True)
        parts = [DraftGroup(label(info), _faced(asking, *side)) for info, side in sides]
    else:
        parts = [DraftGroup(label(info), cited_statements(asking, found[info.id])) for info in told]
    return grouped_answer(asking, "compare", [part for part in parts if part.shown], unanswered)


def _compared(asking: Asking) -> list[ReportInfo]:
    """The reports set beside each other, the oldest first: of the years or places named, or of all."""
    question = asking.question
    infos = sorted(asking.infos, key=lambda info: report_year(info) or 0)
    if question.places:
        infos = [i for i in infos if i.place and any(is_place(p, i.place) for p in question.places)]
    years = {year for s in question.sub_questions for year in s.when.years} | set(question.report_years)
    if len(years) > 1:
        infos = [i for i in infos if report_year(i) in years]
    elif len(question.places) > 1 or _OVER_PLACES.search(question.core):
        newest: dict[str, ReportInfo] = {i.place: i for i in infos}
        infos = list(newest.values())
    elif not _OVER_TIME.search(question.core):
        return []
    if len(infos) > MOST_REPORTS:
        step = (len(infos) - 1) / (MOST_REPORTS - 1)
        infos = [infos[round(n * step)] for n in range(MOST_REPORTS)]
    return infos


def _facing(
    asking: Asking, reports: Sequence[ReportInfo], found: Sequence[Sequence[Statement]]
) -> list[DraftGroup]:
    """What both say, side by side; what only the later says; what only the earlier did."""
    before, after = found
    both: list[Statement] = []
    fresh: list[Statement] = []
    matched: set[str] = set()
    for one in after:
        same = max(before, key=lambda other: _share(one, other), default=None)
        if same is not None and _share(one, same) >= _SAME:
            both += [] if same.text in matched else [same]
            both.append(one)
            matched.add(same.text)
        else:
            fresh.append(one)
    gone = [one for one in before if one.text not in matched]
    parts = [
        DraftGroup(f"{label(reports[0])}和{label(reports[1])}都说到", _faced(asking, both, ())),
        DraftGroup(f"{label(reports[1])}新说到", cited_statements(asking, fresh)),
        DraftGroup(f"{label(reports[0])}说过，后来没有再说", cited_statements(asking, gone)),
    ]
    return [part for part in parts if part.shown]


_LIKE = 0.15
"""The same of two places' statements: 新增养老床位5万张 and 建设养老床位2000张 are about one thing."""


Side = tuple[list[Statement], list[Statement]]
"""What one of two sides says: what faces the other's, in its order, and what stands alone."""


def _aligned(one: Sequence[Statement], other: Sequence[Statement]) -> tuple[Side, Side]:
    """Both sides with the statements that are alike first, those of each in the order of the other."""
    likeness = sorted(
        ((_share(a, b), i, j) for i, a in enumerate(one) for j, b in enumerate(other)),
        key=lambda pair: (-pair[0], *pair[1:]),
    )
    faces: dict[int, int] = {}
    for share, i, j in likeness:
        if share >= _LIKE and i not in faces and j not in faces.values():
            faces[i] = j
    paired = sorted(faces)
    return (
        ([one[i] for i in paired], [a for i, a in enumerate(one) if i not in faces]),
        ([other[faces[i]] for i in paired], [b for j, b in enumerate(other) if j not in faces.values()]),
    )


def _faced(asking: Asking, facing: Sequence[Statement], alone: Sequence[Statement]) -> list[Citation]:
    """A citation for each statement that faces one of the other side, so that a passage's order does not part them;
    then one for each passage of the rest."""
    each = [c for one in facing for c in cited_statements(asking, [one])]
    return [*each, *cited_statements(asking, alone, each)]


def _share(one: Statement, other: Statement) -> float:
    a, b = ({t.text[i : i + 2] for i in range(len(t.text) - 1)} for t in (one, other))
    return len(a & b) / (min(len(a), len(b)) or 1)

"""Which reports a broad question is asked of, and which of their parts: what is reviewed, what is planned."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from index import ReportInfo, Snapshot
from index.text import normalize, report_year
from index.types import SectionMode
from qa.answers.asking import Asking
from qa.answers.coverage import years_of
from qa.answers.relevance import reports_speaking_of
from qa.understanding import (
    asks_for_plans,
    asks_for_review,
    is_place,
    names_of,
)


def mode_of(asking: Asking, info: ReportInfo | None = None) -> SectionMode:
    """Whether the question wants what was done or what is planned; empty: both.

    Where its words do not tell, the year asked does: of ``info``, or of all reports asked where they are of one year.
    """
    core = asking.question.core
    plan, review = asks_for_plans(core), asks_for_review(core)
    if plan or review:
        return "" if plan and review else "target" if plan else "actual"
    years = asking.question.sub_questions[0].when.years
    own = {report_year(one) for one in ([info] if info else asking.infos)}
    if years and len(own) == 1 and (year := own.pop()) is not None:
        return "actual" if max(years) < year else "target"
    return ""


def looks_back(asking: Asking, info: ReportInfo) -> bool:
    """Whether what is asked lies behind ``info``: 2024年重点工作 asked of the report of 2025."""
    if (mode := mode_of(asking)) == "actual":
        return True
    own, years = report_year(info), asking.question.sub_questions[0].when.years
    return mode == "" and own is not None and bool(years) and max(years) < own


def of_its_year_first(asking: Asking, infos: list[ReportInfo]) -> list[ReportInfo]:
    """``infos`` with those first that plan the year asked; those that look back on it, where that is asked."""
    years = set(asking.question.sub_questions[0].when.years)
    after = 1 if asks_for_review(asking.question.core) else 0
    return sorted(infos, key=lambda info: ((report_year(info) or 0) - after) not in years)


_OWN = 0.8
"""The share of the passages naming a place that are of its own reports, from which a word is that place's name and
no other's: 阜平; not 和平 of 和平区."""


def with_own_places(asking: Asking) -> Asking:
    """``asking`` with the places that its question names without 县 or 区 and of which the library has reports: 阜平去年.

    The gazetteer knows provinces and cities by such names; of others it is told by who says them.
    """
    question, reports = asking.question, asking.snapshot.reports
    places = {i.place for i in reports if i.place}
    if len(places) < 2:
        return asking  # nothing to tell apart
    named = {
        name: [i.id for i in reports if names_of(i.place)[-1:] == (name,)] for name in _own_names(asking)
    }
    # Beside a place of no report only one of a row is meant: 阜平、北京的养老; not 北京名校在阜平挂牌.
    foreign = any(not any(is_place(p, own) for own in places) for p in question.places)
    in_row = r"(?:^|[、和与跟同]){}(?=[、和与跟同])|[、和与跟同]{}"
    found = [
        name
        for name, own in named.items()
        if _is_own(asking.snapshot, name, own)
        and not (foreign and not re.search(in_row.format(name, name), question.core))
    ]
    if not found:
        return asking
    both = sorted({*question.places, *found}, key=question.core.find)
    return replace(asking, question=replace(question, places=tuple(both)))


def _own_names(asking: Asking) -> list[str]:
    """The short names of the reports' places that the question holds outside of the places it is known to name."""
    core = asking.question.core
    for place in asking.question.places:
        core = core.replace(place, "，")
    short = {name for i in asking.snapshot.reports if i.place for name in names_of(i.place)[-1:]}
    return [name for name in short if name in core]


def _is_own(snapshot: Snapshot, name: str, reports: Collection[str]) -> bool:
    """Whether ``name`` is said by ``reports``, those of its place, and hardly by any other; False where that is not known."""
    pairs = [name[i : i + 2] for i in range(len(name) - 1)]
    rows = snapshot.rows_holding(pairs)
    if rows is None:
        return False
    holding = set.intersection(*(set(own.tolist()) for own in rows))
    own = sum(row in span for report in reports for span in [snapshot.rows(report)] for row in holding)
    return own >= _OWN * len(holding)


_AFTER = 3
"""Characters after a place that tell a name it begins: 北京中医医|院."""


def as_named(asking: Asking) -> Asking:
    """``asking`` without the places that its question only names something by.

    Such a place is of no report asked, and either begins a name that a report holds word by word (北京中医医院)
    or is all that is asked, and a report returns to it (雄安新区).
    """
    question = asking.question
    places = [p for p in question.places if not any(i.place and is_place(p, i.place) for i in asking.infos)]
    if not places:
        return asking
    texts = [normalize(asking.snapshot.text(info.id)) for info in asking.newest_first[:MOST_REPORTS]]
    alone = question.core.strip("的？?。！! ")
    named = {
        p
        for p in places
        if (p == alone and any(text.count(p) >= _RETURNS for text in texts))
        or ((name := _name_from(question.core, p)) and any(name in text for text in texts))
    }
    if not named:
        return asking
    left = tuple(p for p in question.places if p not in named)
    return replace(asking, question=replace(question, places=left))


_RETURNS = 3
"""Times that a report names a place it speaks of."""


def _name_from(core: str, place: str) -> str:
    """``place`` with what follows it in ``core``, where that may be a name; else empty."""
    at = core.find(place)
    name = core[at : at + len(place) + _AFTER]
    return name if at >= 0 and re.fullmatch("[一-鿿]+", name) and len(name) == len(place) + _AFTER else ""


MOST_REPORTS = 8
"""Reports that a broad question is put to, one after another, until one answers: a large library is not read whole."""


def reports_for(asking: Asking, subject: str = "") -> list[ReportInfo]:
    """The newest reports that may answer, of the places and years asked: ``MOST_REPORTS``, the newest first.

    Where a ``subject`` is given, of those that may speak of it.
    """
    if subject not in asking.reports_by_subject:
        found = _of_scope(asking)
        speaking = reports_speaking_of(asking.snapshot, found, subject) if subject else found
        asking.reports_by_subject[subject] = list(islice(speaking, MOST_REPORTS))
    return asking.reports_by_subject[subject]


def _of_scope(asking: Asking) -> Iterator[ReportInfo]:
    """The reports of the places and years asked, the newest first."""
    return (info for info in asking.newest_first if in_scope(asking, info))


def in_scope(asking: Asking, info: ReportInfo) -> bool:
    """Whether ``info`` is of a place and a year asked."""
    question, places = asking.question, asking.places
    if places and info.place and not any(is_place(p, info.place) for p in places):
        return False
    own = report_year(info)
    years = set(question.report_years)
    for sub_question in question.sub_questions:
        years |= set(sub_question.when.years_for(own))
    return not years or bool(years & years_of(info))


def assumed(asking: Asking, info: ReportInfo) -> int | None:
    """The year of ``info`` where the question names none; None where it does."""
    question = asking.question
    named = question.report_years or any(s.when.years for s in question.sub_questions)
    return None if named else report_year(info)

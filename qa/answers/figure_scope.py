"""Whose reports a question for figures is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from index import ReportInfo, Snapshot
from index.figures import PART
from index.text import bare_place, report_year
from qa.answers.coverage import selected
from qa.understanding import Question, gazetteer, is_nation, is_place, names_of

_NATION = re.compile("全国|我国|中国|国家(?!级|税|标准)")
"""我国的GDP; not 国家级高新区."""


def reports_asked(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None
) -> tuple[dict[str, ReportInfo], tuple[str, ...]]:
    """The reports that the question is about by their ids, and the names of places it says.

    Raises UnknownReport.
    """
    infos = selected(snapshot, reports)
    of = {info.place for info in infos}  # many reports, few places
    own = {name for place in of for name in names_of(place) if not is_nation(place)}
    said = tuple(name for name in own if name in asked.core)
    all_names = dict.fromkeys((*real_places(asked.places, snapshot), *said))
    places = tuple(p for p in all_names if not any(p != other and p in other for other in all_names))
    about = {place for place in of if about_place(places, place, asked.core)}
    found = {
        info.id: info
        for info in (infos if places else nation_first(infos, asked.core))
        if info.place in about and (not asked.report_years or report_year(info) in asked.report_years)
    }
    return found, places


def real_places(named: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
    """The places among ``named``: 棚户区 in 棚户区改造 is part of an indicator, no place."""
    own = {name for place in {info.place for info in snapshot.reports} for name in names_of(place)}
    known = {*own, *gazetteer()}
    return tuple(
        p
        for p in named
        if p in known
        or bare_place(p) in known
        or all(PART in name for name in snapshot.indicator_names(p))  # 凯里市：生产总值, a row of a table
    )


def nation_first(infos: list[ReportInfo], core: str) -> list[ReportInfo]:
    """``infos``, only the country's where 国内生产总值 is asked and one is there: counties call theirs so too."""
    nation = (
        [info for info in infos if info.place and is_nation(info.place)] if "国内生产总值" in core else []
    )
    return nation or infos


def about_place(asked: Sequence[str], place: str, core: str) -> bool:
    """Whether a question that names the places ``asked``, or none, is about ``place``."""
    if not asked:
        return is_nation(place) or not _NATION.search(core)
    return any(is_of(name, place) for name in asked)


def is_of(name: str, place: str) -> bool:
    """Whether ``name`` is the place itself: ``甲市`` is no ``甲市乙县``, and ``甲市`` no ``甲省``."""
    if not is_place(name, place):
        return False
    if is_nation(place):
        return True
    own = names_of(place)[-1]
    if name.endswith("市") and place.endswith("省") and bare_place(name) == bare_place(place):
        return False
    return own in name or name in place[place.rfind(own) :]

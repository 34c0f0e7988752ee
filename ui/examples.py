"""Example questions of several kinds, taken from what the reports hold and kept only when they are answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from index import ReportInfo, Snapshot, WenbaoError
from index.figures import title_of
from index.text import ITEM_NUMBER
from index.types import Section
from qa import Answer, Assistant

COUNT = 5
"""Questions shown to begin with; set by hand."""
TRIES = 3
"""Questions of one kind that are tried until one is answered."""
_VERB_FIRST = re.compile(
    r"大力|加快|加强|全力|着力|推动|推进|持续|深入|全面|坚持|促进|提升|强化|优化|扎实|积极|切实|统筹|做[好优强]|抓[好实]"
)
"""加快建设; not 建设."""


def example_questions(assistant: Assistant, snapshot: Snapshot) -> list[str]:
    """A figure, its course, a comparison, a list and a topic, as far as the library answers them."""
    newest = sorted(snapshot.reports, key=lambda report: report.date, reverse=True)
    found: list[str] = []
    for kind in (_figures, _courses, _comparisons, _lists, _topics):
        for question in islice(kind(snapshot, newest), TRIES):
            if question not in found and answered(assistant, question):
                found.append(question)
                break
    if newest and len(found) < COUNT:
        others = candidates(snapshot.outline(newest[0].id), 2 * TRIES)
        rest = (q for q in others if q not in found and answered(assistant, q))
        found += islice(rest, COUNT - len(found))
    return found


def _figures(snapshot: Snapshot, newest: Sequence[ReportInfo]) -> Iterator[str]:
    """What the newest reports say of the indicators that are told most."""
    told = snapshot.indicator_names()[:20]
    for report in newest[:2]:
        figures = [
            f for f in snapshot.figures_where(told, reports=[report.id]) if f.first_year == f.last_year
        ]
        for name in told:
            own = [f for f in figures if f.indicator == name and f.mode != "cumulative"]
            if own:
                wanted = "目标" if own[0].mode == "target" else ""
                title = spoken(title_of(name, own[0].measure))
                yield f"{report.place}{own[0].last_year}年{title}{wanted}是多少？"


def _courses(snapshot: Snapshot, newest: Sequence[ReportInfo]) -> Iterator[str]:
    """Over the years, what is told for most of them."""
    years = snapshot.years_by_place(snapshot.indicator_names()[:20])
    most = sorted(
        ((len(told), name, place) for name, places in years.items() for place, told in places.items()),
        reverse=True,
    )
    several = len({report.place for report in newest}) > 1
    for count, name, place in most:
        if count > 1:
            yield f"{place if several else ''}历年{name}"


def _comparisons(snapshot: Snapshot, newest: Sequence[ReportInfo]) -> Iterator[str]:
    """A figure of one year at two places, else a topic in two years of one."""
    years = snapshot.years_by_place(snapshot.indicator_names()[:20])
    for name, places in years.items():
        told = [(place, other) for place, other in combinations(filter(None, places), 2)]
        for place, other in told:
            for year in sorted(places[place] & places[other], reverse=True)[:1]:
                yield f"{place}和{other}{year}年{name}对比"
    for report in newest[:1]:
        topics = [
            _topic(_bare(s.title)) for s in snapshot.outline(report.id) if s.run_in and len(s.title) <= 16
        ]
        for topic in ("教育", *topics[:2]):
            for past in report.years_reviewed[-1:]:
                for planned in report.years_planned[:1]:
                    yield f"{past}年和{planned}年{topic}对比"


def _lists(snapshot: Snapshot, newest: Sequence[ReportInfo]) -> Iterator[str]:
    for report in newest[:1]:
        for year in report.years_planned[:1]:
            yield f"{year}年重点工作有哪些？"
        for year in report.years_reviewed[-1:]:
            yield f"{year}年还存在哪些问题？"


def _topics(snapshot: Snapshot, newest: Sequence[ReportInfo]) -> Iterator[str]:
    for report in newest[:1]:
        yield from candidates(snapshot.outline(report.id), TRIES)


def candidates(sections: Sequence[Section], count: int) -> list[str]:
    """Questions about the run-in titled (else the deepest) sections, spread over the report."""
    titled = [s for s in sections if s.run_in and s.years and not s.continued] or [
        s for s in sections if s.level and s.own_end == s.end
    ]
    short = [s for s in titled if 4 <= len(s.title) <= 16]
    step = max(1, len(short) // max(1, count))
    return [question_about(section) for section in short[::step][:count]]


def question_about(section: Section) -> str:
    """What the section says, asked."""
    year = f"{section.years[0]}年" if section.years else ""
    topic = _topic(_bare(section.title))
    if section.mode == "target":
        return f"{year}在{topic}方面有哪些安排？"
    return f"{year}{topic}方面做了哪些工作？" if section.mode else f"报告怎么说{topic}？"


def _topic(title: str) -> str:
    """What a title of two four-character halves is about (项目建设｜提质增效); else the title, in quotes."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{8}", title):
        return f"“{title}”"
    return title[4:] if _VERB_FIRST.match(title) else title[:4]


def spoken(title: str) -> str:
    """A figure's title as one would say it: ``工业投资·增长`` → ``工业投资增长``."""
    return title.replace("·", "")


def _bare(title: str) -> str:
    """``（一）主动公开情况。`` → ``主动公开情况``."""
    return re.sub(rf"^{ITEM_NUMBER}\s*", "", title).rstrip("。，；：！")


def answered(assistant: Assistant, question: str, reports: Sequence[str] | None = None) -> Answer | None:
    """What ``reports`` (None: all) answer; None where they do not."""
    try:
        answer = assistant.ask(question, reports=reports)
    except WenbaoError:
        return None
    return answer if answer.answered else None

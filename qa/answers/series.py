"""A figure's course over the years (历年GDP增长目标) as a table of cited cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from index import Figure, Passage, Snapshot
from index.figures import (
    LEVELS,
    Row,
    courses,
    filled,
    normalize_indicator,
    note_of,
    shown_measure,
    title_of,
    years_told,
)
from qa.answers.composer import cite, compose
from qa.answers.coverage import selected
from qa.types import Answer, Cell, Citation, Table, TableRow
from qa.understanding import Question, is_nation, is_place, names_of, official_wording, parse_when

MOST_PLACES = 3
MOST_CELLS = 90
"""A mark has two digits."""
_NUMBER = "[两二三四五六七八九十]|1?\\d"
_RECENT = rf"(?:最近|近|过去|这|前)的?(?P<last>{_NUMBER})个?年(?:来|间|里|以来)?"
_LAST = re.compile(_RECENT)
_SINCE = re.compile(r"((?:19|20)\d\d)年?(?:以来|至今|到现在|到目前|起|之后|以后)")
_PLAN_PERIOD = re.compile(r"[“\"]?十([一二三四五]?)五[”\"]?(?!年|[个万亿])(?:期间|时期|以来|规划)?")
_COURSE = re.compile(
    rf"历年|历次|历届|逐年|每年|每一年|各年|年年|[这近]些年|[这近]几年|近年|多年来|最?近(?:{_NUMBER})年|"
    r"走势|趋势|(?:怎么|怎样|如何)变[化动]?|变化|演变|变动|一年一年|怎么走"
)
_EACH = re.compile("分别|各是|各为|各有|各定|各增长|各达到?|各[是为]?多少|都是多少")
_YEARLY = re.compile("增速|目标")
_TOTAL = re.compile(r"一共|总共|合计|累计|年均|平均每|加起来|总计|年共|多大的变化|为什么|原因|影响")
_GROWTH = re.compile("增长|增速|增幅|涨幅|降幅|上涨|下降")
_NOISE = re.compile(
    rf"(?:19|20)\d\d年?(?:度)?|{_PLAN_PERIOD.pattern}|{_RECENT}|{_COURSE.pattern}|{_EACH.pattern}|"
    r"年来|以来|至今|到现在|到目前|期间|之间|从|自|起|到|至|—|–|-|~|～|"
    r"请|列出|列一下|列|给出|给我|告诉|说说|看看|看一下|汇总|整理|对比|查|一张表|表格|"
    r"预期目标|目标值?|计划|预期|实际完成|完成情况|完成|实际|结果|实现|达到|达成|年初|定的|设定|制定|提出|提的|确定|"
    r"政府工作报告|报告|里(?!程)|中的|分别|各自|各|都|是|为|有|几|什么|怎么样?|怎样|如何|哪些|情况|数据|数字|数值|指标|"
    r"多少(?:万亿|亿|万|千)?|的|了|吗|呢|啊|和|与|及|、|以及|我国|全国|中国|国家|[\s，。？?！!：:；;“”（）()]"
)
_SPARE = re.compile(
    r"增长率|增长速度|增长幅度|增长|增速|增幅|涨幅|降幅|上涨|下降|总量|总额|规模|水平|人数|数量|数|额|值|率|量|比例|幅度|"
    r"全年|年度|人|年"
)
_ECONOMY = re.compile("^(?:国民)?经济(?=增|$)")
_NATION = re.compile("全国|我国|中国|国家(?!级|税|标准)")
_CLOSE = 0.7
_DIGIT = {"两": 2, **{c: n for n, c in enumerate("一二三四五六七八九十", 1)}}


def answer_series(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None = None
) -> Answer | None:
    """The answer to a question for a figure's course over years; None for any other question.

    None too where the reports asked have figures of it for fewer than two years. Raises UnknownReport.
    """
    course = _course(asked)
    if course is None:
        return None
    asked = replace(asked, places=_real(asked.places, snapshot))
    figures = _by_place(snapshot, asked, reports)
    indicator = _indicator(asked, list(chain.from_iterable(figures.values())))
    figures = {place: of for place, of in figures.items() if any(f.indicator == indicator for f in of)}
    if indicator is None or len(figures) > MOST_PLACES:
        return None
    told = {place: course.rows(of_place, indicator) for place, of_place in figures.items()}
    told = {place: rows for place, rows in told.items() if years_told(rows) >= 2}
    cells = sum(filled(row) for rows in told.values() for row in rows)
    if not told or cells > MOST_CELLS:
        return None
    return _answer(snapshot, asked, indicator, told)


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class _Course:
    """The years asked for (``years``, the ``last`` so many, or ``since`` one; else all), and which cells."""

    years: tuple[int, ...] = ()
    last: int = 0
    since: int = 0
    growth: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)

    def rows(self, figures: Sequence[Figure], indicator: str) -> list[Row]:
        """The rows of one place's ``figures``; empty where there are none."""
        found = self._measured(figures, indicator)
        if self.years:
            by_year = {row.year: row for row in found}
            return [by_year.get(year, Row(year, None, None)) for year in self.years] if found else []
        told = [i for i, row in enumerate(found) if filled(row)]
        found = found[told[0] : told[-1] + 1] if told else []
        return [row for row in found if row.year >= self.since][-self.last :]

    def _measured(self, figures: Sequence[Figure], indicator: str) -> list[Row]:
        """The course most told of, of a level unless growth is asked."""
        told = {m: list(map(self._shown, rows)) for m, rows in courses(figures, indicator).items()}
        enough = {m: rows for m, rows in told.items() if years_told(rows) >= 2}
        fitting = [rows for m, rows in enough.items() if (m in LEVELS) != self.growth]
        return max(fitting or enough.values(), key=years_told, default=[])

    def _shown(self, row: Row) -> Row:
        target = None if "target" in self.hidden else row.target
        return Row(row.year, target, None if "actual" in self.hidden else row.actual)


def _course(asked: Question) -> _Course | None:
    """What the question wants of a course; None where it is no question for one."""
    core = asked.core
    when = parse_when(core)
    if asked.shape == "list" or asked.report_years or when.offset is not None or _TOTAL.search(core):
        return None
    since, last = _SINCE.search(core), _LAST.search(core)
    years = () if since else when.years or _plan_years(core)
    over_years = when.span or len(years) > 2
    each = _EACH.search(core) or _YEARLY.search(core)
    if not (_COURSE.search(core) or ((since or over_years) and each)) or (years and not over_years):
        return None
    hidden = {"target": {"actual"}, "actual": {"target"}}.get(when.mode if when.strong else "", set())
    return _Course(
        years=years,
        last=(_DIGIT.get(last["last"]) or int(last["last"])) if last and not years else 0,
        since=int(since[1]) if since else 0,
        growth=bool(_GROWTH.search(core)),
        hidden=frozenset(hidden),
    )


def _plan_years(core: str) -> tuple[int, ...]:
    """The years of the five-year plan that ``core`` names: 十三五 is 2016 to 2020."""
    m = _PLAN_PERIOD.search(core)
    if m is None or "以来" in m[0]:
        return ()
    first = 2001 + 5 * _DIGIT.get(m[1], 0)
    return tuple(range(first, first + 5))


def _indicator(asked: Question, figures: Sequence[Figure]) -> str | None:
    """The indicator the question names, of those that ``figures`` tell for two years at least."""
    years: dict[str, set[int]] = {}
    for f in figures:
        if f.first_year == f.last_year:
            years.setdefault(f.indicator, set()).add(f.first_year)
    known = sorted((name for name in years if len(years[name]) > 1), key=lambda name: -len(years[name]))
    topic = _topic(asked)
    for spelled in dict.fromkeys((topic, _ECONOMY.sub("生产总值", topic), official_wording(topic))):
        name = normalize_indicator(spelled)
        if name in years:
            return name if name in known else None
        wanted = normalize_indicator(_SPARE.sub("", spelled))
        for name in known:
            if wanted in (name, _SPARE.sub("", name)) or _abridges(spelled, name):
                return name
    return None


def _topic(asked: Question) -> str:
    """What is left of the question without its places, its years, its frame and the unit asked for."""
    text = asked.core
    for place in asked.places:
        text = text.replace(place, "")
    for unit in {a.unit for sub_question in asked.sub_questions for a in sub_question.answer_types if a.unit}:
        text = re.sub(rf"(?<=多少)(?:万亿|亿|万|千)?{re.escape(unit)}", "", text)
    return _NOISE.sub("", text)


def _abridges(short: str, name: str) -> bool:
    """``short`` is ``name`` with little left out: 高速铁路里程, 高速铁路运营里程."""
    letters = iter(name)
    return len(short) >= max(4, _CLOSE * len(name)) and all(letter in letters for letter in short)


# ---------------------------------------------------------------- what the reports tell


def _by_place(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None
) -> dict[str, list[Figure]]:
    """The figures of the reports asked, by the reports' place."""
    wanted = {info.id: info.place for info in selected(snapshot, reports) if _is_asked(asked, info.place)}
    found: dict[str, list[Figure]] = {}
    for f in snapshot.all_figures:
        if f.report in wanted:
            found.setdefault(wanted[f.report], []).append(f)
    return found


def _real(named: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
    """The places among ``named``: 棚户区 in 棚户区改造 is part of an indicator, no place."""
    indicators = {f.indicator for f in snapshot.all_figures} if named else set()
    own = {name for info in snapshot.reports for name in names_of(info.place)}
    return tuple(p for p in named if p in own or not any(p in indicator for indicator in indicators))


def _is_asked(asked: Question, place: str) -> bool:
    """Whether the question is about ``place``: it names it, or no place at all."""
    if not asked.places:
        return is_nation(place) or not _NATION.search(asked.core)
    return any(is_place(name, place) for name in asked.places)


def _answer(snapshot: Snapshot, asked: Question, indicator: str, told: Mapping[str, Sequence[Row]]) -> Answer:
    citations: list[Citation] = []

    def cell(figure: Figure | None) -> Cell | None:
        if figure is None or (citation := _citation(snapshot, figure)) is None:
            return None
        citations.append(citation)
        return Cell(figure.written, len(citations), note_of(figure, shown))

    shown = shown_measure([row for rows in told.values() for row in rows])
    several = len(told) > 1
    rows = tuple(
        TableRow(row.year, cell(row.target), cell(row.actual), place if several else "")
        for place, rows in told.items()
        for row in rows
    )
    table = Table(title_of(indicator, shown), rows)
    return Answer(asked.text, True, compose(citations), citations, shape="table", table=table)


def _citation(snapshot: Snapshot, figure: Figure) -> Citation | None:
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

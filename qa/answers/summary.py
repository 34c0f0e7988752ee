"""A whole report, or its review: the headline figures, the main targets and the outline, each a quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index import Passage, ReportInfo, Section, Snapshot
from index.text import PLAN, YEAR, report_year
from qa.answers.asking import Asking
from qa.answers.groups import DraftGroup, group_title, grouped_answer, quote_passage
from qa.answers.outline import (
    bare_title,
    children,
    children_by_stretch,
    cite_heading,
    stretches,
)
from qa.answers.scope import assumed, mode_of, reports_for
from qa.answers.tasks import main_plan, main_review, unlined_plan
from qa.retrieval import Clause, clauses_of
from qa.types import Answer, Citation
from qa.understanding import asks_for_five_years

_ASKED = re.compile(
    r"(?:讲|说|写|谈|提)(?:了|的|到)*(?:些|点)?(?:什么|啥|哪些)|总结|概括|概述|归纳|摘要|提要|概要|要点|亮点|精简|梗概|划重点|大意|主要内容|主要成[就绩]|"
    r"(?:全年|总体|整体)(?:工作)?(?:情况|表现)|成绩单|(?:哪些|什么)(?:主要)?成[就绩]|成[就绩](?:有|是)(?:哪些|什么)|(?:年|来)[^，]{0,8}(?:干|做)得(?:怎么样|如何|咋样|好不好)|回顾(?:一下|部分)|(?:说说|讲讲|谈谈|看看)[^，]{0,8}成[绩就]|年的?(?:主要|工作)?成[绩就](?:$|[？?。])"
)
"""这份报告主要讲了什么, 总结2024年的工作; not 养老方面有哪些举措."""
_GENERAL = re.compile(
    r"怎么样|咋样|如何|成效|要紧|挑|归纳|工作|报告|政府|主要|内容|重点|亮点|要点|成[就绩]|单|简要|简单|全文|全年|总体|整体|情况|概要|摘要|大意|精简版?|经济社会|发展|回顾|部分|一下|几句话|挑要紧|要紧|这|那|篇|份|个|年|"
    r"说|讲|写|谈|给|些|点|啥|什么|了|的|吧|有|是|得|干|做|取|省|市|区|县|国|我|用|句|话|三|几|版|能|不|可以|太长|帮|划|来|五|十|四|“|”|、"
)
"""全文要点; not 教育."""
_INDICATORS = (
    "生产总值|gdp|经济总量", "一般公共预算收入", "规模以上工业增加值|规上工业增加值|工业增加值", "固定资产投资",
    "社会消费品零售|社零", "居民人均可支配收入|居民收入|人均可支配收入", "进出口", "新增就业", "贫困发生率|居民消费价格",
)  # fmt: skip
"""What is named first of a year: in the order of their weight."""
_GROWS = re.compile(
    r"^(?:同比|可比|比上年|较上年|年均|实际|名义)?(?:增长|下降|增速|提高|上涨|总量|达到|突破)"
)
"""同比增长5%; not 教育支出增长."""
_TARGETS = re.compile(r"(?:预期|主要|发展|奋斗|工作)(?:的)?(?:预期)?目标")
"""主要预期目标; not 目标任务."""
_MAIN = 4
"""Headline figures of a year, and targets, beside what was done and is planned: of 2, 4 and 6 the best."""
MOST_FIGURES = 6
"""Headline figures where a review alone is asked: the usual indicators of a report's first paragraph."""
LONGEST = 300
"""Characters up to which the review's headings stand in the text too."""
_OUTPUT = re.compile(r"生产总值[^。]{0,12}\d")
"""地区生产总值达到500亿元; not 地区生产总值增长."""
_VALUE = re.compile(r"\d")
"""5.5%; not 稳中有进."""


def is_for(asking: Asking) -> bool:
    """Whether the report as a whole or its review is asked, with no subject of its own."""
    core = asking.question.core
    worded = bool(_ASKED.search(core)) and not _GENERAL.sub("", asking.subject)
    return asking.wants("summary", worded)


def answer_summary(asking: Asking) -> Answer | None:
    """Figures, targets and outline of the newest report that fits; of its review alone where that is asked."""
    if not is_for(asking):
        return None
    review_only = (
        mode_of(asking) == "actual"
        or asks_for_five_years(asking.question.core)
        or bool(re.search(r"成[就绩]|亮点|去年|过去|回顾|工作总结|干得|的工作", asking.question.core))
    )
    for info in reports_for(asking):
        parts = list(_parts(asking, info, review_only))
        if (told := grouped_answer(asking, "summary", parts, year=assumed(asking, info))) is not None:
            return told
    return None


def _parts(asking: Asking, info: ReportInfo, review_only: bool) -> Iterator[DraftGroup]:
    snapshot, sections = asking.snapshot, asking.snapshot.outline(info.id)
    long = asks_for_five_years(asking.question.core)
    review, plan = main_review(asking, sections), main_plan(asking, sections)
    figures = headline_figures(
        snapshot, info, "actual", MOST_FIGURES if review_only else _MAIN, last=not long
    )
    headings = _cited_headings(snapshot, info, _one_series(snapshot.text(info.id), review, sections, long))
    title = bare_title(review.title) if review else "工作回顾"
    yield DraftGroup(group_title(info, title, "主要指标"), figures)
    if review_only:
        yield DraftGroup(group_title(info, title), headings)
        return
    targets = headline_figures(snapshot, info, "target", _MAIN)
    yield DraftGroup(group_title(info, "主要预期目标"), targets)
    tasks = _cited_headings(snapshot, info, children(plan, sections) if plan else []) or unlined_plan(
        snapshot, info
    )
    yield DraftGroup(group_title(info, bare_title(plan.title) if plan else "工作安排"), tasks)
    size = sum(len(c.quote) for c in [*figures, *targets, *tasks])
    short = size + sum(len(c.quote) for c in headings) <= LONGEST
    yield DraftGroup(group_title(info, title), headings if short else (), () if short else headings)


def _cited_headings(snapshot: Snapshot, info: ReportInfo, items: Sequence[Section]) -> list[Citation]:
    return [c for s in items if (c := cite_heading(snapshot, info, s))]


_OVER_A_PLAN = re.compile(f"五年|{PLAN}")
"""五年, 十四五; not 今年."""
_LEAD = 80
"""Characters before a stretch of headings that say which years it is about."""


def _one_series(text: str, above: Section | None, sections: Sequence[Section], long: bool) -> list[Section]:
    """The headings of the time asked, where a chapter looks back on five years and on the last."""
    if above is None:
        return []
    parts = [group for group in stretches(above, sections) if len(group) > 1]
    ends = [above.body, *(group[-1].end for group in parts)]
    told = [
        text[max(end, group[0].start - _LEAD) : group[0].start]
        for end, group in zip(ends, parts, strict=False)
    ]
    of_plan = [
        bool(_OVER_A_PLAN.search(lead + group[0].title)) for lead, group in zip(told, parts, strict=True)
    ]
    if len(set(of_plan)) > 1:
        return parts[of_plan.index(long)]
    groups = [group for group in children_by_stretch(above, sections) if len(group) > 1]
    if not groups:
        return children(above, sections)
    return groups[-1] if len(above.years) > 1 and not long else groups[0]


def headline_figures(
    snapshot: Snapshot, info: ReportInfo, mode: str, most: int, last: bool = False
) -> list[Citation]:
    """The clauses that state the main indicators, with how much they grew; ``most`` of them.

    Where the output is told of more than once, of five years and of the last, ``last`` takes the last telling.
    """
    passages = [p for p in snapshot.passages(list(snapshot.rows(info.id))) if p.mode in (mode, "")]
    spans_years = False
    if mode == "target":
        announced = next(
            (i for i, p in enumerate(passages) if _TARGETS.search(p.text) and _VALUE.search(p.text)), None
        )
        passages = passages[announced : announced + 3] if announced is not None else []
    else:
        told = [i for i, p in enumerate(passages) if _OUTPUT.search(p.text)]
        spans_years = any(len(p.years) > 1 for p in passages[:10])
        fitting = [
            i
            for i in told
            if any(_tells(c.text, last) for c in clauses_of(passages[i].text) if _OUTPUT.search(c.text))
        ]
        at = (
            fitting[0]
            if fitting and spans_years
            else told[-1]
            if told and last and spans_years
            else min(told, default=0)
        )
        passages = passages[at : at + 12]
    spans: dict[str, tuple[Passage, tuple[int, int]]] = {}
    for passage in passages:
        own = clauses_of(passage.text)
        for i, clause in enumerate(own):
            name = next((n for n in _INDICATORS if re.search(n, clause.text)), None)
            if name is None or name in spans or not _VALUE.search(clause.text):
                continue
            if mode == "actual" and spans_years and not _tells(clause.text, last):
                continue
            end = i
            while (
                end + 1 < len(own)
                and _GROWS.match(own[end + 1].text)
                and own[end + 1].sentence == clause.sentence
            ):
                end += 1
            spans[name] = passage, (clause.start, own[end].end)
    chosen = [spans[name] for name in _INDICATORS if name in spans][:most]
    return cited(snapshot, chosen)


_OVER_YEARS = re.compile(
    rf"年均|五年|{PLAN}|跨[过越上]|台阶|迈上|连续\d|从[^，。]{{2,16}}(?:提高|增加?|增长|上升)到"
)
"""年均增长5.9%, 从3.68万亿元增长到4.93万亿元; not 增长5.5%."""


def _tells(clause: str, last: bool) -> bool:
    """Whether the clause tells of the ``last`` year, or of several where not."""
    return bool(_OVER_YEARS.search(clause)) != last


_LONG_TERM = re.compile(f"{PLAN}|五年|二[〇零]三五|远景|中长期|任期|本届")
"""十五五规划; not 今年."""
_YEAR = re.compile(rf"(?<!\d){YEAR}(?=年)")
"""2025年; not 2025亩."""


def all_targets(
    snapshot: Snapshot, info: ReportInfo, longest: int, over_years: bool = False
) -> list[Citation]:
    """The clauses that follow the announcement of the year's targets, to where no more are set.

    Of several announcements those of the year come first, with ``over_years`` those of a plan.
    """
    passages = snapshot.passages(list(snapshot.rows(info.id)))
    found: list[tuple[tuple[bool, bool, bool, int], list[tuple[Passage, tuple[int, int]]]]] = []
    for at, passage in enumerate(passages):
        for announced in _TARGETS.finditer(passage.text):
            told = list(_targets_after(passages, at, announced.end(), longest))
            values = sum(bool(_VALUE.search(p.text[a:b])) for p, (a, b) in told)
            opens = bool(_OPENS.match(passage.text, announced.end()))
            if values > 2 or (values and opens):
                lead = passage.text[max(0, announced.start() - 40) : announced.end()]
                lead = re.split("[。！]", lead)[-1]
                later = any(int(year) > (report_year(info) or 9999) for year in _YEAR.findall(lead))
                long = later or bool(_LONG_TERM.search(lead))
                found.append(((long != over_years, not opens, passage.mode == "actual", -values), told))
    best = min(found, key=lambda one: one[0], default=None)
    return cited(snapshot, best[1]) if best else []


# 是：; not 增长5%左右，粮食产量是
_OPENS = re.compile(r"[^，。；]{0,4}(?:是|为|有|[:：])")
"""What follows an announcement: 主要是：, 是; not 主要预期目标."""


def _targets_after(
    passages: Sequence[Passage], at: int, start: int, longest: int
) -> Iterator[tuple[Passage, tuple[int, int]]]:
    """The clauses after ``start`` of passage ``at``: the first sentences that set values, to one that sets none."""
    size = 0
    for here in passages[at : at + 2]:
        own = [c for c in clauses_of(here.text) if here is not passages[at] or c.end > start]
        for clauses in _sentences(here.text, own):
            first = clauses[0]
            begin = first.start
            if here is passages[at] and begin < start:
                colon = re.compile("[:：]").search(here.text, start, first.end)
                begin = colon.end() if colon else first.end
            told = [(max(begin, c.start), c.end) for c in clauses if c.end > begin]
            values = [span for span in told if _VALUE.search(here.text[span[0] : span[1]])]
            if not values or (size and (2 * len(values) < len(told) or _ARGUES.search(first.text))):
                if size:
                    return
                continue
            for span in told:
                size += span[1] - span[0]
                if size > longest:
                    return
                yield here, span


def _sentences(text: str, clauses: Sequence[Clause]) -> Iterator[list[Clause]]:
    """``clauses`` by whole sentences, semicolons or not."""
    own: list[Clause] = []
    for clause in clauses:
        own.append(clause)
        if text[clause.end : clause.end + 1] in ("。", "！", "\n", ""):
            yield own
            own = []
    if own:
        yield own


_ARGUES = re.compile(
    r"^(?:围绕|这[一些个]|上述|实现|提出|确定|主要考虑|以上|为此|[^，]{0,30}(?:目标|指标)[^，]{0,8}(?:衔接|考虑|匹配|吻合))"
)
"""What is said about the targets, no target: 围绕上述目标, 5.5%左右的目标与…相衔接; not 地区生产总值增长5.5%."""


def cited(snapshot: Snapshot, found: Sequence[tuple[Passage, tuple[int, int]]]) -> list[Citation]:
    """A citation for each passage of ``found``, in the order of the report, quoted at all its places."""
    spans: dict[Passage, list[tuple[int, int]]] = {}
    for passage, span in sorted(found, key=lambda pair: (pair[0].start, pair[1])):
        spans.setdefault(passage, []).append(span)
    return [quote_passage(snapshot, passage, own) for passage, own in spans.items()]

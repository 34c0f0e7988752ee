"""The tasks a report sets, or the points a chapter is made of: its headings, each with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from index import ReportInfo, Section, Snapshot
from index.text import HAN_COUNT, HAN_NUMERAL, PLAN, YEAR, normalize, tokenize
from index.types import SectionMode
from qa.answers.asking import Asking
from qa.answers.enumerations import Enumeration, enumerations, item_headings
from qa.answers.groups import DraftGroup, group_title, grouped_answer
from qa.answers.outline import (
    bare_title,
    children,
    cite_heading,
    cite_span,
    is_about_government,
    sentence_headings,
    tops,
)
from qa.answers.relevance import reports_saying
from qa.answers.scope import assumed, looks_back, mode_of, of_its_year_first, reports_for
from qa.types import Answer, Citation
from qa.understanding import asks_for_five_years, concepts

MOST = 16
"""Headings shown."""
MOST_READ = 4
"""Reports that speak of a subject and are read for its chapter; the newest that is headed by it is taken."""
_N = rf"[{HAN_COUNT}几些\d]*"
_PARTS = re.compile(
    rf"(?:抓|做|从|分|体现|推进|完成|部署|安排|入手|发力|着力).{{0,12}}(?:哪|几|多少){_N}(?:个|大|项)?(?:重点)?(?:方面|方向|任务|工作|重点|着力点|大事|领域)|"
    rf"(?:哪|几|多少){_N}(?:个|大)?(?:方面|方向).{{0,4}}(?:工作|任务|着手|入手|发力|抓|下手|做)|[{HAN_COUNT}\d]+(?:个|大)?方面.{{0,4}}工作|"
    rf"(?:抓|做好?|从|有|推进|深化)(?:了)?哪{_N}(?:项|条|点|处|件事|件大事)(?!目|路|线|铁|河|街|道|[^，。？]*(?:指标|城市|县))|(?:工作|任务)(?:是|有|分)?(?:什么|哪{_N}|几个|啥)|"
    r"(?:重点|主要|中心|核心)(?:工作|任务|部署|大事)(?:任务|重点)?(?:$|[是有，。？?!！]|分别|都|包括|体现)|工作重点(?:是|有|$)|"
    r"(?:今年|明年|下一步|接下来)(?:要|打算|准备)?(?:干|做|抓)(?:些)?(?:什么|啥)(?:$|[？?。，])|抓(?:什么|哪些)(?:$|[？?])|发力的?方向|从哪.{0,4}(?:着手|入手|下手|发力|着力)|"
    rf"重点(?:做好|抓好?|把握)(?:以下|好)?(?:的是)?哪{_N}(?:点|个|项|条|些)?|在哪{_N}个?方面(?=[^，。？]{{4,}})|"
    rf"哪{_N}个?(?:大)?方面(?:的|有)?(?:新|大)?(?:突破|进展|提升|成效|转变|变化|文章)|"
    r"深化哪些.{0,6}改革|自身建设.{0,4}(?:怎么|如何|怎样)抓|最(?:要紧|重要|主要|关键)的?(?:[几哪]几?[件项个])?(?:大)?(?:事|工作|任务)"
)
"""今年重点抓哪几个方面, 政府自身建设抓哪几条, 主要任务有哪些, 最要紧的几件事; not 修哪几条路, 哪几项指标, 建了几处公园."""
_NOT = re.compile(
    r"指标|目标|荣誉|称号|项目(?!建设)|民生实事|惠民实事|实事|道路|工程|企业|线路|第一|成就|成绩|问题|困难|不足|短板"
)
"""主要指标; not 项目建设."""
_GENERAL = re.compile(
    r"最|要紧|关键|重点|主要|中心|核心|任务|工作|国务院|政府|要|抓好?|做好?|全力|具体|准备|从|着手|下手|入手|发力|着力|完成|部署|安排|方向|内容|大事|标题|即可|列|提纲|"
    rf"新一年|本年度|全年|[哪几][{HAN_NUMERAL}]*|[{HAN_COUNT}\d]+个?|分|来|些|个|的|把握|实际|中|体|和|目标|重大|是|干|什么|可|事|实现|突破|件|大|今|年|有|叫|别|了|区|县|市|省"
)
"""重点任务; not 教育."""
_SURE = 0.9
"""How likely a question is to ask for the tasks whose words leave something that may be a subject; set by hand."""
_ENOUGH = 0.45
"""The share of the subject's words that a heading holds at least."""


def is_for(asking: Asking) -> bool:
    """Whether the tasks or points are asked, not things that happen to be counted (哪几条路)."""
    core = asking.question.core
    worded = bool(_PARTS.search(core)) and not (_NOT.search(core) and "任务" not in core)
    if worded or not asking.wants("tasks", False):
        return worded
    sure = asking.intent.likely["tasks"] > _SURE
    return not _subject(asking) or (sure and not asking.intent.subject)


def answer_tasks(asking: Asking) -> Answer | None:
    """The headings of the plan, or of the chapter on the subject; None where no report has such."""
    if not is_for(asking):
        return None
    subject = _subject(asking)
    infos = reports_for(asking, subject)[:MOST_READ] if subject else reports_for(asking)
    announcing = {info.id for info in reports_saying(asking.snapshot, infos, _asked_pairs(asking), _ALIKE)}
    for info in of_its_year_first(asking, infos):
        sections = asking.snapshot.outline(info.id)
        back = looks_back(asking, info)
        shown = _worded_alike(asking, info, sections)
        if not shown and info.id in announcing:
            shown = _announced(asking, info)
        if len(shown) > 1:
            return grouped_answer(
                asking, "tasks", [DraftGroup(group_title(info), shown)], year=assumed(asking, info)
            )
        whole = main_review if back else main_plan
        above = _chapter(asking, sections, subject) if subject else whole(asking, sections)
        items = children(above, sections) if above else []
        shown = [c for s in items[:MOST] if (c := cite_heading(asking.snapshot, info, s))]
        if above is not None and len(shown) > 1:
            own = [bare_title(p) for p in above.path]
            return grouped_answer(
                asking, "tasks", [DraftGroup(group_title(info, *own), shown)], year=assumed(asking, info)
            )
        unlined = all(section.level < 2 for section in sections)
        if subject and unlined and len(shown := unlined_chapter(asking.snapshot, info, subject)) > 1:
            return grouped_answer(
                asking, "tasks", [DraftGroup(group_title(info), shown)], year=assumed(asking, info)
            )
        if not subject and not back and len(shown := unlined_plan(asking.snapshot, info)) > 1:
            return grouped_answer(
                asking, "tasks", [DraftGroup(group_title(info), shown)], year=assumed(asking, info)
            )
    return None


def _subject(asking: Asking) -> str:
    """What the tasks asked are on; empty where it is the year's work as a whole."""
    parts = (_GENERAL.sub("", part) for part in asking.subject.split("、"))
    kept = [part for part, bare in zip(asking.subject.split("、"), parts, strict=True) if len(bare) > 1]
    return "、".join(_ENDS.sub("", part) or part for part in kept)


_ENDS = re.compile(r"(?:准备|打算|计划)?(?:从|要|来抓|来|发力|着手|入手|抓落实)$|^(?:分|中)(?=重点)")
"""教育从; not 中部崛起."""
_PREDICATE = re.compile(rf"在哪{_N}个?方面(?:要|将)?([^，。？?吗呢]{{4,}})")
"""在哪几个方面要持续发力; not 在哪几个方面."""


def _worded_alike(asking: Asking, info: ReportInfo, sections: Sequence[Section]) -> list[Citation]:
    """The headings beside each other that all end as the question does: 在哪几个方面取得决定性进展."""
    predicate = _PREDICATE.search(asking.question.core)
    if predicate is None:
        return []
    found = [s for s in sections if not s.continued and normalize(s.title).endswith(predicate[1])]
    beside = [s for s in found if s.path[:-1] == found[0].path[:-1]]
    return [c for s in beside[:MOST] if (c := cite_heading(asking.snapshot, info, s))]


_ALIKE = 0.8
"""The share of a question's pairs of characters that an announcement holds which it asks about word by word."""
_ASKING = re.compile(
    rf"哪{_N}(?:个|项|点|条|大)?|几(?:个|项|点|条)|什么|有|是|[的了吗呢要，。？?]|{YEAR}年|今年|时期|[“”]|{PLAN}"
)
"""哪几个; not 粮食."""


def _asked_pairs(asking: Asking) -> set[str]:
    """The pairs of characters of the question without the words that only ask, and none across these."""
    pieces = _ASKING.sub("，", asking.question.core).split("，")
    return {piece[i : i + 2] for piece in pieces for i in range(len(piece) - 1)}


def _announced(asking: Asking, info: ReportInfo) -> list[Citation]:
    """The items that a clause announces in the question's own words: 实际工作中，重点把握以下几点：一是…."""
    pairs = _asked_pairs(asking)
    if len(pairs) < 4:
        return []
    text = asking.snapshot.text(info.id)
    best: tuple[float, Enumeration | None] = (_ALIKE, None)
    for one in enumerations(text):
        lead = normalize(one.announced)
        share = sum(pair in lead for pair in pairs) / len(pairs)
        if share >= best[0]:
            best = share, one
    spans = item_headings(text, best[1]) if best[1] else []
    return [c for span in spans[:MOST] if (c := cite_span(asking.snapshot, info, *span))]


def unlined_plan(snapshot: Snapshot, info: ReportInfo) -> list[Citation]:
    """The tasks of a report without lines: the longest count of items that follows the word tasks, in no review."""
    text = snapshot.text(info.id)
    reviews = [(s.start, s.end) for s in snapshot.outline(info.id) if s.level and s.mode == "actual"]
    runs = [
        one for one in enumerations(text)
        if re.search(r"工作|任务|方面", one.announced) and not is_about_government(one.announced)
        and not any(start <= one.items[0][0] < end for start, end in reviews)
    ]  # fmt: skip
    best = max(runs, key=lambda one: len(one.items), default=None)
    spans = item_headings(text, best) if best else []
    return [c for span in spans[:MOST] if (c := cite_span(snapshot, info, *span))]


def unlined_chapter(snapshot: Snapshot, info: ReportInfo, subject: str) -> list[Citation]:
    """The run-in headings of the numbered item on ``subject`` in a report without lines."""
    text = snapshot.text(info.id)
    best: tuple[float, list[tuple[int, int]]] = (_ENOUGH, [])
    for one in enumerations(text):
        shown = item_headings(text, one)
        for (start, end), (_, last) in zip(shown, one.items, strict=True):
            score = title_score(subject, text[start:end])
            last = last if (start, last) != one.items[-1] else end + 1200
            headings = sentence_headings(text, end, last)
            if score >= best[0] and len(headings) > 1:
                best = score, headings
    return [c for start, end in best[1][:MOST] if (c := cite_span(snapshot, info, start, end))]


def main_review(asking: Asking, sections: Sequence[Section]) -> Section | None:
    """The chapter that looks back: on the year, or on five where these are asked."""
    long = asks_for_five_years(asking.question.core)
    reviews = [s for s in tops(sections) if s.mode == "actual" and not is_about_government(s.title)]
    of_span = [s for s in reviews if (len(s.years) > 1) == long] or reviews
    return max(of_span, key=lambda s: len(children(s, sections)), default=None)


def main_plan(asking: Asking, sections: Sequence[Section]) -> Section | None:
    """The chapter that sets the tasks: of the year ahead, or of five where these are asked.

    A report that opens a five-year plan sets out its aims before the year's tasks: these come last, even
    where their heading names the plan.
    """
    plans = [s for s in tops(sections) if s.mode == "target" and not is_about_government(s.title)]
    headed = [s for s in plans if len(children(s, sections)) > 2]
    plans = [s for s in headed if _counted(s, sections)] or headed or plans
    if asks_for_five_years(asking.question.core):
        return next((s for s in plans if len(s.years) > 1), plans[0] if plans else None)
    return plans[-1] if plans else None


def _counted(section: Section, sections: Sequence[Section]) -> bool:
    """Whether its headings are numbered: （一）…."""
    below = children(section, sections)
    return len(below) > 2 and all(bare_title(s.title) != s.title for s in below)


def _chapter(asking: Asking, sections: Sequence[Section], subject: str) -> Section | None:
    """The section headed by the subject that has headings below, of the time asked where parts are told apart."""
    below = Counter(s.path[:-1] for s in sections)  # most have none, which is told at once
    above = [
        s
        for s in sections
        if s.level and not s.continued and below[s.path] > 1 and len(children(s, sections)) > 1
    ]
    return section_headed(above, subject, mode_of(asking) or "target")


def section_headed(sections: Sequence[Section], subject: str, mode: SectionMode = "") -> Section | None:
    """The section whose heading says the subject best; of ``mode`` where parts are told apart."""
    found = [s for s in sections if s.level and not s.continued]
    found = [s for s in found if not mode or not s.mode or s.mode == mode] or found
    if not found:
        return None
    scores = [title_score(subject, s.title) for s in found]
    # Of headings that say as much the outer one; no two shares of a subject's words lie as near as this.
    best = int(np.argmax([score - 0.01 * s.level for score, s in zip(scores, found, strict=True)]))
    return found[best] if scores[best] >= _ENOUGH else None


def title_score(subject: str, title: str) -> float:
    """The share of the subject's words that the heading holds, any of their equals counting."""
    told = normalize(title)
    terms = [c.alternatives for c in concepts(normalize(subject))] or [((t,),) for t in tokenize(subject)]
    held = [
        max((sum(t in told for t in a) / len(a) for a in alternatives if a), default=0.0)
        for alternatives in terms
    ]
    return sum(held) / len(held) if held else 0.0

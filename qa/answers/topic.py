"""All that the reports say on a subject: the clauses on it from every section, the concrete ones first."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index import ReportInfo
from index.encoders import FloatArray
from index.text import normalize, report_year
from index.types import SectionMode
from qa.answers.asking import LEAST_UNWORDED, Asking
from qa.answers.fact import answer_fact
from qa.answers.groups import DraftGroup, group_title, grouped_answer, quote_passage
from qa.answers.meaning import clauses_on, may_speak_of
from qa.answers.outline import bare_title
from qa.answers.quotes import announces, is_hollow
from qa.answers.relevance import (
    SPOKEN_OF,
    SPOKEN_OF_NEARBY,
    Scored,
    encode_subjects_ahead,
    quoted_together,
    score_clauses,
)
from qa.answers.scope import assumed, mode_of, reports_for
from qa.answers.worth import log_odds
from qa.types import Answer, Citation, Shape
from qa.understanding import TIME, asks_for_five_years, parse

BUDGET = 320
"""Characters of the text, about: what a reader takes in at a glance; the rest stands behind it. Of 26 questions whose
good answers take some 270 characters, 320 in place of 250 holds 0.71 of the clauses in place of 0.68; of 16 others
0.47 with both, of 16 whose answers were to take 220, 0.53 in place of 0.57."""
FILLED = 120
"""Characters up to which a statement may be less surely on the subject: of little said all is shown."""
LESS_SURE = 1.2
"""How much less, in log-odds: so far below SURE one statement in three is on the subject."""
MOST_MORE = 20
"""Places listed behind the text; set by hand: nobody reads more, and the sections lead to them."""
LIKELY, SURE = -0.3, 0.6
"""Log-odds of being on the subject: of what shows that a report speaks of it, and of what is told."""
NEAR = 2.5
"""How much less sure than the surest, in log-odds, a statement may be of the subject."""
WORTH = -2.5
"""Log-odds of standing in a good answer below which a statement is told of little said alone."""
ASTRAY = 2.0
"""How much less worth than the best, in log-odds, is left out that stands alone in its passage."""
BETWEEN = 30
"""Characters of a statement that is told for standing between two that are: no gap for a few words."""
TOUCHING = 3
"""Characters between two clauses that follow each other: a mark, and a space."""
_ALIKE = 0.6
"""Two statements that share so many of their pairs of characters say the same."""
_SCANTY = 0.15
"""A part of a report that is smaller tells nothing of what the report reviews and plans."""


_MAIN = 0.4
"""The share of what a report plans from which the parts headed by the year alone hold the year's plan: one headed
by the five years may hold it too (推动“十五五”开好局)."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Neighbouring clauses that are quoted together; ``worth`` the log-odds that a good answer holds them."""

    clauses: tuple[Scored, ...]
    worth: float
    about: float

    @property
    def start(self) -> int:
        """Where it starts in its report."""
        return self.clauses[0].start

    @property
    def text(self) -> str:
        return "，".join(c.text for c in self.clauses)


def _fitting(scored: Sequence[Scored], mode: SectionMode, year: int | None = None) -> FloatArray:
    """1 for each clause of the ``mode`` asked; all are where the report does not tell its parts apart.

    Where a ``year`` is planned and five are beside it (十五五时期), those of the five do not fit.
    """
    of_mode = np.array([not mode or not s.passage.mode or s.passage.mode == mode for s in scored], np.float32)
    if mode == "target" and year is not None:
        of_year = of_mode * np.array([set(s.passage.years) <= {year} for s in scored], np.float32)
        if of_year.sum() >= _MAIN * of_mode.sum() > 0:
            return of_year
    return of_mode if of_mode.mean() >= _SCANTY else np.ones_like(of_mode)


def _year(asking: Asking, info: ReportInfo) -> int | None:
    """The one year that the question is about, of those of ``info``; None where it names none, or several."""
    years = asking.question.sub_questions[0].when.years_for(report_year(info))
    return years[0] if len(years) == 1 and not asks_for_five_years(asking.question.core) else None


def scored_clauses(asking: Asking, info: ReportInfo) -> tuple[list[Scored], FloatArray]:
    """The clauses of ``info`` and whether each is of the mode asked, (n,): what the models are fitted on."""
    scored = score_clauses(asking.snapshot, info.id, asking.subject or asking.question.core)
    return scored, _fitting(scored, mode_of(asking), _year(asking, info))


def statements(
    asking: Asking,
    info: ReportInfo,
    subject: str,
    mode: SectionMode,
    other_words: bool = False,
    sure: bool = False,
) -> list[Statement]:
    """What ``info`` says, the worthiest first; of ``mode`` alone where the report tells its parts apart.

    ``other_words``: where the subject's own words do not stand, the reader tells whether it is spoken of; ``sure`` as
    ``clauses_on`` has it.
    """
    scored: list[Scored] = []
    told: list[tuple[FloatArray, FloatArray]] = []
    for thing in subjects_named(subject):
        if other_words:
            found = clauses_on(asking, info, thing, sure)
        else:
            found = score_clauses(asking.snapshot, info.id, thing, (SPOKEN_OF, SPOKEN_OF_NEARBY))
        if found:
            scored, fitting = found, _fitting(found, mode, _year(asking, info))
            told.append(log_odds(found, fitting))
    if not scored:
        return []
    about, worth = np.max(told, axis=0).tolist()
    kept = []
    at = 0
    for own in quoted_together(scored):
        places, at = range(at, at + len(own)), at + len(own)
        if fitting[places[0]] and not own[0].is_title and not _announced(own[-1]) and not _only_leads(own):
            kept.append(Statement(own, max(worth[i] for i in places), max(about[i] for i in places)))
    return sorted(kept, key=lambda s: -s.worth)


_AND = re.compile(r"[、以]?[及和与]|、")
"""农村公路和危房; not 农村公路."""
MOST_THINGS = 4
"""Subjects asked together, each of which gets its own part; more make one list."""


def subjects_named(subject: str) -> list[str]:
    """``subject`` and, where it names several, each of them: 农村公路和危房、饮水."""
    named = [part for part in _AND.split(subject) if part]
    several = 1 < len(named) <= MOST_THINGS and all(len(part) > 1 for part in named)
    return [subject, *named] if several else [subject]


# 以项目建设为主线; not 以上项目
_LEADS = re.compile(
    r"^(?:以(?!上|下|内|旧换新)[^，]{0,30}$|围绕|通过(?!率)|依托|随着|按照|根据|针对|借助|对(?!接|标|口|外|照|比|上)|把)"
)
"""A clause that leads to the next and says nothing alone: 以…为主线, 对…等新开工项目, 把…; not 新建学校3所."""


def _only_leads(own: Sequence[Scored]) -> bool:
    text = own[-1].passage.text
    goes_on = text[own[-1].clause.end : own[-1].clause.end + 1] in ("，", ",")
    return len(own) == 1 and goes_on and bool(_LEADS.match(own[0].text)) and not own[0].clause.quantities


def _announced(one: Scored) -> bool:
    text = one.passage.text
    return announces(one.text, text[one.clause.end : one.clause.end + 1])


def select_statements(
    found: Sequence[Statement], budget: int, least: float
) -> tuple[list[Statement], list[Statement]]:
    """The worthiest statements within ``budget`` characters, near-repeats once; and what is worth reading behind."""
    shown: list[Statement] = []
    more: list[Statement] = []
    seen: list[set[str]] = []
    size = 0
    top = max((one.about for one in found), default=0.0)
    for one in found[:60]:
        enough = least if size > FILLED or budget < 2 * FILLED else least - LESS_SURE
        if one.about < min(enough, top - NEAR) or top < least - 1:
            continue
        if one.worth < WORTH and size > FILLED / 2:
            continue
        pairs = {one.text[i : i + 2] for i in range(len(one.text) - 1)}
        if any(len(pairs & other) > _ALIKE * min(len(pairs), len(other)) for other in seen):
            continue
        seen.append(pairs)
        if not more and (not shown or size + len(one.text) <= budget):
            shown.append(one)
            size += len(one.text) + 1
        elif len(more) < MOST_MORE:
            more.append(one)
    return _coherent(found, shown), more


def _coherent(found: Sequence[Statement], shown: Sequence[Statement]) -> list[Statement]:
    """``shown`` with the short statements between two of them, and without those astray in other passages."""
    told = {one.start for one in shown}
    rows = [one.clauses[0].row for one in shown]
    best = max((one.worth for one in shown), default=0.0)
    surest = max((one.about for one in found), default=0.0)
    kept = [
        one
        for one in shown
        if len(shown) < LEAST + 1
        or rows.count(one.clauses[0].row) > 1
        or one.worth > best - ASTRAY
        or one.about > surest - 1
    ]
    in_order = sorted(found, key=lambda one: one.start)
    between = [
        one
        for before, one, after in zip(in_order, in_order[1:], in_order[2:], strict=False)
        if one.start not in told
        and {before.start, after.start} <= told
        and before.clauses[0].row == one.clauses[0].row == after.clauses[0].row
        and one.start - before.clauses[-1].end < TOUCHING > after.start - one.clauses[-1].end
        and len(one.text) <= BETWEEN
    ]
    return [*kept, *between]


def answer_on(
    asking: Asking,
    subject: str,
    shape: Shape,
    budget: int = BUDGET,
    mode: SectionMode = "",
) -> Answer | None:
    """What the newest report that speaks of ``subject`` says on it; None where none does.

    One that surely speaks of it is told before a newer one that may. ``mode`` is what the question wants where its
    words do not tell.
    """
    encode_subjects_ahead(asking.snapshot.encoder, subjects_named(subject))
    tried: list[ReportInfo] = []
    for sure, infos in ((True, may_speak_of(asking, subject)), (False, tried)):
        for info in infos:
            tried += [info] if sure else []
            wanted = mode_of(asking, info) or mode
            found = statements(asking, info, subject, wanted, other_words=True, sure=sure)
            if sum(one.about > LIKELY for one in found) < LEAST:
                continue
            shown, more = select_statements(found, budget, SURE)
            if parts := _parts(asking, info, shown, more):
                return grouped_answer(asking, shape, parts, year=assumed(asking, info))
    return None


def _parts(
    asking: Asking, info: ReportInfo, shown: Sequence[Statement], more: Sequence[Statement]
) -> list[DraftGroup]:
    """A group for each part of the report, in its order; inside, the worthiest passage first."""
    tops = sorted({s.clauses[0].passage.section[:1]: s.clauses[0].start for s in reversed([*shown, *more])}.items(),
                  key=lambda pair: pair[1])  # fmt: skip
    parts = []
    for top, _ in tops:
        cites = [
            _cited(asking, [s for s in own if s.clauses[0].passage.section[:1] == top])
            for own in (shown, more)
        ]
        taken = {(c.report, c.start) for c in cites[0]}
        rest = [c for c in cites[1] if (c.report, c.start) not in taken]
        if cites[0]:
            parts.append(DraftGroup(group_title(info, *map(bare_title, top)), cites[0], rest))
    return parts


def cited_statements(
    asking: Asking, found: Sequence[Statement], known: Sequence[Citation] = ()
) -> list[Citation]:
    """A citation for each passage of ``found``, the worthiest first; without what ``known`` quotes already."""
    told = "".join(c.quote for c in known)
    return _cited(asking, [s for s in found if s.clauses[0].text not in told])


def _cited(asking: Asking, found: Sequence[Statement]) -> list[Citation]:
    by_passage: dict[int, list[Statement]] = {}
    for one in found:
        by_passage.setdefault(one.clauses[0].row, []).append(one)
    made = []
    for own in by_passage.values():
        spans = [(s.clauses[0].clause.start, s.clauses[-1].clause.end) for s in own]
        score = 1 / (1 + math.exp(-max(s.worth for s in own)))
        citation = quote_passage(asking.snapshot, own[0].clauses[0].passage, spans, score)
        if not is_hollow(citation, asking.question.text):
            made.append(citation)
    return made


_ASKS_BROADLY = re.compile(
    r"方面|领域|这[一]?块|情况|怎么样|咋样|如何|进展|变化|举措|措施|打算|安排|计划(?!生育)|盘算|部署|[做办]法|政策|成[效绩果]|怎么(?:办|抓|管|干|做|弄|搞|发展|推进|改善|治理?|解决|扶持|促|激发|优化|进一步)|怎样|"
    r"(?:做|干)了?(?:什么|哪些|啥|些)|(?:哪些|什么|啥)(?:大|新)?(?:动作|事|工作|进步|突破|变化|亮点)|介绍|说说|讲讲|谈谈|了解"
)
"""养老方面做了哪些事, 今年怎么促消费; not 新增学位多少个, 哪几所学校."""
_ASKS = re.compile(r"列[出举表一]|罗列|名单|清单|多少|几|哪|谁|什么|啥|何|怎|咋|吗|[？?]|是不是|有没有")
"""哪些学校; not 学校."""
_FIGURE = re.compile(
    r"[数率额量值比占速]$|数量|面积|规模|名称|含义|总[额量]|增[速幅长]|降幅|指标|金额|(?:收入|投资|资金|支出|称号|时间|范围|法规|水质|床位|安排|计划|集群|覆盖)$|^(?:新增|新建|改造|完成|实现|引进|建成)|\d|第一|谁|哪[天年月个家]|何时"
)
"""新增学位数量; not 教育改革."""
_BROAD = re.compile(
    r"方面|领域|情况|进展|工作|做了(?:哪些|什么|啥)|干了|(?:哪些|什么|啥)(?:新)?(?:举措|措施|办法|做法|招|安排|打算|计划|政策|变化|进展|突破|动作|成[绩效果])"
)
"""教育方面; not 教育."""
_ONE = re.compile(
    r"哪(?!些(?:大|新)?(?:举措|措施|安排|打算|政策|成|动作|工作|事|进展|变化|突破|做法|部署|特色|亮点|方面))|几|多少|为什么|为啥|个什么|个啥|叫什么|叫啥|什么时候|先干"
)
"""Where one thing is asked and not all: 放在哪些城市, 签了个什么安排; not 有哪些举措."""
LONGEST_SUBJECT = 16
"""Characters of the longest word group; a longer one is a sentence that asks for one fact."""
LONGEST_HOW = 10
"""Of a question of how (怎么抓): a longer one describes a case of its own."""
LONGEST_KEYWORD = 6
"""Of a subject typed alone: a longer one names one thing (铁路智慧服务中心投资), unless the report returns to it."""
SHORTEST_NAMED = 6
"""Characters of a subject that is told of wherever it stands word by word: 市市通高铁、县县通高速."""
LEAST = 3
"""Statements that make a topic; of fewer, the narrow way says it better."""


def is_subject(asking: Asking) -> bool:
    """Whether the question has a subject that can be told of at length, and asks for no figure of it."""
    types = [a.kind for s in asking.question.sub_questions for a in s.answer_types]
    subject = asking.subject
    return (
        bool(subject)
        and _longest(subject) <= LONGEST_SUBJECT
        and not (_FIGURE.search(subject) or set(types) & {"number", "date", "rank", "person"})
    )


_OF_A_REPORT = ("tasks", "summary", "problems")
"""What is asked of a whole report: where the question names a subject, it is asked of that."""


def is_for(asking: Asking) -> bool:
    """Whether all that is said on a subject is asked: no figure, name or date, and not one thing of two."""
    if not asking.subject:
        return False
    broad = sum(asking.intent.likely[name] for name in ("topic", *_OF_A_REPORT))
    return asking.wants("topic", _is_worded(asking)) or (
        bool(asking.intent.subject) and broad > LEAST_UNWORDED
    )


def _is_worded(asking: Asking) -> bool:
    core, subject = asking.question.core, asking.subject
    if not is_subject(asking) or _ONE.search(core):
        return False
    if not _ASKS.search(core) and not _ASKS_BROADLY.search(core):
        return len(subject) <= LONGEST_KEYWORD or (
            len(subject) <= 2 * LONGEST_KEYWORD
            and (bool(re.search("[和、]", subject)) or _is_returned_to(asking, subject))
        )
    return bool(_BROAD.search(core)) or (
        bool(_ASKS_BROADLY.search(core)) and _longest(subject) <= LONGEST_HOW
    )


def _is_returned_to(asking: Asking, subject: str) -> bool:
    """Whether a report speaks of ``subject``, in these words, again and again: 西部陆海新通道."""
    told = (
        normalize(asking.snapshot.text(info.id)).count(normalize(subject)) for info in reports_for(asking)
    )
    return any(times >= LEAST for times in told)


def _longest(subject: str) -> int:
    """The length of the longest of the things that the subject names."""
    return max(map(len, re.split("[、和与]", subject)))


def answer_topic(asking: Asking) -> Answer | None:
    """What is said on the subject asked about; None where it is no subject, or no report speaks of it."""
    return answer_on(asking, asking.subject, "topic") if is_for(asking) else None


def answer_unspoken(asking: Asking) -> Answer | None:
    """Of a subject that no report speaks of the one passage that may name it, or the refusal; else None.

    What the question asks of it (方面做了哪些工作) is left out: passages on work of any other kind are like that.
    """
    subject = asking.subject
    if not is_for(asking):
        return None
    things = [(info, thing) for info in may_speak_of(asking, subject) for thing in subjects_named(subject)]
    if any(clauses_on(asking, *one) for one in things):
        return None
    named = [*TIME.findall(asking.question.core), *asking.question.places, subject]
    told = answer_fact(asking.about(parse("".join(named))))
    return replace(told, question=asking.question.text)


def answer_little(asking: Asking) -> Answer | None:
    """The little that is surely said on a subject: what is told before a question about one is refused.

    That of a question which is no topic's is told where it stands in the question's own words.
    """
    if not is_subject(asking):
        return None
    subject, broad = asking.subject, is_for(asking)
    named = [normalize(part) for part in subject.split("、")]
    if not broad and (len(subject) < SHORTEST_NAMED or _ONE.search(asking.question.core)):
        return None
    for info in may_speak_of(asking, subject):
        told = statements(asking, info, subject, mode_of(asking), other_words=True)
        found = [s for s in told if s.about > SURE]
        if not broad:
            found = [s for s in found if all(part in normalize(s.text) for part in named)]
        shown, more = select_statements(found, BUDGET, SURE)
        if parts := _parts(asking, info, shown, more):
            return grouped_answer(asking, "topic", parts, year=assumed(asking, info))
    return None

"""All items of an enumeration, over clauses, sentences and passages; a project's progress; a yes or no.

Each begins with the passages that answer best and adds what else the report says of the same: so what the
narrow way would refuse is refused here too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index import Passage, ReportInfo, Snapshot
from index.text import HAN_COUNT, HAN_SEVERAL, normalize, report_year, to_int
from qa.answers.asking import Asking
from qa.answers.composer import GAP
from qa.answers.enumerations import Enumeration, enumerations, item_headings, unnumbered
from qa.answers.fact import answer_fact, refused
from qa.answers.groups import DraftGroup, group_title, grouped_answer
from qa.answers.kinds import answer_kind, told_in
from qa.answers.outline import bare_title
from qa.answers.quotes import is_vague
from qa.answers.relevance import quoted_together, score_clauses
from qa.answers.scope import assumed, mode_of, reports_for
from qa.answers.summary import all_targets, cited
from qa.answers.tasks import section_headed, title_score
from qa.answers.topic import answer_on, cited_statements, select_statements, statements
from qa.reading import merged_spans
from qa.retrieval import clauses_of
from qa.types import Answer, Citation, Shape
from qa.understanding import asks_for_five_years

LIST_BUDGET = 200
"""Characters of the text, about: items are short, and each must be read."""
PROGRESS_BUDGET = 100
"""Characters of the text, about: where one project stands takes two or three clauses."""
MENTIONED_BUDGET = 120
"""Characters of the text, about: whether something is spoken of is shown by where it is."""
DECIDING_BUDGET = 45
"""Characters of the text, about: a clause decides whether something is so."""
SUREST = 1.5
"""Log-odds of being on the subject of what is told beside the narrow answer."""
ITEM = 1.0
"""The same of what is told beside the first items of a list."""
_LIST = re.compile(
    rf"哪[些几]|哪[{HAN_SEVERAL}]+[个家所座类种处片块位项条大]|清单|名单|列[一出举表]|罗列|都有(?:什么|啥)|逐条|一条条|分别是"
)
"""哪几个项目; not 哪个项目."""
_PROGRESS = re.compile(
    r"进展|(?:建|修|干|推进|进行|发展|实施|搞|弄|做|建设|治理|改善)(?:到|得)(?:了)?(?:什么|哪|怎么样|怎样|如何|咋样)|到(?:什么|哪一?)(?:程度|步|阶段)|什么情况|(?:推进|落实|治理|建设|改革)[^，]{0,6}(?:如何|怎么样|咋样)|成效如何"
)
"""建到什么程度; not 建了多少."""
_THING = re.compile(
    r"项目|工程|改革|装置|行动|机场|铁路|高铁|地铁|隧道|大桥|水库|院区|电站|[”》]|[站桥路线]$"
)
"""What comes some way: 南拒马河防洪治理工程, 零基预算改革; not 养殖业."""
_YES_NO = re.compile(
    r"吗[？?]?$|是不是|是否|有没有|能不能|会不会|要不要|可不可以|([^，。]{1,2})不\1|([^，。])没\2|了没有?[？?]?$|还[^，]{1,5}不[^，]{1,5}[？?]?$"
)
"""是不是建成了; not 建成了多少."""

_WELL = r"(?:比(?:以前|从前|过去|往年|去年|上年))?(?:[更变越]来?越?)?(?:方便|容易|便[宜捷利]|省[心事钱]|干净|[好快难贵少多]|改善|好转|轻松|放心|满意)(?:些|点|一[些点])?了?"
"""越来越方便了; not 办事大厅."""
_FARES = re.compile(
    rf"{_WELL}(?:没有|没|吗)[？?]?$"
    r"|(?P<how>[难贵好])不(?P=how)"
)
"""看病方便了吗, 空气比以前好了没有, 上学还难不难; not 有没有方便群众的措施."""
_MENTIONED = re.compile(
    r"(?:提|说|讲|谈|写|涉)(?:到|及|过|没)|有没有(?:提|说|讲|谈|写)|(?P<m>[提说讲谈写])没(?P=m)"
)
"""报告提到人工智能了吗, 有没有说要通铁路; not 有没有新建学校."""
_BETTER = re.compile(rf"{_WELL}(?:没有?)?$")
"""What a subject ends on that asks how it fares: 老百姓看病方便; not 方便群众的措施."""

_TARGETS = re.compile(
    r"(?:预期|主要|发展|奋斗)(?:性)?(?:的)?(?:预期)?目标|(?:定|设|提出|明确)[下了的]*[^，。]{0,4}(?:硬|数字|量化|具体)?(?:目标|指标)"
)
"""主要预期目标, 给自己定了哪些数字指标; not 目标任务书, 指标是多少."""
_OF_TARGETS = re.compile(
    r"(?:经济社会发展)?(?:预期|主要|奋斗|数字|量化|硬)*(?:性)?的?(?:目标|指标)|发展|逐[条一项]|列[出举]?|具体|给?自己|提出|明确|[、的有来了下定设]"
)
"""What a question for all targets says besides (粮食产量 is left of 粮食产量目标): 主要目标，逐条列; not 粮食产量."""
_COUNTED = re.compile(rf"[{HAN_COUNT}\d]+(?:个|项|件|条|大|点|方面)")
"""12件实事; not 民生实事."""
LONGEST_LIST = 240
"""Characters of an enumeration that is quoted whole; of a longer one each item's heading is."""


def answer_list(asking: Asking) -> Answer | None:
    """Every item that the report names; None where no list is asked, or nothing answers."""
    core = asking.question.core
    asks = bool(_LIST.search(core) or (_COUNTED.search(core) and "什么" in core))
    likely = asking.intent.likely
    if not (asks or asking.wants("list", False)):
        return None
    if len(asking.question.sub_questions) > 1 and likely["fact"] + likely["compare"] > 0.5:
        return None
    for find in (_targets, _announced, _done, answer_kind):
        if (told := find(asking)) is not None:
            return told
    return _with_more(asking, "list", LIST_BUDGET)


def answer_deeds(asking: Asking) -> Answer | None:
    """The deeds for people of a question that only names them (今年的民生实事): the list; None where there is none."""
    if not _of_deeds_alone(asking.subject) or _YES_NO.search(asking.question.core):
        return None
    return _announced(asking) or _done(asking) or _deeds(asking)


def _targets(asking: Asking) -> Answer | None:
    """All targets of the year that are set together; None where these are not asked."""
    left = _OF_TARGETS.sub("", asking.subject)
    if not _TARGETS.search(asking.question.core) or left:
        return None
    for info in reports_for(asking):
        if shown := all_targets(
            asking.snapshot, info, LONGEST_LIST, asks_for_five_years(asking.question.core)
        ):
            return grouped_answer(
                asking,
                "list",
                [DraftGroup(group_title(info, "主要预期目标"), shown)],
                year=assumed(asking, info),
            )
    return None


def _announced(asking: Asking) -> Answer | None:
    """What follows the clause that counts the things asked (今年办好12件实事：…); None where none does."""
    counted = _COUNTED.search(asking.question.core)
    if not asking.subject:
        return None
    subject = _COUNTED.sub("", asking.subject).strip("“”、") or asking.subject
    number = count_of(counted[0]) if counted else 0
    for info in reports_for(asking)[:4]:
        text = asking.snapshot.text(info.id)
        best: tuple[float, Enumeration | None] = (_NAMED, None)
        for one in (*enumerations(text), *unnumbered(text)):
            if counted is None and not _counts(one.announced, subject):
                continue
            # 五个不动摇 has five items; where the question counts them, the announcement or the items agree.
            agrees = counted is None or number == len(one.items) or str(number) in normalize(one.announced)
            score = title_score(subject, one.announced) + (_AGREES if agrees else -_AGREES)
            # 十方面民生实事圆满完成 looks back on last year's, where this year's are asked; and 今年继续办好 does
            # not answer what was done.
            score += 0 if _of_mode(asking, info, one) else -_LOOKS_BACK if mode_of(asking) == "target" else -1
            if score > best[0]:
                best = score, one
        if best[1] is not None:
            whole = sum(end - start for start, end in best[1].items) <= LONGEST_LIST
            spans = best[1].items if whole else item_headings(text, best[1])
            shown = cited_items(asking.snapshot, info, spans)
            return grouped_answer(
                asking, "list", [DraftGroup(group_title(info), shown)], year=assumed(asking, info)
            )
    return None


def _counts(announced: str, subject: str) -> bool:
    """Whether an announcement counts the things of ``subject``: 办好15件市级重点民生实事，包括."""
    named = [part for part in subject.split("、") if len(part) > 1]
    return any(
        re.search(rf"{_COUNTED.pattern}[^，。；：]{{0,8}}{re.escape(part)}", announced) for part in named
    )


def _done(asking: Asking) -> Answer | None:
    """What a review says of the things counted, where it does not list them; None where that is not asked.

    去年办了哪些实事 is answered by 年初确定的20件民生实事全部完成, and what its passage goes on to name.
    """
    if mode_of(asking) != "actual" or not (named := [p for p in asking.subject.split("、") if len(p) > 1]):
        return None
    counted = re.compile(rf"{_COUNTED.pattern}[^，。；：]{{0,8}}(?:{'|'.join(map(re.escape, named))})")
    for info in reports_for(asking)[:4]:
        passages = asking.snapshot.passages(list(asking.snapshot.rows(info.id)))
        for passage in passages:
            clauses = clauses_of(passage.text)
            at = next((n for n, c in enumerate(clauses) if counted.search(c.text)), None)
            if passage.mode != "actual" or at is None:
                continue
            start = end = clauses[at].start
            for clause in clauses[at:]:
                if clause.end - start <= LIST_BUDGET or end == start:
                    end = clause.end
            return grouped_answer(asking, "list", [DraftGroup(group_title(info), cited(asking.snapshot, [(passage, (start, end))]))], year=assumed(asking, info))  # fmt: skip
    return None


_DEEDS = re.compile("[实好]事")
"""What is done for people, as a question calls it: 民生实事, 好事; not 事故."""
_FOR_PEOPLE = re.compile(
    rf"{_DEEDS.pattern}|{_COUNTED.pattern}|民生|民心|[惠为利便]民|(?:老?百姓|群众|人民)|政府|项目|工程|重点|[做办干要给为的、“”]"
)
"""What a question for all of them says: 十件民生实事; not 就业创业."""


def _of_deeds_alone(subject: str) -> bool:
    """Whether ``subject`` is what is done for people, whatever the field."""
    return bool(_DEEDS.search(subject)) and len(_FOR_PEOPLE.sub("", subject)) < 2


_LIVELIHOOD = "民生"
"""What the chapter is headed by that tells of these where no list of them is given."""
LEAST_DEEDS = 2
"""Statements with a figure that make such a chapter worth telling; set by hand."""


def _deeds(asking: Asking) -> Answer | None:
    """What is set down for people where a report lists no deeds (今年要办哪些实事): the statements with a figure of its
    chapter on livelihood, under that chapter's heading; None where that is not asked, or there is no such chapter."""
    if not _of_deeds_alone(asking.subject):
        return None
    mode = mode_of(asking) or "target"
    for info in reports_for(asking)[:1]:
        sections = [s for s in asking.snapshot.outline(info.id) if s.mode in (mode, "")]
        if not asks_for_five_years(
            asking.question.core
        ):  # not what five years shall bring, unless its heading names this year too
            year = str(report_year(info))
            sections = [s for s in sections if len(s.years) < 2 or year in normalize("".join(s.path))]
        chapter = section_headed(sections, _LIVELIHOOD, mode)
        if chapter is None:
            continue
        scored = score_clauses(asking.snapshot, info.id, _LIVELIHOOD)
        inside = [s for s in scored if chapter.start <= s.start < chapter.end]
        # 实施好34项民生实事 counts what the others are.
        inside = [s for s in inside if not _DEEDS.search(s.text)]
        found = [own for own in quoted_together(inside) if any(s.clause.quantities for s in own)]
        if len(found) >= LEAST_DEEDS:
            return told_in(asking, info, found, *map(bare_title, chapter.path))
    return None


def _of_mode(asking: Asking, info: ReportInfo, one: Enumeration) -> bool:
    """Whether the items stand in what is reviewed or planned as the question wants it."""
    mode = mode_of(asking)
    start = one.items[0][0]
    above = [s.mode for s in asking.snapshot.outline(info.id) if s.start <= start < s.end and s.mode]
    return not mode or not above or above[-1] == mode


_AGREES = 0.3
"""What the number of items tells beside the share of the subject's words that the announcement holds: less than half."""
_LOOKS_BACK = 0.2
"""What it takes from an enumeration that it tells of last year's, where this year's is asked: less than the number."""
_NAMED = 0.8
"""How much of the subject the announcement holds, at least; 0.3 more where the count agrees."""


def count_of(counted: str) -> int:
    """The number in ``counted``: 12件, 五个; 0 where it tells none."""
    digits = re.match(r"\d+", counted)
    return int(digits[0]) if digits else to_int(re.sub(rf"[^{HAN_COUNT}]", "", counted)) or 0


def cited_items(snapshot: Snapshot, info: ReportInfo, spans: Sequence[tuple[int, int]]) -> list[Citation]:
    """The items at ``spans`` of the report's text, each a quote of its passage."""
    found: list[tuple[Passage, tuple[int, int]]] = []
    passages = snapshot.passages(list(snapshot.rows(info.id)))
    for start, end in spans:
        passage = next((p for p in passages if p.start <= start < p.end), None)
        if passage is not None:
            found.append((passage, (start - passage.start, min(end, passage.end) - passage.start)))
    return cited(snapshot, found)


def answer_progress(asking: Asking) -> Answer | None:
    """How far a thing has come, and what is planned next; None where that is not asked, or nothing answers.

    What is no such thing but a field of work (去年工业发展得怎么样) is a topic.
    """
    if not asking.subject or not asking.wants("progress", bool(_PROGRESS.search(asking.question.core))):
        return None
    if not _THING.search(asking.subject):
        return answer_on(asking, asking.subject, "topic")
    told = _with_more(asking, "topic", PROGRESS_BUDGET)
    return told if told is not None and told.answered else None


def answer_yes_no(asking: Asking) -> Answer | None:
    """The clause that decides; None where no yes or no is asked.

    No clause decides whether something has become better: what was done for it is told, as of a topic.
    """
    core = asking.question.core
    if not asking.wants("yes_no", bool(_YES_NO.search(core))):
        return None
    if _MENTIONED.search(core) and (told := answer_on(asking, asking.subject, "topic", MENTIONED_BUDGET)):
        return told
    fares = _FARES.search(core)
    if fares and (subject := _BETTER.sub("", asking.subject)):
        told = answer_on(asking, subject, "topic", LIST_BUDGET, mode="actual")
        if told is not None:
            return told
    return _with_more(asking, "fact", DECIDING_BUDGET)


def _with_more(asking: Asking, shape: Shape, budget: int) -> Answer | None:
    """The narrow answer's quotes, and the statements on the subject beside them within ``budget`` characters."""
    told = answer_fact(asking)
    subject = asking.subject
    if not told.answered or not subject:
        return (shape == "list" and _deeds(asking)) or told
    lead = [c for i, c in enumerate(told.citations, 1) if f"[{i}]" in told.text]
    if shape == "list" and all(is_vague(c.quote) for c in lead):
        named = "、".join(part for part in subject.split("、") if len(part) > 1)  # 办、民生实事
        return _deeds(asking) or answer_on(asking, named, shape, budget) or refused(asking, told.citations)
    [report] = {c.report for c in lead[:1]}
    info = asking.snapshot.report(report)
    found = statements(asking, info, subject, mode_of(asking))
    shown, more = select_statements(found, budget, ITEM if shape == "list" else SUREST)
    extra = cited_statements(asking, [*shown], lead)
    extra_more = [c for c in cited_statements(asking, more, lead) if c.start not in {e.start for e in extra}]
    made = _merged(lead, extra)
    answer = grouped_answer(asking, shape, _by_report(asking, made, _unseen(extra_more, made)))
    if answer is None:
        return None
    # What is only near the question is of no group: it fills the citations up, as behind any other answer.
    near = _unseen([c for c in told.citations if c not in lead], answer.citations)
    return replace(
        answer,
        citations=[*answer.citations, *near[: max(0, asking.top_k - len(answer.citations))]],
        assumed_year=told.assumed_year,
        other_years=told.other_years,
        shape=shape if shape != "fact" else told.shape,
    )


def _by_report(asking: Asking, made: list[Citation], more: list[Citation]) -> list[DraftGroup]:
    """A group for each report that ``made`` quotes, headed by the part of it where all stand in one; ``more`` behind."""
    parts = []
    for report in dict.fromkeys(c.report for c in made):
        own = [c for c in made if c.report == report]
        tops = {c.section[:1] for c in own}
        path = map(bare_title, own[0].section[:1] if len(tops) == 1 else ())
        title = group_title(asking.snapshot.report(report), *path)
        parts.append(DraftGroup(title, own, [c for c in more if c.report == report]))
    return parts


def _merged(lead: list[Citation], extra: list[Citation]) -> list[Citation]:
    """``lead`` first; of a passage in both, the two quotes joined."""
    made = list(lead)
    for one in extra:
        same = next((i for i, c in enumerate(made) if (c.report, c.start) == (one.report, one.start)), None)
        if same is None:
            made.append(one)
            continue
        spans = merged_spans([*made[same].quote_spans, *one.quote_spans])
        text = made[same].text
        made[same] = replace(made[same], quote_spans=spans, quote=GAP.join(text[a:b] for a, b in spans))
    return made


def _unseen(found: list[Citation], seen: list[Citation]) -> list[Citation]:
    known = {(c.report, c.start) for c in seen}
    kept = []
    for c in found:
        if (c.report, c.start) not in known:
            known.add((c.report, c.start))
            kept.append(c)
    return kept

"""Problems and difficulties: all that a report owns up to, clause by clause."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from index import Passage, ReportInfo, Snapshot
from index.text import HAN_COUNT, SALUTATION
from qa.answers.asking import Asking
from qa.answers.groups import DraftGroup, group_title, grouped_answer, quote_passage
from qa.answers.outline import bare_title
from qa.answers.relevance import Scored, score_clauses
from qa.answers.scope import assumed, reports_for
from qa.retrieval import clauses_of
from qa.types import Answer, Citation
from qa.understanding import Question

_ASKED = re.compile(r"(?:问题|困难|不足|短板|欠账|毛病|薄弱|挑战|制约|隐患|矛盾|弱项|差距|不够好|不好的地方)")
"""存在的短板; not 取得的成绩."""
_FORM = re.compile(
    rf"(?:哪些|什么|啥|哪几|有何|存在|面临|还有|仍有|承认|检讨|主要)[^，。？]{{0,14}}?{_ASKED.pattern}|"
    rf"{_ASKED.pattern}(?:和|与|、|以及|{_ASKED.pattern})*的?(?:主要|都|还|分别|各|目前)*(?:有|是|在|怎么说|如何|$|[？?。])"
)
"""还存在哪些问题, 短板在哪里, 面临的困难与挑战; not 困难群众的补助涨了多少."""
LONGEST_SUBJECT = 12
"""Characters left of the question, about: more of them ask of something else than problems in general."""
_OWNED = re.compile(
    r"(?:存在|面临|还有|仍有|存有|看到|认识到|正视|面对)[^。；]{0,30}?(?:问题|困难|挑战|不足|短板|矛盾|差距|风险)|(?:困难|问题|矛盾|不足|短板|挑战)[^，。]{0,8}(?:主要是|表现在|体现在|：|:|;|；)"
)
"""The clause that announces them: 还存在一些困难和问题, 面临不少挑战; not 解决了一批问题."""
_SAYS_WHICH = re.compile(
    r"(?:问题|困难|不足|短板|矛盾|挑战)[^。：:]{0,20}[。，：:]?(?:主要是|主要有|主要表现|一是|表现在|体现在)"
)
"""还有不少困难和问题。主要是; not 深层次矛盾凸显."""
_BEFORE_PLANS = 0.6
"""The share of a report in which problems may stand in a part that plans: they end the review, before the tasks."""
_NEARLY = 0.9
"""How much less like the subject than the likest a problem may be, of the 3 or so that one in its words reaches."""
_OWNING = 4
"""Clauses of trouble that such an announcement is worth; set by hand."""
# 对此，我们将; not 此外，我们将
_REMEDY = re.compile(
    rf"^(?:对此|为此|对于?(?:这些|上述|以上)|针对(?:这些|上述|以上)|这些问题|面对这些|今后|下一步|我们(?:将|一定|必须|要|会)|等等|以上问题|{SALUTATION}|.{{0,16}}(?:加以解决|认真解决|努力解决|切实解决|逐步解决|高度重视))"
)
"""Where they end: 对此，我们将采取有效措施加以解决, 各位代表！; not 基础设施不足."""
_ASIDE = re.compile(
    r"^(?:同时|当然|但|但是|总结|回顾|在看到成绩|在肯定成绩|我们也?(?:清醒|深刻)|[^，]{0,10}清醒|主要(?:是|表现|体现)|一是$)"
)
"""同时，我们清醒; not 财政收支矛盾突出."""
_GENERAL = re.compile(
    r"存在|面临|仍|着|突出|清醒|认识|振兴|高质量|以及|服务|建设|(?<!政府)自身|发展|经济|社会|政府|工作|全区|全市|全县|全省|我国|国家|报告|承认|有|哪些|主要|还|深层次|不容忽视|以及|的|中|上|里|都|啥|什么|方面|突出|自己|检讨|目前|地方|做得|[区市县省、]"
)
"""政府工作; not 粮食."""
LONGEST = 600
"""Characters of problems told in a passage, after which its list is taken to be over; set by hand."""


def is_for(asking: Asking) -> bool:
    """Whether the problems are asked."""
    return _is_worded(asking.question) or asking.wants("problems", False)


def _is_worded(question: Question) -> bool:
    """Whether it has the words that ask for problems, and not for what was done about one (停车难解决得咋样)."""
    core = question.core
    if any(a.kind in ("number", "date", "person") for q in question.sub_questions for a in q.answer_types):
        return False
    return bool(_FORM.search(core)) and not re.search(
        rf"(?:解决|化解|防范|整改|排查|整治|应对|处理|战胜|克服|补齐|补).{{0,8}}(?:问题|困难|不足|短板|欠账|挑战|隐患|矛盾|得)|(?:问题|困难|短板|矛盾|隐患|挑战)(?!没|还没|尚未|未).{{0,4}}(?:解决|化解|怎么办|整改|排查|治理)|难题|毛病要|的毛病.{{0,4}}[治扳改]|哪[{HAN_COUNT}]+[个种起]|吗|困难(?:企业|群众|家庭|人员|职工|学生|户)",
        core,
    )


def answer_problems(asking: Asking) -> Answer | None:
    """The clauses in which the newest report that has them names problems; None where none does."""
    if not is_for(asking):
        return None
    subject = _ASKED.sub("", asking.subject) if _is_worded(asking.question) else ""
    if len(_GENERAL.sub("", subject)) > LONGEST_SUBJECT:
        return None
    for info in reports_for(asking):
        found = list(_named(asking.snapshot, info))
        if len(_GENERAL.sub("", subject)) > 1:
            found = _about(asking, info, found, subject) or found
        if found:
            shown = _cited(asking.snapshot, found)
            title = bare_title(found[0][0].section[0]) if found[0][0].section else ""
            return grouped_answer(
                asking,
                "problems",
                [DraftGroup(group_title(info, title, "问题和困难"), shown)],
                year=assumed(asking, info),
            )
    return None


def _named(snapshot: Snapshot, info: ReportInfo) -> Iterator[tuple[Passage, tuple[int, int]]]:
    """The passage and the place of each clause that names a problem, in the order of the report."""
    passages = snapshot.passages(list(snapshot.rows(info.id)))
    best: list[tuple[Passage, tuple[int, int]]] = []
    most = -math.inf
    for at, passage in enumerate(passages):
        if passage.mode == "target" and len(passage.years) == 1 and at > len(passages) * _BEFORE_PLANS:
            continue
        for m in _OWNED.finditer(passage.text):
            if not (found := list(_after(passages, at, m.end()))):
                continue
            weight = _weight(found) + _OWNING * bool(
                _SAYS_WHICH.search(passage.text, m.start(), m.end() + 24)
            )
            if weight > most:
                best, most = found, weight
    yield from best


_TROUBLE = re.compile(
    r"不足|不够|不高|不强|不优|不大|偏[低少弱小]|薄弱|较弱|较[低慢差少重大]|短板|困难|矛盾|滞后|差距|压力|亟[待需]|有待|任务(?:仍|依然|十分|还)|尚[待需]|[还仍]需|不完善|不相适应|不容忽视|不快|不多|不稳|过剩|隐患|严重|难度|不牢|不平衡|不协调|不适应|不到位|不满意|多发|欠|缺|突出|风险|挑战|制约|瓶颈|下行"
)
"""民间投资意愿不强; not 简政放权向纵深推进."""


def _weight(found: Sequence[tuple[Passage, tuple[int, int]]]) -> float:
    """The clauses that speak of trouble, less a quarter of those that do not: a list of what was done in hard times is long."""
    clauses = [p.text[a:b] for p, (a, b) in found]
    troubled = sum(bool(_TROUBLE.search(clause)) for clause in clauses)
    return troubled - (len(clauses) - troubled) / 4


def _after(passages: Sequence[Passage], at: int, start: int) -> Iterator[tuple[Passage, tuple[int, int]]]:
    """The clauses from ``start`` of passage ``at`` on, to where the remedy begins."""
    size = 0
    for passage in passages[at : at + 7]:
        if passage.section[:1] != passages[at].section[:1]:
            return
        for clause in clauses_of(passage.text):
            begin = clause.start
            if passage is passages[at] and begin < start:
                colon = re.search("[：:]", passage.text[start : clause.end])
                if colon is None:
                    continue
                begin = start + colon.end()
            text = passage.text[begin : clause.end]
            if _REMEDY.match(text):
                return
            if _ASIDE.match(text) and not size:
                # 主要表现在：一是经济总量较小 names the first of them behind its colon.
                told = re.search("[：:]", text)
                if told is None or told.end() == len(text):
                    continue
                begin += told.end()
                text = passage.text[begin : clause.end]
            size += len(text)
            if size > LONGEST:
                return
            yield passage, (begin, clause.end)


def _about(
    asking: Asking, info: ReportInfo, found: Sequence[tuple[Passage, tuple[int, int]]], subject: str
) -> list[tuple[Passage, tuple[int, int]]]:
    """Those of ``found`` that are on the subject: as like it as the best, or nearly."""
    scored = {s.start: s for s in score_clauses(asking.snapshot, info.id, subject)}
    marked: list[tuple[float, tuple[Passage, tuple[int, int]]]] = []
    for passage, span in found:
        one: Scored | None = scored.get(passage.start + span[0])
        if one is not None:
            marked.append((float(one.features[0]) + 2 * float(one.features[5]), (passage, span)))
    top = max((score for score, _ in marked), default=0.0)
    return [pair for score, pair in marked if score > top - _NEARLY]


def _cited(snapshot: Snapshot, found: Sequence[tuple[Passage, tuple[int, int]]]) -> list[Citation]:
    spans: dict[Passage, list[tuple[int, int]]] = {}
    for passage, span in found:
        spans.setdefault(passage, []).append(span)
    return [quote_passage(snapshot, passage, own) for passage, own in spans.items()]

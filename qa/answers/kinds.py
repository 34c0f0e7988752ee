"""Lists of things of one kind, from whatever subject: honours, firsts and ranks, the figures set for a subject."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import Passage, ReportInfo
from index.text import HAN_NUMERAL, PLACE_LEVELS
from qa.answers.asking import Asking
from qa.answers.groups import DraftGroup, group_title, grouped_answer
from qa.answers.relevance import Scored, quoted_together, score_clauses
from qa.answers.scope import assumed, mode_of, reports_for
from qa.answers.summary import cited
from qa.answers.tasks import section_headed
from qa.types import Answer

BUDGET = 260
"""Characters of the text, about."""
MOST_MORE = 20
"""Places listed behind the text; set by hand: nobody reads more, and the sections lead to them."""
LEAST = 2
"""Items that make a list."""


_WHOSE = r"(?:全国|国家|全球|世界|国际|全省|省级?|全市|市级?|部级|国内)(?:级|性)?的?"
"""国家级的; not 县里的."""
_SPARE = (
    rf"[或和与、的了有进拿得到过哪些个都是什么拿下获工作指标事项方面年去今，。？“”（）()]|我?[{PLACE_LEVELS}]"
)
_HONOUR = re.compile(r"荣誉|称号|头衔|牌子|奖项|获奖|表彰|(?:获评|评上|认定|命名)了?(?:为|的)?(?:哪|什么)")
"""拿了哪些全国级的称号和奖项; not 评选了哪些."""
_HONOURED = (
    r"获评|获批(?!复)|荣获|获得?[^，。]{0,24}(?:称号|奖|荣誉|先进|表彰|品牌|示范)|"
    r"被[^，。]{2,24}(?:评为|授予|命名为|列为|列入|确定为|认定为|推广)|(?:评|列|认定|命名|确定)为|入选|授予|上榜|"
    r"创建成功|成功创建|创成|(?:向|在)?(?:全国|全省|全市)推广|通过[^，。]{0,14}(?:评定|认定|复审)|挂牌[^，]{0,6}(?:示范|试点)"
)
"""获评全国文明城市; not 获批复的规划."""
# 全国第一; not 第四季度
_FIRST = re.compile(r"第[一二三1-3]|首[个家单批创]|前[三十3]|之最|领先|排名")
"""哪些指标全国第一, 2023年有哪些“全国首个”; not 第四季度."""
_OF_ELSE = r"(?!产业|[个季期届批阶梯轮]|[^，。]{0,2}书记)"
"""第一产业, 第一季度, 第一书记 are no ranks."""
# 第一: 排名第一, 最大; not 第一产业
_FIRSTS = (
    (
        r"第[一1]|之最|首位",
        rf"第\s*[一1]{_OF_ELSE}|首位|居首|榜首|最[大高低多长]",
    ),
    (r"首[个家单批创]", r"首[个家单笔部例条](?!席)|(?:全国|全省|全市|全球|世界|大陆)首"),
    (r"第[二2]", rf"第\s*[二2]{_OF_ELSE}"),
    (r"第[三3]", rf"第\s*[三3]{_OF_ELSE}"),
    (r"前[三十3]|前列|领先|(?:排名|名次)(?!.{0,4}第)", rf"第\s*[一二三1-3]{_OF_ELSE}|首位|居首|榜首|领先"),
)
"""Which firsts and ranks a question names, and how items say them."""
_LEFT = re.compile(
    rf"荣誉|称号|头衔|牌子|奖项|获奖|表彰|获评|获得|评上|认定|命名|拿|第[一二三1-3]|首[个家单批创]|前[三十3]|之最|领先|排名|前列|受到?|推广|{_WHOSE}|{_SPARE}"
)
"""荣誉称号; not 粮食产量."""
# 全国: 国务院, 教育部评为; not 部队
_SCOPES = (
    ("全国|国家|国内", r"全国|国家|国务院|中国|我国|大陆|部(?=[^队分])"),
    ("全球|世界|国际", r"全球|世界|国际"),
    ("全省|省级", r"全省|省"),
    ("全市|市级", r"全市|市"),
)
"""How far: what a question says, and what an item says that is of it."""
_NUMBERS = re.compile(r"量化|具体(?:数字|指标|目标)|(?:哪些|什么)(?:具体)?(?:数字|数据|指标)")
"""哪些具体指标; not 哪些工作."""
_NUMBERED = re.compile(r"量化|具体|数[字据]|指标|目标|、$|^、")
"""量化目标; not 教育."""
_VALUE = re.compile(rf"\d|[百千万]名|[百千]场|[{HAN_NUMERAL}]+[个家所处]")
"""新建5所; not 新建学校."""
# 排名全市第二; not 全市排名第二
_CLAUSE_OF = re.compile(
    r"^(?:同比|可比|比上年|较上年|年均|增长|下降|增速|居|位居|位列|占|总量|其中|分别|均|排名|高于|较|被|获|荣获|得到|入选|数量|首批|稳居)"
)
"""A clause whose subject is the one before: 被文旅部评为…, 排名全市第二; not 学校排名第二."""


def answer_kind(asking: Asking) -> Answer | None:
    """All items of the kind asked for, in the order of the report; None where no such list is asked."""
    core = asking.question.core
    if len(_LEFT.sub("", asking.subject)) > 1:
        return _figures_set(asking) if _NUMBERS.search(core) else None
    if _HONOUR.search(core):
        return _listed(asking, re.compile(_HONOURED))
    if _FIRST.search(core):
        return _listed(
            asking, re.compile("|".join(told for asked, told in _FIRSTS if re.search(asked, core)))
        )
    return None


def answer_kind_alone(asking: Asking) -> Answer | None:
    """The same of a kind typed alone: 荣誉."""
    return answer_kind(asking) if asking.question.core == asking.subject else None


def _listed(asking: Asking, item: re.Pattern[str]) -> Answer | None:
    """The statements that say an ``item`` of how far is asked, of the newest report that has ``LEAST`` of them."""
    mode, core = mode_of(asking), asking.question.core
    within = re.compile("|".join(told for asked, told in _SCOPES if re.search(asked, core)))
    for info in reports_for(asking)[:4]:
        scored = score_clauses(asking.snapshot, info.id, asking.subject or core)
        fitting = [s for s in scored if not mode or not s.passage.mode or s.passage.mode == mode]
        texts = [(own, "，".join(s.text for s in own)) for own in quoted_together(fitting, _CLAUSE_OF)]
        found = [own for own, text in texts if item.search(text) and within.search(text)]
        if len(found) >= LEAST:
            return told_in(asking, info, found)
    return None


def _figures_set(asking: Asking) -> Answer | None:
    """The statements with a figure of the chapter headed by the subject (科技创新方面定了哪些量化目标)."""
    subject, mode = _NUMBERED.sub("", asking.subject), mode_of(asking)
    if len(subject) < 2:
        return None
    for info in reports_for(asking)[:4]:
        chapter = section_headed(asking.snapshot.outline(info.id), subject, mode)
        if chapter is None:
            continue
        scored = score_clauses(asking.snapshot, info.id, subject)
        own = [s for s in scored if chapter.start <= s.start < chapter.end]
        found = [told for told in quoted_together(own) if any(_VALUE.search(s.text) for s in told)]
        if len(found) >= LEAST:
            return told_in(asking, info, found)
    return None


def told_in(asking: Asking, info: ReportInfo, found: Sequence[Sequence[Scored]], *path: str) -> Answer | None:
    """The statements ``found`` of ``info`` within ``BUDGET`` and the others behind it, headed by ``path``."""
    shown: list[tuple[Passage, tuple[int, int]]] = []
    more: list[tuple[Passage, tuple[int, int]]] = []
    size = 0
    for own in found:
        span = own[0].passage, (own[0].clause.start, own[-1].clause.end)
        size += span[1][1] - span[1][0] + 1
        (shown if size <= BUDGET or not shown else more).append(span)
    rest = cited(asking.snapshot, more[:MOST_MORE])
    told = cited(asking.snapshot, shown)
    known = {(c.report, c.start) for c in told}
    part = DraftGroup(group_title(info, *path), told, [c for c in rest if (c.report, c.start) not in known])
    return grouped_answer(asking, "list", [part], year=assumed(asking, info))

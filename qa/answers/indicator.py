"""Which of a library's indicators a question names, and whose figures answer it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from index import ReportInfo, Snapshot
from index.figures import (
    PART,
    Figure,
    broader_than,
    known_indicators,
    normalize_indicator,
    own_body,
    spellings,
)
from index.text import SENTENCE_MARKS, normalize, wider_scopes
from qa.types import Citation
from qa.understanding import FigureQuestion, Question, asked_of_figures, asks_a_year

_FILLER = re.compile(
    r"总量|总数|总额|总值|余额|总规模|规模|盘子|数量|人数|户数|个数|家数|处数|项数|座数|条数|套数|亩数|辆数|次数|金额|数额|额度|"
    r"比例|比重|占比|幅度|完成|实现|建成|累计|年末|全年|当年|预计|全社会|达到|合计|开展|实施|组织|推进|总(?=产量|投资|面积|里程|收入)|"
    r"(?<=[一-鿿])[数率额量值](?!字)|多少|[\s、，的了和与及“”‘’\"]|[（(][^）)]*[）)]"
)
"""新增就业人数; not 数字经济."""
_PLANNED = re.compile("(?<!公共)(?<!基金)预算[数额]?$")
"""The amount planned, not a name: 卫生健康支出预算; not 一般公共预算."""
_CLOSE = 0.72
"""The least share of a name's characters that a question must say, when it says nothing else."""


def figures_named(
    snapshot: Snapshot, wanted: FigureQuestion, reports: Mapping[str, ReportInfo]
) -> tuple[tuple[str, ...], list[Figure]]:
    """The indicators that the question surely names, the best first, and their figures in ``reports``.

    Where one department's report is among them and no place is asked, its own figures need not be asked for by
    its name.
    """
    told = snapshot.indicators_of(reports)
    if wanted.question.places:
        bodies: set[str] = set()
    else:
        bodies = {own_body(info.title, info.issuer, info.place) for info in reports.values()} - {""}
    if len(bodies) == 1:
        prefix = f"{bodies.pop()}{PART}"
        own = {name.removeprefix(prefix): name for name in told if name.startswith(prefix)}
        own |= {name: name for name in told if not name.startswith(prefix)}
        names = tuple(own[name] for name in named(wanted.topics, own, wanted.change))
    else:
        names = named(wanted.topics, told, wanted.change)
    return names, snapshot.figures_where(names, reports=reports)


_WORD_OF_BODIES = ("人民", "政府", "民政", "委员", "员会", "办公")
"""What the names of many departments share, so that it names none; set by hand."""


def of_another_body(question: Question, info: ReportInfo) -> bool:
    """Whether a place's number is asked, and ``info`` is of a department there that the question does not name."""
    body = own_body(info.title, info.issuer, info.place)
    if not body or not question.places or re.search("部门|本单位|办公[室厅]|(?:政府|府)办", question.core):
        return False
    words = {body[at : at + 2] for at in range(len(body) - 1)} - {*_WORD_OF_BODIES}
    return asked_of_figures(question) is not None and not any(word in question.core for word in words)


def of_other_years(snapshot: Snapshot, question: Question, citation: Citation) -> bool:
    """Whether the growth of one year is asked, and the quote tells the indicator's average over several."""
    wanted = asked_of_figures(question)
    if wanted is None or wanted.span or not wanted.change or not wanted.when.years or wanted.when.span:
        return False
    if len(wanted.when.years) > 1 or asks_a_year(question.core):
        return False
    names = {normalize_indicator(_topic(topic, wanted.change)) for topic in wanted.topics}
    told = [
        f
        for f in snapshot.figures_where(names, reports=[citation.report])
        if any(s <= f.value_start - citation.start < e for s, e in citation.quote_spans)
    ]
    return bool(told) and all(f.first_year < f.last_year for f in told)


_STATEMENT = re.compile(rf"[{SENTENCE_MARKS}\n]")
"""。; not ；."""


def of_other_indicator(
    question: Question, own_places: Sequence[str], citation: Citation, place: str = ""
) -> bool:
    """Whether a number is asked of a known indicator, and the quote's sentence and section name it nowhere, or only
    as that of what the ``place`` of its report lies in (去年全国经济增长5%)."""
    wanted = asked_of_figures(question, own_places)
    topics = [_topic(t, wanted.change) for t in wanted.topics] if wanted else []
    names = next(filter(None, (spellings(normalize_indicator(t)) for t in topics)), ())
    if not names or not citation.quote_spans:
        return False
    end = citation.quote_spans[-1][1]
    opening = max(
        (m.end() for m in _STATEMENT.finditer(citation.text, 0, citation.quote_spans[0][0])), default=0
    )
    said = citation.text[opening:end]
    wider = wider_scopes(place)
    if not any(scope in question.core for scope in wider):
        known = [normalize(name) for name in (*names, "经济增长")]
        if any(scope + name in normalize(said) for scope in wider for name in known):
            return True
    told = normalize(" ".join([*citation.section[-2:], said]))
    return not any(_says(told, normalize(name)) for name in names)


def _says(text: str, name: str) -> bool:
    """Whether the letters of ``name`` stand in one clause of ``text`` in their order: 城镇累计新增就业."""
    return any(
        name in clause or (len(name) > 3 and all(letter in letters for letter in name))
        for clause in _CLAUSES.split(text)
        for letters in [iter(clause)]
    )


_CLAUSES = re.compile(r"[，。；：,;:、\s]")
"""，, 、; not 甲."""


def named(topics: Sequence[str], names: Iterable[str], change: bool | None) -> tuple[str, ...]:
    """The indicators among ``names`` that one of ``topics`` surely names, the best first.

    The words of the one are the words of the other, in any order and without fillers such as 总量;
    failing that, the one name that says all of the question's words and little more. A word for
    several indicators (失业率) names all of them. A row of a table that is part of another (商品房销售面积：住宅)
    is named by its own words with some of the other's.
    """
    if not (told := list(names)):
        return ()
    known = {name for name in told if PART not in name}
    parts = [name for name in told if PART in name]
    searched = dict(zip(told, normalize("\n".join(told)).split("\n"), strict=True))  # at once: much faster
    for topic in topics:
        topic = _topic(topic, change)
        indicator = normalize_indicator(_PLANNED.sub("", topic))
        wide = tuple(name for name in broader_than(indicator) if name in known)
        if indicator in known or wide:
            return tuple(dict.fromkeys((*((indicator,) if indicator in known else ()), *wide)))
        if indicator in known_indicators():
            return ()
        wanted = _key(indicator)
        letters = set(wanted)  # a name that lacks one of them is neither the same nor holds them all
        near = {n for n in known if letters <= set(searched[n]) and not _counts_otherwise(topic, n)}
        same = tuple(sorted(name for name in near if _key(name) == wanted)) if len(wanted) > 1 else ()
        if same:
            return same
        if len(held := _holding(wanted, near)) == 1:
            return held
        if len(rows := [name for name in parts if _names_part(indicator, name)]) == 1:
            return (rows[0],)
    return ()


def _topic(topic: str, change: bool | None) -> str:
    """``topic``, or what grows where 经济 does."""
    return "生产总值" if change and topic in ("经济", "国民经济") else topic


_MONEY_END = re.compile("[额值]$")
"""投资额, 产值; not 产量."""
_COUNT_END = re.compile("(?<!指)数$")
"""学校数; not 消费价格指数."""
_LEVEL_END = re.compile("(?:[总余数金]额|总量|规模|盘子)$")
"""贷款余额; not 贷款增速."""


def _counts_otherwise(topic: str, name: str) -> bool:
    """Whether the one is an amount of money and the other a number of things, or a rate: 商品房销售套数, 商品房销售额;
    赤字规模, 赤字率."""
    return any(
        (_MONEY_END.search(a) and _COUNT_END.search(b)) or (_LEVEL_END.search(a) and b.endswith("率"))
        for a, b in ((topic, name), (name, topic))
    )


def _names_part(topic: str, name: str) -> bool:
    """Whether ``topic`` says all of the row's own words, some of what it is a part of, and nothing else."""
    whole, _, own = name.rpartition(PART)
    said, needed = Counter(normalize(topic)), Counter(_key(own))
    left = said - needed - Counter("预算的省市区县类")
    return not needed - said and left.total() > 1 and not left - Counter(normalize(whole + own))


def _holding(wanted: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    if len(wanted) < 4:
        return ()
    counted = Counter(wanted)
    return tuple(
        name
        for name in names
        if len(wanted) >= _CLOSE * len(key := _key(name)) and not counted - Counter(key)
    )


@lru_cache(maxsize=200_000)
def _key(name: str) -> tuple[str, ...]:
    """The characters of a name, sorted, without fillers: 新增城镇就业人数 is 城镇新增就业."""
    text = normalize(name)
    bare = _FILLER.sub("", text)
    return tuple(sorted(bare if len(bare) > 1 else text))

"""A question as understood: when, where, what kind of answer, and the words worth looking for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain

from index.figures import known_indicators
from index.text import HAN_SEVERAL, PLACE_LEVELS, YEAR, normalize
from qa.types import Shape
from qa.understanding.answer_types import AnswerType, answer_types_of, quantities
from qa.understanding.places import places_named
from qa.understanding.terms import concepts, contradicts
from qa.understanding.time import TIME, When, in_report, is_next, parse_when
from qa.understanding.topic import COURSE, EACH, overview_topic, topic_of

_GREETING = re.compile(
    r"^(?:您好|你好|请问(?:一下)?|问一下|想问(?:一下|问)?|麻烦问一下|那么?|嗯)[，,、：:\s]*"
)
"""请问，GDP; not GDP请问."""
_STORY = re.compile(rf"我(?![国{PLACE_LEVELS}们])|记者|作业|论文")
"""A clause in which the asker speaks of himself: 我做外企咨询, 孩子作业要查; not 我国, 我区, 我们."""
_ASKS = re.compile(r"多少|几|哪|谁|什么|啥|何|怎么|怎样|如何|多[大长高久重远]|吗|是不是|有没有|咋|呢")
"""建了几所学校; not 建了学校."""
# 听说建了学校; not 建了学校
_ASKING = re.compile("听说|请问|想查|想知道|到底")
"""Says that something is asked, wherever it stands, and nothing of what: 听说, 想知道; not 教育."""
_PIECES = re.compile(r"[^，,；;：:。？?！!\s]+[，,；;：:。？?！!\s]*")
"""去年，; not ，."""
_STATED = re.compile(r"(?:已|完成|实现|达到?|约|为|是|有|了)*$")
"""What stands before a number that is stated: 造林完成了; not 造林."""
_LIST = re.compile(rf"哪些|哪几|哪[{HAN_SEVERAL}]+.|都有什么|分别是哪|包括哪|包括什么|列[一出举]")
"""Several are asked for: 哪些短板, 哪三个城市; not 哪一个行动."""
# Sides beside each other: 比去年多了还是少了, 目标和实际; not 经济实力, 比例.
_COMPARE = re.compile(
    r"相比|比较|对比|差多少|差距|哪个.{0,6}[多快高大少慢低]|哪年.{0,3}[多快高大少低]|多了?还是少|"
    r"各.{0,8}(?:多少|几|是)|[跟和与].+比|目标.{0,12}(?:实际|完成|实现)|(?:年初|预算).{0,8}实际|变化|"
    rf"(?:[今去前明]年|{YEAR}年?)[和与跟、](?:[今去前明]年|{YEAR}年)"
)
# Where a question goes on to another time: 2014年|和2020年各多少, 去年建了多少|今年要建多少; not 从2013年到|2017年.
_BETWEEN_TIMES = re.compile(
    rf"(?<=[，,；;：:。？?！!])|(?=[和跟与、](?:今|去|前|明|全年|{YEAR}))"
    rf"|(?<=[一-鿿])(?<![和跟与到至比较从于大])(?=[今去前明]年|{YEAR}年)"
)
# Two things set beside each other: 工业投资和技改投资哪个涨得快; not 教育和医疗支出一共多少.
_TWO = re.compile(
    r"(?<=[年，,：:])?([一-鿿]{2,8}?)[和与跟同]([一-鿿]{2,8}?)(?=哪个|哪一个|谁|各|分别|相比|比)"
)
# 五年一共新增; not 去年新增
_TOTAL = re.compile(r"一共|总共|合计|累计|年均|平均每|加起来|总计|年共|多大的变化|为什么|原因|影响")
"""One number over all years, or a reason: 五年累计新增多少, 为什么变化; not 每年多少."""
_YEARLY = re.compile("增速|目标")
"""What is set or told anew every year: 2016到2020年的GDP增速; not 2016到2020年投资多少."""
_GROWTH = re.compile("增长|增速|增幅|涨幅|降幅|上涨|下降")
"""增长多少; not 多少."""


@dataclass(frozen=True, slots=True)
class SubQuestion:
    """What to look for and when; a question that compares has several, any other one."""

    text: str
    when: When
    answer_types: tuple[AnswerType, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood once.

    ``text`` as asked; ``core`` normalized, without greetings and the asker's own story. ``time`` is that of
    the whole question (that of each part: ``sub_questions``), ``report_years`` those of the reports it
    names (2019年的报告里). ``over_years``: a figure's course over years is asked. ``overview``: the topic of
    which all is asked that the reports say, else empty.
    """

    text: str
    core: str
    sub_questions: tuple[SubQuestion, ...]
    shape: Shape
    places: tuple[str, ...]
    report_years: tuple[int, ...]
    time: When
    over_years: bool
    overview: str

    @property
    def topic(self) -> str:
        """What is asked about: the words left without ``places``, time, frame and the unit asked for."""
        return self.overview or topic_of(self.core, self.places, self._units)

    @property
    def answer_types(self) -> tuple[AnswerType, ...]:
        """What every sub-question asks for, in order."""
        return tuple(chain.from_iterable(one.answer_types for one in self.sub_questions))

    @property
    def growth(self) -> bool:
        """Whether how much something grew is asked, not how much it is."""
        return bool(_GROWTH.search(self.core))

    @property
    def _units(self) -> tuple[str, ...]:
        return tuple(sorted({one.unit for one in self.answer_types if one.unit}))


def parse(text: str) -> Question:
    """Understands one question that stands by itself."""
    core = _without_stated(_core(normalize(printable(text))))
    when = parse_when(core)
    sub_questions = _sub_questions(core)
    shape: Shape = "compare" if len(sub_questions) > 1 else "list" if _LIST.search(core) else "fact"
    if shape == "fact" and _COMPARE.search(core):
        shape = "compare"
    if not sub_questions:
        sub_questions = (SubQuestion(core, when, answer_types_of(core)),)
    named = in_report(core)
    return Question(
        text=text,
        core=core,
        sub_questions=sub_questions,
        shape=shape,
        places=places_named(core),
        report_years=named,
        time=when,
        over_years=not named and shape != "list" and _over_years(core, when),
        overview=overview_topic(core) if len(sub_questions) == 1 else "",
    )


def prepare() -> None:
    """Loads the lists of places, words and indicators that the first question would wait for."""
    parse("去年城镇新增就业多少人？财政收入增长多少？")
    concepts("城镇新增就业")
    contradicts("城镇", "农村")
    known_indicators()


def _over_years(core: str, when: When) -> bool:
    """Whether the figure of each of many years is asked: 历年GDP目标; not 五年一共新增多少."""
    if when.offset is not None or _TOTAL.search(core):
        return False
    years = () if when.since else when.years or when.plan_years
    many = when.span or len(years) > 2
    if years and not many:
        return False
    each = EACH.search(core) or _YEARLY.search(core)
    return bool(COURSE.search(core) or ((when.since or many) and each))


def printable(text: str) -> str:
    """``text`` without control and other invisible characters, and without spaces around it."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _core(text: str) -> str:
    """Without greetings and clauses in which the asker speaks of himself, while a question remains."""
    text = _GREETING.sub("", text)
    pieces = _PIECES.findall(text)
    kept = [p for p in pieces if not _STORY.search(p) or _ASKS.search(p)]
    core = "".join(kept)
    core = core if _ASKS.search(core) and len(core) >= 6 else text
    return _GREETING.sub("", _ASKING.sub("", core)).strip()


def _without_stated(core: str) -> str:
    """Without time and numbers of what the asker states, where another time is then asked of it.

    造林去年完成了174万亩，今年安排多少 asks 造林，今年安排多少; 2014年GDP多少，2020年呢 and
    …，跟今年安排的500个比一比 ask both.
    """
    pieces = _PIECES.findall(core)
    asks = [bool(_ASKS.search(piece)) for piece in pieces]
    if not any(asked and TIME.search(piece) for asked, piece in zip(asks, pieces, strict=True)):
        return core
    for i, (asked, piece) in enumerate(zip(asks, pieces, strict=True)):
        bare = TIME.sub("", piece)
        numbers = [number for number in quantities(bare) if number.unit]
        if not asked and bare != piece and "比" not in piece:
            for number in reversed(numbers):
                bare = _STATED.sub("", bare[: number.start]) + bare[number.end :]
            pieces[i] = bare if numbers else piece
    return "".join(pieces)


def _sub_questions(core: str) -> tuple[SubQuestion, ...]:
    """The parts of a question about several times or subjects; empty when it has one only."""
    if not _COMPARE.search(core) and len(answer_types_of(core)) < 2:
        return ()
    return _times(core) or _subjects(core)


def _times(core: str) -> tuple[SubQuestion, ...]:
    """A part for each time named, each with the words it shares with the others."""
    base = parse_when(core)
    own: dict[When, list[str]] = {}
    shared: list[str] = []
    for piece in filter(None, _BETWEEN_TIMES.split(core)):
        when = parse_when(piece)
        if not (when.years or when.offset is not None or when.strong):
            shared.append(piece)
        for one in when.each() if piece not in shared else ():
            if not one.years and one.offset is None:
                one = replace(one, years=base.years[:1], offset=base.offset)
            known = next((w for w in own if w == replace(one, strong=w.strong)), one)
            own.setdefault(known, []).append(piece)
    for vague in [w for w in own if any(w.widens(other) for other in own)]:
        shared += own.pop(vague)
    if len(own) < 2 or is_next(core):
        return ()
    topic = "".join(shared)
    enough = len(_ASKS.sub("", topic)) >= 3
    return tuple(
        SubQuestion(topic + "".join(pieces) if enough else core, when, _answer_types("".join(pieces), core))
        for when, pieces in own.items()
    )


def _answer_types(piece: str, core: str) -> tuple[AnswerType, ...]:
    """What ``piece`` asks for; a bare 多少 asks for what the whole question does."""
    whole = answer_types_of(core)
    family = next((ask for ask in whole if ask.family), None)
    own = answer_types_of(piece) or whole[:1]
    return tuple(
        replace(ask, family=family.family, unit=family.unit)
        if family and ask.kind == "number" and not ask.family
        else ask
        for ask in own
    )


def _subjects(core: str) -> tuple[SubQuestion, ...]:
    """A part for each of two things set against each other: 甲和乙哪个多."""
    m = _TWO.search(core)
    if not m:
        return ()
    when, answer_types = parse_when(core), answer_types_of(core)
    return tuple(
        SubQuestion(core[: m.start()] + one + core[m.end() :], when, answer_types) for one in (m[1], m[2])
    )

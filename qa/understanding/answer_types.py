"""What a question asks for (so much money, who, which ones) and what a clause has to offer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.text import (
    HAN_COUNT,
    HAN_DIGITS,
    HAN_NUMBER,
    HAN_POWERS,
    HAN_SEVERAL,
    PLACE_LEVELS,
    SCALE,
    UNIT_FAMILY,
    YEAR,
)
from qa.understanding.terms import concepts

Kind = Literal["number", "date", "rank", "person", "name", "open"]

_UNITS = "|".join(sorted(map(re.escape, UNIT_FAMILY), key=len, reverse=True))
_SCALE = rf"(?:[多余几]?(?:{SCALE}|百|十))?[多余来]?"
_CN = f"{HAN_COUNT}{HAN_POWERS}"
_QUANTITY_PATTERN = re.compile(
    rf"(?P<pct>百分之[{HAN_NUMBER}点\d.]+|[{_CN}\d]+分之[{_CN}\d]+|[{HAN_DIGITS}]成[多半]?)"
    rf"|(?P<num>\d[\d,]*(?:\.\d+)?){_SCALE}\s*(?P<unit>{_UNITS})?"
    rf"|(?P<cn>[{_CN}几][{HAN_NUMBER}]*)[多余]?(?P<cnunit>{_UNITS})"
    rf"|(?P<half>一半|半数|翻番|翻一番|翻了?[一两]番|过半)"
)
"""3.2万人; not 学校."""
_NUMBER_IN = re.compile(rf"[\d{_CN}几半]|翻番")
"""What every quantity holds a character of (two clauses in three hold none): 5%, 三成, 一半; not 稳中有进."""
_RANK = re.compile(
    rf"第[{_CN}\d]+|[{_CN}]连[增冠升丰]|[{_CN}]期|首位|居首|领先|前列|榜首|全[国球{PLACE_LEVELS}]第"
)
"""居全国第三; not 全国的产量."""
_YEAR_IN = re.compile(
    rf"{YEAR}(?:年|-|~)|\d+月(?:底|份|\d+日)|[上下]半年|年底前?|年内|今明两年|[{HAN_COUNT}\d]+年[内底]|季度"
)
"""2025年底; not 三年级."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit at ``[start, end)``; ``unit`` may be empty."""

    start: int
    end: int
    family: str
    unit: str


@dataclass(frozen=True, slots=True)
class AnswerType:
    """One thing asked for.

    ``family`` and ``unit`` belong to numbers, ``noun`` to names (哪个社区) and to what is counted (几所学校);
    ``many``: several names; ``last``: the noun ends the question, so that it is one.
    """

    kind: Kind
    family: str = ""
    unit: str = ""
    noun: str = ""
    many: bool = False
    at: int = 0
    last: bool = False

    @property
    def office(self) -> str:
        """The office whose holder is asked for."""
        return self.noun if self.kind == "person" else ""


def quantities(text: str) -> list[Quantity]:
    """The numbers of normalized ``text``; years and ordinals are not numbers here."""
    if not _NUMBER_IN.search(text):
        return []
    found = []
    for m in _QUANTITY_PATTERN.finditer(text):
        before = text[max(0, m.start() - 1) : m.start()]
        if before == "第":
            continue
        if m["pct"] or m["half"]:
            found.append(Quantity(m.start(), m.end(), "percent", "%"))
            continue
        unit = m["unit"] or m["cnunit"] or ""
        if m["num"] and not unit:
            # ``464亿``: the scale is the unit; ``3000余个`` has its own.
            if re.search(r"[亿]", m[0]):
                unit = "亿"
            elif text[m.end() : m.end() + 1] == "年" or re.fullmatch(YEAR, m[0]):
                continue
        family = UNIT_FAMILY.get(unit, "")
        if family == "time" and m["num"] and re.fullmatch(YEAR, m["num"]):
            continue
        if m["cn"] and ((m["cn"] == "一" and family == "count") or _in_quotes(text, m.start())):
            continue  # 一批 is an article, “五个一” a name
        found.append(Quantity(m.start(), m.end(), family, unit))
    return found


def _in_quotes(text: str, at: int) -> bool:
    return text.rfind("“", 0, at) > text.rfind("”", 0, at)


# ---------------------------------------------------------------- what is asked

_HOW_MANY = re.compile(
    rf"(?:多少|几|百分之几|多大|多长|多高|多久|多重|几成|第几|老几|多远)(?P<scale>[个]?(?:{SCALE}))?(?P<unit>(?!份额)(?:{_UNITS}))?(?P<noun>[一-鿿]{{0,4}})"
)
"""多少亿元; not 亿元."""
_ENDS_QUESTION = re.compile(r"[。？?！!]*$")
"""？, 。; not 多."""
_NOT_ASKED = re.compile(r"(?<=[好十哪这那])|几大")
"""A 几 that asks for no number: 好|几所, 十|几所, 几大工程; not 几所, 几个大项目."""
_NOUN_FAMILY = [
    ("percent", r"增速|增幅|降幅|递增|增长|涨|比例|占比|比重|份额|占.{0,6}多少|率|几个点|百分|幅度|降低?了?多少|"
     r"(?:gdp|经济|价格|cpi|物价|赤字率).{0,8}(?:目标|指标)"),
    ("area", r"面积|多大地|占地"),
    ("length", r"里程|长度|多长|总长|全长"),
    ("weight", r"产量|粮食|垃圾"),
    ("money", r"钱|资金|投资|款|补贴|补助|产值|总额|贷款|授信|预算|经费|支出|收入|赤字|外资|GDP|gdp|储备|投入|营收|成交额|零售额|销售|费用|(?<!高)标准(?!化)"),  # 补助标准; not 高标准农田
    ("people", r"人口|多少人|几个人|人数"),
]  # fmt: skip
_QUANTITY = re.compile(
    r"(?:总[额量数]|金额|数量|(?<!名)额|(?<!效)率|[人户件家套条辆座所个次位]?数|人次|增速|增幅|降幅|面积|里程|长度|时速|价格|造价|产[值量]|"
    rf"比重|占比|均值|gdp|产能|总投资|(?:年|{YEAR}).{{1,10}}(?:收入|支出|投资|游客|(?<![要体斗展])目标))(?:目标)?[。.？?！!]?$"
)
"""How a question in keywords ends that asks for a number without saying so: 去年社零总额, 就业率; not 名额, 效率,
总体目标."""
_OTHERWISE = re.compile(r"怎|如何|为何|什么|啥|哪|吗|谁")
"""为何; not 多少."""
_DATE = re.compile(
    r"(?P<point>哪一?年|哪天|哪一天|什么时候|何时|啥时候|几月|哪个月|几号|什么时间|哪一日)|多久|多长时间"
)
"""什么时候; not 什么地方."""
_PERSON = re.compile(r"谁|哪位|哪一位|什么人|哪个人|(?:叫|姓)(?:什么|啥)")
"""哪位; not 哪里."""
_OFFICE = re.compile(r"副?(?:书记|总理|主席|主任|委员长|[部省市州盟区县旗镇乡局厅院校]长|检察长|秘书长)")
"""副区长; not 长江."""
_SURNAME = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江"
    "阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔向汤温习康施牛樊葛邢安齐伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛"
    "曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋刁沙荣巫寇桑郎]"
)
_RANK_ASKED = re.compile(r"第几|老几|排名|名次|(?<!安)排(?:在?什么|多少)")
"""全省排多少; not 安排多少亿元."""
_NAME = re.compile(
    rf"(?:叫什么|什么名字|叫啥|名称)|(?:哪|什么|啥)(?:些|[几{HAN_COUNT}]*(?:{_UNITS}|家|句)?)(?P<noun>[一-鿿]{{0,4}})"
)
"""哪些学校; not 学校."""
_MANY = re.compile(rf"[哪什]么?(?:些|[几{HAN_SEVERAL}])")
"""哪些, 哪几; not 哪一个."""
_ENUMERATED = re.compile(r"[^、]{2,}、[^、]{2,}")
"""教育、医疗; not 教育和医疗."""
_SPLIT = re.compile(r"[，,；;。？?！!、]|(?<=[少几大])和")
"""甲，乙; not 甲乙."""
_COUNTS = {"count", "people"}
# Measure words that stand for one another; of any others the count is of something else.
_INTERCHANGEABLE = [
    set(group.split())
    for group in (
        "家 户 所 个 座",
        "次 场 回 场次",
        "台 辆",
        "处 座 片 条 个",
        "件 起 项 宗 个",
        "人 名 位 人次",
        "条 项 个",
        "本 册 部",
    )
]


def answer_types_of(question: str) -> tuple[AnswerType, ...]:
    """What normalized ``question`` asks for, in order; empty when it cannot be told."""
    found: list[AnswerType] = []
    taken: set[int] = set()
    for m in _DATE.finditer(question):
        found.append(AnswerType("date", "" if m["point"] else "time", at=m.start()))
        taken.update(range(m.start(), m.end()))
    for m in _RANK_ASKED.finditer(question):
        found.append(AnswerType("rank", at=m.start()))
        taken.update(range(m.start(), m.end()))
    office = _OFFICE.search(question)
    for m in _PERSON.finditer(question):
        if office or m[0][0] not in "叫姓":
            found.append(AnswerType("person", noun=office[0] if office else "", at=m.start()))
            taken.update(range(m.start(), m.end()))
    for m in _HOW_MANY.finditer(question):
        if m.start() in taken or _NOT_ASKED.match(question, m.start()):
            continue
        found.append(_number(question, m))
        taken.update(range(m.start(), m.end()))
    for m in _NAME.finditer(question):
        if m.start() not in taken:
            many = bool(_MANY.match(m[0]))
            found.append(AnswerType("name", noun=m["noun"] or "", many=many, at=m.start()))
    if not found and not _OTHERWISE.search(question) and (implied := _QUANTITY.search(question)):
        at = implied.start()
        found.append(AnswerType("number", _family(_clause_around(question, at)), at=at))
    return tuple(sorted(found, key=lambda a: a.at))


def _number(question: str, m: re.Match[str]) -> AnswerType:
    """The number asked for at ``m``: its unit where one is said, else what its clause speaks of."""
    unit = m["unit"] or ""
    around = _clause_around(question, m.start())
    last = bool(_ENDS_QUESTION.match(question, m.end()))
    if m[0].startswith(("百分之几", "几成")) or re.match(r"几个点|多少个?(?:百分)?点", question[m.start() :]):
        return AnswerType("number", "percent", "%", at=m.start())
    if unit in ("个", "块") and m["noun"].startswith("钱"):
        return AnswerType("number", "money", "", m["noun"], at=m.start(), last=last)
    if unit == "块" and m["noun"]:
        return AnswerType("number", "", "", m["noun"], at=m.start(), last=last)  # 几块牌, 多大块草坪
    if unit and unit != "个":
        return AnswerType("number", UNIT_FAMILY[unit], unit, m["noun"], at=m.start(), last=last)
    if m["scale"] and not unit:
        return AnswerType("number", "money" if "亿" in m["scale"] else "", "", m["noun"], at=m.start())
    if unit == "个":
        return AnswerType("number", "count", unit, m["noun"], at=m.start(), last=last)
    after = question[m.end() - len(m["noun"]) : m.end()]
    for family, pattern in _NOUN_FAMILY:
        if after and re.match(rf".{{0,2}}(?:{pattern})", after):
            return AnswerType("number", family, "", m["noun"], at=m.start())
    return AnswerType("number", _family(around), "", m["noun"], at=m.start())


def _family(text: str) -> str:
    """The kind of number that ``text`` speaks of; empty where it names none."""
    return next((family for family, pattern in _NOUN_FAMILY if re.search(pattern, text)), "")


def _clause_around(text: str, at: int) -> str:
    start = max((m.end() for m in _SPLIT.finditer(text, 0, at)), default=0)
    end = _SPLIT.search(text, at)
    return text[start : end.start() if end else len(text)]


def match(ask: AnswerType, text: str, found: Sequence[Quantity]) -> float:
    """How well normalized ``text``, whose numbers are ``found``, could answer ``ask``: 0 to 1."""
    if ask.kind == "number":
        return max((_fits(ask, m, text) for m in found), default=0.0)
    if ask.kind == "date":
        lasting = ask.family == "time" and any(m.family == "time" for m in found)
        return 1.0 if lasting or _YEAR_IN.search(text) else 0.0
    if ask.kind == "rank":
        return 1.0 if _RANK.search(text) else 0.0
    if ask.office:
        return float(_names_holder(ask.office, text))
    named = _overlap(ask.noun, text) if ask.noun else 0.5
    if ask.many:
        return (named + (1.0 if _ENUMERATED.search(text) else 0.0)) / 2
    return named


_OF_ELSE = 0.2
"""How well a number of something else answers: as good as none."""
_PIECES = re.compile(r"[一-鿿]{0,2}(?:村|社区|小区|乡|镇|县|区|市|省|园区|项目|学校|医院|企业)")
"""What is counted by 个, and never by persons or households: 村, 老旧小区; not 学生."""
_PEOPLE = ("人", "名", "户", "人次")
_COUNTED = re.compile(r"[一-鿿]+")
"""学校; not 12."""
_UNCOUNTED = re.compile(r"左右|增|减|提|达|完成|实现|全部|[的等余多以之及]")
"""What follows a number and is not what it counts (2000亩以上, 480艘增加到1100艘): 以上, 增加到; not 学校."""
_NEAR = 8
"""Characters after a number that may name what it counts."""
_WITH = re.compile(r"[与同和]")
"""与; not 跟."""
# 合作; not 合并
_PARTNERS = re.compile(r"合作|共建|签约|签订|联合|结对")
"""It counts partners, and says nothing of how many there are: 与北京中医药大学等9所院校合作; not 新建9所院校."""


def _fits(ask: AnswerType, m: Quantity, text: str) -> float:
    """Steps of one order, of which the middle ones say "perhaps": the unit asked for; one of its kind; where no kind is
    told, any unit; another count; a bare number. How much they count beside the rest is fitted (weights.toml)."""
    if _is_of_else(ask, m, text):
        return _OF_ELSE
    if ask.unit and ask.unit == m.unit:
        return 1.0
    if not ask.family:
        return 0.6 if m.family else 0.3
    if ask.family in _COUNTS and m.family in _COUNTS:
        same = ask.unit in ("", "个") or any({ask.unit, m.unit} <= group for group in _INTERCHANGEABLE)
        return 0.9 if same else 0.5
    if ask.family == m.family or (ask.family == "money" and m.unit == "亿"):
        return 0.9
    return 0.0


def _is_of_else(ask: AnswerType, m: Quantity, text: str) -> bool:
    """Whether the number counts something else than asked: 388户 where villages are, 12个项目 where 医院 are."""
    if ask.unit == "个" and m.unit in _PEOPLE:
        return bool(_PIECES.match(ask.noun)) and m.unit not in ask.noun
    named = ask.last and len(ask.noun) > 1 and "的" not in ask.noun
    if not (named and ask.family == "count" and m.family == "count"):
        return False
    counted = _COUNTED.match(text, m.end)
    if counted is None or len(counted[0]) < 3 or _UNCOUNTED.match(counted[0]):
        return False
    if _PARTNERS.search(ask.noun):
        return False
    if _WITH.match(text) and _PARTNERS.search(counted[0]):
        return True
    names = "".join(term for c in concepts(ask.noun) for terms in c.alternatives for term in terms)
    return not set(ask.noun + names) & set(counted[0][:_NEAR])


def _names_holder(office: str, text: str) -> bool:
    """Whether a name stands beside ``office``: 区长张明, 张明区长; not 副区长张明."""
    office, name = rf"(?<![副总]){office}", rf"{_SURNAME}[一-鿿]{{1,2}}"
    return bool(re.search(rf"{office}[ :：]?{name}(?=[^一-鿿]|$|作|同志|代表)|{name}{office}", text))


def _overlap(noun: str, text: str) -> float:
    """Share of the noun's bigrams in text; the first two characters name the class of most nouns."""
    if noun[:2] in text:
        return 1.0
    pairs = {noun[i : i + 2] for i in range(len(noun) - 1)}
    return sum(p in text for p in pairs) / len(pairs) if pairs else 0.5

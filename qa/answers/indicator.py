"""Which indicator a question names, and how that is told from its time, its place and its frame."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index import ReportInfo, Snapshot
from index.figures import (
    LEVELS,
    PART,
    Figure,
    Measure,
    broader_than,
    known_indicators,
    normalize_indicator,
    own_body,
    spellings,
)
from index.text import PLACE_LEVELS, PLAN, SCALE, SENTENCE_MARKS, SHORT_YEAR, YEAR, normalize, wider_scopes
from qa.types import Citation
from qa.understanding import (
    EVERY_YEAR,
    AnswerType,
    Question,
    When,
    match,
    official_wording,
    parse,
    quantities,
)

_CHANGE_WORDS = "年均[要应将拟]?增长率?|平均增长|增长率|增长速度|增长幅度|增长|增速|增幅|涨幅|降幅|升幅|上涨|下降|上升|下跌|回落|降低|涨|降"
_CHANGED = re.compile(_CHANGE_WORDS)
"""增速; not 总量."""
_LEVEL = re.compile("金额|总额|总量|余额|规模|人数|总值|数量|面积|里程|产量|多少[亿万元]|多少钱")
"""财政收入总额; not 财政收入增速."""
_PERCENT = re.compile(r"百分之|几个?点|百分点|几成|%")
"""增长几个点; not 增长多少亿元."""
_TIMES = (
    rf"[在到]?(?:{YEAR}|(?<!\d)\d\d)年?(?:至|到|—|–|-|~|～){SHORT_YEAR}年|[在到]?{YEAR}(?:年度?)?(?:底|末|初)?(?:[这那]一年)?|"
    rf"(?<!\d)\d\d年(?:底|末|初)?|[“\"]?{PLAN}[”\"]?(?:期间|时期|规划|末|以来)?|大?前年|去年|上一?年|今年|本年度?|"
    r"明年|来年|过去的?一年|新的?一年|全年|年度|年底|年末|年初|年内|截至|目前|现在|眼下|如今|当前"
)
"""去年的产量; not 产量."""
_TIME = re.compile(_TIMES)
"""去年, 2024年底, 十四五期间; not 产量."""
_MODES = (
    r"预期目标|目标值?|[执决][行算]数|决算|计划|打算|预期|预计|指标|实际(?![使利到])|实绩|最终|最后|结果|力争|争取|准备|确保|拟|想要?|"
    r"要(?!素)|将|(?<![社工])会(?![议计展员])|完成了?(?!率)|实现了?|达到了?|达成|做到|做了|做|取得|设定|制定|提出|提的|确定|[设确]?定[在为到成的]|设[为在]|定$|"
    r"安排(?:在|了)?|控制在|控制线?|保持在|稳定在|不超过|不低于|超过|突破|水平|压[到在]|落在|调[到至]|放在"
)
"""预期目标; not 实际利用外资."""
_ASKED = (
    r"一年(?=[^级])|再(?!生|就业|贷)|至少|最多|头一年|(?:一共|总共|合计|共计|总计|共)?(?:是|有|为|到|在|了|约)?(?:百分之几|多少个?百分点|多少|几成|几个?点|几何|几|多大|多高|多长|多快)|区间|(?:以内|以上|以下)$|"
    r"第几位?|排名|排到|排在|什么|怎么样?|怎样|如何|哪些|分别|各自|各是|各|呢|吗|啊|呀|吧|是不是|"
    rf"请问|请|列出|列一下|告诉我?|说说|看看|看一下|查一下|查查|想知道|给出|数据|数字|数值|情况|口径|具体|大概|大约|左右|预估|{EVERY_YEAR}|对比|比较|相比|"
    r"比?(?:多|少|高|低)了?$|比$"
)
"""是多少; not 一年级."""
_INDICATOR_STOPWORDS = re.compile(
    rf"{_TIMES}|{_MODES}|{_ASKED}|政府工作报告|工作报告|报告|中的?(?=目标)|里面?(?!程)|"
    rf"全[国{PLACE_LEVELS}]|我国|中国|国家(?!级)|我们?[{PLACE_LEVELS}]|本[{PLACE_LEVELS}]|咱们?[{PLACE_LEVELS}]?|整个|同比|比上年|比前年|"
    r"较上年|(?<=[一-鿿])了|的|是|有(?!色|机|效|线)|也|都|被|把|给|让|又|还|已经?|与|和|及|、|“|”|\"|"
    r"[\s，。？?！!：:；;（）()《》]"
)
"""全市的增速; not 有色金属."""
_FILLER = re.compile(
    r"总量|总数|总额|总值|余额|总规模|规模|盘子|数量|人数|户数|个数|家数|处数|项数|座数|条数|套数|亩数|辆数|次数|金额|数额|额度|"
    r"比例|比重|占比|幅度|完成|实现|建成|累计|年末|全年|当年|预计|全社会|达到|合计|开展|实施|组织|推进|总(?=产量|投资|面积|里程|收入)|"
    r"(?<=[一-鿿])[数率额量值](?!字)|多少|[\s、，的了和与及“”‘’\"]|[（(][^）)]*[）)]"
)
"""新增就业人数; not 数字经济."""
_ASKING = re.compile("多少|几|什么|何|怎|呢|吗|[是为]多|第几|目标|增速|增长|总[额量值]")
"""粮食产量多少; not 粮食产量."""
_OTHERWISE = re.compile("怎|如何|为何|什么|啥|哪|吗|谁|介绍|说明|原因|意义")
"""为何下降; not 下降多少."""
_BUDGET = re.compile("(?<=公共)预算(?=收入|支出)|(?<=财政)预算(?=收入|支出)|预算(?=内)")
"""预算 in a name tells no plan: 一般公共预算收入; not 卫生健康支出预算."""
_PLANNED = re.compile("(?<!公共)(?<!基金)预算[数额]?$")
"""The amount planned, not a name: 卫生健康支出预算; not 一般公共预算."""
_ASIDE = re.compile("不算|不要|不是|别[算给把]|先不|除外|不管|而非|而不是")
"""先不管前年; not 前年多少."""
_PIECE = re.compile(r"[^，,；;。？?！!（）()]+")
"""甲; not ，."""
_OTHER_THAN_PIECES = ("人", "户", "套", "人次", "次", "场", "间")
"""What is counted so is not counted by 个: 改造老旧小区793户 does not say how many quarters."""
_OF_ITS_KIND = 0.6
"""The fit (``answer_types``) from which a figure is of the kind asked for: any unit where the question tells none."""
_CLOSE = 0.72
"""The least share of a name's characters that a question must say, when it says nothing else."""


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """A question for figures: what its indicator may be called, when, and what is measured.

    ``topics`` are tried in order. ``change``: a growth or decline is asked, None where the question
    does not say; ``answer_type`` is given where it names a unit or kind of number.
    """

    question: Question
    topics: tuple[str, ...]
    when: When
    change: bool | None
    rank: bool
    level: bool
    answer_type: AnswerType | None
    span: tuple[int, int] | None

    @property
    def families(self) -> tuple[tuple[Measure, ...], ...]:
        """The kinds of measure that may answer, each comparable in itself, the likeliest first."""
        if self.rank:
            return (("rank",),)
        changes: tuple[tuple[Measure, ...], ...] = (
            ("growth", "decline"), ("rise", "fall"), ("average_growth", "average_decline"),
        )  # fmt: skip
        if self.change:
            return changes
        return (("amount", "count"), ("share",), *changes[:1])

    def measures(self, figure: Figure) -> int | None:
        """How far the figure's measure is what is asked, 0 the best; None where it is not."""
        kind: Measure = figure.measure
        if self.rank or kind == "rank":
            return 0 if self.rank and kind == "rank" else None
        if self.answer_type is not None and not _is_in(self.answer_type, figure):
            return None
        if self.change:
            return _CHANGE_ORDER.get(kind)
        if kind in LEVELS:
            return 0
        planned = self.when.mode == "target" and not self.level
        return 1 if kind in ("growth", "decline") and planned and figure.mode == "target" else None


_CHANGE_ORDER: dict[Measure, int] = {
    "growth": 0, "decline": 0, "rise": 1, "fall": 1, "average_growth": 2, "average_decline": 2,
}  # fmt: skip


def asked_of_figures(asked: Question, own_places: Sequence[str] = ()) -> FigureQuestion | None:
    """What the question asks of the figures; None where it asks for something else than a number.

    ``own_places`` are the names of places that the reports at hand are of.
    """
    main = _main_clause(asked.core)
    plain = _BUDGET.sub("", main)
    question = parse(plain) if plain != asked.core else asked
    if question.shape == "list":
        return None
    kinds = {a.kind for one in question.sub_questions for a in one.answer_types}
    if kinds - {"number", "rank"}:
        return None
    number = next((a for a in question.sub_questions[0].answer_types if a.kind == "number"), None)
    text = _without_places(main, (*asked.places, *own_places))
    if number is not None:
        text = re.sub(rf"(多少|几)个?(?:{SCALE})?(?:钱|{re.escape(number.unit)})?", r"\1", text)
    change = bool(_CHANGED.search(text)) or None
    explicit = number if number and (number.unit or _PERCENT.search(text) or "多少钱" in text) else None
    with_change = _strip(text)
    without_change = _strip(_CHANGED.sub("", text))
    topics = dict.fromkeys(
        (
            *((with_change,) if change and len(with_change) > 3 else ()),
            without_change, official_wording(without_change),
        )
    )  # fmt: skip
    found = tuple(topic for topic in topics if len(topic) > 1)
    if not found and change and re.search("经济|gdp", main):
        found = ("经济",)
    if not found or (not kinds and _OTHERWISE.search(main)):
        return None
    return FigureQuestion(
        question,
        found,
        question.sub_questions[0].when,
        change,
        "rank" in kinds,
        bool(_LEVEL.search(main)),
        explicit,
        _span(question.time, main),
    )


_BESIDE = re.compile(rf"{YEAR}年?(?:[、，]|以?及|和|与){YEAR}年?")
"""2025年和2026年的目标; not 2025年目标和2026年的."""


def whens_of(question: Question) -> tuple[When, ...]:
    """One time for each sub-question, each year of a list of years one of its own: of years side by side
    (2025年和2026年的目标) what one is asked for the others are too."""
    whens = tuple(each for one in question.sub_questions for each in one.when.each())
    modes = {(when.mode, when.strong) for when in whens if when.mode}
    if len(modes) != 1 or not _BESIDE.search(question.core):
        return whens
    mode, strong = modes.pop()
    return tuple(when if when.mode else replace(when, mode=mode, strong=strong) for when in whens)


_YEARLY = re.compile("年均|平均")
"""年均增长; not 增长."""


def _span(time: When, core: str) -> tuple[int, int] | None:
    """The first and last year of the five-year plan that is asked about, or of the years (2018到2022年年均)."""
    if time.span and len(time.years) > 1 and _YEARLY.search(core):
        return time.years[0], time.years[-1]
    return (time.plan_years[0], time.plan_years[-1]) if time.plan_years and not time.years else None


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
    if len(wanted.when.years) > 1 or _YEARLY.search(question.core):
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


def _is_in(wanted: AnswerType, figure: Figure) -> bool:
    if wanted.unit == "个" and figure.unit.endswith(_OTHER_THAN_PIECES):
        return False
    if figure.measure == "amount" and not figure.unit:
        return wanted.family in ("", "count", "people")  # 申请数量 3119: a table's count, its unit not said
    written = normalize(figure.said)
    return match(wanted, written, quantities(written)) >= _OF_ITS_KIND


def _main_clause(core: str) -> str:
    """``core`` without asides on another time: ``今年是多少（去年是3万户）``, ``…，今年的计划不算``.

    A piece goes whole here, for an indicator is named where it is asked; ``parse`` keeps the subject of what is only
    stated, which the piece that asks may need: 造林去年完成了174万亩，今年安排多少.
    """
    pieces = _PIECE.findall(core)
    if len(pieces) < 2:
        return core
    kept = [p for p in pieces if not _ASIDE.search(p) and (_ASKING.search(p) or not _states(p))]
    return "，".join(kept) if any(map(_ASKING.search, kept)) else core


def _states(piece: str) -> bool:
    """Whether ``piece`` says a number, years aside."""
    return bool(quantities(_TIME.sub("", piece)))


def _without_places(text: str, places: Sequence[str]) -> str:
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, "")
    return text


def _strip(text: str) -> str:
    """What is left without the frame; stripped twice, since a word may close up around another."""
    return _INDICATOR_STOPWORDS.sub("", _INDICATOR_STOPWORDS.sub("", text))

"""A question for a number: what its indicator may be called, when, and what is measured.

The name is what is left without time, places and frame.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.figures import LEVELS, Figure, Measure
from index.text import PLACE_LEVELS, PLAN, SCALE, SHORT_YEAR, YEAR, normalize
from qa.understanding.answer_types import AnswerType, match, quantities
from qa.understanding.places import without_places
from qa.understanding.question import Question, parse
from qa.understanding.terms import official_wording
from qa.understanding.time import When
from qa.understanding.topic import EVERY_YEAR

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
_ASKING = re.compile("多少|几|什么|何|怎|呢|吗|[是为]多|第几|目标|增速|增长|总[额量值]")
"""粮食产量多少; not 粮食产量."""
_OTHERWISE = re.compile("怎|如何|为何|什么|啥|哪|吗|谁|介绍|说明|原因|意义")
"""为何下降; not 下降多少."""
_BUDGET = re.compile("(?<=公共)预算(?=收入|支出)|(?<=财政)预算(?=收入|支出)|预算(?=内)")
"""预算 in a name tells no plan: 一般公共预算收入; not 卫生健康支出预算."""
_ASIDE = re.compile("不算|不要|不是|别[算给把]|先不|除外|不管|而非|而不是")
"""先不管前年; not 前年多少."""
_PIECE = re.compile(r"[^，,；;。？?！!（）()]+")
"""甲; not ，."""
_OTHER_THAN_PIECES = ("人", "户", "套", "人次", "次", "场", "间")
"""What is counted so is not counted by 个: 改造老旧小区793户 does not say how many quarters."""
_OF_ITS_KIND = 0.6
"""The fit (``answer_types``) from which a figure is of the kind asked for: any unit where the question tells none."""


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
    text = without_places(main, (*asked.places, *own_places))
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


def asks_a_year(core: str) -> bool:
    """Whether one number for each of several years is asked: 年均增长."""
    return bool(_YEARLY.search(core))


def _span(time: When, core: str) -> tuple[int, int] | None:
    """The first and last year of the five-year plan that is asked about, or of the years (2018到2022年年均)."""
    if time.span and len(time.years) > 1 and asks_a_year(core):
        return time.years[0], time.years[-1]
    return (time.plan_years[0], time.plan_years[-1]) if time.plan_years and not time.years else None


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


def _strip(text: str) -> str:
    """What is left without the frame; stripped twice, since a word may close up around another."""
    return _INDICATOR_STOPWORDS.sub("", _INDICATOR_STOPWORDS.sub("", text))

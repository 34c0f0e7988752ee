"""The grammar around a number: what is counted, and how the number is tied to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.figures.names import strip_lead, strip_tail
from index.figures.period_cues import Cue
from index.figures.quantities import Quantity
from index.figures.types import Measure
from index.text import CLAUSE_MARKS, HAN_COUNT, HAN_POWERS, YEAR

_UP = "增长|上涨|提高|上升|增加|提升|改善|上浮|上调|扩大|回升|增产|增收|(?<!新)增|多|高"
"""学位增加; not 新增学位."""
_DOWN = "下降|减少|削减|降低|回落|压减|压缩|缩减|下调|收窄|缩短|下浮|降|减产|减|少|低"
_QUALIFIER = "不低于|不少于|不高于|不超过|超过|低于|高于|至少|大约|将近|接近|约|近|超|逾|突破"
_CHANGE = re.compile(
    r"(?P<rest>.*?)(?P<average>年均|平均每年|每年)?"
    r"(?:分别|累计|各|均|都|再|又|净|实际|同比|环比|名义|平均|总体|年均|约|同口径|[按以]?可比(?:价格?|口径)?(?:计算|计)?|"
    r"(?:剔除|扣除)[^，。；]{2,16}?(?:因素|影响)后?|(?<!占)比(?![重例率值])[^，。；]{1,14}?|较[^，。；]{1,10}?)*"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:了|幅度)?(?:{_QUALIFIER})?\s*$"
)
"""粮食产量同比增长; not 占比重."""
_CAN_RISE = re.compile(
    r"(?:增[加长产收]|减[少产]|削减|下降|降低|提高|上涨|[上下]调|(?:比|较)[^，]{1,12}(?:[增减多少高低]|扩大|提升)|(?<=产)提升)\D{0,4}$"
)
"""比上年增加; not 共有."""
_RATE = re.compile(
    r"(?P<rest>.+?)(?P<average>年均)?(?:实际|平均)?(?:(?P<up>涨幅|增幅|增速|增长率|增长速度|增长)|(?P<down>降幅))"
    r"(?P<tie>(?:预期|的)?(?:目标)?(?:值)?.{0,10})$"
)
"""粮食产量增速目标; not 粮食产量."""
_TIE = re.compile(
    r"^(?:预期|目标|值|的|是|为|[确设]?定为|达到?|在|(?:控制|保持|稳定|维持)在|以|约|超过|高达|不低于|低于|高于|回落到|"
    r"(?:[上回提]?升|回落|下降|提高|扩大|收窄)[至到]|年均增长|增长|均|要|拟|力争|确保|\s)*$"
)
"""的目标为; not 教育."""
_RATE_END = re.compile("(?:增幅|涨幅|增速|降幅)$")
"""医疗费用增幅; not 医疗费用."""
_SHARE_HEAD = re.compile(r"率|比重|比例|占比|份额|覆盖面|占|比率|程度|水平|强度|之比|度|报销|面$")
"""覆盖率; not 产量."""
_PREMISE = re.compile(r"(?:是)?在[^，。；]*?(?:基础上|前提下|情况下|条件下)")
"""在提质的基础上; not 在学校."""
_FROM = re.compile(r"(?:^|[^自])([从由])(?!业|事|于)")
"""从5%; not 自从业."""
_TO = re.compile(
    r"(?:(?:提高|上升|增加|增长|扩大|下降|降低|减少|回落|发展|提升|升|降|增|减|缩短|压缩|跃升|拓展)?(?:到|至)|(?:转|转变|调整|变|整合|压减|精简|优化|缩减)为)"
    r"了?(?:去年|上年|今年)?的?(?:人均|平均)?\s*(?:超过|突破|约|近)?\s*$"
)
"""提高到; not 提高了."""
_TO_COME = re.compile("(?:提高|提升|增加|增长|扩大|下降|降低|减少|缩短|压缩|升|降|增|减)(?:到|至)")
"""提高到; not 提高了."""
_PREDICATE = re.compile(
    r"(?:全部|全面|快速|稳步|顺利|如期|按期|均|都|已|加快|正式|成功|陆续|相继|有序|累计)?"
    r"(?:推进|投入使用|投入运营|落地|完成|竣工|开工|建成|通车|告别|搬[入进]|住进|入住|实施|实现|启动|投产|达产|纳入|全线|贯通|运行|开业|落户|揭牌|列入|受益|"
    r"总投资|增长|下降|占(?!地)|居(?=全|第|世|前)|排名|达到|达|超过)"
)
"""顺利完成; not 占地."""
_VERB_RIGHT = re.compile(
    r"^(?:新?的?(?:台阶|大关|关口|门槛)|用于|投向|实施|改造(?!项目|工程|任务)|新建|购置|完善|支持(?!项目)|建设(?!项目|用地)|解决|发放|建成|完成|投入|全部|快速|稳步|顺利|均|都(?!市)|已(?![启建开].)|"
    r"获[得评批]|被|实现|纳入|达|占(?!地)|居(?=全|第|世|前)|比|较|同比|和(?!谐)|与|及|或|等(?!级)|中(?=共|有|的|，)|内(?=的|，)|来|"
    r"为|是|在(?![建校编岗园])|由|使|让|并|而|左右|同时|以|安排|保持|排名?|位|扩大|提高|增加|增长|下降|减少|到|至|向|对(?!外|口)|"
    r"给|直接|专项用于|其中|共(?![享建])|有(?=了|效)|高于|低于|之|则|就(?!业)|也|才|再(?!生)|又|进入|创(?![新业])|开展)"
)
"""建成投用; not 改造项目."""
_SIZED = re.compile("吨|千瓦|平方米|平方公里|立方米|亩|标箱")
"""万吨; not 个."""
_FACILITY = re.compile(
    "装置|机组|电站|电场|工程|项目|泊位|码头|生产线|中心|基地|储能|轮|机车|油田|气田|水库|厂房|园区"
)
"""装置; not 学校."""
_COMMON = re.compile(
    "^(?:城市|企业|项目|社区|单位|学校|省份|省|市|地区|县|村|国家|部门|问题|方面|乡镇|街道|园区|品种|品牌|产品|领域|地方|试点|服务|区县)$"
)
"""学校; not 中心学校."""
_OTHERS_NOUN = re.compile("(?:村|企业|学校|社区|单位|乡镇)、.")
"""Behind it is another number's noun: 村、四重产业覆盖; not 村、."""
_LONGEST_LEFT = 90
"""Characters before a number that are looked at for its name; set by hand, longer than any name with its
verb."""
_LONGEST_NOUN = 20
"""Characters of what is counted (90个村、四重产业覆盖的108个村 aside): of a longer one the first of what it lists, and of a
common word (企业) what stands before it too, two more."""


_STEPS = re.compile(f"[{HAN_POWERS}]+元?级?新?的?(?:台阶|大关|关口|门槛)")
"""How many round numbers were passed, of 连跨4个万亿元台阶: 万亿元台阶; not 台阶."""


@dataclass(frozen=True, slots=True)
class Context:
    """A quantity within its sentence: the text left and right of it, up to the next break or number."""

    quantity: Quantity
    left: str
    right: str
    clause_start: int
    clause_end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How the left of a number reads: the measure, and the words before it that hold the name."""

    measure: Measure | None
    rest: str


def is_threshold(sentence: str, quantity: Quantity) -> bool:
    """``3亿元以上项目``, ``超3亿元的项目``, ``4个万亿元台阶``: a number that names what is counted, no figure itself."""
    if _STEPS.match(sentence, quantity.end):
        return True
    if quantity.unit == "%" or not quantity.qualifier:
        return False
    right = sentence[quantity.end : quantity.end + 1]
    written_after = sentence[quantity.start : quantity.end].endswith(quantity.qualifier)
    if written_after and quantity.qualifier in ("以上", "以下", "以内"):
        return (
            bool(right)
            and right not in CLAUSE_MARKS + "、 （）,;"
            and not _VERB_RIGHT.match(sentence[quantity.end : quantity.end + 4])
        )
    return right == "的" and quantity.unit.endswith("元")


def contexts(sentence: str, quantities: list[Quantity]) -> list[Context]:
    """The surroundings of each quantity; offsets are within ``sentence``."""
    found = []
    for i, quantity in enumerate(quantities):
        before = quantities[i - 1].end if i else 0
        after = quantities[i + 1].start if i + 1 < len(quantities) else len(sentence)
        left_break = max(sentence.rfind(mark, 0, quantity.start) for mark in CLAUSE_MARKS)
        right_breaks = [sentence.find(mark, quantity.end) for mark in CLAUSE_MARKS]
        right_break = min((at for at in right_breaks if at >= 0), default=len(sentence))
        left = sentence[max(before, left_break + 1, quantity.start - _LONGEST_LEFT) : quantity.start]
        found.append(
            Context(
                quantity,
                left,
                sentence[quantity.end : min(after, right_break)],
                left_break + 1,
                right_break,
            )
        )
    return found


def read_left(left: str, unit: str) -> Reading:
    """The measure a number with ``unit`` has after the words ``left``; None where they leave it open."""
    left = _PREMISE.sub("", left)
    change = _CHANGE.match(left)
    if change and unit not in ("%", "个百分点", "个基点", "倍") and not _CAN_RISE.search(left):
        change = None
    rate = _RATE.match(left) if unit == "%" else None
    if change and unit == "%" and change["down"] and _RATE_END.search(change["rest"]):
        return Reading(None, change["rest"])  # 医疗费用增幅回落11%: by so much, or to so much
    if change:
        return Reading(_changed(unit, bool(change["up"]), bool(change["average"])), change["rest"])
    if rate and _TIE.match(rate["tie"]):
        average = bool(rate["average"]) or "年均" in rate["tie"] or rate["rest"].endswith("年均")
        return Reading(_changed("%", bool(rate["up"]), average), rate["rest"])
    if unit == "%":
        return Reading("share" if _SHARE_HEAD.search(left) else None, left)
    if unit in ("个百分点", "个基点", "倍"):
        return Reading(None, left)
    average = bool(re.search("平均每年|年均(?!浓度|值|气温|径流|降[水雨])|每年", left))
    return Reading("average_amount" if average else "amount", left)


def _changed(unit: str, up: bool, average: bool) -> Measure | None:
    if unit in ("%", "倍"):
        if average:
            return "average_growth" if up else "average_decline"
        return "growth" if up else "decline"
    if average:
        return None
    return "rise" if up else "fall"


_NEWLY_LAST = re.compile("^(.{2,}(?<!分别)(?<!日均)(?<!财政))([新净]增)$")
"""Told as 新增高新技术企业: 高新技术企业新增; not 甲、乙分别新增, 中央财政新增."""


def left_name(rest: str) -> str:
    """The name in the words left of a number; empty where there are only verbs."""
    rest = re.sub(r"[（(][^）)]*[）)]", "", rest)
    name = strip_lead(strip_tail(rest.strip())).strip()
    name = strip_tail(
        re.sub(
            r"^.*?(?<![高中平同相均初对])等(?!方面|领域|各|多|行业|地|部门|费|支出)(?=[^级待额等]{2})",
            "",
            name,
        )
    )
    name = re.sub(r"^(..)了", r"\1", re.sub(r"\s+", "", strip_lead(name))).removeprefix("了")
    return _NEWLY_LAST.sub(r"\2\1", name)


def is_common(name: str) -> bool:
    """A noun too common to name an indicator: 项目, 企业, 城市…."""
    return bool(_COMMON.match(re.sub(r"[（(].*", "", name)))


def right_name(right: str) -> str:
    """The noun phrase right of a number, without what is said of it."""
    right = re.sub(
        r"、(?:建设|新建|改造|改建|新增|新|完成|实施|建成|开展|举办|整治|约|共|培训|引进|总?投资|计划总?投资|总面积|占地)$",
        "",
        right.strip(),
    )
    right = right.removeprefix("的").strip()
    cut = _PREDICATE.search(right, 2) if len(right) > 2 else None
    noun = re.sub("(?:共计|总计|合计|共)$", "", right[: cut.start()] if cut else right)
    if _OTHERS_NOUN.match(noun):
        return noun.split("、")[0]  # 90个村、四重产业覆盖的108个村
    if _COMMON.match(noun):
        noun = right if len(right) <= _LONGEST_NOUN + 2 else ""
    if len(noun) > _LONGEST_NOUN:
        noun = re.split("[、和]", noun)[0]
    return re.sub(r"\s+", "", noun).removeprefix("了").rstrip("的等、和")


def is_aside(left: str) -> bool:
    """A number of an earlier time (``由上年增长5.6%，转为…``) or within a name (``三个1亿人问题``, ``五个100工程``)."""
    earlier = re.search(rf"[由从](?:上年|去年|前|{YEAR}\s*年)", left) and not _TO.search(left)
    return bool(earlier or re.search(rf"[{HAN_COUNT}几][个项]\s*$", left))


def is_attribute(right: str) -> bool:
    """Does a number stand before what it counts (``163个重点项目``, ``25亿元的项目``)?"""
    right = right.strip()
    if right.startswith("的"):
        return True
    return bool(right) and right[0] not in "、（(）)”/" and not _VERB_RIGHT.match(right)


def before_from(clause: str) -> str | None:
    """What stands before 从 or 由 of ``由X提高到``; None without one."""
    match = _FROM.search(clause)
    return clause[: match.start(1)] if match else None


def from_to(context: Context, following: Context | None) -> bool:
    """Is it the X of ``由X提高到Y``: the value of an earlier time?"""
    if following is None and _FROM.search(context.left) and _TO_COME.match(context.right):
        return True  # the new value is cut off
    if following is None or following.clause_start != context.clause_start:
        return False
    between = re.sub(f"{YEAR}年的?|去年的?|今年的?", "", following.left)
    return bool(_FROM.search(context.left) and (_TO.search(between) or between.endswith("为")))


def is_level(left: str, reading: Reading) -> bool:
    """``提高到``: the number is the level reached, not the change (but for ``涨幅回落到``)."""
    return bool(_TO.search(left)) and not (reading.measure or "").endswith(("growth", "decline"))


def is_size(context: Context) -> bool:
    """``120万吨丙烷脱氢装置``, ``40万千瓦风电项目``, ``120亩的集散中心``, ``18天恢复供水``: the number says
    which thing, or how long it took; it is no figure of the thing."""
    unit, right = context.quantity.unit, context.right.strip()
    if not right or right[0] in "、（(）)”" or _VERB_RIGHT.match(right):
        return False
    if unit in ("天", "小时", "分钟", "个月", "岁", "米"):
        return True
    return bool(_SIZED.search(unit) and _FACILITY.search(re.split("[，；]", right)[0]))


def before_level(left: str) -> str:
    """``left`` without ``提高到`` at its end."""
    return _TO.sub("", left)


def is_reached(left: str) -> bool:
    """``提高到``, ``达到``, ``超过``: a level that stands at the end of the time spoken of."""
    return bool(re.search(r"(?:到了?|至|达|超过|突破|为|达到了?)\s*$", left))


def without(text: str, offset: int, cues: list[Cue]) -> str:
    """``text``, which begins at ``offset`` of its sentence, without the expressions of time in it."""
    kept = list(text)
    for cue in cues:
        for at in range(max(cue.start - cue.by, offset), min(cue.end, offset + len(text))):
            kept[at - offset] = "年均" if cue.alone and at == max(cue.start, offset) else ""
    joined = "".join(kept)
    return re.sub(r"^(?:到|至|截至|在|刚刚过去的|其中)(?=\s|[^\w]|全|我)", "", joined)

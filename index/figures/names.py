"""The name of what a figure counts: cut out of its clause, and made one across reports."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from index.text import HAN_COUNT, PLACE_LEVELS, SPOKEN_ITEM, YEAR_COUNT, half_width, synonym_lists

_SCOPE = f"全(?:[国{PLACE_LEVELS}]|镇|自治区)|我[国{PLACE_LEVELS}]"
_ADVERBS = (
    f"其中|同时|此外|另外|另|全年|今年|去年|当年|本年|年内|年末|年底|截至目前|目前|{YEAR_COUNT}年来|又|再(?!就业|贷款|生)|"
    "还(?![款贷清本林草湖建迁息])|并(?!网|购)|也|已经|已(?!批)|均(?!衡)|都(?!市)|共(?!享|建|有|同)|总共|一共|累计|合计|预计|初步核算|初步预计|"
    "力争|确保|争取|努力|继续|进一步|着力|大力|扎实|深入|持续|积极|全力|全面|高质量|高标准(?!农田)|高效率|有序|统筹|率先|"
    "成功|顺利|圆满|因地制宜|基本(?![医养公农民药生])|加快|稳步|抓紧|抓好|有效|不断|要(?!素)|将|拟|应(?!急)|可(?![再比支回])|使(?!用)|让|"
    "把|对(?!外|口)|从(?!业)|以(?![旧工电气])|由|按(?!揭)|在(?![建校编园岗册谈])|的|了|和(?![谐平美])|与|及|即|相继|陆续|先后|"
    "平均(?!预期|受)|分别|主要(?![污农经])|实际(?![使利到收])|新一轮|按照|通过|年均|每年"
)
"""全面; not 均衡."""
_LIGHT = (
    "实现|完成|达到|开展|组织|举办|召开|实施|推进|推动|获得|获批|取得|落实|安排|做好|办理|保持|提出|确定|形成|"
    "办好|谋划|策划|推出|主动|自觉|认真|常态化"
)
_NUMERAL = f"[{HAN_COUNT}]"
_LEAD = re.compile(
    rf"^(?:有(?![色效线机关序限力望助利权轨形价偿声害毒意计针])(?=..)|年度(?=产量)|启动(?=总?投资)|重点抓好|\d+万元?[及和]?以上(?:项目)?(?=固定资产投资)|落实好|用好|抓好|管好|{_SCOPE}|{_ADVERBS}|{_LIGHT}|{SPOKEN_ITEM}|比(?:改革前|上年|去年)|中央提出|我们|各地|计划(?=实施|建设|新|改|完成|投|开)|(?:中央|各级|省级?|市级?)财政(?:[拟将已])?安排(?=.{{3}})|包括|但(?!书)|不过|而(?!且)|{_NUMERAL}年(?!级)|为[^，]{{2,6}}?(?=减税|减负|减轻|新增减|降费)|\d{{1,2}}[.．、)](?!\d)|[、，,:：\s—\-·）);]+)"
)
"""全面粮食; not 就业."""
_TAIL = re.compile(
    r"(?:统一|分别|同口径|可比口径|继续|一直|始终|长期|预算|拟安排|安排|拟按|拟|按|[确设规]?定为|目标值?为|预期为|(?<!行)为|是|达到了|达到|达|超过了|超过|突破|超|"
    r"(?:保持|稳定|控制|维持|掌握)在?(?!率)|在|不低于|不少于|不超过|不高于|低于|高于|至少|大约|将近|接近|约|近|逾|有|共有|"
    r"合计|总计|共计|总共|累计|共|就|已经|已|均|都|又|再|年均|全年|首次|再次|(?:跨|迈|站|跃)上|[迈跨]过|跨越|冲破|全部|仅|高达|多达|平均(?=$)|"
    r"[上提升增回下降]\w?[升高加落降]?[到至]|增加到|扩大到|减少到|发展到|拓展到|增至|降至|升至|提至|"
    r"要|将|可|力争|确保|预计|完成|实现|比上年|同比|(?<!年)平均值?(?=$)|[、，,:：\s（(])$"
)
"""粮食产量达到; not 粮食产量."""
_LEVEL_WORDS = re.compile(r"(?:预期)?目标$|(?:预期)$")
"""增长目标; not 目标任务."""
_GROWTH_WORDS = re.compile(
    r"(?:同比|环比|实际|平均|总体|名义|年均)?(?:涨幅|增幅|降幅|增速|增长率|增长速度|增长)$"
)
"""财政收入同比增长; not 财政收入."""
_MARKS = re.compile(r"[\s“”\"‘’'「」《》]")
"""“两不愁”; not 两不愁."""
_BRACKETED = re.compile(r"[（(][^）)]*[）)]?")
"""存款（本外币）; not 存款."""


_AIR = re.compile(r"^(?:县城以上|地级及?以上|设区|市区|中心|主)*(?:城市|城区)?(?:环境)?(?=空气质量优良)")
"""城市空气质量优良天数; not 城市空气质量."""


_DONE_BY = re.compile("(?<=企业)(?:实现|完成)(?=营业|主营|利润|利税|税收|产值|销售)")
"""规模以上工业企业实现营业收入; not 企业实现转型."""


@cache
def _aliases() -> dict[str, str]:
    known = synonym_lists().indicators
    return {_spelling(alias): name for name, aliases in known.items() for alias in (name, *aliases)}


@cache
def _broader() -> dict[str, tuple[str, ...]]:
    return {_spelling(word): tuple(names) for word, names in synonym_lists().broader.items()}


def broader_than(word: str) -> tuple[str, ...]:
    """The indicators that an everyday ``word`` may mean (失业率), the likeliest first; empty for others."""
    return _broader().get(_spelling(word), ())


@cache
def spellings(indicator: str) -> tuple[str, ...]:
    """All names of an indicator, or of those that an everyday word may mean; none of one without such."""
    meant = (indicator, *_broader().get(_spelling(indicator), ()))
    own = tuple(alias for alias, name in _aliases().items() if name in meant)
    return tuple(dict.fromkeys((*own, *meant))) if own or len(meant) > 1 else ()


@cache
def known_indicators() -> frozenset[str]:
    """The indicators that have a name of their own across reports."""
    return frozenset(_aliases().values())


def _spelling(name: str) -> str:
    name = _MARKS.sub("", half_width(name)).upper().replace("，", "、")
    name = name.replace("研究与试验发展", "研发").replace("R&D", "研发").replace("年均浓度", "平均浓度")
    name = name.replace("规上", "规模以上").replace("排放总量", "排放量").replace("的比重", "比重")
    name = _DONE_BY.sub("", _AIR.sub("", name))
    name = re.sub(r"(?<=生产总值)\[\d+\]|〔\d+〕|\[\d+\]", "", name)
    name = re.sub("(?:相当于|与)(.{0,4}生产总值)(?:的?比例|之比)", r"占\1比重", name)  # 与地区生产总值之比
    name = re.sub("(占.+?)(?:的?比例|的$|(?<=生产总值)$|(?<=GDP)$)", r"\1比重", name)
    name = re.sub(f"(?<=占)全[国{PLACE_LEVELS}](?=生产总值)", "", name)
    return re.sub("(?<!国民)(?:国内|地区|地方)生产总值|GDP", "生产总值", name)


@lru_cache(maxsize=8192)
def normalize_indicator(name: str) -> str:
    """The name under which figures of ``name`` line up: ``GDP``, ``国内生产总值`` → ``生产总值``.

    Total: a name that is not known comes back respelled (half-width, without quotation marks, scope
    words such as 全市 and the word 增长 at its end).
    """
    spelled = _spelling(name)
    known = _aliases()
    for candidate in _candidates(spelled):
        if candidate in known:
            return known[candidate]
    return next(reversed(_candidates(spelled)), "") or spelled


def _candidates(name: str) -> list[str]:
    """``name``, then without its scope, its brackets and its last word of change."""
    found = [name]
    for pattern in (re.compile(rf"^(?:{_SCOPE})(?=.{{2}})"), _BRACKETED, _GROWTH_WORDS):
        shorter = pattern.sub("", found[-1])
        if len(shorter) >= 2 and shorter != found[-1]:
            found.append(shorter)
    return found


def strip_lead(text: str) -> str:
    """``text`` without the adverbs and light verbs in front of a name."""
    previous = None
    while previous != text and len(text) > 1:
        previous, text = text, _LEAD.sub("", text).strip()
    return text


def strip_tail(text: str) -> str:
    """``text`` without the verbs that tie a name to its value."""
    previous = None
    while previous != text:
        previous, text = text, _LEVEL_WORDS.sub("", _TAIL.sub("", text)).rstrip()
    return text

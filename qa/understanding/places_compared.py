"""Which places one figure is asked of, and in what order: 各省, 哪个县最高, 从高到低."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text import HAN_COUNT, HAN_NUMERAL, bare_place
from qa.understanding.places import gazetteer_provinces, is_nation, without_places
from qa.understanding.question import Question, parse

_LEVEL = "省级?区?市?|自治区|市|地市|区县|县区|县市|县|区|州|地区|地方|地"
_EVERY = re.compile(
    rf"(?:各个?|每个?|所有的?|全部|不同)(?P<every>省份|省区市|省市区|省市|{_LEVEL})(?=[^\w]|[\w])"
    rf"|(?:哪一?[个些几]?|什么)(?P<level>省份|城市|{_LEVEL})|[{HAN_COUNT}\d]+个(?P<some>省份|城市|省|市|区县|县区|县|区)"
    r"|(?<=[高低大小多少快慢好差]的)(?P<top>省份|城市|省|市|区县|县区|县|区)(?=是|有|在|[？?，。]|$)"
)
"""各县的GDP, 增速最快的县; not 全县的GDP."""
_SUPERLATIVE = re.compile(
    rf"最|排名|排行|排序|排第一|从[高低大小多少快慢]到[高低大小多少快慢]|由[高低大小]到[高低大小]|前[{HAN_NUMERAL}\d]+(?:名|位)?|倒数|领先|垫底"
)
"""从高到低; not 从去年到今年."""
_ASCENDING = re.compile("最[低少小慢]|从[低小少慢]到|由[低小]到|倒数|垫底|升序")
"""最低的县; not 最高的县."""
_RANKING_STOPWORDS = re.compile(
    rf"{_EVERY.pattern}|(?:{_SUPERLATIVE.pattern})[高低大小多少快慢]?的?|[前的]?[{HAN_COUNT}\d]+个?(?:省份|城市|省|市|区县|县区|县|区|地方|地区)|[是在]?(?:哪里|哪儿|什么地方|哪一?[个些](?:省份|城市|{_LEVEL})?)|谁|对比|比较|相比|差距|差多少|一览|汇总|一张表|表格|的?有?哪些$"
)
"""各省一览; not 全省产量."""
_WHO = re.compile("谁|哪个|哪一个")
"""谁更高, 哪个县; not 哪些县."""


def level_asked(core: str) -> str:
    """The level whose places are all asked about: 县 of 各县的GDP, 省 of 哪个省; empty where none is."""
    every = _EVERY.search(core)
    return (every["every"] or every["level"] or every["some"] or every["top"]) if every else ""


def is_of_level(place: str, level: str) -> bool:
    """Whether ``place`` is of the ``level_asked``; 各地 are all but the nation."""
    if is_nation(place):
        return False  # 各地 are parts of it
    province = bare_place(place) in gazetteer_provinces()
    if level.startswith(("省", "自治区")):
        return province
    if level in ("地方", "地", "地区"):
        return True
    if level in ("市", "城市", "地市", "州"):
        return place.endswith(("市", "州")) and not (province and not place.endswith("市"))
    return not province and place.endswith(("区", "县", "市", "旗"))


def asks_for_order(core: str) -> bool:
    """Whether places are to be ranked: 最高, 从高到低, 前三名."""
    return bool(_SUPERLATIVE.search(core))


def asks_who_leads(core: str) -> bool:
    """Whether the first place is to be told: ranked, or one of several asked for."""
    return asks_for_order(core) or bool(_WHO.search(core))


def asks_for_the_least(core: str) -> bool:
    """Whether the least comes first: 最低, 从低到高."""
    return bool(_ASCENDING.search(core))


def of_one_place(asked: Question, places: Sequence[str]) -> Question:
    """The question as it would be asked of one place."""
    return parse(_RANKING_STOPWORDS.sub("", without_places(asked.core, places)) + "是多少")

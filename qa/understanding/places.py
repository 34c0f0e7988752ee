"""Names of places: which a question names, and whether they are a report's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from index.text import PLACE_SUFFIX, YEAR, bare_place

# The character before the suffix that makes a common noun of it: 社区, 园区, 全县, 城市, 棚户区, 建成区, 转到市里.
_COMMON = "社园小片全地校院景灾山老新牧林库湖港矿厂护范发能贸验行步板聚住街本我咱该各辖市郊特战军城居业居保"
_COMMON += "贫困脱强大中每哪这那个郡县上股楼超门夜菜集早都省直房多几治学东西南北心防户成务到入霸某届任称对增坚带二三四五六七八九"
_ANY = "主老新古中大小内外深各矿革滨库渔山县都"
# 在历城区, 省历城区; not 老历城区
_BEFORE = r"(?:^|[，。：；？！“”、\s]|年|请问|想问|问|在|那|和|跟|与|省|市|比|听说|知道|咨询|查|是)"
_NAMED = re.compile(
    rf"{_BEFORE}([一-鿿]{{2,3}}?)(区(?![域间块别划])|县(?!域)|市(?![场民值价面容政])|州|旗(?![下舰帜]))"
)
"""在历城区; not 中药材市场."""
_DISTRICT = re.compile(r"([一-鿿]{2,3}?)(?:区|县|市|旗)")
"""历城区; not 历城."""
_TAIL = rf"(?:{PLACE_SUFFIX}|高新区|经开区|开发区|新区)?"
"""市; not 城."""
_NATION = ("全国", "中国", "我国", "国家", "国务院", "中央")
_NATION_ASKED = re.compile(
    r"(?:全国|我国|中国)(?=的?(?:gdp|cpi|国内生产|生产总值|经济|社零|社会消费|居民|城镇|农村|粮食|财政|一般公共|进出口|外贸|"
    rf"固定资产|人口|赤字|就业|工业|今年|去年|{YEAR}年))"
)
"""The country as the place of a figure: 全国粮食产量, 中国的gdp; not 中国气象学会, 居全国第一."""
_PARTICLES = "跟和与在从到对给把被向里由让"
_FUNCTION = set("否已曾区县市省咱哪我们在的这那每几本全各了是有和与去今年要")


@cache
def gazetteer() -> tuple[str, ...]:
    """Provinces and prefecture-level cities without their suffix, longest first."""
    with (files("qa.understanding") / "places.toml").open("rb") as file:
        data = tomllib.load(file)
    return tuple(sorted({name for names in data.values() for name in names.split()}, key=len, reverse=True))


@cache
def gazetteer_provinces() -> frozenset[str]:
    """The provinces without their suffix."""
    with (files("qa.understanding") / "places.toml").open("rb") as file:
        return frozenset(tomllib.load(file)["provinces"].split())


@cache
def _known() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(gazetteer())})(?!(?<=[东南西北])(?:部(?!分)|侧|岸|麓|端|翼|坡)){_TAIL}")


def places_named(text: str) -> tuple[str, ...]:
    """The places that normalized ``text`` names, as written; a city and its district are one name."""
    found: list[tuple[int, int]] = []
    for m in _known().finditer(text):
        if not found or m.start() >= found[-1][1]:
            inner = _DISTRICT.match(text, m.end())
            found.append((m.start(), inner.end() if inner and _proper(inner[1]) else m.end()))
    found += [m.span() for m in _NATION_ASKED.finditer(text)]
    for m in _NAMED.finditer(text):
        start = m.start(1) + (m[1][0] in _PARTICLES)
        if _proper(text[start : m.end(1)]) and not any(a < m.end(2) and start < b for a, b in found):
            found.append((start, m.end(2)))
    return tuple(text[a:b] for a, b in sorted(set(found)))


def without_places(text: str, places: Sequence[str]) -> str:
    """``text`` without ``places``, the longest first: 甲市乙区 goes whole."""
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, "")
    return text


def _proper(name: str) -> bool:
    """Whether ``name`` before 区/县/市 could be a place's own name: 历城, 南山 and 龙湾, not 老城, 矿山 nor 大湾."""
    if set(name) & _FUNCTION or len(name) < 2:
        return False
    if name[-1] in "山城湖港湾":
        return len(name) == 2 and name[0] not in _ANY
    return name[-1] not in _COMMON


@cache
def names_of(place: str) -> tuple[str, ...]:
    """What a report's ``place`` may be called: 甲市乙区 answers to 甲市乙区, 乙区 and 乙."""
    if is_nation(place):
        return _NATION if place else ()
    parts = re.findall(rf".{{2,}}?(?:{PLACE_SUFFIX})", place)
    last = parts[-1] if parts else place
    return tuple(dict.fromkeys(name for name in (place, last, bare_place(last)) if len(name) >= 2))


def same(one: str, other: str) -> bool:
    """Whether one name holds the other: 乙区 is 甲市乙区."""
    return one in other or other in one


@lru_cache(maxsize=20_000)
def is_place(name: str, place: str) -> bool:
    """Whether a place that a question names is a report's ``place``."""
    return any(same(name, own) for own in names_of(place))


def is_nation(place: str) -> bool:
    """A report of the whole country."""
    return not place or place.startswith(_NATION)

"""The suffixes of Chinese administrative places, and what is left of a name without them."""

from __future__ import annotations

import re

PLACE_SUFFIX = "特别行政区|自治区|自治州|自治县|自治旗|地区|省|市|州|盟|区|县|旗"
"""As a regular expression, the longest first: 省 to 旗; townships have none of their own here."""
PLACE_LEVELS = "省市区县州"
"""The levels of one character, as the inside of a character class: 全市, 我省, 县委."""
TOWNSHIP_SUFFIX = "街道|镇|乡|苏木"

_SUFFIX = re.compile(f"(?:{PLACE_SUFFIX})$")
"""天桥区, 山东省; not 天桥."""
# 黔东南苗族侗族自治州; not 苗族乡
_PEOPLES = re.compile(
    "(?<=..)(?:(?:蒙古|哈萨克|维吾尔|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|拉祜|傈僳|仫佬|毛南|仡佬|布依|土家|"
    "撒拉|保安|东乡|裕固|布朗|阿昌|景颇|德昂|独龙|基诺|朝鲜|俄罗斯|哈尼|纳西|普米|门巴|珞巴|"
    "壮|回|藏|苗|彝|满|侗|瑶|白|傣|黎|畲|佤|水|土|羌|怒|京)族?|各族)+(?=自治)"
)
"""The peoples in the name of an autonomous place: 黔东南苗族侗族自治州; not 苗族乡."""


def bare_place(place: str) -> str:
    """``place`` without its administrative suffix: 天桥区 → 天桥, 广西壮族自治区 → 广西; two characters stay."""
    short = _SUFFIX.sub("", _PEOPLES.sub("", place))
    return short if len(short) >= 2 else place


_PROVINCE = re.compile("省$|自治区$|^(?:北京|天津|上海|重庆)市$")
"""辽宁省, 北京市; not 沈阳市."""


def wider_scopes(place: str) -> tuple[str, ...]:
    """How a report of ``place`` speaks of what is larger than the place: 全国 in a province's, 全省 in a city's, 全市
    in a county's; none of the country's own or where the place is not known."""
    if not place or place.startswith(("全国", "中国", "国务院", "中华")):
        return ()
    wider = ("全国", "我国", "全球", "世界")
    if _PROVINCE.search(place):
        return wider
    wider = (*wider, "全省", *(() if place.endswith("区") else ("全区",)))
    return (*wider, "全市", "全州") if place.endswith(("县", "区", "旗")) else wider

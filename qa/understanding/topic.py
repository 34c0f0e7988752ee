"""What a question is about: the words left after its frame, its time and its places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from index.text import PLACE_LEVELS, SCALE, YEAR, YEAR_COUNT, full_years, without_times
from qa.understanding.time import TIME

EVERY_YEAR = "历年|历次|历届|逐年|每年|每一年|各年|年年"
"""How one year after another is asked for, as a regular expression."""
OVER_TIME = re.compile(
    rf"{EVERY_YEAR}|[这近]些年|[这近]几年|最?近{YEAR_COUNT}年|多年来|变化|演变|(?:怎么|怎样|如何)变[化动]?"
)
"""Anything over the years: 历年教育, 怎么变; not 今年教育."""
COURSE = re.compile(rf"{OVER_TIME.pattern}|近年|走势|趋势|变动|一年一年|怎么走")
"""A figure over the years: 历年GDP目标, 粮食产量的走势; not 今年比去年增长多少."""
EACH = re.compile("分别|各是|各为|各有|各定|各增长|各达到?|各[是为]?多少|都是多少")
"""分别增长; not 增长."""
# 历年目标; not 里程
_STOPWORDS = re.compile(
    rf"{TIME.pattern}|{YEAR}年?(?:度)?|{COURSE.pattern}|{EACH.pattern}|"
    r"年来|以来|至今|到现在|到目前|期间|之间|从|自|起|到|至|—|–|-|~|～|"
    r"请|列出|列一下|列|给出|给我|告诉|说说|看看|看一下|汇总|整理|对比|查|一张表|表格|"
    r"预期目标|目标值?|计划|预期|实际完成|完成情况|完成|实际|结果|实现|达到|达成|年初|定的|设定|制定|提出|提的|确定|"
    r"政府工作报告|报告|里(?!程)|中的|分别|各自|各|都|是|为|有|几|什么|怎么样?|怎样|如何|哪些|情况|数据|数字|数值|指标|"
    rf"多少(?:{SCALE})?|的|了|吗|呢|啊|和|与|及|、|以及|我国|全国|中国|国家|全[{PLACE_LEVELS}]|[\s，。？?！!：:；;“”（）()]"
)
"""Words that frame any question, as in (历年)GDP(增长)(目标)(是)(多少): 历年, 是多少, 目标; not 粮食."""
_WORK = "工作|安排|举措|措施|任务|部署|打算|成绩|成效|进展"
_OVERVIEW = re.compile(
    r"(?P<a>[一-鿿“”、]{2,12}?)(?:方面|领域).{0,4}(?:哪些|什么|啥|怎么|如何)"  # 教育方面有哪些安排
    rf"|(?:哪些|什么)(?P<b>[一-鿿]{{2,8}}?)(?:方面的?|的)?(?:{_WORK})"  # 有哪些乡村振兴的任务
    rf"|(?P<c>[一-鿿]{{2,8}}?)(?:有|做了|要做|采取了?)(?:哪些|什么)(?:{_WORK})"  # 营商环境做了哪些工作
)
"""All that is said on a topic: 教育方面有哪些安排, 营商环境做了哪些工作; not 教育新增学位多少个."""
_LEAD = re.compile(r"^(?:在|对|就|关于|报告|政府|区里|市里|县里|我区|我市|我县|全区|全市|全县|的|，)+")
"""关于教育; not 教育关于."""


def overview_topic(core: str) -> str:
    """The topic that normalized ``core`` asks all about; empty for any other question."""
    match = _OVERVIEW.search(TIME.sub("", core))
    return _LEAD.sub("", next(filter(None, match.groups()))).strip("“”、的") if match else ""


@lru_cache(maxsize=256)
def topic_of(core: str, places: tuple[str, ...], units: Iterable[str]) -> str:
    """What is left of normalized ``core`` without its ``places``, its time, its frame and the ``units`` asked for."""
    for place in places:
        core = core.replace(place, "")
    for unit in units:
        core = re.sub(rf"(?<=[少几])(?:{SCALE})?{re.escape(unit)}", "", core)
    return _STOPWORDS.sub("", without_times(full_years(core)))

"""Where a broad question looks: ahead or back, over one year or five, at a place or past it."""

from __future__ import annotations

import re

from index.text import PLAN

_PLAN = re.compile(
    r"今年(?!以来)|明年|来年|新一年|打算|准备|计划(?!生育)|下一步|接下来|今后|以后|后面|接着|目标|盘算|怎么办|安排|部署|(?<!主)要(?:抓|做|干|怎|重点|建|修|开|深|如|实|办)"
)
"""今年教育怎么办, 接下来怎么安排; not 去年教育怎么样, 主要抓了哪些."""
_REVIEW = re.compile(
    r"去年|上一?年|过去|做了|干了|抓了|取得|成[绩效果就]|进展|完成了|获得|拿[到了]|以来|突破|情况|咋样|怎么样|做得|干得|程度|还[^，]{1,4}不|还[^，]+吗|怎么[^，]{1,3}的|如何(?=[，。？]|$)|变化|有没有"
)
"""去年干得怎么样, 有哪些成绩; not 今年如何部署."""
# 十五五期间; not 今年
_SPAN = re.compile(rf"[“\"]?{PLAN}[”\"]?|(?:过去|[这近])的?五年|五年(?:来|间)|任期|本届政府")
"""A five-year plan, or five years looked back on: “十四五”, 过去五年, 本届政府; not 去年."""
_TOWARDS = r"(?:服务|对接|支持|融入|承接|联动|面向|赴|援|帮扶)(?:好|了)?"
"""What is done for a place or with it: 服务雄安新区; the question is not about that place."""


def asks_for_plans(core: str) -> bool:
    """Whether normalized ``core`` has words for what is planned."""
    return bool(_PLAN.search(core))


def asks_for_review(core: str) -> bool:
    """Whether normalized ``core`` has words for what was done."""
    return bool(_REVIEW.search(core))


def asks_for_five_years(core: str) -> bool:
    """Whether normalized ``core`` is about five years, not one."""
    return bool(_SPAN.search(core))


def is_served(place: str, core: str) -> bool:
    """Whether ``core`` tells of what is done for ``place`` rather than of the place: 服务雄安新区."""
    return re.search(_TOWARDS + re.escape(place), core) is not None

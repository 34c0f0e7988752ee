"""What a broad question is about: the words left without its time, its places and the words that only ask."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.text import HAN_COUNT, HAN_SEVERAL, PLACE_LEVELS, PLACE_SUFFIX, PLAN, YEAR, YEAR_COUNT
from qa.understanding.question import Question
from qa.understanding.time import TIME

_SUBJECT_STOPWORDS = re.compile(
    rf"{TIME.pattern}|{YEAR}年?|(?:过去|[这近])(?:几|{YEAR_COUNT})年|[“\"]?{PLAN}[”\"]?(?:期间|时期|以来|这五年)?|{YEAR_COUNT}年来|"
    r"(?:请|帮我|麻烦|给我|我想|想)?(?:总结|概括|概述|归纳|简述|列举|列出|罗列|介绍|了解|说说|讲讲|谈谈|说一下|看看|简单|简要)(?:一下|下)?|"
    r"(?:政府)?(?:工作)?报告(?:里|中|上|对)?(?:说|提到?|提及|写|讲|承认)?(?:了|的)?|"
    r"(?:有(?:些|一些)?|都|还|又|准备|打算|计划|要|想|应该|将|会|需要|干|做|采取|推进|开展|取得|做出|干出|出台|提出|部署|安排|定|抓|搞|弄|(?<![迁新扩改重修])建设?)*了?(?:过|的|些|点|得)?"
    rf"(?:哪[{HAN_COUNT}几\d]*(?:些|方面|项|个|件|条|点|步|块|处|大)?|什么样?|啥|怎么样?|怎样|如何|咋样?|几[家个所座位]?|多少)(?:方面|方向|领域|内容|项(?!目)|条|事情?|新)*(?:的)?"
    r"(?:动作|举措|措施|安排|打算|计划|部署|政策|做法|成绩|成效|成果|进展|变化|突破|工作|任务|目标|情况|问题|盘算|办|抓|做|干|搞|弄|发展|推进|进行|落实|处理|支持|扶持|改善|解决)*(?:了|的|呢)?|"
    rf"这?[几{HAN_SEVERAL}]个(?:大|重点)(?:项目|工程)|几[家个所条座](?=[^，。？])|"
    r"(?:方面|领域|这块|这一块|这方面|这些|那些|上(?=[有打准怎如要还做都干])|工作)|(?:进展|情况|状况|形势|现状|成绩|成效|成果|成就|举措|措施|安排|打算|计划|部署|规划|政策|做法|进度|思路|表现|动态|盘算|打算|变化)(?=$|[，。？、和与及的怎如])|"
    r"是否|是不是|有没有|能不能|会不会|要不要|还[^，]不[^，]|"
    r"下一步|接下来|接着|以后|后面|今后|目前|现在|已经?|具体|主要|分别|各自|一共|都|还|的话|"
    r"(?:做|干|搞|弄|办|(?<![迁新扩改重修])建|推进|完成|进行|开展|建设|修|发展|改造|改善|治理|落实)得(?=$|[，。？]|如何|怎|咋)|到(?:什么|哪)(?:一)?(?:程度|步)|"
    rf"全[国{PLACE_LEVELS}](?![第首级性唯最])|我[国{PLACE_LEVELS}们]|咱们?[{PLACE_LEVELS}]?|[{PLACE_LEVELS}]里|本[{PLACE_LEVELS}]"
)
"""教育方面; not 教育."""
_LEFT = re.compile(
    r"^(?:[，,。、\s在对关于的了和与及要（]|[做办干]的|就(?!业))+|[，,。、\s的了和与及吗呢啊吧呀得（）()]+$|(?<=[^体迁新扩改])[做搞干修建]$|(?<=[^网线马之以].)上$|(?<!求)是(?:指)?$"
)
"""的教育; not 教育."""
_EMPTY = re.compile(
    r"^(?:工作|盘算|打算|变化|项目|事情?|内容|问题|情况|重点|主要|大事|事项|发展|了|的|吗|呢|做|干|有|是|个|和|政府|抓|要|从|在|上|[，。？、])*$"
)
"""工作; not 教育工作."""


def subject_of(question: Question) -> str:
    """The subject of ``question`` (养老方面做了哪些事，今年还有什么打算 → 养老); empty where it names none."""
    text = question.core
    for place in question.places:
        text = text.replace(place, "，")
    parts = [_trimmed(part) for part in re.split(r"[，,。？?！!；;：:]", _SUBJECT_STOPWORDS.sub("，", text))]
    named = [part for part in parts if part and not _EMPTY.match(part)]
    whole = [part for part in named if len(part) > 1] or named  # 大气污染怎么|治
    return "、".join(dict.fromkeys(whole))


def _trimmed(text: str) -> str:
    before = None
    while before != text:
        before, text = text, _LEFT.sub("", text)
    return text


_NAMED = re.compile(r"政府工作报告|工作报告|政府|工作|统计公报|公报|规划|[^\u4e00-\u9fff]+")
"""政府工作报告; not 甲县."""
_PLACE = re.compile(f"(?:{PLACE_SUFFIX}|新区)")
"""县, 新区; not 乡."""


def without_names(subject: str, names: Iterable[str], places: Iterable[str] = ()) -> str:
    """``subject`` without the places that the reports' ``names`` hold: 容城工作 of 保定市容城县 is 工作.

    ``places`` are the reports' own, whole names of which a part may be too short to tell: 唐县.
    """
    own = {
        part for name in names for word in _NAMED.split(name) for part in _PLACE.split(word) if len(part) > 1
    }
    own |= {place for place in places if _PLACE.search(place)}
    for part in sorted(filter(subject.__contains__, own), key=len, reverse=True):
        subject = re.sub(rf"{re.escape(part)}(?:{_PLACE.pattern})?的?", "，", subject)
    return "、".join(
        part for part in map(_trimmed, re.split("[，、]", subject)) if part and not _EMPTY.match(part)
    )

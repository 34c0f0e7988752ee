"""Questions that lean on the one before: 那2025年呢？增长率呢？那历下区呢？"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text import normalize
from qa.understanding.places import places_named
from qa.understanding.time import TIME

_LEAD = re.compile(r"^(?:那么?|还有|再问一下|另外|然后)+[，,、]?")
"""那么2025年; not 2025年."""
_TAIL = re.compile(r"(?:又?是多少|有多少|怎么样|如何|呢|呀|啊|吗|是什么)*[？?。！!\s]*$")
"""呢？, 是多少; not 产量."""
_REFERS = re.compile(r"^(?:它|其|这个|该)的?")
"""它的产量; not 产量."""
_ASKED = re.compile(
    r"(?:一共|总共|分别|各)*(?:是|有|为|达到?|实现|完成)?了?(?:多少|几|百分之几|多大)[个万亿]*[^，。；？?]{0,6}[？?。\s]*$"
)
"""是多少; not 产量."""
_ATTRIBUTE = re.compile(r"(?:率|额|量|数|值|速|幅|比|价|积|目标|投资|规模|人口|占比|比重|名次|排名)$")
"""增长率; not 增长."""
_LONGEST_TOPIC = 8
"""Characters of what a question names anew (那教育呢); a longer one stands alone."""


def complete(question: str, history: Sequence[str]) -> str:
    """``question`` with what it leaves out taken from the last question that stood by itself."""
    earlier = [q for q in history if q.strip()]
    if not earlier or not is_follow_up(question):
        return question
    before = complete(earlier[-1], earlier[:-1])
    topic = _topic(question)
    new_time = TIME.search(normalize(question))
    if new_time:
        before = _with_time(before, new_time[0])
    if not topic:
        return before
    if named := places_named(topic):
        return named[0] + _without_places(before)
    if _ATTRIBUTE.search(topic):
        return f"{_ASKED.sub('', normalize(before)).rstrip('？?。')}的{topic}是多少？"
    return f"{topic}，{before}"


def is_follow_up(question: str) -> bool:
    """Whether ``question`` says too little to be asked by itself."""
    text = normalize(question).strip()
    led = bool(_LEAD.match(text) or _REFERS.match(text) or re.search(r"呢[？?\s]*$", text))
    return led and len(_topic(question)) <= _LONGEST_TOPIC


def _topic(question: str) -> str:
    """What ``question`` names besides a time."""
    text = _REFERS.sub("", _LEAD.sub("", normalize(question).strip()))
    return _TAIL.sub("", TIME.sub("", text)).strip("，,、 的")


def _with_time(question: str, time: str) -> str:
    """``question`` asked of another ``time``; with a mode of its own (目标) it keeps the old one's words."""
    text = normalize(question)
    return TIME.sub(time, text, count=1) if TIME.search(text) else time + text


def _without_places(question: str) -> str:
    text = normalize(question)
    for place in places_named(text):
        text = text.replace(place, "")
    return text

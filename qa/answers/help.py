"""Greetings, thanks, what can you do, mere punctuation: one line on how to ask, nothing from the reports."""

from __future__ import annotations

import re

from qa.answers.asking import Asking
from qa.types import Answer

HELP = (
    "我逐字引用所收录的政府工作报告来回答，并给出章节和页码。可以这样问："
    "“去年地区生产总值是多少？”“养老方面做了哪些事？”“今年重点抓哪几个方面的工作？”"
    "“还存在哪些问题？”“这份报告主要讲了什么？”"
)
"""The one sentence of help; ``Answer.text`` is exactly this with the shape ``help``."""

_COURTESY = re.compile(
    r"^(?:您好|你好|大家好|哈喽|嗨|喂|hi|hello|hey|在吗|在不在|有人吗|[早中下晚]上?午?[好安]|早安|晚安|谢谢|多谢|感谢|谢了|辛苦|拜拜|再见|"
    r"好的|好吧|好|可以|不错|很好|太棒|厉害|明白|知道|收到|嗯|哦|噢|ok|没事|不用|不客气|了|您|你|啦|啊|呀|哈|呢|吗|的|很|非常|一下)+$"
)
"""你好, 谢谢啦, 好的辛苦了; not 好的营商环境有哪些."""
_ABOUT = re.compile(
    r"^(?:请问)?(?:那|那么)?(?:你|您|这个(?:系统|网站|工具|软件|助手)|系统|问报)(?:是|叫|能|会|可以|都|有|还|到底|怎么)*"
    r"(?:谁|什么|啥|哪些?|干嘛|做什么|干什么|做啥|干啥|帮我?做?什么|功能|用途?|名字|本事|回答什么|问题)*(?:功能|问题|名字|事情?)?[啊呀呢吗的]*$"
    r"|^(?:都)?(?:能|会|可以)(?:干嘛|[干做](?:什么|啥|些什么|些啥))[啊呀呢吗的]*$"
    r"|(?:怎么|怎样|如何)(?:使用|用|提问|问|查|操作)(?:你|这个|它|问报)?(?:系统|网站|工具|软件|助手|问题)?[啊呀呢]?$"
    r"|(?:可以|能|该|会|适合)(?:向你)?(?:问|回答)(?:哪些|什么|啥)(?:样的)?(?:问题|内容)?|(?:使用|操作)(?:说明|方法|指南|帮助)|^(?:帮助|help)$|"
    r"(?:举|给)几?个(?:提问的?)?例子$"
)
"""你能做什么, 能干嘛, 怎么用这个系统, 可以问哪些问题; not 报告对你是怎么说的."""
_WORDS = re.compile(r"[^\w]|_")
"""！, _; not 你."""


def asks_for_help(text: str) -> bool:
    """Whether ``text`` asks nothing of the reports: it greets, thanks, asks how to ask, or holds no word."""
    words = _WORDS.sub("", text).lower()
    return not words or bool(_COURTESY.match(words) or _ABOUT.search(words))


def answer_help(asking: Asking) -> Answer | None:
    """How to ask, which is no answer and no refusal either; None where something is asked."""
    if not asks_for_help(asking.question.text):
        return None
    return Answer(asking.question.text, False, HELP, [], shape="help")

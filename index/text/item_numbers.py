"""How the parts and items of a text are numbered, as regular expressions: one spelling for all who look for them."""

from __future__ import annotations

import re

from index.text.numerals import HAN_NUMERAL

_PART_NUMERAL = rf"(?:[{HAN_NUMERAL}百零〇]{{1,4}}|\d{{1,3}})"
PART_NUMBER = rf"第{_PART_NUMERAL}(?:部分|[編编篇辑])"
"""第一部分, 第二编; not 一部分."""
CHAPTER_NUMBER = rf"第{_PART_NUMERAL}章"
"""第三章; not 三章."""
SECTION_NUMBER = rf"第{_PART_NUMERAL}节"
"""第二节; not 二节."""
ARTICLE_NUMBER = rf"第(?:[{HAN_NUMERAL}百千零〇]{{1,8}}|\d{{1,4}})条(?:之[{HAN_NUMERAL}])?"
"""第一百二十二条, 第三条之一; not 三条."""
_ITEM_NUMERAL = rf"[{HAN_NUMERAL}百]{{1,4}}"
HAN_ITEM = rf"{_ITEM_NUMERAL}(?:、|[.．](?=\D))(?!\s*[{HAN_NUMERAL}]+[、是产次季])"
"""一、工作回顾; not 一、二产业, 一、二季度."""
HAN_ITEM_IN_BRACKETS = rf"[（(]{_ITEM_NUMERAL}[）)]"
"""（一）; not 一）."""
DIGIT_ITEM = r"\d{1,2}(?:、|[.．](?!\d))"
"""1.新建学校, 12、; not 1.5亿元."""
DIGIT_ITEM_IN_BRACKETS = r"[（(]?\d{1,2}[）)]"
"""（1）, 1); not 1."""
CIRCLED_ITEM = "[①-⑳]"
"""①; not 1."""
SPOKEN_ITEM = rf"{_ITEM_NUMERAL}(?:是|要|、是)(?!年)"
"""一是, 二要; not 第一, 一是年."""
ORDINAL_ITEM = rf"第{_ITEM_NUMERAL}[，,、：]|其[{HAN_NUMERAL}][，、]"
"""第三，, 其一，; not 第三产业."""
ITEM_NUMBER = rf"(?:{HAN_ITEM}|{HAN_ITEM_IN_BRACKETS}|{DIGIT_ITEM_IN_BRACKETS}|{DIGIT_ITEM}|{CIRCLED_ITEM})"
"""The number of an item at a line's start in any style but the spoken ones: （一）, 1., 二、, ③; not 第一."""
_NUMERAL = re.compile(rf"[{HAN_NUMERAL}百千零〇]+|\d+|{CIRCLED_ITEM}")
"""三, 12, ③; not 甲."""


def numeral_of(number: str) -> str:
    """The numeral of what one of these expressions matched: ``三`` of ``（三）``."""
    match = _NUMERAL.search(number)
    return match[0] if match else ""

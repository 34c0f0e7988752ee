"""Report texts taken from web pages: what the page put around them goes, and lost line breaks come back.

Only what is told for certain is left out: buttons and lines of origin above the text, link lists below it, a
summary that repeats the opening, newspaper breaks, and a second copy of the whole report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from index.text.numerals import HAN_NUMERAL
from index.text.sentences import SALUTATION, SENTENCE_MARKS
from index.text.time_expressions import YEAR
from index.types import Line, Source

_BREAK = re.compile(r"(?:\\r)?\\n|\\r")  # a line break written out as \r\n
"""A line break written out: \\r\\n, \\n; not n."""
# &nbsp;, &emsp…; not R&D
_ENTITY = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|ems?p?(?=\.{3}|…));?")
"""&nbsp;; not R&D."""
_UNBROKEN = 2000
"""Characters of a line that is no paragraph but a report without its line breaks; paragraphs of real reports
are under 1 500."""

# 下载, 【字号：, 首页, 147 (how often read); not 大力发展…
_BUTTON = re.compile(
    r"下载|打印(?:本页)?|全屏|收藏|关闭(?:窗口)?|分享(?:到.{0,6})?[:：]?|首页|当前位置[:：]?.{0,40}|您(?:现在)?(?:的|所在)位置[:：]?.{0,40}"
    r"|[【\[(（]?字[体号][:：]?.{0,12}|加大|还原|减小|大|中|小|[】>|×+-]|(?:阅读|评论|浏览|点击)(?:次数|量|数)?[:：]?\s*\d*次?|\d{1,7}"
)
"""The last is how often a page was read: 下载, 【字号：, 首页, 147; not 大力发展…."""
# 来源：安徽日报, 时间：2022-11-22 作者：…, 2026-02-03 09:02:33
# 来源：安徽日报; not 来源丰富
_ORIGIN = re.compile(
    r"(?:(?:信息|文章|稿件)?来源|(?:发布|更新|发表)?(?:时间|日期)|作者|(?:责任|网络)?编辑)\s*[:：].{0,120}"
    rf"|{YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:\s+\d{{1,2}}:\d\d(?::\d\d)?)?"
)
"""来源：安徽日报, 时间：2022-11-22 作者：…, 2026-02-03 09:02:33; not 来源丰富."""
_SUMMARY = re.compile(r"(?:内容)?摘要[:：]?")
"""摘要：, 内容摘要; not 摘要如下."""
_CUT_SHORT = re.compile(r"(?:\.{3,}|…+)$")
"""全面推进……, and so on...; not 全面推进。."""
_LINKS = re.compile(
    r"(?:相关|推荐|热门|延伸)(?:报道|文档|文章|阅读|链接|新闻|信息|内容)[:：]?|[上下]一[篇条页]\s*[:：]?.{0,40}|标签云|本栏(?:最新|推荐)|阅读排行|"
    r"分享(?:到.{0,6})?[:：]?|收藏|打印(?:本页)?|关闭(?:窗口)?|[》>]{1,2}.{0,20}(?:专题|更多|详细)[《<]*|扫一扫.{0,20}|"
    r"(?:免责|版权)?声明[:：].*|.{0,80}(?:未经许可|本站立场|不得转载).*"
)
"""相关报道; not 相关部门."""
_LINK = re.compile(r"[^。；！？，]{0,40}")
"""政府信息公开; not 今年，."""
_REPORT_TITLE = re.compile(r"[^。；！？，：]{4,36}(?:报告|公报)")
"""甲县政府工作报告; not 报告, 现在，我作报告."""
_OPENS_TEXT = re.compile(rf"{SALUTATION}|[{HAN_NUMERAL}]、|（一）|第一[章部编篇]")
"""各位代表; not 代表建议."""
# 下转7版, （上接第4版）
_TURN = re.compile(rf"\s*[（(【]?(?:下转|上接)第?\s*[A-Z]?[0-9{HAN_NUMERAL}]{{1,3}}\s*版[）)】]?\s*")
"""下转7版, （上接第4版）; not 下转第."""
# The mark of whoever copied the text, at its very beginning or end: 百度搜索…网, 微信公众号…
# 百度搜索某某文库网; not 搜索引擎
_WATERMARK = r"(?:来源[:：]\s*)?(?:百度(?:搜索)?|微信(?:公众号|搜索|小程序)|公众号)[:：]?\s*[\u4e00-\u9fff][\u4e00-\u9fff\s]{1,14}[网号库]"
_FIRST_MARK = re.compile(rf"^{_WATERMARK}\s{{2,}}")
"""百度搜索某某文库网  各位代表; not 百度搜索某某文库网的用户."""
_LAST_MARK = re.compile(rf"(?<=[{SENTENCE_MARKS}!?”\s])\s*{_WATERMARK}\s*$")
"""。百度搜索某某文库网; not 百度搜索某某文库网的用户."""
_LAST_ORIGIN = re.compile(
    rf"(?:^|(?<=[{SENTENCE_MARKS}!?”\s]))\s*[（(](?:来源|转自|摘自)[:：][^（）()]{{2,20}}[)）]\s*$"
)
"""。（来源：安徽日报）; not （来源丰富）."""

_LOST_SPACES = re.compile(r"(?:\?\?)+")
"""??; not ?."""
_LOST_INDENT = re.compile(r"^\s*\?{2,}(?=[\u4e00-\u9fff（“])")
"""The spaces before a paragraph, lost in a conversion: ???各位代表，今后五年; not 什么??"""
_HEAD_LINES = 40
"""Lines within which a page's own text begins; set by hand."""
_FEWEST_LINKS = 4
"""Titles of other reports in a row; fewer may be text that names reports."""
_LONGEST_LINK = 200
"""Below a text stands a disclaimer at most."""
_COPIED = 40
"""Characters of a paragraph that no report says twice by chance."""
_SPACES = re.compile(r"[ \t\u00a0\u2002\u2003\u3000]{2,}")
"""甲  乙; not 甲 乙."""
_AFTER_SENTENCE = re.compile(
    rf"(?<=[{SENTENCE_MARKS}：；”])\s+(?=\S)|\s+(?=[{HAN_NUMERAL}]{{1,3}}、|（[{HAN_NUMERAL}]{{1,3}}）)"
)
"""完成。 今年; not 完成 今年."""
_HEADING = re.compile(
    rf"(?:[{HAN_NUMERAL}]{{1,3}}、|（[{HAN_NUMERAL}]{{1,3}}）)[^。；！？\s]{{2,40}}(?=\s+\S)"
)
"""一、工作回顾 过去; not 一、工作回顾."""


def without_web_furniture(source: Source) -> Source:
    """``source`` as its writer had it; a PDF, whose pages say where lines stand, stays as it is."""
    if source.kind == "pdf" or len(source.pages) != 1:
        return source
    lines = [part for line in source.pages[0].lines for part in _broken(line)]
    lines = _once(_without_tail(_without_head(lines)))
    lines = _without_marks(
        [replace(line, text=_LOST_INDENT.sub("", _TURN.sub("", line.text))) for line in lines]
    )
    return replace(source, pages=(replace(source.pages[0], lines=tuple(lines)),))


def _broken(line: Line) -> Iterator[Line]:
    """``line`` with the breaks it lost: written out as ``\\r\\n``, or left as white space in one long line."""
    text = _ENTITY.sub(" ", line.text)
    pieces = _BREAK.split(text) if len(_BREAK.findall(text)) > 2 else [text]
    for piece in pieces:
        parts = [piece]
        if len(piece) > _UNBROKEN:
            spaced = len(_SPACES.findall(piece.strip())) > 4
            parts = (
                _SPACES.split(piece)
                if spaced
                else [p for s in _AFTER_SENTENCE.split(piece) for p in _headed(s)]
            )
        yield from (replace(line, text=part) for part in parts if part or len(parts) == 1)


def _headed(text: str) -> list[str]:
    """``一、2023年工作回顾 过去一年，…`` in two: a heading is a line of its own."""
    match = _HEADING.match(text)
    return [match[0], text[match.end() :].lstrip()] if match else [text]


def _without_head(lines: list[Line]) -> list[Line]:
    """Without the buttons, the origin and the summary that a page shows above a text."""
    texts = [line.text.strip() for line in lines]
    filled = [at for at, text in enumerate(texts) if text][:_HEAD_LINES]
    ends = next((at for at in filled if _OPENS_TEXT.match(texts[at]) or len(texts[at]) > 200), None)
    head = [at for at in filled if ends is None or at < ends]
    drop = {at for at in head if _BUTTON.fullmatch(texts[at]) or _ORIGIN.fullmatch(texts[at])}
    for at, after in pairwise(filled):
        if _SUMMARY.fullmatch(texts[at]) and _CUT_SHORT.search(texts[after]):
            drop |= {at, after}
    if not any(len(texts[at]) > 1 and not texts[at].isdigit() for at in drop):
        return lines  # a lone figure or letter may be the text's own
    crumbs = {texts[at] for at in head if at - 1 in drop and texts[at - 1] == ">"}
    drop |= {at for at in head if texts[at] in crumbs}
    rest = [at for at in head if at not in drop]
    # The name of the column above the title: 工作报告, 2020年…政府工作报告
    if len(rest) > 1 and texts[rest[0]] in texts[rest[1]] and len(texts[rest[1]]) <= 60:
        drop.add(rest[0])
    spoilt = any("????" in texts[at] for at in drop)  # the page's non-breaking spaces, lost in a conversion
    return [
        replace(line, text=_LOST_SPACES.sub(" ", line.text)) if spoilt else line
        for at, line in enumerate(lines)
        if at not in drop
    ]


def _without_tail(lines: list[Line]) -> list[Line]:
    """Without the links below a text: from the first heading of links on, if little but links follows it."""
    texts = [line.text.strip() for line in lines]
    titles = [at for at, text in enumerate(texts) if _REPORT_TITLE.fullmatch(text)]
    many = titles if len(titles) >= _FEWEST_LINKS else []
    for at in sorted({*(at for at, text in enumerate(texts) if _LINKS.fullmatch(text)), *many}):
        below = [text for text in texts[at + 1 :] if text]
        links = sum(bool(_LINK.fullmatch(text)) for text in below)
        if (
            at > len(lines) // 4
            and 2 * links >= len(below)
            and max(map(len, below), default=0) <= _LONGEST_LINK
        ):
            return lines[:at]
    return lines


def _once(lines: list[Line]) -> list[Line]:
    """A report that stands twice in its file, once."""
    texts = ["".join(line.text.split()) for line in lines]
    seen: dict[str, int] = {}
    repeats = [seen.setdefault(text, at) != at for at, text in enumerate(texts)]
    long = [at for at, text in enumerate(texts) if len(text) >= _COPIED]
    again = [at for at in long if repeats[at]]
    if len(again) < 5:
        return lines
    since = [at for at in long if at >= again[0]]
    if len(again) < 0.8 * len(since) or len(again) < 0.3 * len(long):
        return lines
    start = again[0]
    while start and repeats[start - 1]:  # its title and its salutation came before
        start -= 1
    return [line for at, line in enumerate(lines) if at < start or not repeats[at]]


def _without_marks(lines: Sequence[Line]) -> list[Line]:
    """Without the mark that a collector of texts left at the beginning or the end."""
    kept = list(lines)
    filled = [at for at, line in enumerate(kept) if line.text.strip()]
    if filled:
        first, last = filled[0], filled[-1]
        kept[first] = replace(kept[first], text=_FIRST_MARK.sub("", kept[first].text))
        text = _LAST_ORIGIN.sub("", _LAST_MARK.sub("", kept[last].text))
        kept[last] = replace(kept[last], text=text)
    return kept

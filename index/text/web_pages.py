"""Report texts taken from web pages: what the page put around them goes, and lost line breaks come back.

Only what is told for certain is left out: buttons and lines of origin above the text, link lists below it, a
summary that repeats the opening, newspaper breaks, and a second copy of the whole report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape

from index.text.item_numbers import CHAPTER_NUMBER, HAN_ITEM, HAN_ITEM_IN_BRACKETS, PART_NUMBER
from index.text.page_furniture import (
    TURN,
    is_address,
    is_buttons,
    is_certain,
    is_collectors,
    is_foot,
    is_origin,
    is_owner,
)
from index.text.sentences import SALUTATION, SENTENCE_MARKS
from index.types import Line, Source

_BREAK = re.compile(
    r"(?:\\r)?\\n(?![A-Za-z])|\\r(?![A-Za-z])|_x000D_|<br\s*/?>|</?p(?:\s[^<>]{0,200})?>", re.IGNORECASE
)
"""A line break written out: \\r\\n, \\n, <br>, </p>; not n, <b>, \\right."""
_TAB = re.compile(r"\\t(?![A-Za-z])")
"""\\t; not \\tau."""
_FEWEST_BREAKS = 3
"""A backslash and an n may meet by chance, in a path; not so often."""
_CHARACTER = re.compile(r"&(?:#\d{1,6}|#x[\da-f]{1,5}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
"""&ldquo;, &#160;, &amp;; not R&D."""
# &nbsp;, &emsp…; not R&D
_ENTITY = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|ems?p?(?=\.{3}|…));?")
"""&nbsp;; not R&D."""
_UNBROKEN = 2000
"""Characters of a line that is no paragraph but a report without its line breaks; paragraphs of real reports
are under 1 500."""

_SUMMARY_WORD = r"(?:(?:内容|文章|本文)?(?:摘\s*要|提要|概要)|导\s*读|核心提示)"
_SUMMARY = re.compile(rf"[【\[]{_SUMMARY_WORD}[】\]]\s*[:：]?|{_SUMMARY_WORD}\s*(?:[:：]|$)")
"""摘要：, 【内容摘要】, 导读; not 摘要如下."""
_TITLE_LABEL = re.compile(
    r"(?:文章|信息)?(?:标\s*题|题\s*名|名\s*称)\s*[:：]\s*(?=\S)|(?:标\s+题|名\s+称)\s+(?=\S)"
)
"""标题：甲县政府工作报告, 名　称 甲县政府工作报告; not 标题如下."""
_CUT_SHORT = re.compile(r"(?:\.{3,}|…+)$")
"""全面推进……, and so on...; not 全面推进。."""
_LINKS = re.compile(
    r"(?:相关|推荐|热门|热点|延伸|最新|更多|精彩)(?:报道|文档|文章|阅读|链接|新闻|信息|内容|推荐|资讯|范文|专题)[:：]?|[上下]一[篇条页]\s*[:：]?.{0,60}|标签云|本栏(?:最新|推荐)|(?:阅读|点击|热门)?排行榜?|"
    r"猜(?:你|您)(?:喜欢|关注)|(?:大家|你可能|您可能|其他人)(?:都|也|还)?在?(?:看|喜欢|感兴趣).{0,4}|(?:为您|热门|相关)推荐|友情链接[:：]?|"
    r"分享(?:到.{0,6})?[:：]?|收藏|打印(?:本页)?|关闭(?:窗口)?|[》>]{1,2}.{0,20}(?:专题|更多|详细)[《<]*|扫一扫.{0,20}|"
    r"(?:免责|版权)?声明[:：].*|.{0,80}(?:未经许可|本站立场|不得转载).*"
)
"""相关报道; not 相关部门."""
_LINK = re.compile(r"[^。；！？，]{0,40}")
"""政府信息公开; not 今年，."""
_REPORT_TITLE = re.compile(r"[^。；！？，：]{4,36}(?:报告|公报)")
"""甲县政府工作报告; not 报告, 现在，我作报告."""
_OPENS_TEXT = re.compile(f"{SALUTATION}|{HAN_ITEM}|{HAN_ITEM_IN_BRACKETS}|{PART_NUMBER}|{CHAPTER_NUMBER}")
"""各位代表; not 代表建议."""
# The mark of whoever copied the text, at its very beginning or end: 百度搜索…网, 微信公众号…
# 百度搜索某某文库网; not 搜索引擎
_WATERMARK = r"(?:来源[:：]\s*)?(?:百度(?:搜索)?|微信(?:公众号|搜索|小程序)|公众号)[:：]?\s*[\u4e00-\u9fff][\u4e00-\u9fff\s]{1,14}[网号库]"
_FIRST_MARK = re.compile(rf"^{_WATERMARK}\s{{2,}}")
"""百度搜索某某文库网  各位代表; not 百度搜索某某文库网的用户."""
_LAST_MARK = re.compile(rf"(?<=[{SENTENCE_MARKS}!?”\s])\s*{_WATERMARK}\s*$")
"""。百度搜索某某文库网; not 百度搜索某某文库网的用户."""
_LAST_ORIGIN = re.compile(
    rf"(?:^|(?<=[{SENTENCE_MARKS}!?”\s]))\s*[（(](?:来源|转自|摘自|责任编辑|编辑)[:：][^（）()]{{2,40}}[)）]\s*$"
)
"""。（来源：安徽日报）; not （来源丰富）."""
_WATERMARK_AT_END = re.compile(
    rf"(?<=[{SENTENCE_MARKS}；”])\s+((?:更多|欢迎|请)?[^{SENTENCE_MARKS}]{{0,16}}(?:关注|搜索|登[录陆]|访问|公众号|微信)[^{SENTENCE_MARKS}]{{2,24}})$"
)
"""完成。 更多资料请关注公众号某某; not 完成。请关注。"""
_LONGEST_MARK = 60
"""Characters from a line's end within which a mark of a collector stands; the pattern takes no more."""
_LIST_OPENS = re.compile(r"[^。；！？]{0,40}(?:汇总|大全|合集|一览|专辑|专题)\s*[:：]?")
"""各县政府工作报告汇总：; not 情况如下："""

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
_FEWEST_AGAIN, _OF_WHOLE = 5, 0.3
"""Paragraphs that stand twice where the whole report does, and the share of its text that they are at least: a passage
may be quoted again."""
_OF_WHOLE_LINE = 1 / 3
"""The same share of a line that is a copy without breaks."""
_AGAIN, _INSIDE = 0.8, 0.7
"""The share that repeats from where the copy begins, and of a copy without breaks that stands in paragraphs elsewhere."""
_WHOLE_REPORT = 10
"""Paragraphs of ``_COPIED`` characters that a line holds which may be a whole report."""
_MOST_GAPS = 4
"""Wide spaces in a paragraph; where more are, they are its lost line breaks."""
_LONGEST_TITLE, _LONGEST_HEAD_LINE = 60, 200
"""Characters of a report's title, and of a line above its text that a page puts there."""
_TOP = 4
"""Links in the first quarter of a page are no end of its text."""
_SPACES = re.compile(r"[ \t\u00a0\u2002\u2003\u3000]{2,}")
"""甲  乙; not 甲 乙."""
_AFTER_SENTENCE = re.compile(
    rf"(?<=[{SENTENCE_MARKS}：；”])\s+(?=\S)|\s+(?={HAN_ITEM}|{HAN_ITEM_IN_BRACKETS})"
)
"""完成。 今年; not 完成 今年."""
_HEADING = re.compile(rf"(?:{HAN_ITEM}|{HAN_ITEM_IN_BRACKETS})[^。；！？\s]{{2,40}}(?=\s+\S)")
"""一、工作回顾 过去; not 一、工作回顾."""


def without_web_furniture(source: Source) -> Source:
    """``source`` as its writer had it; a PDF, whose pages say where lines stand, stays as it is."""
    if source.kind == "pdf" or len(source.pages) != 1:
        return source
    given = source.pages[0].lines
    written_out = sum(len(_BREAK.findall(line.text)) for line in given) >= _FEWEST_BREAKS
    lines = [part for line in given for part in _broken(line, written_out)]
    lines = _once(_without_tail(_without_head(lines)))
    lines = [replace(line, text=_LOST_INDENT.sub("", line.text)) for line in lines]
    lines = _without_marks(_without_turns(lines))
    return replace(source, pages=(replace(source.pages[0], lines=tuple(lines)),))


def _broken(line: Line, written_out: bool) -> Iterator[Line]:
    """``line`` with the breaks it lost: written out as ``\\r\\n``, or left as white space in one long line."""
    text = _ENTITY.sub(" ", _spelt(line.text)) if "&" in line.text else line.text
    pieces = _BREAK.split(_TAB.sub(" ", text)) if written_out else [text]
    for piece in pieces:
        parts = [piece]
        if len(piece) > _UNBROKEN:
            spaced = len(_SPACES.findall(piece.strip())) > _MOST_GAPS
            parts = (
                _SPACES.split(piece)
                if spaced
                else [p for s in _AFTER_SENTENCE.split(piece) for p in _headed(s)]
            )
        yield from (replace(line, text=part) for part in parts if part or len(parts) == 1)


def _spelt(text: str) -> str:
    """``text`` with the characters that a page names (&ldquo;, &#160;), also where the name was named (&amp;ldquo;)."""
    for _ in range(2):
        text = _CHARACTER.sub(lambda match: unescape(match[0]).replace("\u00a0", " "), text)
    return text


def _headed(text: str) -> list[str]:
    """``一、2023年工作回顾 过去一年，…`` in two: a heading is a line of its own."""
    match = _HEADING.match(text)
    return [match[0], text[match.end() :].lstrip()] if match else [text]


def _without_head(lines: list[Line]) -> list[Line]:
    """Without the buttons, the origin and the summary that a page shows above a text."""
    texts = [line.text.strip() for line in lines]
    filled = [at for at, text in enumerate(texts) if text][:_HEAD_LINES]
    ends = next((at for at in filled if _OPENS_TEXT.match(texts[at]) or _is_body(texts[at])), None)
    head = [at for at in filled if ends is None or at < ends]
    drop = {at for at in head if is_buttons(texts[at]) or is_origin(texts[at]) or is_collectors(texts[at])}
    body = "".join("".join(texts[at] for at in range(len(texts)) if at not in head).split())
    for at, after in zip(filled, [*filled[1:], None], strict=False):
        summary = _SUMMARY.match(texts[at]) if at in head else None
        if summary and summary.end() == len(texts[at]) and after is not None and _repeats(texts[after], body):
            drop |= {at, after}
        elif summary and _repeats(texts[at][summary.end() :], body):
            drop.add(at)
    lines = [
        replace(line, text=_TITLE_LABEL.sub("", line.text.strip(), count=1))
        if at in head and _TITLE_LABEL.match(texts[at])
        else line
        for at, line in enumerate(lines)
    ]
    if not any(is_origin(texts[at]) or not is_buttons(texts[at]) or is_certain(texts[at]) for at in drop):
        return lines  # a lone figure or letter may be the text's own
    crumbs = {texts[at] for at in head if at - 1 in drop and texts[at - 1] == ">"}
    drop |= {at for at in head if texts[at] in crumbs}
    left = [at for at in head if at not in drop]
    # The name of the column above the title: 工作报告, 2020年…政府工作报告
    if len(left) > 1 and texts[left[0]] in texts[left[1]] and len(texts[left[1]]) <= _LONGEST_TITLE:
        drop.add(left[0])
    spoilt = any("????" in texts[at] for at in drop)  # the page's non-breaking spaces, lost in a conversion
    return [
        replace(line, text=_LOST_SPACES.sub(" ", line.text)) if spoilt else line
        for at, line in enumerate(lines)
        if at not in drop
    ]


def _is_body(text: str) -> bool:
    """Whether a line above the first heading is the text's own already, by its length."""
    return len(text) > _LONGEST_HEAD_LINE and not _SUMMARY.match(text)


def _repeats(summary: str, rest: str) -> bool:
    """Whether a summary is cut short, or says what the text says again."""
    bare = "".join(_CUT_SHORT.sub("", summary).split())
    return bool(bare) and (_CUT_SHORT.search(summary) is not None or bare in rest)


def _without_foot(lines: list[Line]) -> list[Line]:
    """Without the buttons, owners, files and disclaimers that are the last lines."""
    end = kept = len(lines)
    while end:
        text = lines[end - 1].text.strip()
        owner = is_owner(text)
        if text and not (owner or is_foot(text) or is_address(text)):
            break
        end -= 1
        # An address alone may be the text's own: 主办单位：甲局, below a list of tasks.
        kept = end if owner or (not is_address(text) and kept == end + 1) else kept
    return lines[:kept] if 2 * kept > len(lines) else lines


def _without_tail(lines: list[Line]) -> list[Line]:
    """Without the links below a text: from the first heading of links on, if little but links follows it."""
    lines = _without_foot(lines)
    texts = [line.text.strip() for line in lines]
    titles = [at for at, text in enumerate(texts) if _REPORT_TITLE.fullmatch(text)]
    many = titles if len(titles) >= _FEWEST_LINKS else []
    for at in sorted({*(at for at, text in enumerate(texts) if _LINKS.fullmatch(text)), *many}):
        below = [text for text in texts[at + 1 :] if text]
        links = sum(bool(_LINK.fullmatch(text)) for text in below)
        if (
            at > len(lines) // _TOP
            and 2 * links >= len(below)
            and max(map(len, below), default=0) <= _LONGEST_LINK
        ):
            while at and (not texts[at - 1] or _LIST_OPENS.fullmatch(texts[at - 1])):
                at -= 1
            return _without_foot(lines[:at])
    return lines


def _once(lines: list[Line]) -> list[Line]:
    """A report that stands twice in its file, once."""
    texts = ["".join(line.text.split()) for line in lines]
    if (copy := _unbroken_copy(texts)) is not None:
        return [line for at, line in enumerate(lines) if at != copy]
    seen: dict[str, int] = {}
    repeats = [seen.setdefault(text, at) != at for at, text in enumerate(texts)]
    long = [at for at, text in enumerate(texts) if len(text) >= _COPIED]
    again = [at for at in long if repeats[at]]
    if len(again) < _FEWEST_AGAIN:
        return lines
    since = [at for at in long if at >= again[0]]
    if len(again) < _AGAIN * len(since) or len(again) < _OF_WHOLE * len(long):
        return lines
    start = again[0]
    while start and repeats[start - 1]:  # its title and its salutation came before
        start -= 1
    return [line for at, line in enumerate(lines) if at < start or not repeats[at]]


def _unbroken_copy(texts: Sequence[str]) -> int | None:
    """The line that is the whole report once more, without its breaks."""
    whole = sum(map(len, texts))
    for at, text in enumerate(texts):
        if len(text) > _WHOLE_REPORT * _COPIED and len(text) > _OF_WHOLE_LINE * whole:
            inside = [other for other in texts if _COPIED <= len(other) < len(text) and other in text]
            if len(inside) >= _FEWEST_AGAIN and sum(map(len, inside)) > _INSIDE * len(text):
                return at
    return None


def _without_turns(lines: Sequence[Line]) -> list[Line]:
    """Without the marks where a newspaper's column breaks; the sentence that was parted is one again."""
    kept: list[Line] = []
    parted = False
    for line in lines:
        turns = list(TURN.finditer(line.text)) if "版" in line.text else []
        text = TURN.sub("", line.text) if turns else line.text
        follows = bool(turns) and turns[0].start() == 0
        breaks = bool(turns) and turns[-1].end() == len(line.text)
        if not text.strip() and text != line.text:
            parted = True
            continue
        if (
            kept
            and (parted or follows)
            and text.strip()
            and kept[-1].text.strip()[-1:] not in f"{SENTENCE_MARKS}："
        ):
            kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip() + text.strip())
        else:
            kept.append(replace(line, text=text))
        parted = breaks
    return kept


def _without_marks(lines: Sequence[Line]) -> list[Line]:
    """Without the mark that a collector of texts left at the beginning or the end, or after many paragraphs."""
    found = [_WATERMARK_AT_END.search(line.text, max(0, len(line.text) - _LONGEST_MARK)) for line in lines]
    marks = Counter(match[1] for match in found if match)
    kept = [
        replace(line, text=line.text[: match.start()]) if match and marks[match[1]] > 1 else line
        for line, match in zip(lines, found, strict=True)
    ]
    filled = [at for at, line in enumerate(kept) if line.text.strip()]
    if filled:
        first, last = filled[0], filled[-1]
        kept[first] = replace(kept[first], text=_FIRST_MARK.sub("", kept[first].text))
        text = _LAST_ORIGIN.sub("", _LAST_MARK.sub("", kept[last].text))
        kept[last] = replace(kept[last], text=text)
    return kept

"""Several questions in one, and one question about several places: each answered, and those that are not said so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.text import HAN_COUNT, normalize
from qa.answers.asking import Asking
from qa.answers.groups import label
from qa.types import Answer, Citation, Group
from qa.understanding import TIME, complete, is_follow_up, is_place, parse, subject_of

MOST = 6
"""More questions in one are a story that holds question words."""
_BETWEEN = re.compile(
    r"[？?；;\n]+|[，,。](?=(?:另外|顺便|还有|再(?:说说|问|列)|最后|其次|然后|还存在|以及))|(?<=[一-鿿])(?=另外有没有)"
)
"""GDP多少？财政收入多少？; 总结去年的工作，顺便告诉我今年的任务; not 去年多少，今年又是多少."""
_OPENING = re.compile(
    rf"^(?:问[{HAN_COUNT}几]?个?(?:事|问题)|请问|先|再|最后|其次|然后|另外|顺便|还有|以及|告诉我|我想知道)+[：:，,]?"
)
"""请问去年; not 去年请问."""
_ASKS = re.compile(
    r"多少|几|哪|谁|什么|啥|何|怎|咋|吗|呢|有没有|是不是|([^，。])不\1|没$|总结|概括|列|说说|介绍|任务|问题"
)
"""建了几所学校; not 建了学校."""
_OWN = re.compile(
    r"[一-鿿].*(?:多少|几|没[^，]*|吗|怎[么样]|如何|什么时候|哪)|[一-鿿]{2}(?:增速|增幅|总额|人数|收入|总量)$"
)
"""改造了多少小区; not 多少."""
_MANNER = re.compile(r"^列(?:个|出)?(?:提纲|标题|表)|^(?:简单|简要|概括)(?:说说?|点|一下)?$|^谢谢")
"""How to answer, no question of its own: 列个提纲, 简单说; not 列出哪些项目."""
_MARK = re.compile(r"\[(\d+)\]")
"""[12]; not 〔12〕."""


def parts_of(text: str) -> list[str]:
    """The questions that ``text`` is made of; empty where it is one."""
    pieces = _pieces(_BETWEEN.split(text))
    if 1 < len(pieces) <= MOST and all(_ASKS.search(piece) for piece in pieces):
        return pieces
    # Three or more in a row, each asking for its own: 建了几个公园，改造了多少小区，增加了多少车位.
    pieces = _pieces(re.split("[，,、]", _OPENING.sub("", text.rstrip(" ？?。"))))
    return pieces if 2 < len(pieces) <= MOST and all(_OWN.search(piece) for piece in pieces) else []


def _pieces(found: Sequence[str]) -> list[str]:
    pieces = (_OPENING.sub("", piece.strip(" ，,。")) for piece in found)
    return [piece for piece in pieces if len(piece) > 1 and not _MANNER.search(piece)]


def answer_several(asking: Asking, answer: Callable[[Asking], Answer]) -> Answer | None:
    """Every question's answer under the question; None where there is one question only."""
    pieces = parts_of(asking.question.text)
    if not pieces:
        return None
    if len(pieces) == 2 and not _is_apart(asking, pieces[1]):
        return None
    asked = [_placed(asking, _completed(piece, pieces[:n])) for n, piece in enumerate(pieces)]
    told = [answer(asking.about(parse(one))) for one in asked]
    if any(one.shape == "help" for one in told):
        return None
    return _joined(asking, list(zip(pieces, told, strict=True)), "several")


def _placed(asking: Asking, piece: str) -> str:
    """``piece`` of the one place that the whole question names, and in a row of the one time too.

    上海GDP多少？外贸怎么样？ asks 上海外贸怎么样, and of 2022年要建几所学校，改造几个小区 both are asked of 2022.
    """
    places, times = asking.question.places, {*TIME.findall(asking.question.core)}
    if len(places) == 1 and places[0] not in normalize(piece):
        piece = f"{places[0]}{piece}"
    in_a_row = not re.search(r"[？?；;\n]", asking.question.text.rstrip(" ？?；;\n"))
    return f"{times.pop()}{piece}" if in_a_row and len(times) == 1 and not TIME.search(piece) else piece


_OF_THE_SAME = re.compile(
    r"目标|预期|实际|结果|计划|任务|完成|情况|增[速长幅加]|排名|名次|占比|比重|总[量额]|人均|[涨降增减定]"
)
"""What is asked of the thing named before: 今年的目标是多少; not 就业呢."""


def _is_apart(asking: Asking, second: str) -> bool:
    """Whether the ``second`` of two questions is about a thing of its own: GDP多少？就业呢？; not 今年目标呢？"""
    own = subject_of(parse(second))
    if len(_OF_THE_SAME.sub("", own)) < 2:
        return False
    marked = re.search(r"[？?；;\n]", asking.question.text.rstrip(" ？?；;\n"))
    return bool(marked) or (len(asking.question.sub_questions) < 2 and len(own) > 2)


def _completed(piece: str, earlier: Sequence[str]) -> str:
    """``piece`` with what it leaves out; one that only names another thing asks the same of that.

    学校建得怎么样了？医院呢？ asks 医院建得怎么样了; after a question about several times the thing alone is asked.
    """
    own = subject_of(parse(piece))
    if not earlier or not is_follow_up(piece) or TIME.search(piece) or len(_OF_THE_SAME.sub("", own)) < 2:
        return complete(piece, earlier)
    before = _completed(earlier[-1], earlier[:-1])
    thing = re.sub("[涨降增减]+$", "", subject_of(parse(before)))
    if len(thing) > 1 and thing in before:
        return before.replace(thing, own)
    return own if len(parse(before).sub_questions) > 1 else complete(piece, earlier)


def answer_places(asking: Asking, answer: Callable[[Asking], Answer]) -> Answer | None:
    """The same question answered for each of the places it names; None where they are not several.

    A place that no report is of is one of ``unanswered``.
    """
    question = asking.question
    if len(question.places) < 2:
        return None
    answers: list[tuple[str, Answer]] = []
    missing: list[str] = []
    for place in question.places:
        own = [info for info in asking.newest_first if info.place and is_place(place, info.place)]
        if not own:
            missing.append(f"{place}（未收录这个地方的报告）")
            continue
        others = [other for other in question.places if other != place]
        text = question.core
        for other in others:
            text = re.sub(rf"[和与跟、同]?{re.escape(other)}[和与跟、同]?", "", text)
        text = re.sub(
            r"(?:哪个|谁)(?:更|最)?[高低多少大小快慢]|相差多少|差多少|对比|比较|各自?|分别|两[地{PLACE_LEVELS}]的?|比(?=[高低多少])",
            "",
            text,
        )
        part = asking.about(
            parse(text if subject_of(parse(text)) else question.core), [info.id for info in own]
        )
        answers.append((label(own[0]), answer(part)))
    if (
        len(answers) + len(missing) < 2
        or not answers
        or len({title for title, _ in answers}) + len(missing) < 2
    ):
        return None
    return _joined(asking, answers, "compare", missing)


def _joined(
    asking: Asking, answers: Sequence[tuple[str, Answer]], shape: str, missing: Sequence[str] = ()
) -> Answer:
    """One answer of many: the texts a line each or more, their marks counted on, their citations after another."""
    citations: list[Citation] = []
    lines: list[str] = []
    groups: list[Group] = []
    unanswered: list[str] = list(missing)
    for title, one in answers:
        if not one.answered:
            unanswered.append(title)
            continue
        marked = {n: c for n, c in enumerate(one.citations, 1) if f"[{n}]" in one.text}
        new: dict[int, int] = {}
        for n, citation in marked.items():
            if citation not in citations:
                citations.append(citation)
            new[n] = citations.index(citation) + 1
        lines.append(_MARK.sub(lambda m, new=new: f"[{new.get(int(m[1]), m[1])}]", one.text))  # type: ignore[misc]
        groups.append(Group(title, tuple(marked.values())))
    if not lines:
        first = answers[0][1]
        return replace(first, question=asking.question.text, unanswered=tuple(unanswered))
    return Answer(
        question=asking.question.text,
        answered=True,
        text="\n".join(lines),
        citations=citations,
        shape="several" if shape == "several" else "compare",
        groups=tuple(groups),
        unanswered=tuple(unanswered),
    )

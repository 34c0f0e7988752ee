"""No hollow quote: the one check that every way of answering passes (``without_hollow_quotes``, called by the router).

A quote is hollow that is only a heading, that ends where the sentence goes on to what it announces, that
only repeats the question, or that names the topic without the number, date or office-holder asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index import Passage
from index.text import HAN_COUNT, HAN_ITEM_IN_BRACKETS, normalize
from qa.answers.composer import GAP, MARKS, closed
from qa.retrieval import clauses_of
from qa.types import Answer, Citation, Group, Spans
from qa.understanding import AnswerType, Question, match, quantities

# 抓好以下六个方面工作; not 抓好粮食生产
_ANNOUNCES = re.compile(
    rf"(?:如下|以下[^，。；：]{{0,14}}|下列[^，。；：]{{0,10}}|(?:几|[{HAN_COUNT}\d]+)(?:个|项|件|条|点|大)?(?:方面|方面的?工作|工作|任务|问题|重点工作|事))$"
)
"""What is announced must follow: 重点抓好以下六个方面工作, 主要任务如下; not 抓好粮食生产."""
_COUNTS = re.compile(rf"[{HAN_COUNT}\d]+(?:个|项|件|条|大)[^，。；：]{{0,6}}(?:实事|工作|任务|问题|大事)$")
"""As a heading it only counts what stands below it: 突出抓好十件民生实事; not 新建学校3所."""
_VAGUE = re.compile(
    r"[^，。；、：“《\d]*(?:一大?批|一系列|一些|许多|诸多|若干|很多|大量)[^，。；、：“《\d]*"
    r"(?:[实好大难]事|工程|项目|问题|举措|措施|政策|成果|成效|工作|任务|活动|荣誉)|"
    r"[^，。；：“《\d]*(?:多[做办干]|[做办干]好)[^，。；：“《\d]*(?:[实好]事)|让(?:人民)?群众[^，。；：“《\d]*(?:实惠|[得福全]感)|"
    r"(?:不断|持续|切实)?(?:增进|改善)[^，。；：“《\d、]*(?:民生|福祉)"
)
"""It says that there are some, and names none: 认真办好了一批事关民生利益的实事, 多办解民忧、暖民心的好事, 办好群众期盼的实事; not 新建一批学校."""
LONGEST = 120
"""Characters that a quote may have after it was made to say what it announces."""
_WORD = re.compile(r"[\w%％]")
"""甲, 5%; not ，."""


def announces(text: str, after: str) -> bool:
    """Whether ``text`` only says that something follows: a colon comes ``after`` it, or it says 以下."""
    return after[:1] in ("：", ":") or bool(_ANNOUNCES.search(text.rstrip(MARKS)))


def is_vague(quote: str) -> bool:
    """Whether each clause of ``quote`` only says that there are some of what was asked, and names none."""
    clauses = [part for part in re.split("[，；。……]+", quote.strip(MARKS)) if part]
    return bool(clauses) and all(_VAGUE.fullmatch(part) for part in clauses)


def is_hollow(citation: Citation, question: str, headings: bool = False) -> bool:
    """Whether the citation's quote says nothing by itself; ``headings``: a heading is what is asked for."""
    if not citation.quote_spans:
        return True
    end = citation.quote_spans[-1][1]
    whole = citation.quote.strip(MARKS)
    if announces(whole, citation.text[end : end + 1]):
        return True
    if not headings and _is_heading(citation):
        # A line that is a section by itself says something where it says a number: （一）新建学校3所。
        said = not _COUNTS.search(whole) and quantities(normalize(whole))
        return len(_letters(citation.text)) > len(_letters(whole)) or not said
    return _letters(whole) in _letters(question)


def _is_heading(citation: Citation) -> bool:
    """Whether the quote is the heading, or run-in title, that opens the passage, and no more."""
    own = _letters(citation.quote)
    if _RUN_IN.fullmatch(citation.quote.strip(MARKS)) and not quantities(normalize(citation.quote)):
        return True
    return citation.quote_spans[0][0] == 0 and any(own == _letters(title) for title in citation.section)


_RUN_IN = re.compile(rf"{HAN_ITEM_IN_BRACKETS}[^，。；：]{{2,24}}")
"""It heads what follows it, also where no section is made of it: （一）着力办好教育; not 着力办好教育."""


def completed(passage: Passage, spans: Spans) -> Spans:
    """``spans`` with the last one going on to what it announces, or past the heading that it only is.

    重点抓好以下六项工作 goes on to the items, as far as the passage holds them and ``LONGEST`` allows.
    """
    text, (start, end) = passage.text, spans[-1]
    title = passage.section[-1] if passage.section else ""
    hollow = announces(text[start:end], text[end : end + 1]) or (
        start == 0 and len(spans) == 1 and _letters(text[:end]) == _letters(title)
    )
    if not hollow:
        return spans
    for clause in clauses_of(text):
        if clause.start >= end and clause.end - start <= LONGEST:
            end = clause.end
    return (*spans[:-1], (start, end))


# ---------------------------------------------------------------- the check

_EXACT = ("number", "date", "rank")
_MARK = re.compile(r"\[(\d+)\]")
"""[12]; not 〔12〕."""


def without_hollow_quotes(answer: Answer, question: Question, headings: bool = False) -> Answer | None:
    """``answer`` with every hollow quote gone on to what makes it whole, or left out; None where none is left.

    ``headings``: the way of answering tells headings, each linked to its section.
    """
    if not answer.answered or answer.table is not None:
        return answer
    asked = _exact(question) if not (answer.groups or answer.figures) else ()
    lines = list(marks(answer))
    quoted = dict.fromkeys(n for line in lines for n in line)
    mended = {n: _mended(answer.citations[n - 1], question.text, headings, asked) for n in quoted}
    if all(mended[n] is answer.citations[n - 1] for n in quoted):
        return answer
    kept = [n for n in quoted if mended[n] is not None]
    order = [*kept, *(n for n in range(1, len(answer.citations) + 1) if n not in kept)]
    mark = {n: i for i, n in enumerate(order, 1)}
    whole = {n: mended.get(n) or answer.citations[n - 1] for n in order}
    told = [[n for n in line if n in kept] for line in lines]
    if not kept:
        return None
    now = {answer.citations[n - 1]: citation for n, citation in whole.items()}
    return replace(
        answer,
        text="\n".join(
            "".join(f"{closed(whole[n].quote)}[{mark[n]}]" for n in line) for line in told if line
        ),
        citations=[whole[n] for n in order],
        groups=tuple(Group(g.title, tuple(now.get(c, c) for c in g.citations)) for g in answer.groups),
        figures=tuple(replace(f, mark=mark[f.mark]) for f in answer.figures),
    )


def marks(answer: Answer) -> Iterator[list[int]]:
    """The marks of each line of the text; a note's [2] inside a quote is none."""
    line: list[int] = []
    text, at = answer.text, 0
    for mark in _MARK.finditer(text):
        n = int(mark[1])
        if n > len(answer.citations):
            continue
        if text[at : mark.start()].lstrip("\n") == closed(answer.citations[n - 1].quote):
            if text.startswith("\n", at) and line:
                yield line
                line = []
            line.append(n)
            at = mark.end()
    yield line


def _exact(question: Question) -> Sequence[AnswerType]:
    """What is asked for where all of it is a number, a date, a rank or who holds an office."""
    asked = question.answer_types
    return asked if all(one.kind in _EXACT or one.office for one in asked) else ()


def _mended(
    citation: Citation, question: str, headings: bool, asked: Sequence[AnswerType]
) -> Citation | None:
    """``citation``, its quote gone on to the end of what it lacks; None where it stays hollow."""
    for spans in (citation.quote_spans, *_longer(citation)):
        one = citation if spans is citation.quote_spans else _quoting(citation, spans)
        if not is_hollow(one, question, headings) and (not asked or _tells(asked, one.quote)):
            return one
    return None


def _longer(citation: Citation) -> list[Spans]:
    """The quote with the clauses after it, one more each time, as far as ``LONGEST``; then with the one before."""
    if not citation.quote_spans:
        return []
    *before, (start, end) = citation.quote_spans
    parts = clauses_of(citation.text)
    found: list[Spans] = [
        (*before, (start, c.end)) for c in parts if c.end > end and c.end - start <= LONGEST
    ]
    lead = [c for c in parts if c.end <= citation.quote_spans[0][0]][-1:]
    return found + [
        ((c.start, citation.quote_spans[0][1]), *citation.quote_spans[1:])
        for c in lead
        if citation.quote_spans[0][1] - c.start <= LONGEST
    ]


def _quoting(citation: Citation, spans: Spans) -> Citation:
    return replace(citation, quote_spans=spans, quote=GAP.join(citation.text[a:b] for a, b in spans))


def _tells(asked: Sequence[AnswerType], quote: str) -> bool:
    """Whether ``quote`` holds something of the kind asked for; where a number's kind is not told, any but a time."""
    text = normalize(quote)
    numbers = quantities(text)
    return any(
        any(n.family != "time" for n in numbers)
        if one.kind == "number" and not one.family
        else match(one, text, numbers) > 0
        for one in asked
    )


def _letters(text: str) -> str:
    return "".join(_WORD.findall(normalize(text)))

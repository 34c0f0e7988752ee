"""A conversation taken elsewhere: as Markdown, as text and tables on the clipboard; ``word_export`` makes Word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index import Snapshot
from qa import Answer
from ui.cards import text_parts
from ui.messages import formal_citation, group_texts, report_label
from ui.viewer import citation_link


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an answer: a line, an item of a list, a title, or a table whose first row is its heading."""

    kind: str
    text: str
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind a mark ``[n]``: the formal citation, the quote, and a link that opens it."""

    number: int
    formal: str
    quote: str
    link: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with its answer; ``told`` says when it was asked and how it was understood."""

    question: str
    told: tuple[str, ...]
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is exported, and when."""

    turns: tuple[Turn, ...]
    made: str


def conversation(
    turns: Sequence[Mapping[str, Any]], snapshot: Snapshot, address: str, now: datetime
) -> Conversation:
    """The turns as the browser keeps them; links begin with ``address``. One in a shape not ours is left out."""
    found = []
    for turn in turns:
        try:
            answer, question = Answer.from_dict(turn["answer"]), str(turn["question"])
            found.append(_turn(answer, question, str(turn.get("time", "")), snapshot, address))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            continue
    return Conversation(tuple(found), f"{now:%Y-%m-%d %H:%M}")


def _turn(answer: Answer, question: str, time: str, snapshot: Snapshot, address: str) -> Turn:
    understood = answer.question.strip()
    told = (
        f"{time} 提问" if time else "",
        f"理解为“{understood}”" if understood and understood != question.strip() else "",
        f"按 {answer.assumed_year} 年理解" if answer.assumed_year is not None else "",
    )
    return Turn(question, tuple(filter(None, told)), _blocks(answer), _sources(answer, snapshot, address))


def _blocks(answer: Answer) -> tuple[Block, ...]:
    if answer.table is not None:
        table = Block("table", answer.table.title, tuple(map(tuple, answer.table.grid())))
        return (table, *([Block("line", answer.table.note)] if answer.table.note else []))
    blocks = []
    if groups := group_texts(answer):
        for title, text in groups:
            blocks.append(Block("title", title))
            blocks += [Block("item", piece) for piece in _pieces(text, answer)]
    else:
        kind = "item" if answer.shape == "list" else "line"
        blocks = [Block(kind, piece) for piece in _pieces(answer.text, answer)]
    return (*blocks, *(Block("line", f"没有找到答案：{part}") for part in answer.unanswered))


def _pieces(text: str, answer: Answer) -> list[str]:
    """``甲[1]乙[2]`` → ``甲[1]``, ``乙[2]``; a mark without a source is no mark."""
    return [
        part.text + "".join(f"[{n}]" for n in part.marks) for part in text_parts(text, len(answer.citations))
    ]


def _sources(answer: Answer, snapshot: Snapshot, address: str) -> tuple[Source, ...]:
    """The citations that a mark of the answer names."""
    labels = {report.id: report_label(report) for report in snapshot.reports}
    written = " ".join("".join((b.text, *(cell for row in b.rows for cell in row))) for b in _blocks(answer))
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", written)}
    return tuple(
        Source(
            n,
            formal_citation(c, labels.get(c.report, c.title)),
            c.quote or c.text,
            address + citation_link(c),
        )
        for n, c in enumerate(answer.citations, 1)
        if n in marks
    )


# ---------------------------------------------------------------- Markdown


def to_markdown(talk: Conversation) -> str:
    """Questions as headings, answers with [1] marks, each source below."""
    head = f"# 问报对话\n\n导出于 {talk.made}，共 {len(talk.turns)} 问"
    return "\n\n".join([head, *map(_turn_markdown, talk.turns)]) + "\n"


def _turn_markdown(turn: Turn) -> str:
    parts = [f"## {_escaped(turn.question)}"]
    if turn.told:
        parts.append(_escaped("；".join(turn.told)))
    parts.append(_blocks_markdown(turn.blocks, _escaped))
    for source in turn.sources:
        quoted = "\n".join(f"> {_escaped(line)}" for line in source.quote.split("\n"))
        parts.append(
            f"**[{source.number}]** {_escaped(source.formal)}（[打开原文](<{source.link}>)）\n\n{quoted}"
        )
    return "\n\n".join(parts)


def _blocks_markdown(blocks: Sequence[Block], said: Any) -> str:
    text = ""
    for block, before in zip(blocks, (None, *blocks), strict=False):
        joined = before is not None and before.kind == block.kind == "item"
        text += "" if before is None else "\n" if joined else "\n\n"
        if block.kind == "table":
            text += f"{said(block.text)}\n\n{_table_markdown(block.rows, said)}"
        else:
            text += {"item": "- ", "title": "**"}.get(block.kind, "") + said(block.text)
            text += "**" if block.kind == "title" else ""
    return text


def _table_markdown(rows: Sequence[Sequence[str]], said: Any) -> str:
    def cell(text: str) -> str:
        return _one_line(said(text)).replace("\\|", "|").replace("|", "\\|")  # a bar would end the cell

    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _one_line(text: str) -> str:
    """A table's cell, which holds neither a tab nor the end of a line."""
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """Text that Markdown shows as it stands; marks ``[1]`` need no escape."""
    return re.sub(r"([\\`*_{}<>|#~]|\[(?!\d+\])|(?<!\d)\])", r"\\\1", text)


# ---------------------------------------------------------------- the clipboard


def copies(answer: Answer, snapshot: Snapshot) -> dict[str, str]:
    """What the copy buttons of an answer give: ``text`` with its sources; ``table`` as tab-separated values."""
    sources = _sources(answer, snapshot, "")
    listed = "\n".join(f"[{source.number}] {source.formal}" for source in sources)
    body = _blocks_markdown(_blocks(answer), lambda text: text)
    given = {"text": f"{body}\n\n{listed}" if listed else body}
    if answer.table is None:
        return given
    formal = {source.number: source.formal for source in sources}
    heads, *rows = _blocks(answer)[0].rows
    table = [(*heads, "出处"), *(_with_sources(row, formal) for row in rows)]
    return {**given, "table": "\n".join("\t".join(row) for row in table)}


def _with_sources(row: Sequence[str], formal: Mapping[int, str]) -> tuple[str, ...]:
    """A row without marks, and what they stand for in a cell of its own."""
    named = dict.fromkeys(int(n) for cell in row for n in re.findall(r"\[(\d+)\]$", cell))
    plain = [_one_line(re.sub(r"\[\d+\]$", "", cell)) for cell in row]
    return (*plain, _one_line("；".join(formal[n] for n in named if n in formal)))

"""A conversation as a Markdown document with its citations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from index import Snapshot
from qa import Answer, Citation
from ui.messages import formal_citation, group_texts, report_label


def to_markdown(turns: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> str:
    """Questions as headings, answers with [1] marks, each citation with its formal source below."""
    labels = {report.id: report_label(report) for report in snapshot.reports}
    return "\n\n".join(["# 问报对话", *(_turn(turn, labels) for turn in turns)]) + "\n"


def _turn(turn: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    answer = Answer.from_dict(turn["answer"])
    parts = [f"## {_plain(turn['question'])}"]
    if answer.table is not None:
        parts.append(answer.table.to_markdown())
    elif groups := group_texts(answer):
        parts += [f"**{_plain(title)}**\n\n{_plain(text)}" for title, text in groups]
    else:
        parts.append(_plain(answer.text))
    parts += [f"没有找到答案：{_plain(part)}" for part in answer.unanswered]
    if answer.answered:
        cited = enumerate(answer.citations, 1)
        parts += [_source(n, c, labels) for n, c in cited if f"[{n}]" in answer.text]
    return "\n\n".join(parts)


def _source(number: int, citation: Citation, labels: Mapping[str, str]) -> str:
    label = labels.get(citation.report, citation.title)
    quoted = "\n".join(f"> {_plain(line)}" for line in citation.text.split("\n"))
    return f"**[{number}]** {_plain(formal_citation(citation, label))}\n\n{quoted}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands; line breaks inside become separate lines."""
    return re.sub(r"([\\`*_{}<>|#~\[\]])", r"\\\1", text)

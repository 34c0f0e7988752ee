"""Example questions, taken from the reports' own outlines and kept only when they are answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from index import WenbaoError
from index.types import Section
from qa import Assistant

COUNT = 4
TRIES = 8
_VERB_FIRST = re.compile(
    r"大力|加快|加强|全力|着力|推动|推进|持续|深入|全面|坚持|促进|提升|强化|优化|扎实|积极|切实|统筹|做[好优强]|抓[好实]"
)


def example_questions(assistant: Assistant, snapshot: Any) -> list[str]:
    """Up to ``COUNT`` questions that the library answers, the newest reports' first."""
    newest = sorted(snapshot.reports, key=lambda report: report.date, reverse=True)[:2]
    asked: list[str] = []
    for report in newest:
        asked += candidates(snapshot.outline(report.id), TRIES // len(newest))
    found: list[str] = []
    for question in asked:
        if len(found) < COUNT and _answered(assistant, question):
            found.append(question)
    return found


def candidates(sections: Sequence[Section], count: int) -> list[str]:
    """Questions about the run-in titled (else the deepest) sections, spread over the report."""
    titled = [s for s in sections if s.run_in and s.years and not s.continued] or [
        s for s in sections if s.level and s.own_end == s.end
    ]
    short = [s for s in titled if 4 <= len(s.title) <= 16]
    step = max(1, len(short) // max(1, count))
    return [_question(section) for section in short[::step][:count]]


def _question(section: Section) -> str:
    year = f"{section.years[0]}年" if section.years else ""
    topic = _topic(section.title.rstrip("。，；：！"))
    if section.mode == "target":
        return f"{year}在{topic}方面有哪些安排？"
    return f"{year}{topic}方面做了哪些工作？" if section.mode else f"报告怎么说{topic}？"


def _topic(title: str) -> str:
    """What a title of two four-character halves is about (项目建设｜提质增效); else the title, in quotes."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{8}", title):
        return f"“{title}”"
    return title[4:] if _VERB_FIRST.match(title) else title[:4]


def _answered(assistant: Assistant, question: str) -> bool:
    try:
        return assistant.ask(question).answered
    except WenbaoError:
        return False

"""Overview questions are answered from the sections the topic heads; other questions never are."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa import Assistant
from qa.understanding.question import parse


@pytest.fixture(scope="module")
def assistant(sample_library: Path) -> Assistant:
    return Assistant.open(sample_library)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("2025年在教育方面有哪些安排？", "教育"),
        ("今年有哪些乡村振兴的任务", "乡村振兴"),
        ("营商环境做了哪些工作", "营商环境"),
        ("2025年教育新增学位多少个", ""),
        ("去年新来了哪些金融企业", ""),
    ],
)
def test_the_topic_is_what_the_question_is_about(question: str, topic: str) -> None:
    assert parse(question).overview == topic


@pytest.mark.parametrize(
    ("question", "year", "title"),
    [
        ("2025年在教育方面有哪些安排？", "二、2025年工作安排", "加快建设教育强区"),
        ("2024年乡村振兴方面做了哪些工作？", "一、2024年工作回顾", "乡村振兴全面推进"),
        ("今年乡村振兴方面有什么安排", "二、2025年工作安排", "持续抓好乡村振兴"),
    ],
)
def test_it_is_answered_from_its_section_in_its_year(
    assistant: Assistant, question: str, year: str, title: str
) -> None:
    answer = assistant.ask(question)
    assert answer.answered
    assert {(c.section[0], c.section[-1]) for c in answer.citations} == {(year, title)}
    for number, citation in enumerate(answer.citations, 1):
        start, end = citation.quote_spans[0]
        assert citation.text[start:end] == citation.quote
        assert assistant.library.text(citation.report)[citation.start : citation.end] == citation.text
        assert f"[{number}]" in answer.text
        assert not citation.quote.startswith(title)


def test_a_heading_above_others_is_told_by_each_of_them(assistant: Assistant) -> None:
    titles = [c.section[-1] for c in assistant.ask("今年有哪些民生工作").citations]
    assert titles == ["加快建设教育强区", "提升健康文化品质", "持续抓好乡村振兴", "兜牢民生保障底线"]


@pytest.mark.parametrize("question", ["2030年教育方面有什么安排", "青岛市教育方面有哪些工作"])
def test_another_year_or_place_is_still_refused(assistant: Assistant, question: str) -> None:
    assert not assistant.ask(question).answered

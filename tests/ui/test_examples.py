"""Example questions and what to ask next: nobody waits long for them."""

from __future__ import annotations

import threading
import time
import warnings
from pathlib import Path

import pytest

from index import Encoder, Library
from qa import Answer, Assistant, Citation
from ui import page_api, suggestions
from ui.page_api import PageApi
from ui.suggestions import next_questions

REPORT = "丁县2024年政府工作报告\n一、2023年工作回顾\n全县修建公路25公里，建成大型桥梁3座，投资1.2亿元。\n"


@pytest.fixture
def assistant(tmp_path: Path, fake_encoder: Encoder) -> Assistant:
    path = tmp_path / "丁县.txt"
    path.write_text(REPORT, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=fake_encoder)
    library.add([path])
    return Assistant(library)


def test_a_changed_library_is_told_before_its_examples_are_chosen(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, chosen = PageApi(assistant, tmp_path), threading.Event()

    def slowly(*_: object) -> list[str]:
        chosen.wait(60)
        return ["修了多少公路？"]

    monkeypatch.setattr(page_api, "example_questions", slowly)
    page._ready.set()
    assert page.status({})["examples"] == []
    assert len(page.status({})["reports"]) == 1
    chosen.set()
    deadline = time.monotonic() + 60
    while not (examples := page.status({})["examples"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert examples == ["修了多少公路？"]
    page.jobs.stop(10)


def test_no_further_question_is_tried_when_time_is_up(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(suggestions, "PATIENCE_S", 0.0)

    def refused(_: Assistant, question: str, reports: object) -> None:
        asked.append(question)

    monkeypatch.setattr(suggestions, "answered", refused)
    monkeypatch.setattr(
        suggestions, "_candidates", lambda *_: [(one, bool) for one in ("甲？", "乙？", "丙？")]
    )
    text = REPORT
    citation = Citation(text, text[-10:], ((0, 5),), "丁县", "报告", (), None, None, 0, len(text), 1.0)
    answer = Answer("路？", True, "修建公路25公里。[1]", [citation])
    assert next_questions(assistant, assistant.library.snapshot(), answer, None) == []
    assert len(asked) <= 1


@pytest.fixture(scope="module")
def sampled(sample_library: Path) -> Assistant:
    return Assistant.open(sample_library)


def suggested(sampled: Assistant, question: str) -> list[str]:
    answer = sampled.ask(question)
    assert answer.answered
    return next_questions(sampled, sampled.library.snapshot(), answer, None)


def test_a_figure_of_one_year_without_a_target_is_not_asked_for_its_course_or_target(
    sampled: Assistant,
) -> None:
    told = suggested(sampled, "去年以旧换新补贴了多少钱？")
    assert told
    assert not any("历年" in question or "目标" in question for question in told)


def test_a_figure_of_two_years_is_asked_for_its_course(sampled: Assistant) -> None:
    [course, *_] = suggested(sampled, "今年进出口总额目标是多少？")
    assert course == "天桥区历年进出口总额"
    assert sampled.ask(course).table is not None


def test_another_year_is_asked_only_where_another_clause_answers(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cited(start: int, end: int) -> Answer:
        citation = Citation(
            REPORT, REPORT[start:end], ((start, end),), "丁县", "报告", (), None, None, 0, len(REPORT), 1.0
        )
        return Answer("2023年建成大型桥梁多少座？", True, "[1]", [citation])

    told = cited(40, 50)
    monkeypatch.setattr(suggestions, "answered", lambda *_: told)
    assert next_questions(assistant, assistant.library.snapshot(), told, None) == []
    assert next_questions(assistant, assistant.library.snapshot(), cited(30, 38), None) == [
        "2024年建成大型桥梁多少座？"
    ]


@pytest.mark.parametrize("question", ["？", "的", "1", "😀", "a b c", "——", "2024"])
def test_an_odd_question_is_answered_without_a_warning(sampled: Assistant, question: str) -> None:
    """As NumPy warns of the mean of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sampled.ask(question).text

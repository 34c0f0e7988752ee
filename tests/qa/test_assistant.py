"""Asking the sample report: answers, quotes, refusals, and what a caller can do wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from index import Library, QuestionError, UnknownReport
from index.encoders import FloatArray
from qa import Answer, Assistant
from qa.types import REFUSAL
from tests.conftest import FakeEncoder, assistant_over

REPORT = "tianqiao-2025"


@pytest.fixture(scope="module")
def assistant(sample_library: Path) -> Assistant:
    return Assistant.open(sample_library)


def verbatim(assistant: Assistant, answer: Answer) -> None:
    for c in answer.citations + answer.related:
        assert assistant.library.text(c.report)[c.start : c.end] == c.text
        assert c.quote_spans
        assert all(0 <= a < b <= len(c.text) for a, b in c.quote_spans)
        assert c.quote == "……".join(c.text[a:b] for a, b in c.quote_spans)


def test_a_fact_is_quoted_from_its_place(assistant: Assistant) -> None:
    answer = assistant.ask("2024年社会消费品零售总额是多少？")
    first = answer.citations[0]
    assert answer.answered
    assert "464亿元" in first.quote
    assert len(first.quote) <= 45
    assert first.section[-1] == "经济运行稳中向好"
    assert (first.page, first.report) == (2, REPORT)
    assert answer.text == f"{first.quote}。[1]"
    verbatim(assistant, answer)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("2025年进出口总额目标是多少亿元", "65亿元以上"),
        ("去年外贸进出口做了多少亿", "64亿元"),
        ("今年新增绿地多少", "20万平方米"),
        ("去年新增绿地多少", "17.5万平方米"),
        ("拿旧东西换新货的，政府去年一共贴了多少钱？", "3200余万元"),
        ("去年社零多少", "464亿元"),
        ("去年社零总额", "464亿元"),
        ("新增绿地", "20万平方米"),
    ],
)
def test_the_year_and_the_words_that_were_meant(assistant: Assistant, question: str, quoted: str) -> None:
    assert quoted in assistant.ask(question).citations[0].quote


def test_a_comparison_has_both_sides_first(assistant: Assistant) -> None:
    answer = assistant.ask("地区生产总值增速，2024年预计完成数和2025年目标各是多少？")
    assert "增长4%" in "".join(c.quote for c in answer.citations[:3]).replace(" ", "")
    assert "增长5.6%" in "".join(c.quote for c in answer.citations[:3]).replace(" ", "")
    assert "[1]" in answer.text
    assert "[2]" in answer.text


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("2023年天桥区新增了多少个学位？", "not_in_library"),
        ("历下区2025年GDP增速目标是多少？", "not_in_library"),
        ("槐荫区今年准备新增多少个停车泊位？", "not_in_library"),
        ("天桥区2026年的社会消费品零售总额增长目标是多少？", "not_in_library"),
        ("今年安置房计划新开工多少套？", "not_covered"),
        ("感冒发烧吃什么药好得快", "not_covered"),
        ("红烧肉做法", "not_covered"),
        ("去年财政收入", "not_covered"),
    ],
)
def test_refusals_say_why_and_show_the_nearest(assistant: Assistant, question: str, reason: str) -> None:
    answer = assistant.ask(question)
    assert (answer.answered, answer.text, answer.citations) == (False, REFUSAL, [])
    assert answer.refusal_reason == reason
    assert answer.related
    verbatim(assistant, answer)


def test_an_inferred_year_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("去年新增绿地多少")
    assert answer.assumed_year == 2024
    assert 2025 in answer.other_years
    assert assistant.ask("2024年新增绿地多少").assumed_year is None


def test_a_follow_up(assistant: Assistant) -> None:
    answer = assistant.ask("那2025年呢？", history=["2024年新增绿地多少平方米？"])
    assert "20万平方米" in answer.citations[0].quote


def test_answers_are_json_ready(assistant: Assistant) -> None:
    told = json.loads(json.dumps(assistant.ask("去年新增绿地多少").to_dict()))
    assert told["citations"][0]["report"] == REPORT


def test_as_many_passages_as_asked_for(assistant: Assistant) -> None:
    assert len(assistant.retrieve("新增绿地", top_k=3)) == 3
    texts = [c.text for c in assistant.retrieve("新增绿地", top_k=50)]
    assert len(texts) == len(set(texts)) > 20


@pytest.mark.parametrize(
    "asked",
    [
        {"question": 2024},
        {"question": None},
        {"question": b"2024"},
        {"question": "\ud8002024年新增绿地多少"},
        *({"top_k": top_k} for top_k in (0, -1, True, 2.0, "5", None)),
        *({"reports": reports} for reports in (REPORT, [1], 7, iter([REPORT]))),
        *({"history": history} for history in ("2024年", [None], 5, None)),
    ],
)
def test_what_is_of_a_wrong_kind_is_refused_with_a_sentence(
    assistant: Assistant, asked: dict[str, Any]
) -> None:
    given = {"question": "新增绿地", **asked}
    with pytest.raises(QuestionError, match=r"。$"):
        assistant.ask(**given)
    if "history" not in asked:
        with pytest.raises(QuestionError, match=r"。$"):
            assistant.retrieve(**given)


@pytest.mark.parametrize(
    "question",
    [
        "0000年新增绿地多少",
        "〇〇〇〇年新增绿地多少",
        "九九九九年做了什么",
        "9999年做了什么",
        "1864年的重点工作有哪些",
    ],
)
def test_no_other_year_answers_for_one_that_cannot_be(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.answered, answer.refusal_reason) == (False, "not_in_library")


@pytest.mark.parametrize("question", ["", " \n\t", "\u200b"])
def test_an_empty_question_is_refused_with_a_sentence(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match=r"。$"):
        assistant.ask(question)


def test_a_giant_question_ends_quickly(assistant: Assistant) -> None:
    begun = time.thread_time()
    with pytest.raises(QuestionError, match="太长"):
        assistant.ask("多少" * 50_000)
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize(
    "question", ["\x00\x1b[31m社零\u202e是多少\x07", "😀" * 200, "（" * 300, "2024年" * 200]
)
def test_strange_characters_are_harmless(assistant: Assistant, question: str) -> None:
    verbatim(assistant, assistant.ask(question))


def test_passages_of_mere_punctuation_answer_nothing(tmp_path: Path) -> None:
    report = tmp_path / "bare.txt"
    report.write_text("。\n\n！！！\n\n，\n", encoding="utf-8")
    library = Library.open(tmp_path / "library")
    library.add([report])
    assert not Assistant(library).ask("一共多少？").answered


def test_an_unknown_report_is_told(assistant: Assistant) -> None:
    with pytest.raises(UnknownReport, match="nowhere"):
        assistant.ask("新增绿地多少", reports=["nowhere"])


def test_no_reports_is_not_all_reports(assistant: Assistant) -> None:
    answer = assistant.ask("新增绿地多少", reports=[])
    assert (answer.answered, answer.related) == (False, [])
    assert assistant.ask("新增绿地多少", reports=[REPORT]).answered


def test_an_empty_library_refuses(tmp_path: Path) -> None:
    answer = Assistant(Library.open(tmp_path / "empty")).ask("新增绿地多少？")
    assert (answer.answered, answer.related) == (False, [])


def test_warming_up_searches_the_library_whatever_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    whole = FakeEncoder.encode_queries

    def encode(self: FakeEncoder, texts: Sequence[str]) -> FloatArray:
        asked.extend(texts)
        return whole(self, texts)

    monkeypatch.setattr(FakeEncoder, "encode_queries", encode)
    Assistant(Library.open(tmp_path / "empty", encoder=FakeEncoder())).warm()
    assert asked == []
    one = assistant_over(tmp_path, "柳河县2025年政府工作报告\n一、2024年工作回顾\n全县新建学校五所。\n")
    asked.clear()
    one.warm()
    assert len({len(text) // 10 for text in asked}) > 2  # of several lengths

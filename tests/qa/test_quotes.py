"""No hollow quote: never a heading alone, never an announcement without what it announces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index import Passage
from qa import Assistant
from qa.answers.quotes import _tells, announces, completed, is_hollow, is_vague, without_hollow_quotes
from qa.types import Answer, Citation
from qa.understanding import parse


def passage(text: str, *section: str) -> Passage:
    return Passage("r", 0, len(text), text, section, None, None)


@pytest.mark.parametrize(
    ("quote", "after", "hollow"),
    [
        ("围绕上述工作目标，重点抓好以下六个方面工作", "。", True),
        ("主要任务如下", "。", True),
        ("一是抓项目", "：", True),
        ("新增学位3700个", "，", False),
        ("一个方面是民生", "。", False),
    ],
)
def test_an_announcement_is_told_from_a_statement(quote: str, after: str, hollow: bool) -> None:
    assert announces(quote, after) is hollow


@pytest.mark.parametrize(
    ("quote", "vague"),
    [
        ("认真办好了一批事关民生利益的实事", True),
        ("推动了一些事关长远发展的大事，办好了一批民生实事", True),
        ("实施了一批重点项目，新建学校3所", False),
        ("建成一批“口袋公园”", False),
    ],
)
def test_what_says_that_there_are_some_is_told_from_what_names_them(quote: str, vague: bool) -> None:
    assert is_vague(quote) is vague


def test_an_announcement_goes_on_to_its_items() -> None:
    text = "今年重点抓好以下三项工作：建设学校5所，改造道路3条，新增床位200张。"
    spans = completed(passage(text), ((0, 12),))
    assert text[slice(*spans[0])].endswith("新增床位200张")


def test_a_heading_goes_on_to_its_text() -> None:
    text = "加快建设教育强区。新增学位3700个。"
    spans = completed(passage(text, "加快建设教育强区"), ((0, 8),))
    assert "3700个" in text[slice(*spans[0])]


def test_a_whole_quote_is_left_as_it_is() -> None:
    text = "加快建设教育强区。新增学位3700个。"
    assert completed(passage(text, "加快建设教育强区"), ((9, 17),)) == ((9, 17),)


def test_no_answer_on_the_headings_of_the_sample_is_hollow(sample_library: Path) -> None:
    assistant = Assistant.open(sample_library)
    [report] = assistant.library.reports()
    titles = [s.title for s in assistant.library.snapshot().outline(report.id) if s.run_in and s.level == 3]
    for title in titles[::3]:
        question = f"{title[-4:]}情况怎么样？"
        answer = assistant.ask(question)
        shown = [c for n, c in enumerate(answer.citations, 1) if f"[{n}]" in answer.text]
        assert not [c.quote for c in shown if is_hollow(c, question)], question


def test_a_note_inside_a_quote_is_no_mark() -> None:
    """做好“交钥匙”工程[2]保障工作 stands in a report with notes."""
    text = "主要任务如下。做好“交钥匙”工程[2]保障工作，新建学校5所。"
    told = [
        Citation(text, text[a:b], ((a, b),), "r", "报告", (), None, None, 0, len(text), 1.0)
        for a, b in ((7, text.index("，")), (0, 6))
    ]
    answer = Answer("做什么？", True, f"{told[0].quote}。[1]\n{told[1].quote}。[2]", told)
    whole = without_hollow_quotes(answer, parse("做什么？"))
    assert whole is not None
    assert whole.text == f"{told[0].quote}。[1]\n{text[: text.index('，')]}。[2]"
    hollow = replace(told[1], text=text[:7])
    left = without_hollow_quotes(replace(answer, citations=[told[0], hollow]), parse("做什么？"))
    assert left is not None
    assert (left.text, left.citations) == (f"{told[0].quote}。[1]", [told[0], hollow])
    assert (
        without_hollow_quotes(
            replace(answer, text=f"{hollow.quote}。[1]", citations=[hollow]), parse("做什么？")
        )
        is None
    )


@pytest.mark.parametrize(
    ("question", "quote", "told"),
    [
        ("数字电视一个月要多少钱？", "全县数字电视用户达7000户", False),
        ("数字电视一个月要多少钱？", "收视维护费每月24元", True),
        ("全县有多少老师？", "五年来，教育质量稳步提高", False),
        ("全县有多少老师？", "公开招聘教师877名", True),
        ("农民一年到手几个钱？", "农村居民人均可支配收入15837元", True),
    ],
)
def test_a_number_of_another_kind_is_no_answer(question: str, quote: str, told: bool) -> None:
    assert _tells(parse(question).answer_types, quote) == told


def test_a_section_that_is_only_its_heading_answers_where_it_says_a_number() -> None:
    for title, hollow in (("全力创建省级园林县城", True), ("抓好十件民生实事", True), ("新建学校3所", False)):
        quoted = Citation(
            text=f"{title}。", quote=title, quote_spans=((0, len(title)),), report="r", title="", section=(title,),
            page=None, last_page=None, start=0, end=len(title) + 1, score=1.0,
        )  # fmt: skip
        assert is_hollow(quoted, "有没有提到教育？") == hollow

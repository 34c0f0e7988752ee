"""What is asked of which reports: three ways of not having it said apart, the other years told completely."""

from __future__ import annotations

import pytest

from index import Library
from qa import Assistant
from tests.conftest import FakeEncoder

YEARS = (2023, 2024, 2025)
REPORT = """{plan}年槐山县政府工作报告
——{plan}年1月20日在槐山县第九届人民代表大会上
槐山县人民政府县长 张明
各位代表：
现在，我代表县人民政府向大会报告工作，请予审议。
一、{year}年工作回顾
{year}年，全县地区生产总值81亿元、增长5.3%。
教育事业加快发展。新建幼儿园4所，新增幼儿园学位900个，招聘义务教育教师210人，建成校园足球场12块。
我们也看到存在的问题：财政收支矛盾突出，人才缺口较大。
二、{plan}年工作安排
着力抓好交通。新改建农村公路80公里，建成公交站亭40座，县城至高铁站快速路开工建设。
着力抓好教育。新建小学2所，改造学校食堂11个，培训教师300人。
今年办好三件民生实事：①建成县城水厂；②改造乡村公路；③新建养老院。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("scope")
    paths = [folder / f"{year}.txt" for year in YEARS]
    for year, path in zip(YEARS, paths, strict=True):
        path.write_text(REPORT.format(year=year - 1, plan=year), encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(paths)
    return Assistant(library)


@pytest.mark.parametrize(
    ("question", "chosen", "reason"),
    [
        ("月球基地什么时候建成", None, "not_covered"),
        ("2011年教育方面做了哪些工作", None, "not_in_library"),
        ("青岛市教育方面做了哪些工作", None, "not_in_library"),
        ("2022年教育方面做了哪些工作", ["2025"], "not_selected"),
    ],
)
def test_three_ways_of_not_having_it_are_said_apart(
    assistant: Assistant, question: str, chosen: list[str] | None, reason: str
) -> None:
    answer = assistant.ask(question, reports=chosen)
    assert not answer.answered
    assert answer.refusal_reason == reason


def test_what_was_not_chosen_is_answered_where_it_is(assistant: Assistant) -> None:
    answer = assistant.ask("2022年教育方面做了哪些工作")
    assert answer.answered
    assert answer.citations[0].report == "2023"


@pytest.mark.parametrize("question", ["教育", "今年教育方面有哪些安排"])
def test_the_newest_answers_and_every_other_year_is_told(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.shape == "topic"
    assert {c.report for g in answer.groups for c in g.citations} == {"2025"}
    assert answer.assumed_year == 2025
    assert answer.other_years == (2023, 2024)


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("总结一下去年的工作", "summary"),
        ("今年重点抓哪几个方面的工作", "tasks"),
        ("还存在哪些问题", "problems"),
        ("教育", "topic"),
        ("今年要办哪些民生实事", "list"),
        ("民生实事", "list"),
    ],
)
def test_every_broad_way_tells_all_other_years(assistant: Assistant, question: str, shape: str) -> None:
    answer = assistant.ask(question)
    assert (answer.shape, answer.assumed_year, answer.other_years) == (shape, 2025, (2023, 2024))
    assert assistant.ask(question, reports=["2023"]).other_years == ()


def test_a_figure_in_a_broad_answer_says_its_year_and_what_it_is(assistant: Assistant) -> None:
    answer = assistant.ask("总结2024年的工作")
    told = {(f.title, f.period, f.mode, f.text) for f in answer.figures}
    assert any(
        "生产总值" in title and "2024" in period and mode == "actual" for title, period, mode, _ in told
    )
    assert all(f.text in answer.citations[f.mark - 1].quote for f in answer.figures)

"""What broad questions mean: names that hold a place, several questions in one, last year's deeds, this year's tasks."""

from __future__ import annotations

import pytest

from qa import Assistant
from qa.answers import Asking
from qa.answers.listing import _OF_TARGETS
from qa.answers.several import parts_of
from qa.answers.summary import _tells
from qa.answers.topic import is_for
from qa.understanding import parse, subject_of
from tests.conftest import assistant_over

REPORT = """2025年槐山县政府工作报告
——2025年1月20日在槐山县第九届人民代表大会上
槐山县人民政府县长 张明
各位代表：
现在，我代表县人民政府向大会报告工作，请予审议。
一、2024年工作回顾
2024年，全县地区生产总值81亿元、增长5.3%。主要抓了以下工作：一是办好教育，新建幼儿园4所。二是发展产业，引进项目31个。三是改善民生，建成养老驿站16个。四是保护生态，植树1.5万亩。
年初确定的8件民生实事全部完成，改造供热管网9公里，新建便民市场2个，发放助老餐券1.2万张。
青岛医院槐山分院主体完工，青岛医院槐山分院设床位300张。京兰新区对接有力，京兰新区专线开通，我县与京兰新区共建园区。
我们也清醒地看到，发展中还存在一些问题：财政收支矛盾突出，人才缺口较大，产业层次不高。
二、2025年工作安排
重点抓好以下工作：一是建设交通，新改建农村公路80公里。二是壮大工业，新建厂房3万平方米。三是繁荣文化，演出戏曲90场。
今年办好3件民生实事：改造校舍5所；铺设管网7公里；安装路灯400盏。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_over(tmp_path_factory.mktemp("asked"), REPORT)


@pytest.mark.parametrize(
    ("question", "held", "missing"),
    [
        # What was done is answered by the review, and not by the list that this year announces.
        ("去年办了哪些实事", ["8件民生实事全部完成", "改造供热管网9公里"], ["安装路灯400盏"]),
        ("今年要办哪些实事", ["改造校舍5所", "安装路灯400盏"], ["供热管网"]),
        # Of two runs of tasks that of the plan, though the review's is longer.
        ("今年重点抓哪几个方面的工作", ["建设交通", "繁荣文化"], ["办好教育"]),
        ("说说2024年的成绩", ["增长5.3%"], ["农村公路80公里"]),
        ("还有啥问题没解决", ["财政收支矛盾突出", "产业层次不高"], []),
        ("养老驿站建了几个？引进项目呢？", ["养老驿站16个", "引进项目31个"], []),
    ],
)
def test_the_answer_holds_what_was_asked(
    assistant: Assistant, question: str, held: list[str], missing: list[str]
) -> None:
    answer = assistant.ask(question)
    assert answer.answered
    assert [one for one in held if one not in answer.text] == []
    assert [one for one in missing if one in answer.text] == []


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("青岛医院槐山分院建得怎么样了", ()),  # begins a name that the report holds
        ("青岛去年建得怎么样", ("青岛",)),
        ("青岛", ("青岛",)),  # the report names it, and does not return to it as a place
    ],
)
def test_a_place_that_begins_a_name_is_not_the_place_asked_of(
    assistant: Assistant, question: str, places: tuple[str, ...]
) -> None:
    from qa.answers.scope import as_named

    asking = Asking(parse(question), assistant.library.snapshot())
    assert as_named(asking).question.places == places


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("去年空气怎么样？今年散煤还治不治？", ["去年空气怎么样", "今年散煤还治不治"]),
        ("学校建得怎么样了，医院呢？", []),
        ("养老服务", []),
    ],
)
def test_several_questions_are_told_apart(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    ("question", "subject"),
    [("有几所大学", "大学"), ("有几个公园", "公园"), ("今年大气污染怎么治", "大气污染")],
)
def test_what_is_counted_is_the_subject(question: str, subject: str) -> None:
    assert subject_of(parse(question)) == subject


@pytest.mark.parametrize(
    ("subject", "left"), [("目标、逐条列", ""), ("经济社会发展主要目标", ""), ("粮食产量目标", "粮食产量")]
)
def test_all_targets_are_asked_where_nothing_else_is_named(subject: str, left: str) -> None:
    assert _OF_TARGETS.sub("", subject) == left


@pytest.mark.parametrize(
    ("question", "broadly"),
    [
        ("今年房地产怎么管", True),
        ("招商引资今年有什么新办法", True),
        ("建了几所学校", False),
        ("工作主题叫什么", False),
    ],
)
def test_how_and_by_what_means_ask_for_all_that_is_said(
    assistant: Assistant, question: str, broadly: bool
) -> None:
    assert is_for(Asking(parse(question), assistant.library.snapshot())) is broadly


@pytest.mark.parametrize(
    ("clause", "over_years"),
    [
        ("生产总值从2020年的3.68万亿元增长到2025年的4.93万亿元", True),
        ("生产总值年均增长5.9%", True),
        ("生产总值增长5.6%", False),
    ],
)
def test_five_years_and_one_are_told_apart(clause: str, over_years: bool) -> None:
    assert _tells(clause, last=not over_years)
    assert not _tells(clause, last=over_years)

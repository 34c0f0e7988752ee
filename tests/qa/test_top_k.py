"""``top_k`` means the same in every way of answering: it fills the citations and never changes the text."""

from __future__ import annotations

from typing import get_args

import pytest

from index import Library
from qa import Assistant
from qa.types import Shape
from tests.conftest import FakeEncoder

REPORT = """{plan}年{place}政府工作报告
——{plan}年1月20日在{place}第九届人民代表大会上
{place}人民政府县长 张明
各位代表：
现在，我代表县人民政府向大会报告工作，请予审议。
一、{year}年工作回顾
{year}年，全县地区生产总值{n}1亿元、增长{n}.3%，一般公共预算收入{n}.2亿元、增长4.1%。
（一）着力办好教育
新建幼儿园{n}所，新增幼儿园学位{n}00个，招聘义务教育教师2{n}0人，建成校园足球场1{n}块。
（二）着力发展产业
引进项目{n}1个，新增规上工业企业{n}家，建成冷链仓库{n}座。青石水库除险加固工程完成主体工程。
（三）着力改善民生
发放低保金1.{n}亿元，建成养老驿站1{n}个。
同时，我们也看到存在的问题：财政收支矛盾突出，人才缺口较大，产业层次不高。
二、{plan}年工作安排
{plan}年主要预期目标是：地区生产总值增长{n}.5%左右，城镇新增就业{n}000人。重点抓好以下工作：
（一）着力抓好交通
新改建农村公路{n}0公里，建成公交站亭{n}0座，县城至高铁站快速路开工建设。
（二）着力抓好教育
新建小学{n}所，改造学校食堂1{n}个，培训教师{n}00人。
（三）着力抓好生态
植树1.{n}万亩，治理河道2{n}公里，建成污水处理站{n}座。
"""
GIVEN = (("槐山县", 2024, 4), ("槐山县", 2025, 5), ("柳河县", 2025, 7))
ASKED = (
    ("教育", "topic"),
    ("教育方面做了哪些工作", "topic"),
    ("青石水库除险加固工程进展怎么样", "topic"),
    ("今年重点抓哪几个方面的工作", "tasks"),
    ("还存在哪些问题", "problems"),
    ("总结2024年的工作", "summary"),
    ("2024年槐山县地区生产总值增长多少", "fact"),
    ("槐山县县长是谁", "fact"),
    ("有没有建成养老驿站", "fact"),
    ("槐山县2025年的主要预期目标有哪些", "list"),
    ("槐山县和柳河县的教育怎么样", "compare"),
    ("槐山县这几年教育有什么变化", "compare"),
    ("槐山县2023年和2024年新建幼儿园各多少所", "compare"),
    ("槐山县历年地区生产总值增速", "table"),
    ("各县地区生产总值增速排名", "table"),
    ("槐山县去年地区生产总值增长多少？养老驿站建了几个？", "several"),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("top_k")
    paths = [folder / f"{place}{plan}.txt" for place, plan, _ in GIVEN]
    for (place, plan, n), path in zip(GIVEN, paths, strict=True):
        path.write_text(REPORT.format(place=place, plan=plan, year=plan - 1, n=n), encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(paths)
    return Assistant(library)


@pytest.mark.parametrize(("question", "shape"), ASKED)
def test_it_fills_the_citations_and_leaves_the_text(assistant: Assistant, question: str, shape: str) -> None:
    one, some, many = (assistant.ask(question, top_k) for top_k in (1, 12, 40))
    assert (one.shape, one.answered) == (shape, True)
    assert one.text == some.text == many.text
    assert one.table == some.table == many.table
    assert one.groups == some.groups == many.groups
    assert one.figures == some.figures == many.figures
    own = one.citations  # what is quoted, and what stands in the groups behind 还有 n 条
    assert some.citations[: len(own)] == many.citations[: len(own)] == own
    assert len(some.citations) == max(12, len(own))
    assert len(many.citations) > 12
    places = [(c.report, c.start, c.quote) for c in many.citations]
    assert len(set(places)) == len(places)


def test_every_shape_is_asked() -> None:
    assert {shape for _, shape in ASKED} == set(get_args(Shape)) - {"help"}


def test_a_refusal_and_the_help_hold_no_citation(assistant: Assistant) -> None:
    assert assistant.ask("月球基地什么时候建成", 6).citations == []
    assert assistant.ask("你好", 6).citations == []

"""``top_k`` means the same in every way of answering: it fills the citations and never changes the text."""

from __future__ import annotations

import pytest

from qa import Assistant
from tests.conftest import assistant_over

REPORT = """2025年槐山县政府工作报告
——2025年1月20日在槐山县第九届人民代表大会上
槐山县人民政府县长 张明
各位代表：
现在，我代表县人民政府向大会报告工作，请予审议。
一、2024年工作回顾
2024年，全县地区生产总值81亿元、增长5.3%，一般公共预算收入6.2亿元、增长4.1%。
（一）着力办好教育
新建幼儿园4所，新增幼儿园学位900个，招聘义务教育教师210人，建成校园足球场12块。
（二）着力发展产业
引进项目31个，新增规上工业企业8家，建成冷链仓库3座。
（三）着力改善民生
发放低保金1.2亿元，建成养老驿站16个。
同时，我们也看到存在的问题：财政收支矛盾突出，人才缺口较大，产业层次不高。
二、2025年工作安排
2025年主要预期目标是：地区生产总值增长5.5%左右，城镇新增就业3000人。重点抓好以下工作：
（一）着力抓好交通
新改建农村公路80公里，建成公交站亭40座，县城至高铁站快速路开工建设。
（二）着力抓好教育
新建小学2所，改造学校食堂11个，培训教师300人。
（三）着力抓好生态
植树1.5万亩，治理河道22公里，建成污水处理站6座。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_over(tmp_path_factory.mktemp("top_k"), REPORT)


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("教育", "topic"),
        ("今年重点抓哪几个方面的工作", "tasks"),
        ("还存在哪些问题", "problems"),
        ("总结2024年的工作", "summary"),
        ("2024年地区生产总值增长多少", "fact"),
        ("2025年的主要预期目标有哪些", "list"),
        ("去年地区生产总值增长多少？养老驿站建了几个？", "several"),
    ],
)
def test_it_fills_the_citations_and_leaves_the_text(assistant: Assistant, question: str, shape: str) -> None:
    one, many = (assistant.ask(question, top_k) for top_k in (1, 6))
    assert (one.shape, one.text) == (shape, many.text)
    told = one.text.count("[")
    assert len(one.citations) >= told
    assert len(many.citations) >= 6
    assert many.citations[:told] == one.citations[:told]
    places = [(c.report, c.start, c.quote) for c in many.citations]
    assert len(set(places)) == len(places)


def test_a_refusal_and_the_help_hold_no_citation(assistant: Assistant) -> None:
    assert assistant.ask("月球基地什么时候建成", 6).citations == []
    assert assistant.ask("你好", 6).citations == []

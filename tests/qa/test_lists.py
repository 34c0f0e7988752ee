"""Enumerations in running text, and lists of things of one kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Assistant
from qa.answers.enumerations import enumerations, heads
from qa.answers.listing import count_of

ITEM = st.lists(
    st.sampled_from(["建设学校5所", "改造道路(含桥梁)", "新增床位1.5万张", "办好“一老一小”"]),
    min_size=1,
    max_size=3,
).map("，".join)
NUMERALS = "一二三四五六七八九十"


@given(st.lists(ITEM, min_size=3, max_size=10), st.sampled_from(["{}是", "（{}）", "第{}，"]))
def test_the_items_of_an_enumeration_are_found_as_they_stand(items: list[str], style: str) -> None:
    told = "".join(f"{style.format(n)}{item}。" for n, item in zip(NUMERALS, items, strict=False))
    text = f"前文若干。今年办好以下实事。{told}\n此外还有别的。"
    found = next(one for one in enumerations(text) if len(one.items) == len(items))
    assert [text[a:b] for a, b in found.items] == items
    assert found.announced.endswith("今年办好以下实事。")
    assert [text[a:b] for a, b in heads(text, found)] == items


@pytest.mark.parametrize(
    "text", ["统一是好的，第二产业增长1.5%。", "一是学校。三是医院。", "（一）学校（一）医院（一）道路"]
)
def test_what_does_not_count_on_is_no_enumeration(text: str) -> None:
    assert list(enumerations(text)) == []


def test_a_long_item_is_shown_by_its_first_clause() -> None:
    rest = "完成一批项目，" * 9
    text = f"做到三个坚持：一是坚持改革，{rest}。二是坚持开放，{rest}。三是坚持创新，{rest}。"
    [found] = enumerations(text)
    assert [text[a:b] for a, b in heads(text, found)] == ["坚持改革", "坚持开放", "坚持创新"]


@pytest.mark.parametrize(("counted", "number"), [("12件", 12), ("五个", 5), ("十二项", 12), ("几个", 0)])
def test_what_a_question_counts(counted: str, number: int) -> None:
    assert count_of(counted) == number


@pytest.mark.parametrize(
    ("question", "held", "missing"),
    [
        ("有哪些指标排名全市第二？", ["工业投资增长89.7%", "网络零售额168.4亿元"], ["全国首批"]),
        ("获得了哪些国家级的荣誉和称号？", ["国家级健康区优秀案例", "领军市场"], ["全市前列"]),
        ("民生福祉方面定了哪些量化目标？", ["新增学位3700个", "1.74万人"], []),
        ("主要预期目标有哪些？", ["地区生产总值增长5.6%", "实际使用外资4500万美元"], ["162万平方米"]),
    ],
)
def test_a_list_of_one_kind_is_gathered_from_all_sections(
    sample_library: Path, question: str, held: list[str], missing: list[str]
) -> None:
    answer = Assistant.open(sample_library).ask(question)
    assert answer.shape == "list"
    assert [one for one in held if one not in answer.text] == []
    assert [one for one in missing if one in answer.text] == []


def test_how_something_fares_is_told_by_what_was_done_for_it(sample_library: Path) -> None:
    answer = Assistant.open(sample_library).ask("老百姓停车方便了吗？")
    assert answer.shape == "topic"
    assert "停车泊位" in answer.text
    assert {c.section[0] for c in answer.citations} == {"一、2024年工作回顾"}

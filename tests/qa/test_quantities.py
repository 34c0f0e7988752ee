"""Numbers in clauses, and what questions ask for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.understanding.answer_types import answer_types_of, match, quantities


@pytest.mark.parametrize(
    ("text", "family", "unit"),
    [
        ("完成464亿元", "money", "元"),
        ("增长5.6%", "percent", "%"),
        ("新建2.3万人", "people", "人"),
        ("拆除109万平方米", "area", "平方米"),
        ("补贴3200余万元", "money", "元"),
        ("培养百名教师", "people", "名"),
        ("占三分之二", "percent", "%"),
        ("培训一千零五十人", "people", "人"),
        ("回落百分之零点五", "percent", "%"),
        ("清偿一半以上", "percent", "%"),
    ],
)
def test_a_number_and_its_unit(text: str, family: str, unit: str) -> None:
    [found] = quantities(text)
    assert (found.family, found.unit) == (family, unit)


@pytest.mark.parametrize("text", ["2024年", "第19届", "一批项目", "“五个一”工程"])
def test_years_ordinals_articles_and_names_are_no_numbers(text: str) -> None:
    assert quantities(text) == []


@given(st.text(alphabet="0123456789万亿元个年月%一二三百余，。.学校第“”", max_size=40))
def test_quantities_lie_in_order_within_the_text(text: str) -> None:
    found = quantities(text)
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("总投资多少亿元", [("number", "money")]),
        ("增速目标是多少", [("number", "percent")]),
        ("一共多少个项目，总投资多少", [("number", "count"), ("number", "money")]),
        ("多大面积", [("number", "area")]),
        ("哪一年通车", [("date", "")]),
        ("要多久", [("date", "time")]),
        ("是哪位区长", [("person", "")]),
        ("排老几", [("rank", "")]),
        ("好几年了", []),
        ("去年社零总额", [("number", "money")]),
        ("2024年工业增速目标", [("number", "percent")]),
        ("大桥造价", [("number", "")]),
        ("提高工作效率", []),
        ("怎样提高就业率", []),
        ("今年奋斗目标", []),
    ],
)
def test_what_is_asked_for(question: str, kinds: list[tuple[str, str]]) -> None:
    assert [(ask.kind, ask.family) for ask in answer_types_of(question)] == kinds


def fit(question: str, clause: str) -> float:
    return match(answer_types_of(question)[0], clause, quantities(clause))


def test_only_a_fitting_unit_answers() -> None:
    assert fit("总量是多少亿元", "增长4%") == 0
    assert fit("总量是多少亿元", "达到464亿元") == 1
    assert fit("多少家企业", "新增1.9万户") > fit("多少家企业", "投资25亿元")


@pytest.mark.parametrize(
    ("question", "clause", "fits"),
    [
        ("有多少个村脱贫了", "剩余388户771人贫困人口全部脱贫", False),
        ("有多少个村脱贫了", "38个村脱贫出列", True),
        ("改造了几个老旧小区", "改造老旧小区793户", False),
        ("培训了多少个学生", "培训1089人", True),
        ("本县有几所大学？", "与某医科大学等全国9所科研院校合作", False),
        ("去年和几所大学签约？", "与9所大学签约", True),
        ("有几家医院？", "新增12家科技型中小企业", False),
        ("有几家医院？", "建成3家卫生院", True),
        ("要建成多少处公园", "建成口袋公园12处以上", True),
        ("能停多少条渔船？", "由480艘增加到1100艘", True),
    ],
)
def test_a_number_of_something_else_is_as_good_as_none(question: str, clause: str, fits: bool) -> None:
    assert (fit(question, clause) > 0.3) is fits


def test_a_list_is_answered_by_an_enumeration() -> None:
    assert fit("有哪些城市", "在深圳、北京、上海设立") > fit("有哪些城市", "在深圳设立")


def test_a_year_answers_when_and_a_duration_how_long() -> None:
    assert fit("哪一年建成", "2027年建成") == 1
    assert fit("哪一年建成", "过渡期5年") == 0
    assert fit("过渡期多久", "过渡期5年") == 1


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("这份报告是哪位区长作的", "甲区人民政府区长 张明", 1.0),
        ("总理叫什么名字", "国务院总理李明华作政府工作报告", 1.0),
        ("区委书记是谁", "学习总书记重要讲话", 0.0),
        ("分管教育的副区长是哪一位", "甲区人民政府区长 张明", 0.0),
        ("区长是谁", "副区长张明", 0.0),
    ],
)
def test_who_holds_an_office_is_answered_by_a_name_beside_it(
    question: str, text: str, expected: float
) -> None:
    [ask] = answer_types_of(question)
    assert match(ask, text, ()) == expected

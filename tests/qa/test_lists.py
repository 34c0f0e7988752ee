"""Enumerations in running text, and lists of things of one kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Assistant
from qa.answers.enumerations import enumerations, item_headings, unnumbered
from qa.answers.listing import count_of
from tests.conftest import assistant_over

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
    assert [text[a:b] for a, b in item_headings(text, found)] == items


def test_circled_numbers_count_and_a_field_stands_with_what_is_done_in_it() -> None:
    [found] = enumerations("突出抓好三件实事。\n①建成水厂；②改造校舍；③铺设管网。\n此外。")
    assert found.announced == "突出抓好三件实事。\n"
    text = "1.医疗方面。新建医院3所。培训医生。\n2.养老方面。新增床位90张。培训。\n3.交通方面。改造道路7条。其他。"
    [found] = enumerations(text)
    heading = ["医疗方面。新建医院3所", "养老方面。新增床位90张", "交通方面。改造道路7条"]
    assert [text[a:b] for a, b in item_headings(text, found)] == heading


@pytest.mark.parametrize(
    "text",
    [
        "统一是好的，第二产业增长1.5%。",
        "一是学校。三是医院。",
        "（一）学校（一）医院（一）道路",
        "生产力①、低空②、算力③",
    ],
)
def test_what_does_not_count_on_is_no_enumeration(text: str) -> None:
    assert list(enumerations(text)) == []


def test_a_long_item_is_shown_by_its_first_clause() -> None:
    rest = "完成一批项目，" * 9
    text = f"做到三个坚持：一是坚持改革，{rest}。二是坚持开放，{rest}。三是坚持创新，{rest}。"
    [found] = enumerations(text)
    assert [text[a:b] for a, b in item_headings(text, found)] == ["坚持改革", "坚持开放", "坚持创新"]


@pytest.mark.parametrize(
    ("counted", "number"), [("12件", 12), ("五个", 5), ("十二项", 12), ("两件", 2), ("几个", 0)]
)
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
    assert {c.section[0] for g in answer.groups for c in g.citations} == {"一、2024年工作回顾"}


def test_what_semicolons_part_behind_a_colon_and_lines_with_a_dash_are_enumerations() -> None:
    text = (
        "今年办好3件民生实事，包括：改造小区60个；新建公园5座；为1万名老人免费体检。此外还有别的；不算；在内。\n"
        "做到“三个注重”：\n——注重效率。往下说。\n——注重公平。\n——注重长远。\n正文。\n——只有一行。\n"
    )
    found = [[text[a:b] for a, b in one.items] for one in unnumbered(text)]
    assert found == [
        ["注重效率。往下说。", "注重公平。", "注重长远。"],
        ["改造小区60个", "新建公园5座", "为1万名老人免费体检"],
    ]


REPORT = """2026年槐山县政府工作报告
——2026年1月20日在槐山县第九届人民代表大会上
槐山县人民政府县长 张明
各位代表：
现在，我代表县人民政府向大会报告工作，请予审议。
一、2025年和“十四五”时期工作回顾
2025年，全县地区生产总值81亿元、增长5.3%，社会消费品零售总额增长4.1%。主要抓了三个方面工作。
（一）着力稳住经济大盘
新增规上企业18家，工业投资增长9.1%，园区建成标准厂房9万平方米。
（二）着力推进城乡建设
改造老旧小区12个，新改建农村公路80公里。
（三）着力办好民生实事
新建幼儿园4所，三件民生实事圆满完成。
五年来，地区生产总值跨过两个台阶、年均增长6.2%，县城至高铁站快速路建成通车。
工作中还有不少问题和不足，主要表现在：一是经济总量偏小，企业数量偏少；二是财政收支矛盾突出。对这些问题，我们将认真解决。
二、2026年工作安排
今年主要预期目标是：地区生产总值增长5%以上，社会消费品零售总额增长4%。
（一）扩大有效需求
办好购物节，发展夜间经济，新开商业街2条。
（二）壮大实体经济
新上项目30个，培育专精特新企业6家。
（三）建设美丽乡村
改造农村厕所3000座，建成美丽乡村10个。
今年接续办好3件民生实事，包括：改造老旧小区6个；新建公园5座；为1万名老人免费体检。
三、全面提升政府治理现代化水平
（一）突出政治引领
始终对党忠诚，坚决落实各项部署。
（二）树牢法治思维
坚持依法行政，自觉接受监督。
（三）守住廉政底线
严控一般性支出，过紧日子。
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_over(tmp_path_factory.mktemp("county"), REPORT)


@pytest.mark.parametrize(
    ("question", "held", "missing"),
    [
        # The chapter on the government's own way of working is not the year's tasks.
        ("今年重点工作有哪些？", ["扩大有效需求", "建设美丽乡村"], ["突出政治引领"]),
        # 主要抓了 looks back.
        ("2025年主要抓了哪三个方面的工作", ["着力稳住经济大盘", "着力办好民生实事"], ["扩大有效需求"]),
        # The first problem stands behind the colon of its announcement; the remedy is none.
        ("还存在哪些问题？", ["经济总量偏小", "财政收支矛盾突出"], ["认真解决"]),
        # Of the year the year's figures, of five years theirs.
        ("总结2025年的工作", ["增长5.3%"], ["年均增长6.2%"]),
    ],
)
def test_a_report_is_told_by_its_own_outline(
    county: Assistant, question: str, held: list[str], missing: list[str]
) -> None:
    answer = county.ask(question)
    assert [one for one in held if one not in answer.text] == []
    assert [one for one in missing if one in answer.text] == []


UNLISTED = """槐山县2015年政府工作报告
一、2014年工作回顾
（一）倾力保障民生
全县用于民生支出5.1亿元，破获案件875起。
二、2015年主要任务
真心实意办好群众期盼的好事实事，增进民生福祉。
（一）壮大产业
新增规上企业8家，建成冷链仓库3座，{listed}
（二）强化民生保障和社会管理
坚持强县与惠民并重，让发展成果惠及全县人民。投资690万元完成12所学校设备购置，新改建幼儿园8所。改善残疾人生活状况。
"""


@pytest.mark.parametrize(
    "question", ["今年要办哪些民生实事", "要为老百姓办哪几件实事", "2015年民生实事有哪些"]
)
def test_deeds_that_no_list_names_are_told_from_the_chapter_on_livelihood(
    tmp_path: Path, question: str
) -> None:
    answer = assistant_over(tmp_path, UNLISTED.format(listed="")).ask(question)
    assert answer.shape == "list"
    assert [group.title.split(" · ")[1:] for group in answer.groups] == [
        ["2015年主要任务", "强化民生保障和社会管理"]
    ]
    assert "12所学校" in answer.text
    assert "8所" in answer.text
    assert "好事实事" not in answer.text
    assert "875起" not in answer.text


def test_deeds_of_this_year_are_not_those_of_five(tmp_path: Path) -> None:
    five = "二、“十四五”时期主要目标任务\n（一）持续改善民生\n养老床位达到9000张，参保率达到95%。\n三、2015年"
    answer = assistant_over(tmp_path, UNLISTED.format(listed="").replace("二、2015年", five)).ask(
        "今年要办哪些民生实事"
    )
    assert "12所学校" in answer.text
    assert "9000张" not in answer.text


def test_deeds_that_a_list_names_are_those(tmp_path: Path) -> None:
    listed = "办好三件民生实事：①建成县城水厂；②改造乡村公路；③新建养老院。"
    answer = assistant_over(tmp_path, UNLISTED.format(listed=listed)).ask("今年要办哪些民生实事")
    assert all(said in answer.text for said in ("建成县城水厂", "改造乡村公路", "新建养老院"))
    assert "12所学校" not in answer.text


def test_no_deeds_are_told_where_the_report_sets_none_down(tmp_path: Path) -> None:
    text = UNLISTED.format(listed="").replace("投资690万元完成12所学校设备购置，新改建幼儿园8所。", "")
    answer = assistant_over(tmp_path, text).ask("今年要办哪些民生实事")
    assert "好事实事" not in answer.text

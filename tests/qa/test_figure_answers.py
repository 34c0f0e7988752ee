"""Questions for one figure, and for one indicator place by place: what they are answered with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index import Library
from index.figures import normalize_indicator, own_body
from index.text import bare_place, normalize
from qa import Answer
from qa.answers.composer import _balanced
from qa.answers.figure import answer_figure
from qa.answers.figure_scope import nation_first
from qa.answers.indicator import named, of_another_body
from qa.answers.ranking import _valued, answer_ranking
from qa.answers.series import answer_series
from qa.understanding import asked_of_figures, is_of_level, parse, whens_of
from tests.conftest import FakeEncoder

REPORT = """{place}{year}年政府工作报告
——{year}年1月10日在{place}第八届人民代表大会第二次会议上
{place}长 李明
各位代表：
现在，我代表{place}人民政府，向大会报告工作，请予审议。
一、{last}年工作回顾
{last}年，全县地区生产总值{size}亿元，增长{grown}%。{jobs}居民消费价格上涨0.6%。城镇登记失业率3.2%。
老旧小区改造{homes}户。新建农村公路31公里。
{last}年全国经济增长5%，全省地区生产总值增长4.8%，为我县发展提供了有利条件。
二、{year}年工作安排
{year}年的主要预期目标是：{goal}，城镇新增就业{wanted}万人以上，海洋生产总值增长8%。
新建农村公路45公里。
"""
PLACES = {
    "柳河县": ("312.5", "6.1", "城镇新增就业1.2万人。", "960", "地区生产总值增长6.5%左右", "1.1"),
    "槐山县": ("198.4", "5.2", "", "1200", "经济增长5.5%以上", "0.9"),
    "青石县": ("401", "7.3", "城镇新增就业0.8万人。", "310", "固定资产投资增长9%", "0.7"),
}


def written(place: str, year: int) -> str:
    size, grown, jobs, homes, goal, wanted = PLACES[place]
    return REPORT.format(
        place=place, year=year, last=year - 1,
        size=size, grown=grown, jobs=jobs, homes=homes, goal=goal, wanted=wanted,
    )  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("places")
    files = []
    for place in PLACES:
        files.append(folder / f"{place}2023.txt")
        files[-1].write_text(written(place, 2023), encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(files)
    return library


def figure(library: Library, question: str) -> Answer | None:
    return answer_figure(library.snapshot(), parse(question))


def ranking(library: Library, question: str) -> Answer | None:
    return answer_ranking(library.snapshot(), parse(question))


@pytest.mark.parametrize(
    ("question", "value", "mode"),
    [
        ("柳河县2023年GDP增长目标是多少？", "6.5%左右", "target"),
        ("柳河2023年经济增长目标", "6.5%左右", "target"),
        ("今年槐山县的生产总值预期涨多少？", "5.5%以上", "target"),
        ("槐山县去年GDP是多少亿元？", "198.4亿元", "actual"),
        ("2022年槐山县地区生产总值增速", "5.2%", "actual"),
        ("槐山县2022年经济增长率", "5.2%", "actual"),
        ("柳河县2022年物价涨了多少？", "0.6%", "actual"),
        ("柳河县的失业率是多少？", "3.2%", "actual"),
        ("柳河县去年新增城镇就业多少人？", "1.2万人", "actual"),
        ("青石县2022年改造了多少户老旧小区？", "310户", "actual"),
        ("青石县2023年要新建多少公里农村公路？", "45公里", "target"),
    ],
)
def test_a_figure_is_its_clause_with_a_label(library: Library, question: str, value: str, mode: str) -> None:
    answer = figure(library, question)
    assert answer is not None
    label, citation = answer.figures[0], answer.citations[0]
    assert (label.text, label.mode, label.mark) == (value, mode, 1)
    assert value in citation.quote
    assert answer.text.startswith(citation.quote)
    assert library.text(citation.report)[citation.start : citation.end] == citation.text
    assert all(one.text in answer.citations[one.mark - 1].quote for one in answer.figures)
    assert Answer.from_dict(answer.to_dict()) == answer


@pytest.mark.parametrize(
    "question", ["柳河县2022年和2023年地区生产总值分别是多少", "柳河县2022年GDP是多少，2023年呢"]
)
def test_of_two_years_one_tells_the_level_and_the_other_the_growth(library: Library, question: str) -> None:
    answer = figure(library, question)
    assert answer is not None
    assert [(f.title, f.period, f.mode, f.text) for f in answer.figures[:2]] == [
        ("生产总值", "2022年", "actual", "312.5亿元"), ("生产总值·增长", "2023年", "target", "6.5%左右"),
    ]  # fmt: skip
    assert answer.text == "全县地区生产总值312.5亿元。[1]地区生产总值增长6.5%左右。[2]"


def test_what_else_is_said_of_it_is_named(library: Library) -> None:
    answer = figure(library, "柳河县2022年地区生产总值是多少？")
    assert answer is not None
    assert [(one.title, one.text) for one in answer.figures] == [
        ("生产总值", "312.5亿元"), ("生产总值·增长", "6.1%"),
    ]  # fmt: skip
    assert len(answer.citations) == 1 or answer.text.count("[") == 1


@pytest.mark.parametrize(
    "question",
    [
        "青石县2023年GDP增长目标是多少？",  # its plan says another indicator
        "柳河县2021年GDP是多少？",  # no report of that year
        "白杨县2023年GDP增长目标是多少？",  # no report of that place
        "柳河县2023年规上工业增加值目标是多少？",
        "柳河县2022年改造了多少个老旧小区？",  # households are told, not quarters
        "柳河县2022年农村人口是多少？",
        "柳河县经济怎么样？",
        "柳河县有哪些就业举措？",
    ],
)
def test_what_the_figures_do_not_surely_say_is_left_to_the_passages(library: Library, question: str) -> None:
    assert figure(library, question) is None


def rows(answer: Answer | None) -> list[tuple[str, str]]:
    assert answer is not None
    assert answer.table is not None
    found = []
    for row in answer.table.rows:
        cell = row.target or row.actual
        found.append((row.place, cell.text if cell else "—"))
        assert cell is None or cell.text in answer.citations[cell.mark - 1].quote
    return found


def test_the_gross_domestic_product_is_the_countrys_where_it_is_here(library: Library) -> None:
    infos = library.reports()
    country = replace(infos[0], place="全国")
    assert nation_first([*infos, country], "2022年国内生产总值增长多少") == [country]
    assert nation_first([*infos, country], "2022年地区生产总值增长多少") == [*infos, country]
    assert nation_first(infos, "2022年国内生产总值增长多少") == infos


def test_each_place_has_its_row(library: Library) -> None:
    answer = ranking(library, "各县2023年GDP增长目标分别是多少？")
    assert rows(answer) == [("柳河县", "6.5%左右"), ("槐山县", "5.5%以上"), ("青石县", "—")]
    assert answer is not None
    assert answer.table is not None
    assert answer.table.title == "生产总值·增长"
    assert answer.table.note == "最高：柳河县（6.5%左右）；最低：槐山县（5.5%以上）；没有写明：青石县"


@pytest.mark.parametrize(
    ("question", "order", "leader"),
    [
        ("2022年哪个县的GDP最高？", ["青石县", "柳河县", "槐山县"], "401"),
        ("2022年各县GDP增速排名", ["青石县", "柳河县", "槐山县"], "7.3%"),
        ("2022年哪个县的GDP增速最低？", ["槐山县", "柳河县", "青石县"], "5.2%"),
        ("2022年改造老旧小区最多的是哪个县？", ["槐山县", "柳河县", "青石县"], "1200户"),
        ("2023年三个县里谁的城镇新增就业目标最高？", ["柳河县", "槐山县", "青石县"], "1.1万人"),
    ],
)
def test_places_are_ranked_where_that_is_asked(
    library: Library, question: str, order: list[str], leader: str
) -> None:
    answer = ranking(library, question)
    assert [place for place, _ in rows(answer)] == order
    assert answer is not None
    assert leader in answer.text.split("[1]")[0]
    assert "[2]" not in answer.text


def test_two_places_side_by_side_and_one_that_is_not_here(library: Library) -> None:
    assert rows(ranking(library, "柳河县和槐山县2022年GDP对比")) == [
        ("柳河县", "312.5亿元"), ("槐山县", "198.4亿元"),
    ]  # fmt: skip
    answer = ranking(library, "柳河县和白杨县2022年GDP对比")
    assert rows(answer) == [("柳河县", "312.5亿元")]
    assert answer is not None
    assert answer.table is not None
    assert "白杨县" in answer.table.note


def test_a_question_without_a_place_is_about_all_that_tell_it(library: Library) -> None:
    assert len(rows(ranking(library, "2022年城镇新增就业是多少？"))) == 2
    assert ranking(library, "柳河县2022年GDP是多少？") is None
    assert ranking(library, "各县有哪些就业举措？") is None


TARGETS = {
    "云南省": ("5%左右", "4.5%左右"), "安徽省": ("5.5%以上", "5%—5.5%"), "河北省": ("5%以上", "5%以上"),
    "浙江省": ("5.5%左右", "5%—5.5%"), "湖北省": ("6%左右", "5.5%左右"), "福建省": ("5.0%—5.5%", "5%左右"),
    "辽宁省": ("5%以上", "4.5%左右"), "重庆市": ("6%左右", "5%以上"),
}  # fmt: skip
"""The growth of 地区生产总值 that eight provinces plan for 2025 and for 2026."""


@pytest.fixture(scope="module")
def provinces(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library.open(tmp_path_factory.mktemp("provinces") / "library", encoder=FakeEncoder())
    library.add(sorted((shared / "data" / "local" / "provinces").glob("*")))
    return library


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize(
    "wording",
    [
        "{place}{year}年GDP增长目标是多少？",
        "{place}{year}年经济增长目标",
        "{year}年{place}的生产总值预期涨多少？",
    ],
)
def test_growth_targets_of_provinces(provinces: Library, year: int, wording: str) -> None:
    for place, targets in TARGETS.items():
        answer = figure(provinces, wording.format(place=place, year=year))
        assert answer is not None, place
        assert normalize(answer.figures[0].text) == targets[year - 2025], place
        assert provinces.snapshot().report(answer.citations[0].report).place == place
        assert answer.figures[0].text in answer.citations[0].quote


@pytest.mark.parametrize("year", [2025, 2026])
def test_growth_targets_of_provinces_as_a_table(provinces: Library, year: int) -> None:
    told = dict(rows(ranking(provinces, f"各省{year}年GDP增长目标分别是多少")))
    assert {place: normalize(value) for place, value in told.items()} == {
        place: targets[year - 2025] for place, targets in TARGETS.items()
    }


@pytest.mark.parametrize(
    ("place", "short", "level"),
    [
        ("广西壮族自治区", "广西", "省"),
        ("新疆维吾尔自治区", "新疆", "省"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江", "县"),
        ("内蒙古自治区", "内蒙古", "省"),
    ],
)
def test_autonomous_places_answer_to_their_short_names(place: str, short: str, level: str) -> None:
    assert bare_place(place) == short
    assert is_of_level(place, level)


def test_the_fifteenth_plan_and_an_average_that_is_wanted_are_no_part_of_a_name() -> None:
    asked = asked_of_figures(parse("“十五五”期间GDP年均要增长多少？"))
    assert asked is not None
    assert asked.change
    assert "地区生产总值" in asked.topics
    assert asked.span == (2026, 2030)


@pytest.mark.parametrize(
    ("topic", "told", "found"),
    [
        ("赤字盘子", ("赤字率",), ()),
        ("赤字预算", ("赤字率", "财政赤字"), ("财政赤字",)),
        ("外汇储备余额", ("外汇储备",), ("外汇储备",)),
        ("农民人均收入", ("农村居民人均可支配收入",), ("农村居民人均可支配收入",)),
        (
            "研发经费占生产总值比例",
            (normalize_indicator("全社会研发经费支出相当于全市生产总值的比例"),),
            ("研发经费投入强度",),
        ),
    ],
)
def test_a_topic_names_an_indicator(topic: str, told: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert named([topic], told, None) == found


def test_a_quote_does_not_part_a_name_between_its_marks() -> None:
    text = "围绕实现“三河连通，两库蓄水”目标，超前规划。"
    inner = text.index("两库")
    for span in ((inner, text.index("，超")), (0, text.index("，两"))):
        [(start, end)] = _balanced(text, (span,))
        assert "“三河连通，两库蓄水”" in text[start:end]
    assert _balanced(text, ((text.index("超"), len(text)),)) == ((text.index("超"), len(text)),)


NATION = """政府工作报告
——{year}年3月5日在第十四届全国人民代表大会第一次会议上
国务院总理 李明
各位代表：
现在，我代表国务院，向大会报告政府工作，请予审议。
一、{last}年工作回顾
国内生产总值增长{grown}%，五年年均增长5.2%。单位国内生产总值能耗下降{saved}%。
二、{year}年工作安排
今年主要预期目标是：国内生产总值增长{goal}左右，单位国内生产总值能耗下降{saved}%。
"""
BUDGET = """上海市普陀区{year}年区级部门预算
上海市普陀区教育局
{year}年，财政拨款支出预算9101万元，卫生健康支出120万元。
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Three counties, the country in three years and a department's budget."""
    folder = tmp_path_factory.mktemp("mixed")
    texts = {f"{place}2023": written(place, 2023) for place in PLACES}
    for year, grown, goal in ((2021, "2.3", "6%"), (2022, "8.1", "5.5%"), (2023, "3", "5%")):
        texts[f"{year}"] = NATION.format(year=year, last=year - 1, grown=grown, goal=goal, saved="2.5")
    texts["普陀区教育局部门预算"] = BUDGET.format(year=2023)
    files = []
    for name, text in texts.items():
        files.append(folder / f"{name}.txt")
        files[-1].write_text(text, encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(files)
    return library


def test_the_course_of_the_country_where_no_place_is_named(mixed: Library) -> None:
    answer = answer_series(mixed.snapshot(), parse("2021年到2023年GDP增长目标"))
    assert answer is not None
    assert answer.table is not None
    assert [row.target.text for row in answer.table.rows if row.target] == ["6%左右", "5.5%左右", "5%左右"]


def test_a_stretch_of_years_is_told_year_by_year(mixed: Library) -> None:
    answer = answer_series(mixed.snapshot(), parse("2020年到2022年国内生产总值增长率"))
    assert answer is not None
    assert answer.table is not None
    assert [row.actual.text for row in answer.table.rows if row.actual] == ["2.3%", "8.1%", "3%"]
    assert answer_series(mixed.snapshot(), parse("2018到2022年国内生产总值年均增长多少？")) is None


def test_an_average_over_years_is_of_those_years(mixed: Library) -> None:
    answer = figure(mixed, "2018到2022年国内生产总值年均增长多少？")
    assert answer is not None
    assert (answer.figures[0].text, answer.figures[0].period) == ("5.2%", "2018—2022年")
    assert figure(mixed, "2015到2019年国内生产总值年均增长多少？") is None


def test_a_departments_budget_is_not_its_districts(mixed: Library) -> None:
    info = next(info for info in mixed.reports() if info.place == "上海市普陀区")
    assert own_body(info.title, info.issuer, info.place) == "教育局"
    assert of_another_body(parse("普陀区2023年财政拨款支出预算是多少？"), info)
    assert not of_another_body(parse("普陀区教育局2023年财政拨款支出预算是多少？"), info)
    assert not of_another_body(parse("2023年财政拨款支出预算是多少？"), info)
    assert figure(mixed, "普陀区2023年财政拨款支出预算是多少？") is None
    answer = figure(mixed, "普陀区教育局2023年财政拨款支出预算是多少？")
    assert answer is not None
    assert (answer.figures[0].text, answer.figures[0].mode) == ("9101万元", "target")
    answer = figure(mixed, "2023年财政拨款支出预算是多少？")
    assert answer is not None
    assert answer.figures[0].text == "9101万元"
    for report in ("合肥市2024年统计公报", "甲市2024年预算执行情况的报告"):
        assert own_body(report, "甲市统计局", "甲市") == ""


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("2022年城镇新增就业最多的县", "最高：柳河县（1.2万人）；最低：青石县（0.8万人）；没有写明：槐山县"),
        ("2022年各县物价涨幅", "最高：柳河县、槐山县、青石县（0.6%）；最低：柳河县、槐山县、青石县（0.6%）"),
    ],
)
def test_who_leads_and_who_does_not_say_it(library: Library, question: str, note: str) -> None:
    answer = ranking(library, question)
    assert answer is not None
    assert answer.table is not None
    assert answer.table.note == note


def test_among_falls_the_largest_leads(library: Library) -> None:
    known = library.snapshot().figures_where(["老旧小区改造", "居民消费价格"])
    falls = [replace(f, measure="decline", value=n, high=None) for n, f in enumerate(known[:3], 1)]
    assert [_valued(falls)(f) for f in falls] == [(1, 1), (2, 2), (3, 3)]
    rise = replace(falls[0], measure="growth")
    assert [_valued([rise, *falls[1:]])(f) for f in (rise, *falls[1:])] == [(1, 1), (-2, -2), (-3, -3)]


def test_a_plan_for_last_year_is_no_result(mixed: Library) -> None:
    assert figure(mixed, "柳河县去年城镇新增就业是多少？") is not None
    assert figure(mixed, "槐山县去年城镇新增就业是多少？") is None


def test_two_places_and_two_years_make_one_table(library: Library) -> None:
    answer = ranking(library, "柳河县和槐山县2022年、2023年GDP增速对比")
    assert answer is not None
    assert answer.table is not None
    told = [(row.year, row.place, (row.target or row.actual)) for row in answer.table.rows]
    assert [(year, place, cell.text) for year, place, cell in told if cell] == [
        (2022, "柳河县", "6.1%"), (2022, "槐山县", "5.2%"),
        (2023, "柳河县", "6.5%左右"), (2023, "槐山县", "5.5%以上"),
    ]  # fmt: skip
    assert all(cell.text in answer.citations[cell.mark - 1].quote for _, _, cell in told if cell)
    assert answer.table.note.startswith("2022年最高：柳河县（6.1%）")


def test_years_side_by_side_share_what_is_asked_of_them() -> None:
    whens = whens_of(parse("柳河县2022年和2023年GDP增长目标"))
    assert [(when.years, when.mode, when.strong) for when in whens] == [
        ((2022,), "target", True), ((2023,), "target", True),
    ]  # fmt: skip
    apart = whens_of(parse("柳河县2022年GDP是多少，2023年目标是多少"))
    assert [when.mode for when in apart] == ["", "target"]

"""Cells of tables as figures: row, column and unit, or nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index import Figure, Library
from index.figures import extract
from index.readers.tables import Cell, table_lines
from index.types import Section
from qa.answers.figure import answer_figure
from qa.understanding import parse
from tests.conftest import FakeEncoder

Row = tuple[str, str, str, str, float, str]


def table(rows: list[list[str]]) -> list[str]:
    """The lines that the readers write of a table."""
    cells = [Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row) if text]
    return [line.text for line in table_lines(cells)]


def read(before: str, rows: list[list[str]], year: int = 2023, place: str = "甲市") -> list[Figure]:
    """The cells below the lines ``before``, in a review of the year before ``year``."""
    lines = table(rows)
    text = "\n".join([before, *lines, "此外没有别的。"])
    starts = {len(before) + 1 + sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))}
    section = Section(0, 0, len(text), len(text), 1, "一、综合", ("一、综合",), (year - 1,), "actual")
    figures = extract(text, [section], "report", year, starts, place).figures
    for f in figures:
        assert text[f.value_start : f.value_end] == f.written
        assert f.written in text[f.start : f.end]
    return [f for f in figures if f.in_table]


def told(figures: list[Figure]) -> list[Row]:
    return [(f.indicator, f.measure, f.mode, f.period, f.value, f.said) for f in figures]


def test_a_cell_has_its_row_its_column_and_its_unit() -> None:
    rows = [
        ["产品名称", "单位", "产量", "比上年增长（%）"],
        ["汽车", "万辆", "62.1", "7.1"],
        ["水泥", "万吨", "1236.3", "-8.8"],
    ]
    assert told(read("表3：2022年主要工业产品产量及其增长速度", rows)) == [
        ("汽车产量", "count", "actual", "2022年", 621000, "62.1万辆"),
        ("汽车产量", "growth", "actual", "2022年", 7.1, "7.1%"),
        ("水泥产量", "amount", "actual", "2022年", 1236.3, "1236.3万吨"),
        ("水泥产量", "growth", "actual", "2022年", -8.8, "-8.8%"),
    ]


def test_units_stand_in_headings_captions_and_cells() -> None:
    amounts = [["", "绝对数（亿元）", "增速"], ["非税收入", "41.58", "-1.2"]]
    assert [f.said for f in read("表2 财政收支情况", amounts)] == ["41.58亿元", "-1.2%"]
    caption = [["", "城镇", "农村"], ["家用汽车", "33", "17"]]
    assert told(read("年末每百户居民家庭拥有耐用品\n单位：辆", caption)) == [
        ("每百户居民家庭拥有耐用品：城镇家用汽车", "count", "actual", "2022年", 33, "33辆"),
        ("每百户居民家庭拥有耐用品：农村家用汽车", "count", "actual", "2022年", 17, "17辆"),
    ]
    assert [f.said for f in read("就业", [["指标", "数值"], ["登记失业率", "3.25%"]])] == ["3.25%"]


def test_parts_are_named_with_their_whole() -> None:
    rows = [
        ["指标", "单位", "2022年", "比上年增长（%）"],
        ["商品房竣工面积", "万平方米", "1235.1", "-15.4"],
        ["#住宅", "万平方米", "782.3", ""],
        ["商品房销售额", "亿元", "3812.8", ""],
        ["#住宅", "亿元", "3300.7", ""],
    ]
    assert [(f.indicator, f.said) for f in read("表4：房地产", rows) if f.measure != "growth"] == [
        ("商品房竣工面积", "1235.1万平方米"),
        ("商品房竣工面积：住宅", "782.3万平方米"),
        ("商品房销售额", "3812.8亿元"),
        ("商品房销售额：住宅", "3300.7亿元"),
    ]


def test_years_in_headings_and_labels() -> None:
    columns = [["指标", "2021年", "2022年"], ["常住人口（万人）", "510.2", "512.8"]]
    assert [(f.period, f.said) for f in read("表1 人口", columns)] == [
        ("2021年", "510.2万人"), ("2022年", "512.8万人"),
    ]  # fmt: skip
    rows = [["年份", "优良天数比例（%）"], ["2021年", "81.9"], ["2022年", "84.2"]]
    assert [(f.indicator, f.period, f.said) for f in read("表7：2021—2022年空气质量", rows)] == [
        ("空气质量优良天数比例", "2021年", "81.9%"), ("空气质量优良天数比例", "2022年", "84.2%"),
    ]  # fmt: skip


def test_a_budget_plans_for_its_department() -> None:
    rows = [["项目", "合计", "基本支出"], ["卫生健康支出", "1,097,073.43", "97,073.43"]]
    before = "2023年部门支出预算总表\n编制部门：甲市人民政府办公室 单位：元"
    assert told(read(before, rows)) == [
        ("人民政府办公室：卫生健康支出", "amount", "target", "2023年", 1097073.43, "1,097,073.43元"),
        ("人民政府办公室：卫生健康支出基本支出", "amount", "target", "2023年", 97073.43, "97,073.43元"),
    ]


def test_a_table_of_another_place_is_named_so() -> None:
    rows = [["指标", "比上年上涨（%）"], ["居民消费价格总指数", "1.5"]]
    assert [f.indicator for f in read("表1 乙县居民消费价格", rows)] == [
        "乙县居民消费价格：居民消费价格总指数"
    ]
    assert [f.indicator for f in read("表1 甲市居民消费价格", rows)] == ["居民消费价格"]


def test_a_row_of_a_place_is_that_places() -> None:
    rows = [["县市", "生产总值（亿元）"], ["乙市", "51.5"], ["丙县", "15.2"]]
    assert [(f.indicator, f.said) for f in read("表9 各县市生产总值", rows)] == [
        ("乙市：生产总值", "51.5亿元"), ("丙县：生产总值", "15.2亿元"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "rows"),
    [
        ("表1", [["指标", "数值"], ["财政收入", "41.58"]]),  # no unit
        ("表1（单位：亿元）", [["指标", "2022年", "完成预算的%"], ["", "5", "6"]]),  # no name
        ("单位：亿元", [["指标", "比上年增长（%）"], ["财政支出", "5.2 4.6"]]),  # two values
        ("单位：万元", [["指标", "2022年"], ["人均收入", "3.2"]]),  # per head, in the unit of the table
        ("成长能力", [["指标", "2022年"], ["营业收入", "15.0%"]]),  # a growth or a share
        ("单位：人", [["指标", "合计"], ["教师数", "12"], ["教师数", "15"]]),  # which?
        ("单位：亿元", [["指标", "2023年"], ["财政收入", "12.5"]]),  # of this year: done or planned?
        ("单位：亿元", [["指标", "五年年均"], ["财政收入", "12.5"]]),  # over several years
    ],
)
def test_what_is_unsure_is_left_out(before: str, rows: list[list[str]]) -> None:
    assert read(before, rows) == []


def test_prose_in_a_table_is_read_as_prose() -> None:
    before, line = "任务", "一、稳增长　2022年，地区生产总值完成205.6亿元，增长6.1%，完成了全年任务。"
    figures = extract(f"{before}\n{line}", (), "report", 2023, {len(before) + 1}, "甲市").figures
    assert [(f.indicator, f.written) for f in figures] == [("生产总值", "205.6亿元"), ("生产总值", "6.1%")]
    assert not any(f.in_table for f in figures)


def test_a_question_is_answered_from_a_cell(tmp_path: Path) -> None:
    page = (
        "<html><body><h1>2022年甲市国民经济和社会发展统计公报</h1><p>甲市统计局</p><p>2023年3月20日</p>"
        "<h2>一、综合</h2><p>全年经济平稳运行，各项事业有序推进。</p><p>表4：房地产开发和销售主要指标</p><table>"
        "<tr><th>指标</th><th>单位</th><th>2022年</th><th>比上年增长（%）</th></tr>"
        "<tr><td>商品房销售面积</td><td>万平方米</td><td>2773.0</td><td>-23.9</td></tr>"
        "<tr><td>#住宅</td><td>万平方米</td><td>2013.6</td><td>-23.0</td></tr>"
        "<tr><td>商品房销售额</td><td>亿元</td><td>3812.8</td><td>-18.6</td></tr>"
        "<tr><td>#住宅</td><td>亿元</td><td>3300.7</td><td>-14.2</td></tr></table></body></html>"
    )
    (tmp_path / "甲市公报.html").write_text(page, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=FakeEncoder())
    library.add([tmp_path / "甲市公报.html"])
    answer = answer_figure(library.snapshot(), parse("甲市2022年商品住宅销售面积是多少"))
    assert answer is not None
    assert answer.text == "#住宅　单位 万平方米　2022年 2013.6。[1]"
    assert [(f.title, f.text) for f in answer.figures] == [
        ("商品房销售面积：住宅", "2013.6万平方米"), ("商品房销售面积：住宅·增长", "-23.0%"),
    ]  # fmt: skip
    grown = answer_figure(library.snapshot(), parse("甲市2022年商品住宅销售额增长多少"))
    assert grown is not None
    assert grown.text == "#住宅　单位 亿元……比上年增长（%） -14.2。[1]"
    text = library.text("甲市公报")
    for citation in (*answer.citations, *grown.citations):
        assert text[citation.start : citation.end] == citation.text
    for other in ("甲市2022年住宅是多少", "甲市2022年商品房销售套数", "乙县2022年商品房销售额"):
        assert answer_figure(library.snapshot(), parse(other)) is None
    assert library.indicators("住宅", year=2022) != []


def test_headings_of_two_levels_and_what_they_say_of_all_columns() -> None:
    heads = [
        Cell("指标", 0, 0, 2, 1),
        Cell("涨跌幅度（%）", 0, 1, 1, 2),
        Cell("全市", 1, 1),
        Cell("城市", 1, 2),
    ]
    rows = [*heads, Cell("居民消费价格", 2, 0), Cell("0.4", 2, 1), Cell("0.5", 2, 2), Cell("衣着", 3, 0),
            Cell("1.2", 3, 1), Cell("1.3", 3, 2)]  # fmt: skip
    lines = [line.text for line in table_lines(rows)]
    text = "\n".join(["表1　2022年居民消费价格比上年涨跌幅度", *lines])
    starts = {m.end() for m in re.finditer("\n", text)}
    figures = extract(text, [], "report", 2023, starts, "甲市").figures
    assert [(f.indicator, f.measure, f.said) for f in figures] == [
        ("居民消费价格", "growth", "0.4%"), ("城市居民消费价格", "growth", "0.5%"),
        ("居民消费价格：衣着", "growth", "1.2%"), ("居民消费价格：城市衣着", "growth", "1.3%"),
    ]  # fmt: skip


def test_a_year_heads_two_columns() -> None:
    rows = [Cell("项目", 0, 0, 2, 1), Cell("2021年决算数", 0, 1, 2, 1), Cell("2022年", 0, 2, 1, 2),
            Cell("预算数", 1, 2), Cell("执行数", 1, 3), Cell("教育支出", 2, 0), Cell("98340", 2, 1),
            Cell("101200", 2, 2), Cell("102560", 2, 3)]  # fmt: skip
    lines = [line.text for line in table_lines(rows)]
    assert lines[2] == "教育支出　2021年决算数 98340　2022年 预算数 101200　2022年 执行数 102560"
    text = "\n".join(["表1　收支情况　单位：万元", *lines])
    starts = {m.end() for m in re.finditer("\n", text)}
    figures = extract(text, [], "report", 2023, starts, "甲县").figures
    assert [(f.mode, f.period, f.said) for f in figures] == [
        ("actual", "2021年", "98340万元"), ("target", "2022年", "101200万元"), ("actual", "2022年", "102560万元"),
    ]  # fmt: skip


def test_a_unit_behind_the_caption_and_parts_of_a_division() -> None:
    rows = [["指标", "总量", "增长（%）"], ["社会消费品零售总额", "132.6", "8.7"],
            ["按经营地分：城镇", "101.5", "8.9"], ["乡村", "31.1", "8.0"], ["餐饮收入", "18.4", "25.6"]]  # fmt: skip
    assert [(f.indicator, f.measure, f.said) for f in read("表2 社会消费品零售总额 单位：亿元", rows)] == [
        ("社会消费品零售总额", "amount", "132.6亿元"), ("社会消费品零售总额", "growth", "8.7%"),
        ("社会消费品零售总额：城镇", "amount", "101.5亿元"), ("社会消费品零售总额：城镇", "growth", "8.9%"),
        ("社会消费品零售总额：乡村", "amount", "31.1亿元"), ("社会消费品零售总额：乡村", "growth", "8.0%"),
        ("餐饮收入", "amount", "18.4亿元"), ("餐饮收入", "growth", "25.6%"),
    ]  # fmt: skip
    pupils = [["类别", "招生", "在校生"], ["小学", "21044", "126730"]]
    assert [(f.indicator, f.said) for f in read("表4 各级学校情况　单位：人", pupils)] == [
        ("小学招生", "21044人"), ("小学在校生", "126730人"),
    ]  # fmt: skip
    incomes = [["指标", "2021年", "2022年"], ["城镇居民人均可支配收入", "41230", "43002"]]
    assert [f.said for f in read("表5 居民收入　单位：元", incomes)] == ["41230元", "43002元"]
    assert read("表5 居民收入　单位：亿元", incomes) == []

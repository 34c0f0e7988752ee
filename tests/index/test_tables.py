"""Tables to lines: each figure by its label and heading, whatever format the table is from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.readers.tables import Cell, table_lines


def cells(*rows: str) -> list[Cell]:
    """Rows written as ``a|b|c``; ``<`` continues the cell to the left, ``^`` the one above."""
    found: dict[tuple[int, int], list[int]] = {}
    texts = [row.split("|") for row in rows]
    for row, parts in enumerate(texts):
        for column, text in enumerate(parts):
            if text == "<":
                origin = max(c for r, c in found if r == row)
                found[row, origin][1] += 1
            elif text == "^":
                origin_row = max(r for r, c in found if c == column)
                found[origin_row, column][0] += 1
            else:
                found[row, column] = [1, 1]
    return [Cell(texts[r][c], r, c, height, width) for (r, c), (height, width) in found.items()]


def lines(*rows: str) -> list[str]:
    return [line.text for line in table_lines(cells(*rows))]


def test_each_figure_has_its_label_and_heading() -> None:
    assert lines("指标|2023年|增长", "地区生产总值|412亿元|6.2%", "粮食|52.8万吨|") == [
        "指标　2023年　增长",
        "地区生产总值　2023年 412亿元　增长 6.2%",
        "粮食　2023年 52.8万吨",
    ]


def test_merged_headings_and_labels() -> None:
    assert lines("类|项|申请人|<", "^|^|自然人|法人", "甲|一|2|0", "^|二|3|1") == [
        "类　项　申请人",
        "类　项　自然人　法人",
        "甲 一　申请人　自然人 2　法人 0",
        "甲 二　申请人　自然人 3　法人 1",
    ]


def test_columns_set_twice_side_by_side() -> None:
    assert lines("收入|<|支出|<", "项目|金额|项目|金额", "税收|10|教育|7", "其他|2|卫生|") == [
        "收入　支出",
        "项目　金额　项目　金额",
        "税收　收入 金额 10",
        "其他　收入 金额 2",
        "教育　支出 金额 7",
        "卫生",
    ]


def test_codes_and_running_numbers_belong_to_the_label() -> None:
    assert lines("编码|<|名称|合计", "类|款|^|^", "201|03|行政运行|1,202.95", "208|05|离退休|155.42")[2:] == [
        "201 03 行政运行　合计 1,202.95",
        "208 05 离退休　合计 155.42",
    ]


def test_years_are_headings_and_headings_come_again() -> None:
    assert lines("指标|2023|2024", "粮食|50|52.8", "指标|数量|增速", "油料|3|1.5%") == [
        "指标　2023　2024",
        "粮食　2023 50　2024 52.8",
        "指标　数量　增速",
        "油料　数量 3　增速 1.5%",
    ]


def test_a_table_of_texts_gives_its_rows() -> None:
    assert lines("任务|责任单位", "建设园区|发改局", "修路|交通局") == [
        "任务　责任单位",
        "建设园区　发改局",
        "修路　交通局",
    ]


def test_a_heading_alone_stands_by_its_figures_and_the_tables_unit_by_none() -> None:
    assert lines("|比上年上涨（%）", "食品烟酒|2.6", "衣着|1.0") == [
        "比上年上涨（%）",
        "食品烟酒　比上年上涨（%） 2.6",
        "衣着　比上年上涨（%） 1.0",
    ]
    assert lines("|单位：亿元", "存款|14666.4") == ["单位：亿元", "存款　14666.4"]
    assert lines("内容|处理决定数量|<", "许可|447228|<") == [
        "内容　处理决定数量",
        "许可　处理决定数量 447228",
    ]


def test_a_column_of_units_is_told_as_such() -> None:
    assert lines("产品|单位|产量", "汽车|万辆|62.1", "水泥|万吨|")[1:] == [
        "汽车　单位 万辆　产量 62.1",
        "水泥　单位 万吨",
    ]


def test_rows_that_name_those_below_them_are_no_headings() -> None:
    years = "2024|2025|2026"
    assert lines(f"报表|{years}|比率|{years}", "利润表||||成长||||", "收入|7|8|9|增速|1%|2%|3%")[1:] == [
        "利润表",
        "收入　2024 7　2025 8　2026 9",
        "成长",
        "增速　2024 1%　2025 2%　2026 3%",
    ]


def test_rows_named_twice_side_by_side_under_one_heading() -> None:
    assert lines("项目|预算数|项目|合计|基金", "税收|10|教育|7|1", "其他||卫生|2|")[1:] == [
        "税收　预算数 10",
        "其他",
        "教育　合计 7　基金 1",
        "卫生　合计 2",
    ]


def test_a_sum_has_no_code() -> None:
    assert lines("类|名称|合计", "201|行政运行|12.5", "合　计||20.1")[1:] == [
        "201 行政运行　合计 12.5",
        "合计　合计 20.1",
    ]


def test_a_long_text_beside_several_rows_is_written_once() -> None:
    long = "报告中评级的标准：" * 5
    assert lines(f"{long}|增持|高于基准", "^|回避|低于基准") == [f"{long}　增持　高于基准", "回避　低于基准"]


texts = st.sampled_from(["", "甲", "乙 项", "12", "3.5%", "2024年", "合计", "—"])


@given(st.lists(st.lists(texts, min_size=1, max_size=5), max_size=6))
def test_no_cell_is_lost_and_nothing_is_made_up(rows: list[list[str]]) -> None:
    given_cells = [Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row)]
    shown = "".join(line.text for line in table_lines(given_cells))
    wanted = {char for cell in given_cells for char in cell.text if not char.isspace()}
    assert {char for char in shown if not char.isspace()} == wanted

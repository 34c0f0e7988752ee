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


texts = st.sampled_from(["", "甲", "乙 项", "12", "3.5%", "2024年", "合计", "—"])


@given(st.lists(st.lists(texts, min_size=1, max_size=5), max_size=6))
def test_no_cell_is_lost_and_nothing_is_made_up(rows: list[list[str]]) -> None:
    given_cells = [Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row)]
    shown = "".join(line.text for line in table_lines(given_cells))
    wanted = {char for cell in given_cells for char in cell.text if not char.isspace()}
    assert {char for char in shown if not char.isspace()} == wanted

"""Figures in words: what a measure and a kind are called, a line for a terminal, a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.figures import Figure

KINDS = {"result": "结果", "expected": "预计", "target": "目标", "cumulative": "累计"}
MEASURES = {
    "amount": "总量",
    "count": "数量",
    "share": "占比",
    "growth": "增长率",
    "decline": "下降率",
    "rise": "增加",
    "fall": "减少",
    "average_amount": "年均",
    "average_growth": "年均增长率",
    "average_decline": "年均下降率",
    "ratio": "倍数",
    "rank": "位次",
}
COLUMNS = (
    "指标", "口径", "时期", "类别", "数值", "上限", "单位", "限定", "原文", "报告", "标题", "章节", "页码",
)  # fmt: skip


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of ``COLUMNS``."""
    return (
        figure.indicator,
        MEASURES[figure.measure],
        figure.period,
        KINDS[figure.kind],
        f"{figure.value:.12g}",
        "" if figure.high is None else f"{figure.high:.12g}",
        figure.unit,
        figure.qualifier,
        figure.written,
        figure.report,
        figure.title,
        " › ".join(figure.section),
        "" if figure.page is None else str(figure.page),
    )


def line(figure: Figure) -> str:
    """``2024年  生产总值·增长率  预计  4%  《…》第2页``."""
    page = "" if figure.page is None else f"第{figure.page}页"
    name = f"{figure.indicator}·{MEASURES[figure.measure]}"
    said = figure.written if figure.qualifier in figure.written else f"{figure.written}（{figure.qualifier}）"
    return f"{figure.period}  {name}  {KINDS[figure.kind]}  {said}  《{figure.title}》{page}"


def to_csv(figures: Iterable[Figure]) -> str:
    """A CSV table, one row a figure, headed by ``COLUMNS``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(row, figures))
    return out.getvalue()

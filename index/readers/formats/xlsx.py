"""Spreadsheets: each sheet's tables, with values as the cells show them."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from index.errors import SourceError
from index.readers.registry import Format, Sample
from index.readers.tables import Cell, table_lines
from index.types import Line, Page, Source

_MOST_SHEET_BYTES = 60_000_000
"""About a million cells, which take most of a minute; a file of more is data, not a report."""
_NUMBER = re.compile(r"[#0,]*[#0](?:\.([#0]+))?")
"""The digits of a number format: #,##0.00, 0, 0.0; not General."""
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
""" "元", [Red]; not 0.00."""
_DEFAULT_NAME = re.compile(r"Sheet\d*|工作表\d*", re.IGNORECASE)
"""Sheet1, 工作表2; not 收入表."""


def _read(sample: Sample) -> Source:
    """A heading a sheet, unless its name says nothing, and its tables; hidden sheets are left out.

    Raises SourceError for a file that is damaged or holds too much.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    name = sample.name
    with zipfile.ZipFile(io.BytesIO(sample.data)) as archive:
        size = sum(
            part.file_size for part in archive.infolist() if part.filename.startswith("xl/worksheets/")
        )
    if size > _MOST_SHEET_BYTES:
        raise SourceError(f"“{name}”的表格太大，请只留下需要的部分后再添加。")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that openpyxl leaves out
            workbook = load_workbook(io.BytesIO(sample.data), data_only=True)
        lines = [
            line for sheet in workbook.worksheets if sheet.sheet_state == "visible" for line in _sheet(sheet)
        ]
    except Exception as error:  # openpyxl lets errors of zipfile, its parser and its own through
        raise SourceError(f"“{name}”不是完好的表格，请用 Excel 或 WPS 打开后另存为 .xlsx 再添加。") from error
    return Source("xlsx", (Page(None, tuple(lines)),))


def _sheet(sheet: Any) -> Iterator[Line]:
    tables = list(_tables(sheet))
    if tables and not _DEFAULT_NAME.fullmatch(sheet.title):
        yield Line(sheet.title, 1)
    for cells in tables:
        yield from table_lines(cells)


def _tables(sheet: Any) -> Iterator[list[Cell]]:
    """The tables of a sheet: blank rows part them where a title or headings follow."""
    spans = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    rows: dict[int, list[Cell]] = {}
    for row, column in sorted(sheet._cells):
        text = _shown(sheet._cells[row, column])
        if text:
            area = spans.get((row, column))
            height = area.max_row - row + 1 if area else 1
            width = area.max_col - column + 1 if area else 1
            rows.setdefault(row, []).append(Cell(text, row, column, height, width))
    table: list[Cell] = []
    end = 0
    for row, cells in rows.items():
        if table and row > end and not any(cell.text[0].isdigit() for cell in cells):
            yield table
            table = []
        table += cells
        end = max(end, *(cell.row + cell.rows for cell in cells))
    if table:
        yield table


def _shown(cell: Any) -> str:
    """A value as its number format shows it: 0.052 as 5.2 %, 1234.5 as 1,234.50."""
    value, form = cell.value, str(cell.number_format or "General")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime | datetime.date):
        return _date(value, form)
    if isinstance(value, int | float):
        return _number(value, form)
    return " ".join(str(value).split())


def _date(value: datetime.date, form: str) -> str:
    day = f"{value.year}年{value.month}月" if "年" in form else f"{value:%Y-%m}"
    if "d" in form.lower():
        day += f"{value.day}日" if "年" in form else f"-{value:%d}"
    if isinstance(value, datetime.datetime) and (value.hour or value.minute):
        day += f" {value:%H:%M}"
    return day


def _number(value: float, form: str) -> str:
    plain = _QUOTED.sub("", form.split(";")[0])
    number = Decimal(repr(value))
    percent = "%" if "%" in plain else ""
    if percent:
        number *= 100
    found = _NUMBER.search(plain)
    if found is None or "E" in plain.upper().replace("GENERAL", ""):
        return f"{value:.11g}" + percent if "e" not in f"{value:.11g}" else f"{number:f}" + percent
    decimals = found[1] or ""
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in found[0] else f"{rounded:f}"
    for _ in range(len(decimals) - len(decimals.rstrip("#"))):
        text = text.removesuffix("0")
    return text.removesuffix(".") + percent


FORMAT = Format("XLSX", (".xlsx",), lambda sample: "xl/workbook.xml" in sample.parts, _read)

"""Spreadsheets, slides, pictures and scans; the formats that are refused say how to convert."""

from __future__ import annotations

import datetime
import io
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index.errors import SourceError
from index.readers import find_areas, read_bytes, unpack_characters
from index.store.parsed_report import Parsed, parse
from index.store.segment import passage_record, read_record
from index.text import clean
from index.types import CleanText, Line, Page, Source

from .samples import FONT, REPORT, wrap

SCAN = Path(__file__).parent / "data" / "scanned.png"
"""A few lines of a scanned page: 《资本论》第一卷 (法文版中译本), from MinerU's demo small_ocr.pdf."""
SCANNED = "某种特殊的商品，例如一夸特小麦，按各种极不相同的比例同别的商品交换。"
needs_ocr = pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra [ocr] is not installed")


def saved(file: object) -> bytes:
    buffer = io.BytesIO()
    file.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def read(data: bytes, name: str) -> CleanText:
    return clean(read_bytes(data, name))


def test_a_spreadsheet_shows_its_values_as_its_cells_do() -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "主要指标"
    sheet["A1"] = "2024年主要指标完成情况"
    for column, text in zip("ABCD", ("指标", "数值", "增长", "日期"), strict=True):
        sheet[f"{column}2"] = text
    for row, (name, value, growth, form) in enumerate(
        [
            ("地区生产总值", 1234.5, 0.0625, "#,##0.00"),
            ("粮食", 52.8, -0.031, "0.0"),
            ("学校", 7, None, "General"),
        ],
        start=3,
    ):
        sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"C{row}"] = name, value, growth
        sheet[f"B{row}"].number_format, sheet[f"C{row}"].number_format = form, "0.0%"
    sheet["D3"] = datetime.date(2024, 12, 31)
    hidden = workbook.create_sheet("草稿")
    hidden["A1"], hidden.sheet_state = "不公开", "hidden"
    found = read(saved(workbook), "指标.xlsx")
    assert found.text.split("\n") == [
        "主要指标",
        "2024年主要指标完成情况",
        "指标　数值　增长　日期",
        "地区生产总值　数值 1,234.50　增长 6.3%　日期 2024-12-31",
        "粮食　数值 52.8　增长 -3.1%",
        "学校　数值 7",
    ]
    assert [head.level for head in found.headings] == [1]


def test_merged_headings_of_a_spreadsheet_and_its_second_table() -> None:
    workbook = Workbook()
    sheet = workbook.active
    for row in (
        ["地区", "产量", None],
        [None, "夏粮", "秋粮"],
        ["临河县", None, 12.5],
        [],
        ["部门", "人数"],
        ["教育局", 31],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    assert read(saved(workbook), "a.xlsx").text.split("\n") == [
        "地区　产量",
        "地区　夏粮　秋粮",
        "临河县　产量　秋粮 12.5",
        "部门　人数",
        "教育局　人数 31",
    ]


def test_slides_are_pages() -> None:
    presentation = Presentation()
    for title, body in (("工作回顾", "全年增长6.2%。\n新增就业6800人。"), ("工作安排", "重点项目140个。")):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(5), Inches(6), Inches(1)).table
    for row, cells in enumerate((("指标", "目标"), ("投资", "210亿元"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    found = read(saved(presentation), "汇报.pptx")
    assert found.text.split("\n") == [
        "工作回顾", "全年增长6.2%。", "新增就业6800人。", "工作安排", "重点项目140个。", "指标　目标",
        "投资　目标 210亿元",
    ]  # fmt: skip
    assert [page.number for page in found.pages] == [1, 2]
    assert [found.text[head.start : head.end] for head in found.headings] == ["工作回顾", "工作安排"]


def ofd() -> bytes:
    """What a file of the national standard for fixed layouts, GB/T 33190, is told by."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("OFD.xml", "<ofd:OFD/>")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "name", "advice"),
    [
        (OLE, "旧.xls", "另存为 .xlsx"),
        (OLE, "旧.dps", "另存为 .pptx"),
        (OLE, "旧.wps", "另存为 .docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "密.docx", "密码"),
        (b"PK\x03\x04" + bytes(50), "坏.xlsx", "已损坏"),
        (b"GIF89a" + bytes(50), "图.gif", "另存为 .png"),
        (ofd(), "公文.ofd", "另存为 PDF"),
    ],
)
def test_what_is_not_read_says_how_to_convert(data: bytes, name: str, advice: str) -> None:
    with pytest.raises(SourceError, match=advice):
        read_bytes(data, name)


@needs_ocr
def test_a_picture_of_a_page_is_read() -> None:
    labels: list[str] = []
    source = read_bytes(SCAN.read_bytes(), "扫描.png", labels.append)
    found = clean(source)
    assert found.text.startswith(SCANNED)
    assert len(found.text.split("\n")) == 2
    assert found.pages == ()
    assert labels == ["正在识别“扫描.png”第 1/1 页"]
    [place] = find_areas(unpack_characters(source.placed[0]), SCANNED[:8])
    assert 0 <= place.left < place.right <= 1
    assert place.top < place.bottom < 0.5  # its first line
    with pytest.raises(SourceError, match="不是完好的图片"):
        read_bytes(SCAN.read_bytes()[:2000], "扫描.png")


def mixed_pdf() -> bytes:
    """A page of text, then a scanned one."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.setFont(FONT, 12)
    for at, line in enumerate(wrap(REPORT[6], 30)):
        canvas.drawString(80, 700 - at * 20, line)
    canvas.showPage()
    canvas.drawImage(ImageReader(str(SCAN)), 30, 400, 535, 360)
    canvas.save()
    return buffer.getvalue()


@needs_ocr
def test_scanned_pages_among_others_are_read_and_keep_their_numbers() -> None:
    labels: list[str] = []
    source = read_bytes(mixed_pdf(), "混合.pdf", labels.append)
    found = clean(source)
    assert found.text.startswith(REPORT[6])
    second = found.text[found.pages[1].start :]
    assert found.pages[1].number == 2
    assert second.startswith(SCANNED[:20])
    assert labels == ["正在识别“混合.pdf”第 2 页（1/1）"]
    assert found.scanned == ((found.pages[1].start, len(found.text)),)
    first, second = map(unpack_characters, source.placed)
    assert find_areas(first, REPORT[6][:10])
    [place] = find_areas(second, SCANNED[:8])
    assert 82 / 842 < place.top < place.bottom < 262 / 842  # in the upper half of the picture


def test_passages_say_that_they_were_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through what a library stores, to the places that an answer shows."""
    tops = ("一、2024年工作回顾", "二、2025年工作安排")
    pages = tuple(Page(n, (Line(top), Line(REPORT[6])), scanned=n == 2) for n, top in enumerate(tops, 1))
    monkeypatch.setattr("index.readers.read_in_worker", lambda *_: Source("pdf", pages))
    parsed = parse(b"", "混合.pdf", "混合", {})
    assert [(p.page, p.ocr) for p in parsed.passages] == [(1, False), (2, True)]
    assert Parsed.from_json(parsed.to_json(), "混合") == parsed
    assert [read_record(passage_record(p), "混合") for p in parsed.passages] == list(parsed.passages)


def test_without_ocr_the_refusal_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.ocr.available", lambda: False)
    for data, name in ((SCAN.read_bytes(), "扫描.png"), (mixed_pdf(), "混合.pdf")):
        with pytest.raises(SourceError, match=r"pip install 'wenbao\[ocr\]'"):
            read_bytes(data, name)

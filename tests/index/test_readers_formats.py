"""PDF, Word, web pages and Markdown give the same paragraphs as the plain text."""

from __future__ import annotations

import io
import re
import subprocess
import threading
import zipfile
from bisect import bisect_right
from pathlib import Path
from shutil import which

import pytest
from docx import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from index.errors import SourceError
from index.readers import read_bytes
from index.readers.word_numbering import chinese
from index.structure import read_outline
from index.text.layout import clean
from index.types import CleanText, Metadata

from .samples import FONT, REPORT, make_docx, make_html, make_pdf


def paragraphs(data: bytes, name: str = "报告") -> list[str]:
    return clean(read_bytes(data, name)).text.split("\n")


def pages_of_paragraphs(found: CleanText) -> list[int]:
    starts = [page.start for page in found.pages]
    offsets = [0, *(match.end() for match in re.finditer("\n", found.text))]
    return [found.pages[bisect_right(starts, offset) - 1].number for offset in offsets]


@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"width": 22, "size": 20},
        {"width": 35, "size": 13, "lines_a_page": 30},
        {"header": "临河县政府工作报告", "footer": "— {} —"},
        {"footer": "{}"},
        {"footer": "第 {} 页 共 5 页", "lines_a_page": 9},
        {"columns": 2, "width": 16, "size": 14, "footer": "- {} -"},
        {"columns": 2, "width": 20, "size": 12, "lines_a_page": 18, "header": "临河县政府工作报告"},
    ],
    ids=str,
)
def test_pdf_gives_the_paragraphs_and_their_pages(layout: dict[str, object]) -> None:
    data, starts = make_pdf(REPORT, **layout)  # type: ignore[arg-type]
    found = clean(read_bytes(data, "报告.pdf"))
    assert found.text.split("\n") == REPORT
    assert pages_of_paragraphs(found) == starts


def test_larger_type_in_a_pdf_is_a_heading() -> None:
    chapters = [text for text in REPORT if text.startswith(("一、", "二、"))]
    data, _ = make_pdf(REPORT, headings={REPORT[0]: 22, **dict.fromkeys(chapters, 18)})
    found = clean(read_bytes(data, "报告.pdf"))
    headings = [(found.text[head.start : head.end], head.level) for head in found.headings]
    assert headings == [(REPORT[0], 1), *((text, 2) for text in chapters)]


def test_encrypted_and_damaged_pdf() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    canvas.setFont(FONT, 12)
    canvas.drawString(100, 700, "政府工作报告")
    canvas.save()
    with pytest.raises(SourceError, match="密码"):
        read_bytes(buffer.getvalue(), "加密.pdf")
    with pytest.raises(SourceError, match="不是完整的 PDF"):
        read_bytes(b"%PDF-1.7\n" + bytes(2000), "坏.pdf")


def test_pdf_is_read_by_several_threads() -> None:
    data, _ = make_pdf(REPORT)
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append(paragraphs(data))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [REPORT] * 4


@pytest.mark.skipif(which("chromium") is None, reason="chromium is not installed")
@pytest.mark.parametrize("align", ["justify", "left"])
def test_pdf_printed_by_a_browser(tmp_path: Path, align: str) -> None:
    style = f"p{{text-indent:2em;margin:0;text-align:{align}}} body{{font:16pt/28pt 'Noto Serif CJK SC'}}"
    page, out = tmp_path / "a.html", tmp_path / "a.pdf"
    page.write_text(f"<meta charset=utf-8><style>{style}</style>" + "".join(f"<p>{p}</p>" for p in REPORT))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={out}", str(page)]
    subprocess.run(command, capture_output=True, timeout=60, check=False)
    if not out.exists():
        pytest.skip("chromium could not print")
    found = [text for text in paragraphs(out.read_bytes()) if "a.html" not in text]
    assert found == REPORT


def test_word_document_with_heading_styles_and_a_table() -> None:
    rows = [("指标", "2023年", "增长"), ("地区生产总值", "412亿元", "6.2%")]
    data = make_docx(REPORT, table=rows)
    found = clean(read_bytes(data, "报告.docx"))
    assert found.text.split("\n") == [
        *REPORT,
        "指标　2023年　增长",
        "地区生产总值　2023年 412亿元　增长 6.2%",
    ]
    assert found.pages == ()
    levels = {found.text[head.start : head.end]: head.level for head in found.headings}
    assert levels[REPORT[0]] == 1
    assert levels["一、2023年工作回顾"] == 2
    assert levels["（一）坚持项目为王，发展动能更加强劲"] == 3


NUMBERING = """<w:abstractNum xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>
 <w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>
 <w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="（%2）"/></w:lvl><w:lvl w:ilvl="2">
 <w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl></w:abstractNum>"""
NUM = """<w:num xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:numId="90">
 <w:abstractNumId w:val="90"/></w:num>"""

NUM_PR = """<w:numPr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
 <w:ilvl w:val="{}"/><w:numId w:val="90"/></w:numPr>"""


def test_automatic_numbers_of_a_word_document_are_written_out() -> None:
    document = Document()
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(NUMBERING))
    root.append(parse_xml(NUM))
    outline = [
        (0, "工作回顾"),
        (1, "经济"),
        (1, "民生"),
        (2, "就业"),
        (2, "教育"),
        (0, "安排"),
        (1, "投资"),
    ]
    for level, text in outline:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        numbers = OxmlElement("w:numPr")
        for tag, value in (("w:ilvl", level), ("w:numId", 90)):
            mark = OxmlElement(tag)
            mark.set(qn("w:val"), str(value))
            numbers.append(mark)
        properties.append(numbers)
    buffer = io.BytesIO()
    document.save(buffer)
    assert paragraphs(buffer.getvalue()) == [
        "一、工作回顾", "（一）经济", "（二）民生", "1.就业", "2.教育", "二、安排", "（一）投资",
    ]  # fmt: skip


def test_legal_numbering_is_in_arabic_numerals() -> None:
    document = Document()
    root = document.part.numbering_part.element
    root.insert(
        0, parse_xml(NUMBERING.replace('<w:lvlText w:val="（%2）"/>', '<w:isLgl/><w:lvlText w:val="%1.%2"/>'))
    )
    root.append(parse_xml(NUM))
    for level, text in ((0, "总则"), (1, "目的"), (1, "依据")):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(parse_xml(NUM_PR.format(level)))
    buffer = io.BytesIO()
    document.save(buffer)
    assert paragraphs(buffer.getvalue()) == ["一、总则", "1.1 目的", "1.2 依据"]


def test_chinese_numerals() -> None:
    assert [chinese(n) for n in (1, 10, 11, 20, 35, 100, 101, 110, 215)] == [
        "一", "十", "十一", "二十", "三十五", "一百", "一百零一", "一百一十", "二百一十五",
    ]  # fmt: skip


def test_a_word_document_has_no_pages() -> None:
    found = clean(read_bytes(make_docx(REPORT, breaks={5: 10, 9: 0}, noted_pages=3), "a.docx"))
    assert found.text.split("\n") == REPORT
    assert found.pages == ()


def word(body: str, **parts: str) -> bytes:
    """A Word file with this body and other parts, such as ``footnotes``."""
    document = Document()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    element = document.element.body
    element.insert(0, parse_xml(f"<w:sdt {space}><w:sdtContent>{body}</w:sdtContent></w:sdt>"))
    for kind, xml in parts.items():
        base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        uri = PackURI(f"/word/{kind}.xml")
        part = Part(uri, f"application/vnd.{kind}+xml", f"<w:{kind} {space}>{xml}</w:{kind}>".encode())
        document.part.relate_to(part, f"{base}/{kind}")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def cell(*blocks: str, properties: str = "") -> str:
    inner = "".join(
        block if block.startswith("<") else f"<w:p><w:r><w:t>{block}</w:t></w:r></w:p>" for block in blocks
    )
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def table(*rows: list[str]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(cells)}</w:tr>" for cells in rows) + "</w:tbl>"


def test_cells_of_a_word_table_keep_their_places() -> None:
    wide, tall = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>'
    body = table(
        [cell("指标", properties=tall), cell("产量", properties=wide), cell("增长")],
        [cell("", properties="<w:vMerge/>"), cell("夏粮"), cell("秋粮"), cell("（%）")],
        [cell("临河县"), cell(""), cell("12.5"), cell("3.1")],
    )
    assert paragraphs(word(body)) == [
        "指标　产量　增长", "指标　夏粮　秋粮　（%）", "临河县　产量 秋粮 12.5　增长 （%） 3.1",
    ]  # fmt: skip


def test_nested_tables_come_once_and_tables_that_lay_out_the_page_are_text() -> None:
    inner = table([cell("内一"), cell("内二")])
    body = table([cell("甲"), cell(inner, "乙")], [cell("丙"), cell("丁")])
    assert paragraphs(word(body)) == ["甲　乙", "丙　丁", "内一　内二"]
    laid_out = table([cell(*(f"第{n}段。" for n in "一二三四五")), cell("旁注")])
    assert paragraphs(word(laid_out)) == ["第一段。", "第二段。", "第三段。", "第四段。", "第五段。", "旁注"]


def test_rows_of_tables_are_no_headings() -> None:
    rows = [[cell(f"{number}、本年新收申请数量"), cell("3"), cell("1")] for number in "一二三"]
    text = clean(read_bytes(word(table([cell("项目"), cell("自然人"), cell("法人")], *rows)), "a.docx"))
    assert [section.title for section in read_outline(text, Metadata("报告"))] == [""]


def test_notes_of_a_word_document_are_read() -> None:
    body = (
        '<w:p><w:r><w:t>增长6%</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r><w:r><w:t>。</w:t></w:r></w:p>'
        '<w:p><w:r><w:t>完</w:t></w:r><w:r><w:endnoteReference w:id="2"/></w:r></w:p>'
    )
    note = '<w:{0} w:id="{1}"><w:p><w:r><w:t>{2}</w:t></w:r></w:p></w:{0}>'
    data = word(
        body,
        footnotes=note.format("footnote", 7, "按可比价格计算。") + note.format("footnote", 0, "分隔线"),
        endnotes=note.format("endnote", 2, "数据为初步统计数。"),
    )
    assert paragraphs(data) == ["增长6%¹。", "完²", "¹按可比价格计算。", "²数据为初步统计数。"]


def test_strict_open_xml_is_read() -> None:
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_docx(REPORT))) as source, zipfile.ZipFile(strict, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            for usual, name in (
                (b"officeDocument/2006/relationships/", b"officeDocument/relationships/"),
                (b"wordprocessingml/2006/main", b"wordprocessingml/main"),
            ):
                content = content.replace(
                    b"http://schemas.openxmlformats.org/" + usual, b"http://purl.oclc.org/ooxml/" + name
                )
            target.writestr(part, content)
    assert paragraphs(strict.getvalue()) == REPORT


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "gb18030"])
def test_web_page_gives_its_article_alone(encoding: str) -> None:
    data = make_html(REPORT, charset=encoding).encode("gb18030" if "gb" in encoding else encoding)
    found = clean(read_bytes(data, "报告.html"))
    assert found.text.split("\n") == REPORT
    assert [(found.text[head.start : head.end], head.level) for head in found.headings] == [(REPORT[0], 1)]


def test_web_page_with_headings_tables_and_broken_source_lines() -> None:
    page = (
        "<!DOCTYPE html><html><body><nav>首页 新闻 公开</nav><main><h1>统计公报</h1><h2>一、综合</h2>"
        "<p>全年地区生产总值\n    412亿元，<b>增长</b><a href='#'>6.2%</a>。<br>　　第二段。</p>"
        "<table><tr><th>指标</th><th>数值</th></tr><tr><td>粮食</td><td>52.8万吨</td></tr></table>"
        "<script>var x = '不是正文';</script></main><footer>版权所有</footer></body></html>"
    )
    assert paragraphs(page.encode()) == [
        "统计公报", "一、综合", "全年地区生产总值412亿元，增长6.2%。", "第二段。", "指标　数值",
        "粮食　数值 52.8万吨",
    ]  # fmt: skip


def test_cells_of_a_web_table_keep_their_places() -> None:
    page = (
        "<!DOCTYPE html><html><body><p>下表为主要指标完成情况，单位为亿元。</p><table>"
        "<tr><td rowspan=2>指标</td><td colspan=2>产量</td></tr><tr><td>夏粮</td><td>秋粮</td></tr>"
        "<tr><td>临河县</td><td></td><td>12.5</td></tr></table></body></html>"
    )
    assert paragraphs(page.encode())[1:] == ["指标　产量", "指标　夏粮　秋粮", "临河县　产量　秋粮 12.5"]


def test_deeply_nested_web_pages_are_read_whole_or_refused() -> None:
    nested = "<html><body>{}正文在很深的地方。{}</body></html>"
    assert paragraphs(nested.format("<div>" * 200, "</div>" * 200).encode()) == ["正文在很深的地方。"]
    with pytest.raises(SourceError, match="嵌套过深"):
        paragraphs(("<p>开头。</p>" + nested.format("<div>" * 3000, "</div>" * 3000)).encode())


def test_markdown_bold_that_touches_chinese_marks() -> None:
    text = "**监督学习（supervised learning）**是`a**（b）**c`，**“两不愁”**指2 ** 3 ** 2。"
    assert clean(read_bytes(text.encode(), "a.md")).text.split("\n") == [
        "监督学习（supervised learning）是a**（b）**c，“两不愁”指2 ** 3 ** 2。"
    ]


@pytest.mark.parametrize(
    "told", ["提高到**￥5**元", "达到**5‰**左右", "**30℃**以上", "增速为**-3.2%**左右", "**5.6%**，其中"]
)
def test_emphasis_around_figures_goes(told: str) -> None:
    assert clean(read_bytes(told.encode(), "a.md")).text == told.replace("**", "")


def test_powers_are_no_emphasis() -> None:
    told = "a = b**-1 + c**-2"
    assert clean(read_bytes(told.encode(), "a.md")).text == told


def test_markdown_headings_lists_and_tables() -> None:
    source = (
        "---\ntitle: x\n---\n# 政府工作报告\n\n## 一、回顾\n\n全年**增长** `6.2%`，见[公报](http://x)。\n\n"
        "1. 扩大投资\n2. 改善民生\n\n- 就业\n- 教育\n\n| 指标 | 数值 |\n|---|---|\n| 粮食 | 52.8万吨 |\n"
    )
    found = clean(read_bytes(source.encode(), "a.md"))
    assert found.text.split("\n") == [
        "政府工作报告", "一、回顾", "全年增长 6.2%，见公报。", "1.扩大投资", "2.改善民生", "就业", "教育",
        "指标　数值", "粮食　数值 52.8万吨",
    ]  # fmt: skip
    assert [head.level for head in found.headings] == [1, 2]

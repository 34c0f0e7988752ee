"""Files made for tests: PDF, with the layouts that offices use."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from itertools import count

from docx import Document
from docx.oxml import OxmlElement
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
NOT_FIRST = frozenset("，。、；：？！…％%”’」』）》〉】,.;:?!)")
NOT_LAST = frozenset("“‘「『（《〈【(")

REPORT = [
    "政府工作报告",
    "——2024年1月16日在临河县第十八届人民代表大会第三次会议上",
    "县长 李明",
    "各位代表：",
    "现在，我代表县人民政府，向大会报告工作，请予审议，并请县政协委员和其他列席人员提出意见。",
    "一、2023年工作回顾",
    "2023年是全面贯彻党的二十大精神的开局之年，也是我县爬坡过坎、奋勇争先的一年。面对错综复杂的形势，全县上下"
    "齐心协力、攻坚克难，预计全年地区生产总值增长6.2%，达到412亿元；一般公共预算收入增长8.5%，达到26.3亿元；"
    "城镇和农村居民人均可支配收入分别增长5.1%和7.3%，经济社会发展迈上新台阶。",
    "（一）坚持项目为王，发展动能更加强劲",
    "项目建设提速增效。实施重点项目126个，完成投资185亿元，其中亿元以上项目48个。总投资60亿元的新材料产业园、"
    "总投资22亿元的抽水蓄能电站等项目开工建设，高铁站房主体完工。争取中央预算内资金、专项债券31.7亿元，"
    "创历史新高。",
    "工业经济提质升级。规模以上工业增加值增长9.1%，新增规模以上工业企业37家，培育“专精特新”企业12家、国家级"
    "“小巨人”企业2家，高新技术企业达到88家，研发投入占比提高到2.4%。深入开展“千名干部联千企”活动，"
    "为企业减税降费9.6亿元，发放贷款贴息4300万元。",
    "（二）坚持城乡融合，县域面貌更加靓丽",
    "城市更新扎实推进。改造老旧小区31个、惠及居民1.2万户，新建口袋公园9个，打通“断头路”5条，新增停车位2600个，"
    "建成区绿化覆盖率达到41.5%。智慧城管平台投入运行，群众满意度提高到96%。",
    "乡村振兴全面推进。粮食总产量达到52.8万吨，建成高标准农田11万亩，“临河大米”获评国家地理标志产品。"
    "改造农村公路180公里，农村自来水普及率达到98.6%，12个村入选省级和美乡村试点。",
    "（三）坚持人民至上，民生福祉更加厚实",
    "民生支出占一般公共预算支出的82%，十件民生实事全部完成。新增城镇就业6800人，新建改扩建学校7所、新增学位"
    "5400个，县医院新院区投入使用，每千名老人拥有养老床位38张。",
    "各位代表！成绩来之不易。这是上级党委政府和县委坚强领导的结果，是全县人民团结奋斗的结果。在此，我代表县人民政府，"
    "向全县人民，向各位人大代表、政协委员，表示衷心的感谢！",
    "二、2024年工作安排",
    "2024年全县经济社会发展主要预期目标是：地区生产总值增长6%左右，固定资产投资增长8%，社会消费品零售总额增长7%，"
    "居民收入增长与经济增长基本同步。围绕上述目标，重点抓好以下工作。",
    "（一）全力扩大有效投资，加快构建支撑高质量发展的现代化基础设施体系和产业体系",
    "坚持要素跟着项目走，安排重点项目140个，年度投资210亿元以上。开工建设高速公路连接线、第二水厂等项目，"
    "建成投用科创孵化基地。全年招引亿元以上项目50个，实际到位资金120亿元。",
    "（二）全力保障改善民生，让发展成果更多更公平惠及群众",
    "新增城镇就业6500人以上，零就业家庭动态清零。新建公办幼儿园6所，实施3个乡镇卫生院改造，建设区域养老服务中心4处。",
    "各位代表！千里之行，始于足下。让我们在县委的坚强领导下，踔厉奋发、勇毅前行，为谱写现代化建设临河篇章而努力奋斗！",
]
"""A made-up report, one paragraph an item, with the shapes that real ones have."""

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def em_width(text: str) -> float:
    """Printed width in ems."""
    return sum(0.5 if char < "\x80" else 1.0 for char in text)


def pieces(text: str) -> list[str]:
    """What a word processor never parts: numbers, Latin words, a mark and the character it clings to."""
    found: list[str] = []
    pending = ""
    for piece in re.findall(r"[A-Za-z0-9.+%-]+|—+|…+|.", text):
        if found and not pending and piece[0] in NOT_FIRST:
            found[-1] += piece
        elif piece in NOT_LAST:
            pending += piece
        else:
            found.append(pending + piece)
            pending = ""
    return [*found, pending] if pending else found


def wrap(paragraph: str, width: float, indent: float = 2) -> list[str]:
    """Lines as a word processor breaks them, ``width`` ems wide, the first ``indent`` ems shorter."""
    lines: list[str] = []
    line, room = "", width - indent
    for piece in pieces(paragraph):
        if line and em_width(line + piece) > room:
            lines.append(line)
            line, room = "", width
        line += piece
    return [*lines, line] if line else lines


def make_pdf(
    paragraphs: Sequence[str],
    *,
    size: float = 16,
    width: int = 28,
    lines_a_page: int = 22,
    columns: int = 1,
    header: str = "",
    footer: str = "",
    headings: dict[str, float] | None = None,
) -> tuple[bytes, list[int]]:
    """A PDF of indented paragraphs and the page on which each paragraph begins.

    ``headings`` gives some paragraphs their own type size, centred; ``footer`` holds ``{}`` for the
    page number.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    starts: list[int] = []
    place = _Places(canvas, size, width, lines_a_page, columns, header, footer)
    for paragraph in paragraphs:
        special = (headings or {}).get(paragraph)
        lines = wrap(paragraph, width if not special else width * size / special, 0 if special else 2)
        for at, line in enumerate(lines):
            x, y, page = place.next()
            if at == 0:
                starts.append(page)
            canvas.setFont(FONT, special or size)
            if special:
                x += (width * size - em_width(line) * special) / 2
            elif at == 0:
                x += 2 * size
            canvas.drawString(x, y, line)
    place.end_page()
    canvas.save()
    return buffer.getvalue(), starts


class _Places:
    """Where the next line goes; opens pages, with header and footer, as they fill."""

    def __init__(
        self, canvas: Canvas, size: float, width: int, lines: int, columns: int, header: str, footer: str
    ) -> None:
        self.canvas, self.size, self.width, self.lines = canvas, size, width, lines
        self.columns, self.header, self.footer = columns, header, footer
        self.numbers = count(1)
        self.left = (A4[0] - columns * width * size - (columns - 1) * 2 * size) / 2
        self.step = (A4[1] - 160) / lines
        self.page, self.used = 0, 0

    def next(self) -> tuple[float, float, int]:
        if self.page == 0 or self.used == self.lines * self.columns:
            if self.page:
                self.end_page()
            self.page, self.used = next(self.numbers), 0
        column, line = divmod(self.used, self.lines)
        self.used += 1
        x = self.left + column * (self.width + 2) * self.size
        return x, A4[1] - 90 - line * self.step, self.page

    def end_page(self) -> None:
        self.canvas.setFont(FONT, 9)
        if self.header:
            self.canvas.drawCentredString(A4[0] / 2, A4[1] - 40, self.header)
        if self.footer:
            self.canvas.drawCentredString(A4[0] / 2, 30, self.footer.format(self.page))
        self.canvas.showPage()


def make_docx(
    paragraphs: Sequence[str],
    *,
    table: Sequence[Sequence[str]] = (),
    breaks: dict[int, int] | None = None,
    noted_pages: int = 1,
) -> bytes:
    """A Word file: title and headings in Word's styles, then a table.

    ``breaks`` gives, for some paragraphs, the character before which Word began a new page.
    """
    document = Document()
    for at, text in enumerate(paragraphs):
        if at == 0:
            paragraph = document.add_heading("", 0)
        elif re.match("[一二三]、", text):
            paragraph = document.add_heading("", 1)
        elif re.match("（[一二三]）", text):
            paragraph = document.add_heading("", 2)
        else:
            paragraph = document.add_paragraph()
        cut = (breaks or {}).get(at)
        if cut is None:
            paragraph.add_run(text)
        else:
            paragraph.add_run(text[:cut])
            rest = paragraph.add_run()
            rest._r.append(OxmlElement("w:lastRenderedPageBreak"))
            rest.add_text(text[cut:])
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return _with_noted_pages(buffer.getvalue(), noted_pages)


def _with_noted_pages(data: bytes, pages: int) -> bytes:
    """The page count that Word leaves in the document's properties."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "docProps/app.xml":
                content = re.sub(rb"<Pages>\d+</Pages>", b"<Pages>%d</Pages>" % pages, content)
            target.writestr(part, content)
    return buffer.getvalue()


def make_html(paragraphs: Sequence[str], charset: str = "utf-8") -> str:
    """A page of a government site: navigation, article, footer."""
    body = "\n".join(
        f"<p>&nbsp;&nbsp;&nbsp;&nbsp;{text}</p>"
        if at % 2
        else f"<p style='text-indent:2em'><span>{text[:4]}</span><strong>{text[4:]}</strong></p>"
        for at, text in enumerate(paragraphs[1:])
    )
    return (
        f"<html><head><meta http-equiv='Content-Type' content='text/html; charset={charset}'>"
        f"<title>{paragraphs[0]}_临河县人民政府</title><script>var a = '脚本';</script></head><body>"
        "<div class='header'><a href='/'>首页</a><a href='/x'>政务公开</a></div>"
        "<div class='nav'><ul><li><a>首页</a></li><li><a>新闻</a></li><li><a>互动交流</a></li></ul></div>"
        "<div class='crumb'>当前位置：<a>首页</a> &gt; <a>政府工作报告</a></div>"
        f"<div class='main'><h1>{paragraphs[0]}</h1>"
        "<div class='info'>发布日期：2024-01-20 字号：[大 中 小]</div>"
        f"<div id='zoom'><div class='TRS_Editor'>{body}</div></div><p>【打印本页】【关闭窗口】</p></div>"
        "<div class='footer'>版权所有 临河县人民政府</div></body></html>"
    )


def a_pdf() -> bytes:
    """Two pages with a line each, the second printed across and turned upright."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(400, 600))
    for text, turned in (("全县新建学校27所", 0), ("新增学位1900个", 90)):
        canvas.setFont(FONT, 16)
        canvas.drawString(100, 300, text)
        canvas.setPageRotation(turned)
        canvas.showPage()
    canvas.save()
    return made.getvalue()

"""PDF as offices make them: tables, columns, turned pages, and odd geometry that must not stop a reader."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.readers import read_bytes
from index.readers.printed import Box, Character, PrintedPage, to_pages
from index.text import clean

from .samples import FONT, REPORT, wrap


def drawn(*pages: Callable[[Canvas], None], rotation: int = 0) -> bytes:
    """A PDF of pages that are drawn by hand."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for draw in pages:
        canvas.setFont(FONT, 10)
        canvas.setPageRotation(rotation)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def text_of(data: bytes) -> list[str]:
    return clean(read_bytes(data, "a.pdf")).text.split("\n")


def ruled(
    canvas: Canvas, rows: Sequence[Sequence[str]], widths: Sequence[float], top: float, *, level: bool = True
) -> None:
    """A table of ruled lines, figures centred in their cells; ``level``: each row is ruled."""
    left, height = 60, 18
    xs = [left + sum(widths[:at]) for at in range(len(widths) + 1)]
    bottom = top - height * len(rows)
    for x in xs:
        canvas.line(x, bottom, x, top)
    for at in range(len(rows) + 1):
        if level or at in (0, 1, len(rows)):
            canvas.line(left, top - at * height, xs[-1], top - at * height)
    for at, row in enumerate(rows):
        for x, width, cell in zip(xs, widths, row, strict=False):
            canvas.drawCentredString(x + width / 2, top - at * height - 13, cell)


NARROW = [
    ["办理结果", "自然人", "企业", "科研", "其他", "总计"],
    ["部分公开", "447", "7", "0", "", "454"],
    ["1.属于国家秘密", "2", "", "0", "1", "3"],
]
NARROW_LINES = [
    "办理结果　自然人　企业　科研　其他　总计",
    "部分公开　自然人 447　企业 7　科研 0　总计 454",
    "1.属于国家秘密　自然人 2　科研 0　其他 1　总计 3",
]


@pytest.mark.parametrize("level", [True, False], ids=["rows ruled", "columns ruled only"])
def test_figures_of_neighbouring_cells_stand_by_their_headings(level: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 760, "一、办理情况")
        ruled(canvas, NARROW, [90, 40, 24, 24, 24, 30], 740, level=level)
        canvas.drawString(60, 640, "以上数据由办公室提供。")

    found = clean(read_bytes(drawn(draw), "a.pdf"))
    assert found.text.split("\n") == ["一、办理情况", *NARROW_LINES, "以上数据由办公室提供。"]
    assert {found.text[at:].split("\n")[0] for at in found.table_rows} == set(NARROW_LINES)


def test_headings_printed_above_the_rules_stand_by_the_figures() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 760, "主要指标如下。")
        for x, text in ((105, "指标"), (190, "2025A"), (250, "2026E")):
            canvas.drawCentredString(x, 744, text)
        ruled(canvas, [["营业收入", "349079", "551921"], ["增长率", "14.96", "58.11"]], [90, 80, 40], 740)

    assert text_of(drawn(draw)) == [
        "主要指标如下。",
        "指标　2025A　2026E",
        "营业收入　2025A 349079　2026E 551921",
        "增长率　2025A 14.96　2026E 58.11",
    ]

    def sentence(canvas: Canvas) -> None:
        canvas.drawString(60, 744, "主要指标如下。")
        ruled(canvas, [["营业收入", "349079", "551921"], ["增长率", "14.96", "58.11"]], [90, 80, 40], 740)

    assert text_of(drawn(sentence))[0] == "主要指标如下。"


def test_a_table_goes_on_on_the_next_page_under_its_headings() -> None:
    def first(canvas: Canvas) -> None:
        ruled(canvas, NARROW[:2], [90, 40, 24, 24, 24, 30], 120)
        canvas.drawString(290, 30, "— 1 —")

    def second(canvas: Canvas) -> None:
        ruled(canvas, [*NARROW[2:], ["2.其他", "30", "1", "0", "0", "31"]], [90, 40, 24, 24, 24, 30], 800)
        canvas.drawString(290, 30, "— 2 —")

    assert text_of(drawn(first, second)) == [
        *NARROW_LINES,
        "2.其他　自然人 30　企业 1　科研 0　其他 0　总计 31",
    ]


def test_labels_over_several_rows_go_on_on_the_next_page() -> None:
    widths = [60, 70, 70, 40]

    def grid(canvas: Canvas, top: float, rows: Sequence[Sequence[str]], spans: Sequence[int]) -> None:
        """Rows ruled in full but for the first ``spans`` columns, where one cell stands for all rows from the
        second on."""
        xs = [60 + sum(widths[:at]) for at in range(5)]
        for x in xs:
            canvas.line(x, top - 18 * len(rows), x, top)
        for at in range(len(rows) + 1):
            left = xs[0] if at in (0, spans[0], len(rows)) else xs[1] if at == spans[1] else xs[2]
            canvas.line(left, top - at * 18, xs[-1], top - at * 18)
        for at, row in enumerate(rows):
            for x, cell in zip(xs, row, strict=False):
                canvas.drawString(x + 3, top - at * 18 - 13, cell)

    def first(canvas: Canvas) -> None:
        grid(canvas, 120, [["类", "项", "目", "数"], ["三、结果", "（一）公开", "1.全部", "7"], ["", "", "2.部分", "4"], ["", "（二）无", "1.没有", "5"]], [1, 3])  # fmt: skip

    def second(canvas: Canvas) -> None:
        grid(canvas, 800, [["", "法提供", "2.需要制作", "1"], ["", "", "3.不明确", "2"]], [2, 2])

    assert text_of(drawn(first, second))[3:] == [
        "三、结果 （二）无 1.没有　数 5",
        "三、结果 （二）无法提供 2.需要制作　数 1",
        "三、结果 （二）无法提供 3.不明确　数 2",
    ]


def test_a_table_without_ruled_lines() -> None:
    rows = [
        ("指标", "全国", "城市", "农村"),
        ("居民消费价格", "2.0", "2.1", "1.9"),
        ("食品烟酒", "2.4", "-2.6", ""),
        ("衣着", "0.5", "0.6", "0.4"),
    ]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 760, "各地居民消费价格涨跌幅度见下表。")
        for at, row in enumerate(rows):
            canvas.drawString(60, 730 - at * 18, row[0])
            for column, cell in enumerate(row[1:]):
                canvas.drawRightString(200 + column * 70, 730 - at * 18, cell)

    assert text_of(drawn(draw))[1:] == [
        "指标　全国　城市　农村",
        "居民消费价格　全国 2.0　城市 2.1　农村 1.9",
        "食品烟酒　全国 2.4　城市 -2.6",
        "衣着　全国 0.5　城市 0.6　农村 0.4",
    ]


def test_figures_apart_are_never_glued_even_on_a_lone_line() -> None:
    def draw(canvas: Canvas) -> None:
        for at, figure in enumerate(["12", "0", "0", "0", "0", "0", "12"]):
            canvas.drawString(200 + at * 14, 700, figure)
        canvas.drawString(60, 730, "各项结果如下，依次为自然人和其他。")

    assert text_of(drawn(draw))[1] == "12 0 0 0 0 0 12"


def test_doubled_letters_stay_and_overprinted_type_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 700, "usually all willing, http://a.cn")
        for shift in (0, 0.3, 0.6):
            canvas.drawString(60 + shift, 650, "all bold")

    assert text_of(drawn(draw)) == ["usually all willing, http://a.cn all bold"]


def test_text_that_is_clipped_away_is_not_read() -> None:
    def page(canvas: Canvas) -> None:
        for name, bottom, height in (("[table_Mark]", 500, 1), ("看得见的一句话。", 690, 30)):
            canvas.saveState()
            box = canvas.beginPath()
            box.rect(60, bottom, 300, height)
            canvas.clipPath(box, stroke=0, fill=0)
            canvas.drawString(60, 700, name)
            canvas.restoreState()

    assert text_of(drawn(page)) == ["看得见的一句话。"]


def test_digits_set_in_squares_are_one_figure() -> None:
    lines = [f"到{year}年增长8.5%，总量达到{year * 3}亿元以上。" for year in range(2001, 2009)]

    def squares(canvas: Canvas) -> None:
        for at, line in enumerate(lines):
            for column, char in enumerate(line):
                canvas.drawString(60 + 10 * column, 800 - 18 * at, char)

    assert text_of(drawn(squares, lambda _canvas: None)) == ["".join(lines)]  # the second page is empty

    def with_a_table(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "2024 2025 2023 2022 2021 2020 2019 2018")
        for at, digit in enumerate("44770000"):
            canvas.drawString(60 + 10 * at, 660, digit)

    assert text_of(drawn(with_a_table))[-1].endswith("2019 2018 4 4 7 7 0 0 0 0")


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_pages_are_read_upright(rotation: int) -> None:
    def draw(canvas: Canvas) -> None:
        width, height = A4
        if rotation == 90:
            canvas.translate(width, 0)
        elif rotation == 180:
            canvas.translate(width, height)
        else:
            canvas.translate(0, width)  # reportlab lays the page's box down as well
        canvas.rotate(rotation)
        for at, line in enumerate(wrap(REPORT[6], 30)):
            canvas.drawString(80, 400 - at * 20, line)

    assert text_of(drawn(draw, rotation=rotation)) == [REPORT[6]]


def test_a_page_drawn_sideways_without_saying_so() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(A4[0], 0)
        canvas.rotate(90)
        for at, line in enumerate(wrap(REPORT[6], 30)):
            canvas.drawString(80, 400 - at * 20, line)

    assert text_of(drawn(draw)) == [REPORT[6]]


def test_vertical_text_is_read_from_the_right() -> None:
    lines = wrap(REPORT[6] + REPORT[9], 40)

    def draw(canvas: Canvas) -> None:
        for column, line in enumerate(lines):
            for at, char in enumerate(line):
                canvas.drawString(520 - column * 24, 780 - at * 11, char)

    assert "".join(text_of(drawn(draw))) == REPORT[6] + REPORT[9]


def test_figures_that_lie_on_their_sides_in_vertical_text_stay_in_their_places() -> None:
    told = REPORT[6] + REPORT[9]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 12)
        x, y = 520.0, 780.0
        for part in re.findall(r"[0-9.%]+|.", told):
            if y - 12 * len(part) < 60:
                x, y = x - 24, 780.0
            if part[0].isdigit():
                canvas.saveState()
                canvas.translate(x + 2, y + 10)
                canvas.rotate(-90)
                canvas.drawString(0, 0, part)
                canvas.restoreState()
                y -= 6 * len(part) + 6
            else:
                canvas.drawString(x, y, part)
                y -= 12

    assert "".join(text_of(drawn(draw))) == told


def columns(
    texts: Sequence[Sequence[str]], lefts: Sequence[float], size: float, uneven: float = 1.3
) -> Callable[[Canvas], None]:
    """Lines of text in columns that begin at ``lefts``, each with a leading of its own by ``uneven`` points."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, size)
        for number, (lines, left) in enumerate(zip(texts, lefts, strict=True)):
            for at, line in enumerate(lines):
                canvas.drawString(left, 760 - at * (size * 1.5 + number * uneven), line)

    return draw


@pytest.mark.parametrize("uneven", [0.0, 1.3])
def test_three_columns_are_read_one_after_the_other(uneven: float) -> None:
    body = [wrap("".join(REPORT[at : at + 3]), 16, 0) for at in (6, 9, 12)]
    found = text_of(drawn(columns(body, [40, 220, 400], 9, uneven)))
    assert "".join(found) == "".join(line for lines in body for line in lines)


def test_a_sidebar_is_read_apart_from_the_text() -> None:
    body = wrap("".join(REPORT[6:14]), 36, 0)
    side = [
        "公司基本情况",
        "最新收盘价：34元",
        "总股本：265亿股",
        "分析师：李明",
        "电话：12345",
        "邮箱：a@b.cn",
    ]
    found = text_of(drawn(columns([side, body], [40, 180], 10)))
    opening = next(at for at, paragraph in enumerate(found) if paragraph.startswith(body[0]))
    assert "".join(found[:opening]) == "".join(side)
    assert "".join(found[opening:]) == "".join(body)


def test_a_stamp_in_a_frame_is_no_beginning_of_the_title_beside_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 18)
        canvas.drawString(60, 760, "仅供预览")
        canvas.rect(52, 752, 92, 30)
        canvas.drawString(220, 760, "甲县2024年统计公报")
        canvas.setFont(FONT, 12)
        for at, line in enumerate(wrap(REPORT[6], 36)):
            canvas.drawString(60, 700 - at * 20, line)

    assert text_of(drawn(draw))[:2] == ["仅供预览", "甲县2024年统计公报"]


def test_centred_lines_share_no_margin() -> None:
    def draw(canvas: Canvas) -> None:
        for at in range(30):
            canvas.drawCentredString(297, 780 - at * 20, "南" * (at % 15 + 2))

    assert len("".join(text_of(drawn(draw)))) == sum(at % 15 + 2 for at in range(30))


def test_bulleted_lines_are_not_joined() -> None:
    def draw(canvas: Canvas) -> None:
        for at, item in enumerate(["●全年完成投资185亿元", "●新开工项目126个", "●竣工项目48个"]):
            canvas.drawString(60, 700 - at * 18, item)

    assert text_of(drawn(draw)) == ["●全年完成投资185亿元", "●新开工项目126个", "●竣工项目48个"]


numbers = st.floats(-1e5, 1e5, allow_nan=False)
characters = st.builds(
    lambda text, x, y, size: Character(text, x, x + size, y, y + size, size),
    st.sampled_from("政府1a。 "),
    numbers,
    numbers,
    st.floats(0.1, 500),
)
boxes = st.builds(
    lambda x, y, width, height: Box(x, x + width, y, y + height),
    numbers,
    numbers,
    st.floats(0, 1e4),
    st.floats(0, 1e4),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(lambda c, r: PrintedPage(tuple(c), tuple(r)), st.lists(characters, max_size=40), st.lists(boxes, max_size=30)), max_size=3))  # fmt: skip
def test_any_geometry_is_read_and_no_character_is_lost(pages: list[PrintedPage]) -> None:
    found = to_pages(pages)
    assert [page.number for page in found] == list(range(1, len(pages) + 1))
    for page, given_page in zip(found, pages, strict=True):
        shown = {char for line in page.lines for char in line.text}
        assert {char.text for char in given_page.characters} - {" "} <= shown


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def prose_and_cells(layout: str) -> Iterator[tuple[bool, str]]:
    """What Poppler's ``pdftotext -layout`` shows: runs of unbroken lines as prose, and the parts of lines with
    wide gaps as cells."""
    for page in layout.split("\f"):
        prose = ""
        for line in page.split("\n"):
            parts = [squeezed(part) for part in re.split(r"\s{3,}", line.strip()) if part.strip()]
            if len(parts) == 1 and (
                len(parts[0]) >= 12 or (prose and not re.fullmatch(r"[\d.,%-]+", parts[0]))
            ):
                prose += parts[0]
                continue
            yield True, prose
            yield from ((False, part) for part in parts)
            prose = ""
        yield True, prose


def eight_grams(texts: Iterable[str]) -> Counter[str]:
    return Counter(text[at : at + 8] for text in texts for at in range(len(text) - 7))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Poppler is not installed")
@pytest.mark.parametrize("name", ["formats/p01-*", "bulletins/成都市-*", "bulletins/上海*"])
def test_prose_and_cells_of_real_pages_are_those_of_another_reader(shared: Path, name: str) -> None:
    """Table rows are written anew, so prose is compared by runs of eight characters and cells one by one."""
    path = next(iter((shared / "data" / "local").glob(name)), None)
    if path is None:
        pytest.skip("this sample is not here")
    shown = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    parts = list(prose_and_cells(shown))
    prose = eight_grams(text for is_prose, text in parts if is_prose)
    cells = [text for is_prose, text in parts if not is_prose]
    text = squeezed(clean(read_bytes(path.read_bytes(), path.name)).text)
    held = eight_grams([text])
    assert sum(min(count, held[gram]) for gram, count in prose.items()) >= 0.99 * prose.total()
    assert sum(cell in text for cell in cells) >= 0.95 * len(cells)

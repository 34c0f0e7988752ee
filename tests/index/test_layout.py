"""Rejoining: paragraphs come back whole, and no character is lost or made up."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.readers import read_bytes
from index.text.layout import clean
from index.types import CleanText, Line, Page, Source

from .samples import REPORT, wrap

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "reports" / "tianqiao-2025.txt"
NATIONAL = ROOT / ".." / "shared" / "data" / "national"
HANZI = "天桥区人民政府工作报告经济社会发展重点项目建设营商环境持续优化民生服务城市更新"


def as_text(lines: Sequence[str]) -> CleanText:
    return clean(Source("text", (Page(None, tuple(Line(line) for line in lines)),)))


def seen(text: str) -> str:
    """What is visible: no white space, no control or format characters."""
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))


def page_at(found: CleanText, offset: int) -> int | None:
    at = bisect_right([page.start for page in found.pages], offset)
    return found.pages[at - 1].number if at else None


@pytest.fixture(scope="module")
def sample() -> CleanText:
    return clean(read_bytes(SAMPLE.read_bytes(), SAMPLE.name))


def test_sample_keeps_every_visible_character(sample: CleanText) -> None:
    assert seen(sample.text) == seen(SAMPLE.read_text(encoding="utf-8"))


def test_sample_paragraphs_are_whole(sample: CleanText) -> None:
    paragraphs = sample.text.split("\n")
    assert len(paragraphs) == 70
    assert paragraphs[0] == "政府工作报告"
    assert paragraphs[1] == "——2025年1月7日在天桥区第十九届人民代表大会第四次会议上"
    assert paragraphs[2] == "天桥区人民政府区长 张庆国"
    assert paragraphs[6].startswith("2024年是新中国成立75周年，也是实现“十四五”规划目标任务的关键一年。")
    heading = paragraphs.index("（一）全力以赴抓项目、促发展，综合经济实力实现新跃升")
    assert paragraphs[heading + 1].startswith("经济运行稳中向好。")
    assert paragraphs[heading + 1].endswith("完成社会消费品零售总额464亿元。")


def test_sample_paragraphs_end_where_sentences_end(sample: CleanText) -> None:
    body = sample.text.split("\n")[5:]
    headings = [text for text in body if text[-1] not in "。！"]
    assert all(re.match(r"[一二三]、|（[一二三四五六]）", text) for text in headings)
    assert len(headings) == 3 + 5 + 6


@pytest.mark.parametrize(
    "opening",
    [
        "项目建设提质增效。",
        "持续抓好乡村振兴。",
        "始终把兴法治作为第一保障，",
        "此外，积极支持工会",
        "各位代表！使命重在担当",
    ],
)
def test_sample_paragraphs_begin(sample: CleanText, opening: str) -> None:
    assert f"\n{opening}" in sample.text


def test_sample_page_map(sample: CleanText) -> None:
    assert [page.number for page in sample.pages] == list(range(1, 27))
    assert sample.pages[0].start == 0
    openings = [line[1:7] for line in SAMPLE.read_text(encoding="utf-8").split("\n") if line.startswith(" ")]
    for page, opening in zip(sample.pages[1:], openings[1:], strict=True):
        assert seen(sample.text[page.start :]).startswith(seen(opening))
    assert sample.text[sample.pages[-1].start :] == "时代社会主义现代化强区而努力奋斗！"
    assert page_at(sample, sample.text.index("社会消费品零售总额464亿元")) == 2


def test_spaces_of_the_pdf_go_and_those_of_the_writer_stay(sample: CleanText) -> None:
    assert "地区生产总值增长4%，" in sample.text
    assert "实施工业项目45个，1-11月工业投资增长89.7%" in sample.text
    assert "持续擦亮“来天桥 办成事”营商环境品牌" in sample.text


@pytest.mark.parametrize("year", range(2003, 2022))
def test_well_formed_reports_are_left_alone(year: int) -> None:
    path = NATIONAL / f"{year}.txt"
    if not path.exists():
        pytest.skip("the national reports are not beside this checkout")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = clean(read_bytes(path.read_bytes(), path.name))
    assert found.text.split("\n") == [line.strip() for line in lines if line.strip()]
    assert found.pages == ()


def test_well_formed_with_crlf_and_blank_lines() -> None:
    paragraphs = ["政府工作报告", *REPORT[2:8]]
    data = "\r\n\r\n".join("　　" + text for text in paragraphs).encode("gb18030")
    assert clean(read_bytes(data, "a.txt")).text.split("\n") == paragraphs


def test_lists_and_tables_of_even_lines_are_not_rejoined() -> None:
    offices = [
        f"天桥区{name}街道办事处便民服务中心"
        for name in ("堤口", "无影", "纬北", "制锦", "宝华", "工人", "官扎", "北坦")
    ]
    rows = [
        f"{name}　412亿元　增长6.{n}%"
        for n, name in enumerate(("地区生产总值", "固定资产投资", "社会消费总额") * 8)
    ]
    for lines in (offices * 4, rows, [*REPORT, *rows], [*offices, *REPORT]):
        assert as_text(lines).text.split("\n") == lines


def test_notes_of_another_width_do_not_hide_that_the_text_is_wrapped() -> None:
    notes = [
        f"[{n}]指标{n}是指年主营业务收入在2000万元及以上的工业企业法人单位，不含个体经营户，"
        "口径与上年一致，部分数据因四舍五入存在总计与分项合计不等的情况，未作机械调整。"
        for n in range(1, 9)
    ]
    lines = [line for p in REPORT * 4 for line in wrap(p, 25)] + [
        line for p in notes for line in wrap(p, 40, 0)
    ]
    assert as_text(lines).text.split("\n")[-8:] == notes
    assert set(REPORT) <= set(as_text(lines).text.split("\n"))


@pytest.mark.parametrize("width", [22, 25, 28, 33, 38, 45])
@pytest.mark.parametrize(
    "style", ["lost indent", "indent", "four spaces", "left margin", "blank lines", "blank between"]
)
def test_wrapped_report_comes_back_whole(width: int, style: str) -> None:
    lines: list[str] = []
    for paragraph in REPORT:
        first, *rest = wrap(paragraph, width)
        lead = {"indent": "　　", "four spaces": "    ", "left margin": "    　　"}.get(style, "")
        margin = "    " if style == "left margin" else ""
        for line in (lead + first, *(margin + line for line in rest)):
            lines += [line, ""] if style == "blank lines" else [line]
        lines += [""] if style == "blank between" else []
    assert as_text(lines).text.split("\n") == REPORT


@pytest.mark.parametrize("width", [20, 30, 40])
def test_lines_cut_at_a_number_of_characters(width: int) -> None:
    lines = [text[at : at + width] for text in REPORT for at in range(0, len(text), width)]
    assert as_text(lines).text.split("\n") == REPORT


FOOTERS = ["— {} —", "- {} -", "第 {} 页", "第{}页 共9页", "{}/9", "{}", "-{}-", "· {} ·"]


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("header", ["", "天桥区2025年政府工作报告"])
@pytest.mark.parametrize("form_feeds", [False, True])
def test_page_furniture_goes_and_tells_the_pages(footer: str, header: str, form_feeds: bool) -> None:
    body = [line for paragraph in REPORT for line in wrap(paragraph, 26)]
    pages = [body[at : at + 20] for at in range(0, len(body), 20)]
    assert len(pages) >= 4
    texts = [
        "\n".join([*([header] if header else []), *page, footer.format(number)])
        for number, page in enumerate(pages, start=1)
    ]
    found = clean(read_bytes(("\f" if form_feeds else "\n").join(texts).encode(), "a.txt"))
    assert found.text.split("\n") == REPORT
    assert [page.number for page in found.pages] == list(range(1, len(pages) + 1))
    for page, lines in zip(found.pages, pages, strict=True):
        assert found.text[page.start :].startswith(lines[0])


def test_numbers_that_do_not_count_pages_stay() -> None:
    lines = ["指标一览", *(line for n in range(3, 30, 3) for line in ("项目", str(n), "亿元"))]
    assert seen(as_text(lines).text) == seen("".join(lines))


def test_form_feeds_alone_give_pages() -> None:
    found = clean(read_bytes("第一页。\n\f第二页。\n\f".encode(), "a.txt"))
    assert found.text == "第一页。\n第二页。"
    assert [(page.start, page.number) for page in found.pages] == [(0, 1), (5, 2)]


@pytest.mark.parametrize("first", [" ", ""])
@pytest.mark.parametrize("cover", [5, 18])
def test_single_spaces_at_even_places_open_pages(first: str, cover: int) -> None:
    lines = [line for paragraph in REPORT for line in wrap(paragraph, 24)]
    opens = {0, *range(cover, len(lines), 18)}
    spaced = [(first if at == 0 else " " if at in opens else "") + line for at, line in enumerate(lines)]
    found = as_text(spaced)
    assert found.text.split("\n") == REPORT
    assert len(found.pages) == len(opens)
    for page, at in zip(found.pages, sorted(opens), strict=True):
        assert found.text[page.start :].startswith(lines[at])


def test_single_spaces_at_odd_places_are_no_pages() -> None:
    lines = [line for paragraph in REPORT for line in wrap(paragraph, 28)]
    lines = [" " + line if at in (0, 3, 40, 44) else line for at, line in enumerate(lines)]
    assert as_text(lines).pages == ()


def test_a_title_in_two_lines_of_larger_type_is_one_heading() -> None:
    lines = [
        Line("某市二〇二四年国民经济和社会发展计划执行情况与", 1, room=0.0),
        Line("二〇二五年国民经济和社会发展计划草案的报告", 1, room=3.0),
        Line("各位代表：", 0, room=20.0),
    ]
    found = clean(Source("pdf", (Page(1, tuple(lines)),)))
    assert found.text.split("\n")[0] == lines[0].text + lines[1].text
    assert [(head.start, head.level) for head in found.headings] == [(0, 1)]


def test_a_title_and_subtitle_broken_by_hand_are_whole() -> None:
    title = ["关于2023年国民经济和社会发展计划执行情况与", "2024年国民经济和社会发展计划（草案）的报告"]
    subtitle = ["（2024年1月16日在临河县第十八届人民", "代表大会第三次会议上）"]
    body = [line for text in REPORT[2:] for line in wrap(text, 28)]
    found = as_text([*title, *subtitle, *body]).text.split("\n")
    assert found == ["".join(title), "".join(subtitle), *REPORT[2:]]


def test_invisible_characters_go() -> None:
    found = as_text(["\ufeff政\u200b府\u202e工作\x00报告\u00ad。", "\u2066全文\x07完。"])
    assert found.text == "政府工作报告。\n全文完。"


def test_latin_words_keep_a_space_where_lines_met() -> None:
    lines = [
        "我们在园区引进了国际知名企业Advanced",
        "Micro Devices和其他企业，推动集成电路",
        "产业高质量发展，形成具有全国影响力的",
        "产业集群，带动上下游企业一体发展。",
    ]
    assert "企业Advanced Micro Devices和其他" in as_text(lines * 3).text


paragraphs = st.lists(
    st.text(alphabet=HANZI + "，、。；2024%“”（） ", min_size=1, max_size=200), min_size=1, max_size=12
)


@settings(max_examples=150, deadline=None)
@given(paragraphs, st.integers(10, 45), st.booleans(), st.sampled_from(["", " ", "　　", "    "]))
def test_wrapping_loses_nothing(texts: list[str], width: int, blank: bool, lead: str) -> None:
    lines = [lead * (at == 0) + line for text in texts for at, line in enumerate(wrap(text, width))]
    lines = [part for line in lines for part in ([line, ""] if blank else [line])]
    found = as_text(lines)
    assert seen(found.text) == seen("".join(texts))
    assert all(line and line == line.strip() for line in found.text.split("\n") if found.text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), max_size=12))
@example(["\U000e0000", "\u2065"])  # unassigned, among format characters
def test_any_lines_lose_nothing_but_page_numbers(lines: list[str]) -> None:
    given_text = seen("".join(lines))
    kept = seen(as_text([line.replace("\n", " ") for line in lines]).text)
    assert len(kept) <= len(given_text)
    if not any(char.isdigit() for char in given_text):
        assert kept == given_text


@settings(max_examples=100, deadline=None)
@given(paragraphs, st.integers(12, 40), st.integers(3, 25))
def test_pages_open_in_order_at_their_first_characters(texts: list[str], width: int, size: int) -> None:
    body = [line for text in texts for line in wrap(text, width) if line.strip()]
    pages = [body[at : at + size] for at in range(0, len(body), size)]
    found = clean(read_source(pages))
    starts = [page.start for page in found.pages]
    assert starts == sorted(set(starts))
    assert not starts or starts[-1] < len(found.text)
    if not any(re.fullmatch(r"\D{0,3}\d+\D{0,3}", seen(page[edge])) for page in pages for edge in (0, -1)):
        kept = {page.number: seen(found.text[page.start :]) for page in found.pages}
        assert all(text.startswith(seen(pages[number - 1][-1])[:1]) or text for number, text in kept.items())


def read_source(pages: list[list[str]]) -> Source:
    return Source(
        "pdf", tuple(Page(n, tuple(Line(line) for line in page)) for n, page in enumerate(pages, start=1))
    )

"""Report texts taken from web pages: furniture goes, lost line breaks come back, the text stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.text import clean
from index.types import Line, Page, Source

BODY = [
    "各位代表：",
    "现在，我代表柳河县人民政府向大会报告工作，请予审议。",
    "一、2024年工作回顾",
    "一年来，全县上下团结奋斗，地区生产总值完成53.42亿元，增长6.5%，各项工作取得新的成绩。",
    "二、2025年工作安排",
    "全县要坚持稳中求进，地区生产总值增长6%左右，城镇新增就业3000人，让群众过上更好的日子。",
]
TITLE = "2025年柳河县政府工作报告"
LINKS = ["相关报道：", "东山市2025年政府工作报告", "青县2025年政府工作报告", "本栏最新", "12-03", "工作报告"]


def text_of(lines: list[str], kind: str = "text") -> list[str]:
    page = Page(None, tuple(Line(line) for line in lines))
    return clean(Source(kind, (page,))).text.split("\n")  # type: ignore[arg-type]


def test_buttons_and_origin_above_the_text_go() -> None:
    head = ["下载", "打印", "【字号：", "加大", "减小", "】", TITLE, "来源：柳河日报", "时间：2025-02-11"]
    assert text_of([*head, *BODY]) == [TITLE, *BODY]


def test_breadcrumbs_and_the_column_go() -> None:
    head = ["您的位置:", "首页", ">", "柳河要闻", "柳河要闻", TITLE, "来源：柳河日报"]
    assert text_of([*head, *BODY]) == [TITLE, *BODY]
    assert text_of(["工作报告", TITLE, "时间：2025-02-11", *BODY]) == [TITLE, *BODY]


def test_a_summary_that_repeats_the_opening_goes() -> None:
    summary = ["内容摘要：", "各位代表：现在，我代表柳河县人民政府向大会报告工作......"]
    assert text_of([TITLE, "作者：张三", *summary, *BODY]) == [TITLE, *BODY]


def test_links_below_the_text_go() -> None:
    assert text_of([TITLE, *BODY, *LINKS]) == [TITLE, *BODY]
    assert text_of([TITLE, *BODY, "分享到：", "微信", *LINKS, "声明：本站转载。", "标签云"]) == [TITLE, *BODY]


def test_a_list_of_other_places_reports_goes_without_a_heading() -> None:
    others = [f"{place}2025年政府工作报告" for place in ("东山市", "青县", "桥西区", "石城县")]
    assert text_of([TITLE, *BODY, *others]) == [TITLE, *BODY]


def test_lost_line_breaks_come_back() -> None:
    assert text_of(["\\r\\n".join([TITLE, *BODY])]) == [TITLE, *BODY]
    filler = "全县各项事业取得新的进步。" * 200
    assert text_of(["  \u3000\u3000".join([TITLE, *BODY, filler])]) == [TITLE, *BODY, filler]
    assert text_of([" ".join([*BODY, filler])]) == [*BODY, filler]


def test_newspaper_breaks_and_marks_of_collectors_go() -> None:
    broken = [*BODY[:-1], BODY[-1] + " 下转7版 （上接第4版） 实干兴县。"]
    assert text_of([TITLE, *broken]) == [TITLE, *BODY[:-1], BODY[-1] + "实干兴县。"]
    assert text_of([TITLE, *BODY[:-1], BODY[-1] + "  百度搜索某 某 数 据 网"]) == [TITLE, *BODY]
    assert text_of([TITLE, *BODY, "（来源：柳河日报）"]) == [TITLE, *BODY]


def test_question_marks_where_an_indent_was_lost_go() -> None:
    assert text_of([TITLE, *BODY[:-1], "???" + BODY[-1], "怎么办??"]) == [TITLE, *BODY, "怎么办??"]


def test_a_report_that_stands_twice_stands_once() -> None:
    long = [
        f"第{n}项工作扎实推进，" + "全县上下团结奋斗，各项事业取得新的进步，群众得到实惠。" * 2
        for n in range(9)
    ]
    assert text_of([TITLE, *long, TITLE, *long]) == [TITLE, *long]


def test_words_of_the_text_are_no_furniture() -> None:
    lines = [TITLE, *BODY, "百度云计算中心建成。", "分享到实惠的群众更多了。", "1.收藏：指……。"]
    assert text_of(lines) == lines
    plain = ["大", "中", "小", TITLE, *BODY]
    assert text_of(plain) == plain


def test_a_pdf_is_left_alone() -> None:
    assert "下载" in text_of(["下载", "来源：柳河日报", TITLE, *BODY], "pdf")[0]


@given(st.lists(st.text(alphabet="经济增长6.5%，。一（）、报告收藏大年 ", max_size=50), max_size=15))
def test_nothing_but_white_space_goes_from_lines_without_furniture(lines: list[str]) -> None:
    kept = "".join("".join(text_of([*lines, "各项工作取得新的成绩。"])).split())
    given_text = "".join("".join([*lines, "各项工作取得新的成绩。"]).split())
    assert (
        kept == given_text
        or any(line.strip() in ("收藏", "大", "6") for line in lines)
        or "报告" in given_text
    )

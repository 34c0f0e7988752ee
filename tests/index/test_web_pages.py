"""Report texts taken from web pages: furniture goes, lost line breaks come back, the text stays."""

from __future__ import annotations

import pytest
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


@pytest.mark.parametrize(
    "head",
    [
        ["【打印本页】【关闭窗口】【字体：大 中 小】"],
        ["A+ A- 打印 收藏 分享到： 微信 微博 QQ空间"],
        ["分享到微信朋友圈", "用微信“扫一扫”，分享给好友", "×"],
        ["无障碍阅读", "|", "长者模式", "|", "繁体", "|", "登录", "|", "注册"],
        ["语音播报", "2024-01-23 10:02", "浏览量:1203次"],
        ["索 引 号：11610629/2024-00012　　发布机构：县政府办　　公开日期：2024-01-22"],
        ["2024-01-22    来源：柳河县人民政府网站    阅读：1234    [字号 大 中 小]    [打印]"],
        ["2024年01月22日 15:32 来源：柳河县人民政府 点击数：235"],
        ["【信息来源：县政府办】【信息时间：2024-01-22 阅读次数：18】【我要打印】【关闭】"],
        ["稿源：县融媒体中心 编辑：王小明 审核：李大海"],
        ["(2024-01-22 09:21:10)", "转载▼", "标签：杂谈 分类：政府工作"],
        ["字号：", "大", "中", "小", "|", "打印", "|", "下载"],
        ["您现在的位置： 首页 >> 政务公开 >> 政府工作报告 >> 正文"],
        ["首页 / 信息公开 / 重点领域 / 政府工作报告"],
        ["当前位置：网站首页-政府信息公开-规划计划-政府工作报告"],
        ["微信公众号：某某通"],
        ["本资料来源于网络，由某某数据库整理"],
        ["摘要：现在，我代表柳河县人民政府向大会报告工作……"],
        ["【内容摘要】现在，我代表柳河县人民政府向大会报告工作，请予审议。"],
        ["导读：", "一年来，全县上下团结奋斗，地区生产总值完成53.42亿元，增长6.5%，各项…"],
    ],
)
def test_what_pages_of_other_places_put_above_a_text(head: list[str]) -> None:
    assert text_of([*head, TITLE, *BODY]) == [TITLE, *BODY]
    assert text_of([TITLE, *head, *BODY]) == [TITLE, *BODY]


@pytest.mark.parametrize(
    "tail",
    [
        ["责任编辑：王小明"],
        ["上一篇：柳河县2023年财政预算报告", "下一篇：没有了"],
        ["相关文档：", *(f"{place}2025年政府工作报告" for place in ("青县", "石城县", "桥西区"))],
        ["扫一扫在手机打开当前页", "打印本页", "版权所有：柳河县政府", "主办：县政府办", "陕ICP备05003243号"],
        ["【打印】【关闭】", "您是第 12345 位访问者"],
        ["猜你喜欢", "2025年青县政府工作报告", "2025年石城县政府工作报告"],
        ["附件：", "1.柳河县2025年政府工作报告.pdf", "2.柳河县2025年政府工作报告.doc"],
        ["（来源：柳河县人民政府网站  责任编辑：王某）"],
        ["相关链接", "·图解：2025年柳河县政府工作报告", "·一图读懂政府工作报告"],
        ["东山市各县政府工作报告汇总：", *(f"{place}县2025年政府工作报告" for place in "甲乙丙丁戊")],
        ["本文档由某某文库网友上传，仅供学习参考，如有侵权请联系删除。"],
        ["分享：", "微信", "新浪微博", "相关新闻", "全县经济工作会议召开"],
        ["字数：12345字 本文链接：http://www.example.gov.cn/zwgk/123.html"],
        ["更多政府工作报告请登录某某报告库 www.example.com"],
    ],
)
def test_what_pages_of_other_places_put_below_a_text(tail: list[str]) -> None:
    assert text_of([TITLE, *BODY, *tail]) == [TITLE, *BODY]


def test_a_tasks_body_at_the_end_is_no_owner_of_a_page() -> None:
    lines = [TITLE, *BODY, "1.改造农村公路86公里。", "主办单位：县交通局，各乡镇人民政府"]
    assert text_of(lines) == lines


@pytest.mark.parametrize(
    "mark", ["(下转第三版)", "▲下转2版", "（紧接第二版）", "（下转2、3版）", "(下转A2版)"]
)
def test_a_sentence_that_a_newspaper_parted_is_one_again(mark: str) -> None:
    told = BODY[-1]
    parted = [told[:20] + mark, "▼上接1版", told[20:]]
    assert text_of([TITLE, *BODY[:-1], *parted]) == [TITLE, *BODY]
    assert text_of([TITLE, *BODY[:-1], told[:20] + mark, "（上接第1版）" + told[20:]]) == [TITLE, *BODY]


@pytest.mark.parametrize(
    "written", ["\\n", "<br>", "<br/>\n<br />", "\\r\\n\\r\\n", "\\t\\n", "_x000D_\n", "</p><p class=a>"]
)
def test_line_breaks_written_out_in_other_ways(written: str) -> None:
    lines = [TITLE, *BODY]
    assert [line for line in text_of(written.join(lines).split("\n")) if line] == lines


def test_a_formula_has_no_line_breaks() -> None:
    formula = "\\tau=\\left(s_0, \\ldots\\right) \\nabla \\rho \\right \\nu"
    assert text_of([TITLE, *BODY, formula]) == [TITLE, *BODY, formula]


def test_characters_that_a_page_names_are_themselves() -> None:
    told = [line.replace("全县上下", "&ldquo;全县&rdquo;上下") for line in BODY]
    meant = [line.replace("全县上下", "“全县”上下") for line in BODY]
    assert text_of([TITLE, *told]) == [TITLE, *meant]
    assert text_of([TITLE, *("&#12288;&#160;&amp;nbsp;" + line for line in BODY)]) == [TITLE, *BODY]
    assert text_of([TITLE, *BODY, "R&D投入增长8%;"]) == [TITLE, *BODY, "R&D投入增长8%;"]


def test_a_watermark_after_several_paragraphs_goes() -> None:
    marked = [line + "　更多资料请关注公众号 某某大师" if len(line) > 30 else line for line in BODY]
    assert text_of([TITLE, *marked]) == [TITLE, *BODY]
    once = [*BODY[:-1], BODY[-1] + " 请关注本县公众号"]
    assert text_of([TITLE, *once]) == [TITLE, *once]


def test_a_copy_without_breaks_beside_the_report_goes() -> None:
    long = [
        f"第{n}项工作扎实推进，" + "全县上下团结奋斗，各项事业取得新的进步，群众得到实惠。" * 2
        for n in range(9)
    ]
    assert text_of([TITLE, "".join(long), *long]) == [TITLE, *long]


@given(st.lists(st.text(alphabet="经济增长6.5%，。一（）、报告收藏大年 ", max_size=50), max_size=15))
def test_nothing_but_white_space_goes_from_lines_without_furniture(lines: list[str]) -> None:
    kept = "".join("".join(text_of([*lines, "各项工作取得新的成绩。"])).split())
    given_text = "".join("".join([*lines, "各项工作取得新的成绩。"]).split())
    assert (
        kept == given_text
        or any(line.strip() in ("收藏", "大", "6") for line in lines)
        or "报告" in given_text
    )

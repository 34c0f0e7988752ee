"""Answers as HTML: nothing is shown unescaped, nothing is said to be checked that is not."""

from __future__ import annotations

import io
import re
from datetime import datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import UnknownReport, WenbaoError
from index.types import PageStart, Section
from qa import Answer
from ui import cards, console, exports, messages, viewer, word_export
from ui.cards import TextPart, text_parts
from ui.corrections import correction

REPORT = {
    "id": "r",
    "title": "甲县2025年政府工作报告",
    "place": "甲县",
    "date": "",
    "years_planned": (2025,),
    "years_reviewed": (),
}
HOSTILE = st.text(st.sampled_from("<>&\"'`=/[](){}$\\\n\u202e\x00\x07一二script:javascript1]"), max_size=40)


def snapshot(text: str) -> Any:
    def find(report: str) -> str:
        if report != "r":
            raise UnknownReport("没有这份报告。")
        return text

    return SimpleNamespace(reports=(SimpleNamespace(**REPORT),), text=find)


def citation(text: str, /, **changed: Any) -> dict[str, Any]:
    """A citation as the browser keeps it."""
    return {
        "text": text,
        "quote": text[2:5],
        "quote_spans": [[2, 5]],
        "report": "r",
        "title": "甲县2025年政府工作报告",
        "section": ["一、2024年工作回顾", "（一）经济", "稳中向好"],
        "page": 2,
        "last_page": 3,
        "start": 0,
        "end": len(text),
        "score": 0.9,
    } | changed


def answer(text: str, citations: list[dict[str, Any]], **changed: Any) -> Answer:
    return Answer.from_dict(
        {
            "question": "",
            "answered": True,
            "text": text,
            "citations": citations,
            "related": [],
            "refusal_reason": "",
            "assumed_year": None,
            "other_years": [],
            "shape": "fact",
        }
        | changed
    )


TEXT = "全年完成总额464亿元。"


def test_marks_split_an_answer_and_a_stray_mark_is_text() -> None:
    assert text_parts("甲[1]乙[2][3]", 3) == [TextPart("甲", (1,)), TextPart("乙", (2, 3))]
    assert text_parts("见[9]条[1]", 1) == [TextPart("见[9]条", (1,))]
    assert text_parts("没有标记", 1) == [TextPart("没有标记", ())]


@given(HOSTILE, HOSTILE)
def test_nothing_of_a_report_or_a_question_becomes_markup(text: str, question: str) -> None:
    made = cards.answer_html(
        answer(
            f"{text}[1]",
            [citation(text, quote=text[0:1], quote_spans=[[0, 1]], title=text, section=[text])],
            assumed_year=2024,
            other_years=[2025],
        ),
        question,
        snapshot(text),
    )
    source = viewer.source_html(text, [], [])
    tags = set(re.findall(r"</?([a-z0-9]+)", made + source))
    assert tags <= set(
        re.findall(
            r"\w+", "div section article header footer blockquote details summary a button mark p span"
        )
    )
    assert not re.search(r"[\x00-\x08\u202e]", made + source)
    for attributes in re.findall(r"<\w+((?:\s+[\w-]+(?:=\"[^\"]*\")?)*)\s*>", made):
        assert not re.search(r"\son\w+=|javascript:", re.sub(r'data-\w+="[^"]*"', "", attributes))


@given(st.text(min_size=1, max_size=80), st.integers(0, 80))
def test_the_source_shows_every_character_in_its_place(text: str, page: int) -> None:
    start = min(page, len(text))
    made = viewer.source_html(text, [], [PageStart(start, 7)])
    assert made.count('data-page="7"') >= 1
    plain = re.sub(r"<span[^>]*data-skip.*?</span>", "", made)
    lines = re.findall(r'<p data-s="(\d+)">(.*?)</p>', plain, re.DOTALL)
    assert [int(offset) for offset, _ in lines] == [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
    assert [len(unescape(line)) for _, line in lines] == [len(line) for line in text.split("\n")]


def test_a_quote_is_marked_checked_and_linked_to_its_place() -> None:
    made = cards.answer_html(answer("完成总[1]", [citation(TEXT)]), "", snapshot(TEXT))
    assert "全年<mark>完成总</mark>额464亿元。" in made
    assert "与原文逐字一致 ✓" in made
    assert 'href="#/r/0-12/2-5"' in made
    assert "第 2–3 页<" in made


def test_what_was_recognised_in_a_picture_is_said() -> None:
    scanned = [citation(TEXT, ocr=True), citation(TEXT, ocr=True, page=None, last_page=None)]
    made = cards.answer_html(answer("完成总[1][2]", scanned), "", snapshot(TEXT))
    assert "第 2–3 页 · OCR<" in made
    assert ">OCR<" in made
    assert "第2页（OCR）" in made


@pytest.mark.parametrize(
    "changed",
    [{"start": 1}, {"report": "gone"}, {"quote": "别的"}, {"text": "全年完成总额465亿元。"}],
)
def test_what_the_source_does_not_say_is_not_called_checked(changed: dict[str, Any]) -> None:
    made = cards.answer_html(answer("完成总[1]", [citation(TEXT, **changed)]), "", snapshot(TEXT))
    assert "与原文逐字一致 ✓" not in made
    assert "原文已变动" in made or "已从文库移除" in made


def test_an_assumed_year_is_said_and_the_other_is_one_click_away() -> None:
    made = cards.answer_html(
        answer("甲[1]", [citation(TEXT)], assumed_year=2024, other_years=[2024, 2025]),
        "去年完成多少？",
        snapshot(TEXT),
    )
    assert "按 2024 年（去年）理解" in made
    assert re.findall(r'data-ask="([^"]*)"', made) == ["2025年完成多少？"]


def test_a_completed_follow_up_says_how_it_was_understood() -> None:
    followed = answer(
        "甲[1]", [citation(TEXT)], question="2024年总额增长率<多少>", assumed_year=2024, other_years=[2023]
    )
    made = cards.answer_html(followed, "增长率呢？", snapshot(TEXT))
    assert "理解为“2024年总额增长率&lt;多少&gt;”" in made
    assert 'data-ask="2023年总额增长率&lt;多少&gt;"' in made


def test_a_comparison_is_a_table_with_a_column_a_side() -> None:
    sides = [citation(TEXT), citation(TEXT, section=["二、2025年工作安排"])]
    made = cards.answer_html(answer("甲[1]乙[2]", sides, shape="compare"), "", snapshot(TEXT))
    assert re.findall(r"<th [^>]*>(.*?)</th>", made) == ["一、2024年工作回顾", "二、2025年工作安排"]
    assert [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", made)] == ["甲[1]", "乙[2]"]


def test_a_list_is_a_list() -> None:
    made = cards.answer_html(answer("甲[1]乙[1]", [citation(TEXT)], shape="list"), "", snapshot(TEXT))
    assert made.count("<li>") == 2


@pytest.mark.parametrize(
    ("reason", "said"), [("not_covered", "所选报告未涉及"), ("not_in_library", "未收录该年或该地的报告")]
)
def test_a_refusal_says_why_and_shows_what_is_near(reason: str, said: str) -> None:
    refused = answer("没有。", [], answered=False, refusal_reason=reason, related=[citation(TEXT)])
    made = cards.answer_html(refused, "", snapshot(TEXT))
    assert said in made
    assert "相关内容（1）" in made


def test_the_outline_nests_whatever_the_levels() -> None:
    def section(start: int, level: int, **more: Any) -> Section:
        return Section(start, start, start, start, level, f"标题{start}", (), **more)

    made = viewer.outline_html(
        "r", [section(0, 2), section(5, 3), section(9, 1), section(12, 1, continued=True)]
    )
    assert made.count("<ul>") == made.count("</ul>")
    assert made.count("<li") == made.count("</li>")
    assert re.findall(r'href="#/r/(\d+)"', made) == ["0", "5", "9"]


def test_markdown_export_escapes_cites_and_says_how_it_was_understood() -> None:
    said = answer("完成总[1]", [citation(TEXT)], question="总额<多少>", assumed_year=2024)
    turn = {"question": "a*b*<i>", "answer": said.to_dict(), "time": "2025-03-01 09:00"}
    exported = exports.to_markdown(
        exports.conversation([turn, {"question": "x"}], snapshot(TEXT), "http://here/", datetime(2025, 3, 2))
    )
    assert "导出于 2025-03-02 00:00，共 1 问" in exported
    assert "## a\\*b\\*\\<i\\>" in exported
    assert "2025-03-01 09:00 提问；理解为“总额\\<多少\\>”；按 2024 年理解" in exported
    assert "**[1]** 《甲县2025年政府工作报告》“一、2024年工作回顾（一）经济·稳中向好”第2页" in exported
    assert "（[打开原文](<http://here/#/r/0-12/2-5>)）\n\n> 完成总" in exported


TABLE = {
    "title": "总额",
    "rows": [
        {"year": 2024, "target": {"text": "5%", "mark": 1, "note": ""}, "actual": None, "place": ""},
        {"year": 2025, "target": {"text": "6%", "mark": 2, "note": "预计"}, "actual": None, "place": ""},
    ],
}


def test_a_table_is_copied_as_a_table_with_its_sources() -> None:
    shown = answer("", [citation(TEXT), citation(TEXT, page=None)], shape="table", table=TABLE)
    given = exports.copies(shown, snapshot(TEXT))
    assert given["table"].splitlines()[:2] == [
        "年份\t目标\t出处",
        "2024\t5%\t《甲县2025年政府工作报告》“一、2024年工作回顾（一）经济·稳中向好”第2页",
    ]
    assert "| 年份 | 目标 |\n| --- | --- |\n| 2024 | 5%[1] |\n| 2025 | 预计6%[2] |" in given["text"]
    assert given["text"].splitlines()[-2].startswith("[1] 《甲县")


def test_a_cell_of_a_copied_table_ends_neither_its_row_nor_itself() -> None:
    cell = {"text": "5|\t6\n%", "mark": 1, "note": ""}
    row = {"year": 2024, "target": cell, "actual": None, "place": ""}
    table = {"title": "增长", "rows": [row], "note": ""}
    shown = Answer.from_dict(answer("", [citation(TEXT)], shape="table").to_dict() | {"table": table})
    given = exports.copies(shown, snapshot(TEXT))
    assert [line.count("\t") for line in given["table"].splitlines()] == [2, 2]
    assert given["table"].splitlines()[1].startswith("2024\t5| 6 %\t")
    assert "| 2024 | 5\\| 6 %[1] |" in given["text"]


def test_groups_and_what_was_not_answered_are_in_every_copy() -> None:
    sides = [citation(TEXT, start=0), citation(TEXT, start=1, quote=TEXT[4:7], quote_spans=[[4, 7]])]
    groups = [
        {"title": f"《报告》 · {part}", "citations": [c]} for part, c in zip("甲乙", sides, strict=True)
    ]
    text = "\n".join(f"{c['quote']}[{n}]" for n, c in enumerate(sides, 1))
    said = answer(text, sides, shape="topic", groups=groups, unanswered=["月球基地"])
    turn = {"question": "总额", "answer": said.to_dict()}
    talk = exports.conversation([turn], snapshot(TEXT), "http://here/", datetime(2025, 3, 2))
    shown = (
        exports.copies(said, snapshot(TEXT))["text"],
        exports.to_markdown(talk),
        console.answer_text(said),
    )
    for made in shown:
        told = ("· 甲", TEXT[2:5], "· 乙", TEXT[4:7], "没有找到答案：月球基地")
        assert [made.find(part) for part in told] == sorted(made.find(part) for part in told)
        assert all(part in made for part in told)


@pytest.mark.parametrize("shape", ["list", "topic"])
def test_items_stand_a_line_each_and_sources_last(shape: str) -> None:
    """On the command line, on the clipboard, in the export; in a group or, as a plain list, in none."""
    items = [citation(TEXT, start=n, quote=TEXT[n : n + 3], quote_spans=[[n, n + 3]]) for n in (0, 3, 6)]
    groups = [{"title": "《报告》", "citations": items}] if shape == "topic" else []
    text = "".join(f"{c['quote']}[{n}]" for n, c in enumerate(items, 1))
    said = answer(text, items, shape=shape, groups=groups)
    talk = exports.conversation(
        [{"question": "列出", "answer": said.to_dict()}], snapshot(TEXT), "http://here/", datetime(2025, 3, 2)
    )
    copied = exports.copies(said, snapshot(TEXT))["text"]
    for made in (copied, exports.to_markdown(talk), console.answer_text(said)):
        lines = [line.strip(" -") for line in made.splitlines()]
        told = [lines.index(f"{c['quote']}[{n}]") for n, c in enumerate(items, 1)]
        assert told == list(range(told[0], told[0] + 3))
    assert [line[:3] for line in copied.splitlines()[-3:]] == ["[1]", "[2]", "[3]"]


@given(HOSTILE, st.integers(0, 12))
def test_no_copy_has_a_mark_without_its_source(text: str, number: int) -> None:
    given = exports.copies(answer(f"{text}[{number}]乙[1]", [citation(TEXT)]), snapshot(TEXT))
    body, _, listed = given["text"].rpartition("\n\n")
    linked = {int(n) for n in re.findall(r"^\[(\d+)\]", listed, re.MULTILINE)}
    assert linked == {1}
    assert body.endswith("乙[1]")


def test_word_export_has_the_table_the_quote_and_the_link() -> None:
    from docx import Document

    turns = [
        {
            "question": "历年？\x00",
            "answer": answer("", [citation(TEXT)] * 2, shape="table", table=TABLE).to_dict(),
        },
        {
            "question": "多少？",
            "answer": answer("完成总[1]", [citation(TEXT)]).to_dict(),
        },
    ]
    made = word_export.to_docx(
        exports.conversation(turns, snapshot(TEXT), "http://here/", datetime(2025, 3, 2))
    )
    document = Document(io.BytesIO(made))
    assert [[c.text for c in row.cells] for row in document.tables[0].rows][1] == ["2024", "5%[1]"]
    assert "完成总" in [p.text for p in document.paragraphs if p.style.name == "Quote"]
    links = [r.target_ref for r in document.part.rels.values() if "hyperlink" in r.reltype]
    assert "http://here/#/r/0-12/2-5" in links


def test_a_refusals_passages_are_copied_whole() -> None:
    refused = answer("没有。", [], answered=False, refusal_reason="not_covered", related=[citation(TEXT)])
    made = cards.answer_html(refused, "", snapshot(TEXT))
    assert f'data-copy="{TEXT}">复制段落<' in made
    assert 'data-copy=""' not in made


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("date", "2025-01-07", "2025-01-07"),
        ("date", " 2025 ", "2025"),
        ("date", "", None),
        ("date", "2025-02-30", ""),
        ("date", "去年", ""),
        ("years_planned", "2024，2025", (2024, 2025)),
        ("years_planned", "24", ""),
        ("place", "甲县", "甲县"),
        ("pages", "3", ""),
    ],
)
def test_a_correction_is_checked(key: str, value: str, taken: Any) -> None:
    if taken == "":
        with pytest.raises(WenbaoError):
            correction(key, value)
    else:
        assert correction(key, value) == taken


def test_full_width_digits_are_half_width_in_tables_only() -> None:
    assert messages.half_width_digits("１２．５％，增长，３") == "12.5%，增长，3"


def test_a_label_gets_the_year_and_place_its_title_lacks() -> None:
    def report(**said: str) -> Any:
        return SimpleNamespace(
            **{
                "id": "x",
                "title": "政府工作报告",
                "place": "",
                "date": "",
                "years_planned": (),
                "years_reviewed": (),
            }
            | said
        )

    assert messages.report_label(report(place="甲县", date="2025-01-02")) == "2025年甲县政府工作报告"
    full = "乙市丙区2024年政府工作报告"
    assert messages.report_label(report(title=full, place="丙区", date="2024")) == full
    assert messages.report_label(report(title="")) == "x"
    for titled in ("甲市2022年统计公报", "甲市第十个五年计划纲要", "中华人民共和国甲法"):
        assert messages.report_label(report(title=titled, place="甲市", date="2023-03-25")).endswith(titled)
        assert not messages.report_label(report(title=titled, place="全国", date="2023-03-25")).startswith(
            "2023年"
        )

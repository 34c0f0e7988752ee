"""The indicators for people: list, course, chart and CSV, and the tab in a real browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from rich.cells import cell_len

from index import Encoder, Figure, Library, UnknownReport, WenbaoError
from qa.answers.series import answer_series
from qa.understanding.question import parse
from tests.ui.conftest import HOSTILE, SECOND, ask, in_view, visit
from ui import indicators
from ui.chart import chart
from ui.cli import run
from ui.console import table_text
from ui.indicators import Indicators, mode_named, skipped, to_csv, to_text

browser_test = pytest.mark.browser
REPORTS = {
    "柳河2019": "增长6.1%，粮食产量50.2万吨|增长6%—6.5%，粮食产量51万吨以上",
    "柳河2020": "增长6.3%，粮食产量5.1亿公斤|增长6%左右，粮食产量52万吨",
    "柳河2021": "下降0.4%|增长7%左右",
    "柳河2022": "增长7.4%，粮食产量53万吨|增长5.5%左右",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Four years of one county, one of three others and of a city, and a hostile report."""
    from tests.conftest import FakeEncoder

    folder = tmp_path_factory.mktemp("figures")
    for name, told in REPORTS.items():
        year = int(name[-4:])
        done, goal = told.split("|")
        text = (
            f"柳河县{year}年政府工作报告\n——{year}年1月5日在柳河县第三届人民代表大会第四次会议上\n"
            f"一、{year - 1}年工作回顾\n{year - 1}年，全县地区生产总值{done}。多年来群众满意度达到95%左右。\n"
            f"二、{year}年工作安排\n{year}年的主要预期目标是：地区生产总值{goal}。\n"
        )
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    for place, goal in (("秀山县", "8%以上"), ("西山县", ""), ("青山县", "6.5%—7.5%")):
        planned = f"地区生产总值增长{goal}" if goal else "粮食产量稳定在20万吨以上"
        (folder / f"{place}2021.txt").write_text(
            f"{place}2021年政府工作报告\n——2021年1月5日在{place}第三届人民代表大会第四次会议上\n"
            "一、2020年工作回顾\n2020年，全县社会大局和谐稳定。\n"
            f"二、2021年工作安排\n2021年的主要预期目标是：{planned}。\n",
            encoding="utf-8",
        )
    (folder / "槐山2023.txt").write_text(SECOND, encoding="utf-8")
    (folder / "hostile.txt").write_text(HOSTILE, encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(sorted(folder.glob("*.txt")))
    return library


@pytest.fixture
def served(library: Library) -> Indicators:
    return Indicators(library)


def links(html: str) -> list[str]:
    return re.findall(r'href="#/([^"]+)"', html)


# ---------------------------------------------------------------- list


def test_the_list_filters_as_the_library_does(served: Indicators, library: Library) -> None:
    for data, wanted in [
        ({}, library.indicators()),
        ({"name": "GDP"}, library.indicators("GDP")),
        (
            {"name": " GDP ", "year": "2020", "mode": "target"},
            library.indicators("GDP", None, 2020, "target"),
        ),
        ({"report": "槐山2023", "mode": "actual"}, library.indicators(None, "槐山2023", None, "actual")),
        ({"name": "月球"}, []),
    ]:
        found = served.figures(data)
        assert (found["total"], found["rows"].count("<tr>")) == (len(wanted), len(wanted))
    assert served.figures({})["total"] > 10


def test_every_value_links_to_its_clause(served: Indicators, library: Library) -> None:
    figures = library.indicators("GDP", "柳河2020")
    found = served.figures({"name": "GDP", "report": "柳河2020"})
    for figure, link in zip(figures, links(found["rows"]), strict=True):
        cited, marked = (tuple(map(int, pair.split("-"))) for pair in link.split("/")[1:])
        assert cited == marked == (figure.start, figure.end)
        assert figure.written in library.text("柳河2020")[slice(*marked)]


def test_a_long_list_is_cut_and_says_how_long_it_is(
    served: Indicators, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indicators, "ROWS", 3)
    found = served.figures({})
    assert found["rows"].count("<tr>") == found["shown"] == 3
    assert found["total"] > 10


def test_what_was_left_out_is_counted(served: Indicators, library: Library) -> None:
    snapshot = library.snapshot()
    assert (
        served.figures({})["skipped"]
        == skipped(snapshot)
        == sum(snapshot.skipped_figures(info.id) for info in snapshot.reports)
    )
    one = served.figures({"report": "柳河2019"})["skipped"]
    assert one == snapshot.skipped_figures("柳河2019")


def test_hostile_text_is_shown_as_text(library: Library) -> None:
    figure = library.indicators()[0]
    bad = Figure(**{name: getattr(figure, name) for name in figure.__slots__} | {"indicator": "<img src=x>"})
    row = indicators._row_html(bad, '"><script>')
    assert not re.search(r"<(?:img|script)", row)
    assert 'data-figure="&lt;img src=x&gt;"' in row


def test_wrong_requests_are_said_in_a_sentence(served: Indicators) -> None:
    with pytest.raises(UnknownReport):
        served.figures({"report": "nowhere"})
    with pytest.raises(WenbaoError, match="“梦想”"):
        mode_named("梦想")
    assert [mode_named(word) for word in ("目标", "expected", "多年累计")] == [
        "target", "expected", "cumulative",
    ]  # fmt: skip


def test_nothing_to_list(tmp_path: Path, fake_encoder: Encoder) -> None:
    served = Indicators(Library.open(tmp_path / "empty", encoder=fake_encoder))
    assert served.figures({}) == {"rows": "", "total": 0, "shown": 0, "skipped": 0}
    assert served.course({}) == {"course": None}
    assert served.chart({}) is None


# ---------------------------------------------------------------- text


def test_csv_has_every_figure_and_opens_in_a_spreadsheet(library: Library) -> None:
    figures = library.indicators("GDP")
    rows = list(csv.DictReader(io.StringIO(to_csv(figures, library.snapshot()))))
    assert [float(row["数值"]) for row in rows] == [f.value for f in figures]
    assert [row["原文"] for row in rows] == [f.written for f in figures]
    ranged = next(row for row in rows if row["上限"])
    assert (ranged["指标"], ranged["类型"], ranged["时期"], ranged["上限"]) == (
        "生产总值·增长", "目标", "2019年", "6.5",
    )  # fmt: skip
    assert ranged["原文"] in ranged["原句"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"), ("-0.4%", "-0.4%"), (-0.4, -0.4)],
)
def test_no_cell_is_a_formula(value: Any, cell: Any) -> None:
    assert indicators._harmless(value) == cell


def test_text_columns_are_aligned(library: Library) -> None:
    lines = to_text(library.indicators("GDP"), library.snapshot()).splitlines()
    column = {cell_len(line[: line.index(word)]) for line, word in [(lines[0], "类型"), (lines[1], "实绩")]}
    assert len(column) == 1
    assert "2018年" in lines[1]
    assert "6.1%" in lines[1]


# ---------------------------------------------------------------- course


def cells(table: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_course_sets_each_target_beside_its_result(served: Indicators) -> None:
    course = served.course({"name": "GDP"})["course"]
    assert (course["title"], course["place"]) == ("生产总值·增长", "柳河县")
    table = cells(course["table"])
    assert table[:3] == [["2018", "—", "6.1%"], ["2019", "6%—6.5%", "6.3%"], ["2020", "6%左右", "下降0.4%"]]
    assert table[-1] == ["2022", "5.5%左右", "—"]


def test_the_course_without_a_name_is_the_one_told_most(served: Indicators) -> None:
    assert served.course({})["course"]["title"] == "生产总值·增长"
    assert served.course({"name": "月球"})["course"] is None


def test_the_chart_says_what_the_table_says(served: Indicators) -> None:
    drawn = served.chart({"name": "GDP"})
    table = cells(served.course({"name": "GDP"})["course"]["table"])
    values = {(point["year"], point["mode"]): point for point in drawn["data"]["values"]}
    for year, target, result in table:
        for mode, written in (("目标", target), ("实绩", result)):
            assert values[year, mode].get("said", "—") == written
    assert (values["2019", "目标"]["low"], values["2019", "目标"]["high"]) == (6, 6.5)
    assert values["2020", "实绩"]["low"] == -0.4
    assert values["2018", "目标"]["low"] is None
    assert drawn["encoding"]["x"]["scale"]["domain"] == [row[0] for row in table]
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["line", "point", "rule"]


def test_amounts_are_bars_in_one_unit(served: Indicators) -> None:
    drawn = served.chart({"name": "粮食产量"})
    assert {layer["mark"]["type"] for layer in drawn["layer"]} == {"bar"}
    assert drawn["encoding"]["color"]["legend"]["title"] == "单位：万吨"
    told = {(p["year"], p["mode"]): p["low"] for p in drawn["data"]["values"]}
    assert told["2018", "实绩"] == 50.2
    assert told["2019", "实绩"] == 51  # 5.1 亿公斤
    assert told["2020", "实绩"] is None
    assert drawn["encoding"]["x"]["scale"]["domain"] == ["2018", "2019", "2020", "2021"]


def test_a_figure_in_a_unit_of_another_kind_is_not_drawn(library: Library) -> None:
    from dataclasses import replace

    from index.figures import course

    rows = course(library.indicators("粮食产量"), "amount", library.snapshot().report_years())
    odd = replace(rows[0], actual=replace(rows[0].actual, unit="袋"))
    drawn = chart("粮食产量", "amount", [odd, *rows[1:]], lambda f: f"#/{f.report}")
    assert drawn["data"]["values"][1] == {"year": "2018", "mode": "实绩", "low": None, "high": None}


# ---------------------------------------------------------------- over the places


def test_an_indicator_over_all_places_of_a_year(served: Indicators, library: Library) -> None:
    course = served.course({"name": "GDP", "view": "2021-target"})["course"]
    assert (course["title"], course["view"]) == ("生产总值·增长", "2021-target")
    assert course["views"] == [("", "历年"), ("2021-target", "各地 2021年目标")]
    assert cells(course["table"]) == [
        ["秀山县", "8%以上", "—"], ["柳河县", "7%左右", "6%左右"], ["青山县", "6.5%—7.5%", "—"],
        *[[place, "—", "—"] for place in ("恶山县", "西山县")],
    ]  # fmt: skip
    assert course["note"] == "没有写明：恶山县、西山县。"
    report, span, _ = links(course["table"])[0].split("/")
    start, end = map(int, span.split("-"))
    assert "8%以上" in library.text(unquote(report))[start:end]
    drawn = served.chart({"name": "GDP", "view": "2021-target"})
    values = drawn["data"]["values"]
    assert [(v["place"], v["low"], v["high"]) for v in values] == [
        ("秀山县", 8, 8), ("柳河县", 7, 7), ("青山县", 6.5, 7.5),
    ]  # fmt: skip
    assert drawn["encoding"]["y"]["sort"] is None
    assert served.course({"name": "GDP", "view": ""})["course"]["view"] == ""
    assert served.course({"name": "GDP", "view": "2021-target", "report": "秀山县2021"})["course"] is None


# ---------------------------------------------------------------- the tab


def open_figures(page: Page) -> None:
    page.get_by_role("tab", name="指标").click()
    page.wait_for_selector("#fig-rows tr")


def search(page: Page, name: str, count: int) -> None:
    page.fill("#fig-name", name)
    expect(page.locator("#fig-count")).to_have_text(f"{count} 条")


@browser_test
def test_a_value_opens_its_clause_in_the_source(page: Page) -> None:
    open_figures(page)
    expect(page.locator("#fig-note")).to_contain_text("没有列入")
    page.fill("#fig-name", "社零")
    expect(page.locator("#fig-rows .what").first).to_contain_text("社会消费品零售总额")
    row = page.locator("#fig-rows tr", has_text="464亿元").first
    expect(row.locator(".page")).to_have_text("第 2 页")
    row.locator(".value a").click()
    page.wait_for_selector("#paper mark")
    assert "社会消费品零售总额464亿元" in "".join(page.locator("#paper mark").all_text_contents())
    assert in_view(page, "#paper mark")


@browser_test
def test_filters_and_csv(page: Page, library_dir: Path) -> None:
    library = Library(library_dir)
    open_figures(page)
    search(page, "GDP", len(library.indicators("GDP")))
    page.select_option("#fig-report", "槐山2023")
    wanted = library.indicators("GDP", "槐山2023")
    expect(page.locator("#fig-rows tr")).to_have_count(len(wanted))
    page.select_option("#fig-mode", "target")
    expect(page.locator("#fig-rows tr")).to_have_count(1)
    expect(page.locator("#fig-rows .value")).to_have_text("7%左右")
    page.select_option("#fig-year", "2022")
    expect(page.locator("#fig-empty")).to_have_text("没有符合条件的指标。")
    page.select_option("#fig-year", "")
    expect(page.locator("#fig-rows tr")).to_have_count(1)
    with page.expect_download() as download:
        page.click("#fig-csv")
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [(row["原文"], row["年份"] if "年份" in row else row["起始年"]) for row in rows] == [
        ("7%左右", "2023")
    ]


@browser_test
def test_the_chart_is_drawn_and_its_marks_open_the_source(page: Page, library_dir: Path) -> None:
    open_figures(page)
    search(page, "GDP", len(Library(library_dir).indicators("GDP")))
    expect(page.locator("#course-title")).to_contain_text("生产总值")
    table = page.locator("#course-table tbody a").all_text_contents()
    assert table
    for written in table:  # Gradio draws the chart after the table
        expect(
            page.locator(f"#course-plot svg.marks [aria-label^='20'][aria-label*='{written}']").first
        ).to_be_visible()
    goal = page.locator("#course-plot svg.marks [aria-label^='20'][aria-label*='目标']").last
    written = (goal.get_attribute("aria-label") or "").split()[-1]
    goal.click()
    page.wait_for_selector("#paper mark")
    expect(page.locator("#tab-figures")).to_be_visible()
    assert written in "".join(page.locator("#paper mark").all_text_contents())


@browser_test
def test_a_name_in_the_list_shows_its_course(page: Page) -> None:
    open_figures(page)
    page.locator("#fig-rows [data-figure]", has_text="城镇新增就业").first.click()
    expect(page.locator("#fig-name")).to_have_value("城镇新增就业")
    expect(page.locator("#course-title")).to_have_text("城镇新增就业")
    expect(page.locator("#course-table tbody tr")).to_have_count(2)


@browser_test
def test_phone_width_needs_no_sideways_scrolling(phone: Page) -> None:
    page = phone
    open_figures(page)
    page.wait_for_selector("#course-plot svg.marks")
    widths = page.evaluate(
        """() => [...document.querySelectorAll("#tab-figures, #fig-rows tr, #course-cells, svg.marks")]
            .map((node) => [node.scrollWidth ?? 0, node.getBoundingClientRect().right])"""
    )
    assert all(right <= 391 for _, right in widths)
    assert page.evaluate("document.querySelector('#tab-figures').scrollWidth") <= 390
    page.locator("#fig-rows .value a").first.click()
    page.wait_for_selector("#paper mark")
    assert in_view(page, "#paper mark")


@browser_test
def test_an_empty_library_says_so(
    context: BrowserContext, start_server: Callable[..., str], tmp_path: Path
) -> None:
    page = visit(context.new_page(), start_server(tmp_path / "empty"))
    page.get_by_role("tab", name="指标").click()
    expect(page.locator("#fig-empty")).to_contain_text("还没有收录报告")
    expect(page.locator("#fig-table")).to_be_hidden()
    expect(page.locator("#fig-filters")).to_be_hidden()


@browser_test
def test_the_chat_answers_a_course_with_a_table(page: Page) -> None:
    ask(page, "天桥区近年GDP增长多少？")
    table = page.locator(".answer.table table")
    expect(table.locator("caption")).to_have_text("生产总值·增长")
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(table.locator("tbody tr").first).to_contain_text("预计4%")
    table.locator("a.ref").last.click()
    page.wait_for_selector("#paper mark")
    assert "5.6%" in "".join(page.locator("#paper mark").all_text_contents())
    page.reload()
    expect(page.locator(".answer.table tbody tr")).to_have_count(2)


# ---------------------------------------------------------------- the command line


def test_csv_from_the_command_line_opens_in_excel(
    library_dir: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["indicators", "GDP", "--mode", "目标", "--csv", "--library", str(library_dir)]) == 0
    raw = capfdbinary.readouterr().out
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert {row["原文"] for row in rows} == {"5.6%", "7%左右"}


def test_the_command_line_lists_aligned_columns(
    library_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["indicators", "GDP", "--report", "槐山2023", "--library", str(library_dir)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["指标", "时期", "类型", "数值", "报告", "页"]
    assert [line.split()[:4] for line in lines] == [
        ["生产总值", "2022年", "实绩", "812亿元"],
        ["生产总值·增长", "2022年", "实绩", "6.1%"],
        ["生产总值·增长", "2023年", "目标", "7%左右"],
    ]
    assert run(["indicators", "--mode", "梦想", "--library", str(library_dir)]) == 2


def test_a_course_is_printed_a_line_a_year(library: Library) -> None:
    answer = answer_series(library.snapshot(), parse("柳河县历年GDP增长多少"))
    assert answer is not None
    assert answer.table is not None
    assert table_text(answer.table).splitlines()[:4] == [
        "生产总值·增长",
        "2018  目标 —  实绩 6.1%[1]",
        "2019  目标 6%—6.5%[2]  实绩 6.3%[3]",
        "2020  目标 6%左右[4]  实绩 下降0.4%[5]",
    ]

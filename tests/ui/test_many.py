"""Twenty reports, a scan among them, and one alone, at a desk and on a phone: each part of the page as it is used there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.ui.conftest import ask, at_rest, back_to_the_chat, in_view, is_phone, visit

pytestmark = [pytest.mark.browser, pytest.mark.pages]
SCAN = Path(__file__).parents[1] / "index" / "data" / "scanned.png"
PLACES = ("青石县", "白河县", "松岭市", "双桥区", "玉泉区")


def small_report(place: str, year: int) -> str:
    """A report of a few sentences, its numbers its own."""
    n = 10 * PLACES.index(place) + year - 2020
    return f"""{place}{year}年政府工作报告
——{year}年1月6日在{place}第五届人民代表大会第三次会议上
一、{year - 1}年工作回顾
{year - 1}年，全年地区生产总值完成{200 + n}亿元，增长{4 + n / 10:.1f}%。新建养老服务中心{n}处。
二、{year}年工作安排
{year}年，全年地区生产总值增长{5 + n / 10:.1f}%左右。新建停车场{n + 1}个。
"""


@pytest.fixture(scope="module")
def address(
    library_dir: Path, pdf: Path, start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A server over twenty reports: the three, a PDF, fifteen small ones, and a scan (a small one without OCR)."""
    from index import Library

    folder = tmp_path_factory.mktemp("many")
    files = [pdf]
    for place in PLACES:
        for year in (2023, 2024, 2025):
            files.append(folder / f"{place}{year}.txt")
            files[-1].write_text(small_report(place, year), encoding="utf-8")
    if find_spec("rapidocr"):
        files.append(folder / "扫描.pdf")
        canvas = Canvas(str(files[-1]), pagesize=(595, 420))
        canvas.drawImage(str(SCAN), 30, 30, 535, 360)
        canvas.save()
    else:
        files.append(folder / "青石县2022.txt")
        files[-1].write_text(small_report("青石县", 2022), encoding="utf-8")
    shutil.copytree(library_dir, folder / "library")
    Library.open(folder / "library").add(files)
    return start_server(folder / "library")


@pytest.fixture
def page(sized: BrowserContext, address: str) -> Page:
    return visit(sized.new_page(), address)


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(
        page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('.log, #tab-reports, #tab-figures, .source, .scope-panel')]"
            ".every((one) => one.scrollWidth <= one.clientWidth + 1)"
        )
    )


def test_which_of_twenty_are_asked_is_picked_searched_and_taken_back(page: Page) -> None:
    # What is offered first: a figure, a course, a comparison, a list, a topic.
    offered = page.locator(".examples button")
    for kind in ("是多少", "历年", "对比", "有哪些", "方面"):
        expect(offered.filter(has_text=kind).first).to_be_visible()
    expect(page.locator("#scope")).to_contain_text("全部")
    page.locator("#scope").click()
    expect(page.locator("#scope-list label", has_text="青石县（")).to_be_visible()
    page.fill("#scope-find", "青石 2024")
    expect(page.locator("#scope-list label")).to_have_count(1)
    page.fill("#scope-find", "白河")
    page.get_by_role("button", name="只选列出的").click()
    page.locator("#scope-list label", has_text="2023").click()
    expect(page.locator("#scope-list input:focus")).to_have_count(1)
    assert fits(page)
    page.get_by_role("button", name="完成").click()
    expect(page.locator("#scope")).to_contain_text("已选 2 / 20")
    ask(page, "玉泉区2025年新建停车场多少个？")
    expect(page.locator(".refused")).to_contain_text("没有勾选")
    page.get_by_role("button", name="在全部报告中再问一次").click()
    expect(page.locator(".turn:nth-child(2) .answer")).to_contain_text("停车场46个")
    page.locator(".turn:nth-child(2) .ref").first.click()
    page.wait_for_selector("#paper mark.now")
    page.get_by_role("button", name="只问这份").click()
    # What is told in passing lies over nothing that is read or used.
    expect(page.locator("#toast")).to_have_class(re.compile("shown"))
    covered = page.evaluate(
        """() => {
            const toast = document.getElementById("toast").getBoundingClientRect();
            const over = (box) => box.width && box.left < toast.right && toast.left < box.right && box.top < toast.bottom && toast.top < box.bottom;
            return [...document.querySelectorAll("#tabs :is(button, a, p, input, textarea, select)")]
                .filter((one) => !one.closest("[inert]") && one.checkVisibility() && over(one.getBoundingClientRect())).map((one) => one.outerHTML.slice(0, 80));
        }"""
    )
    assert covered == []
    back_to_the_chat(page)
    expect(page.locator("#scope")).to_contain_text("玉泉区2025年")


def test_the_shelf_of_twenty_is_searched_sorted_and_changed(page: Page) -> None:
    page.get_by_role("tab", name="报告").click()
    expect(page.locator("#rows li")).to_have_count(20)
    row = page.locator('[data-key="柳河2024"]')
    expect(row.locator(".facts")).to_contain_text(re.compile(r"柳河县 · 2024年 · .* · 5 页 · \d+ 段"))
    expect(row.locator(".file")).to_contain_text(
        re.compile(r"柳河2024\.pdf · [\d.]+ (KB|MB) · \d{4}-\d\d-\d\d 添加")
    )
    assert fits(page)
    page.select_option("#by-order", "size")
    expect(page.locator("#rows li").first).to_contain_text(re.compile("天桥|柳河|扫描"))
    page.select_option("#by-year", "2024")
    page.select_option("#by-place", "松岭市")
    expect(page.locator("#rows .name")).to_have_text(["松岭市2024年政府工作报告"])
    page.select_option("#by-year", "")
    page.select_option("#by-place", "")
    page.fill("#find", "白河")
    expect(page.locator("#rows li")).to_have_count(3)
    page.locator("#rows [data-edit]").first.click()
    expect(page.get_by_label("地点", exact=True).last).to_have_value("白河县")
    assert in_view(page, "#confirm", "body")
    page.keyboard.press("Escape")
    page.locator("#rows [data-remove]").first.click()
    expect(page.locator("#confirm .primary")).to_have_text(re.compile("移除《白河县202.年政府工作报告》"))
    page.get_by_role("button", name="取消").click()
    page.locator("#rows [data-reread]").first.click()
    expect(page.locator("#queue .good")).to_contain_text("重新读取《白河县", timeout=60_000)
    assert in_view(page, "#queue", "#tab-reports")


def test_the_source_of_a_pdf_boxes_the_clause_and_is_searched(page: Page, address: str) -> None:
    ask(page, "柳河县2024年建成雪山水库多少座？")
    page.locator(".answer .ref").first.click()
    page.wait_for_selector("#paper mark.now")
    page.get_by_role("button", name="原页").click()
    page.wait_for_selector(".area.now")
    at_rest(page)
    assert in_view(page, ".area.now", "#printed")
    number = int(page.locator("#page-at").input_value())
    page.get_by_role("button", name="上一页").click()
    expect(page.locator(".sheet img")).to_have_attribute("alt", f"柳河2024.pdf 第 {number - 1} 页")
    page.get_by_role("button", name="查找").click()
    page.fill("#find-text", "雪山水库")
    page.wait_for_selector(".area.found")
    expect(page.locator("#find-at")).to_have_text("1/1")
    assert int(page.locator("#page-at").input_value()) == number
    page.get_by_role("button", name="目录").click()
    expect(page.locator("#outline a").first).to_be_visible()
    page.get_by_role("button", name="文本", exact=True).click()
    assert fits(page)
    with page.expect_download() as download:
        page.locator("#original").click()
    assert download.value.suggested_filename == "柳河2024.pdf"
    page.go_back()
    if is_phone(page):
        expect(page.locator("#paper")).not_to_be_visible()
        expect(page.locator("#question")).to_be_visible()
    else:
        expect(page.locator("#question")).to_be_visible()
        assert page.evaluate("location.hash") == ""
    page.evaluate("location.hash = '#/gone/1-5'")
    expect(page.locator("#source-notice")).to_contain_text("“gone”不在文库中")
    page.go_back()
    if is_phone(page):
        expect(page.locator("#source-notice")).not_to_be_visible()


def test_what_is_found_in_a_scan_is_boxed_on_its_page(page: Page, address: str) -> None:
    if not find_spec("rapidocr"):
        pytest.skip("the extra [ocr] is not installed")
    page.evaluate("location.hash = `#/${encodeURIComponent('扫描')}`")
    expect(page.locator("#paper")).to_contain_text("一夸特小麦")
    page.get_by_role("button", name="查找").click()
    page.fill("#find-text", "一夸特小麦")
    expect(page.locator("#find-at")).to_contain_text("1/")
    page.get_by_role("button", name="原页").click()
    page.wait_for_selector(".area.found", timeout=120_000)
    box, sheet = page.locator(".area.found").first.bounding_box(), page.locator(".sheet").bounding_box()
    assert box
    assert sheet
    # Five letters of some twenty in the first of the two lines.
    assert 0.08 < box["width"] / sheet["width"] < 0.4
    assert box["y"] - sheet["y"] < sheet["height"] / 2


def test_an_indicators_filters_agree_with_its_chart_and_one_comes_back_to_the_row(page: Page) -> None:
    page.get_by_role("tab", name="指标").click()
    page.wait_for_selector("#fig-rows tr")
    page.fill("#fig-name", "GDP")
    expect(page.locator("#course-title")).to_have_text("生产总值·增长")
    expect(page.locator("#course-note")).to_contain_text("不从零开始")
    page.select_option("#fig-mode", "target")
    marks = page.locator("#course-plot svg.marks")
    expect(marks.locator("[aria-label*='目标']").first).to_be_visible()
    expect(marks.locator("[aria-label*='实绩']")).to_have_count(0)
    expect(page.locator("#fig-rows tr", has_text="实绩")).to_have_count(0)
    page.select_option("#fig-mode", "")
    page.select_option("#course-view", label="各地 2025年目标")
    expect(page.locator("#course-table tbody tr").first).to_contain_text("玉泉区")
    assert fits(page)
    link = page.locator("#fig-rows td a").nth(4)
    link.click()
    page.wait_for_selector("#paper mark.now")
    expect(page.locator("#fig-rows")).to_be_visible()
    page.go_back()
    expect(page.locator("#paper")).not_to_be_visible()
    expect(link).to_be_focused()


@pytest.fixture(scope="module")
def alone(sample_library: Path, start_server: Callable[..., str]) -> str:
    """A server over one report."""
    return start_server(sample_library, read_only=True)


def test_one_report_alone_offers_no_choice_between_reports(sized: BrowserContext, alone: str) -> None:
    page = visit(sized.new_page(), alone)
    expect(page.locator(".examples button").filter(has_text="是多少").first).to_be_visible()
    expect(page.locator(".examples button", has_text="对比")).to_be_visible()  # of two of its years
    expect(page.locator("#scope")).to_have_text("问：全部 1 份报告")
    ask(page, "2024年社会消费品零售总额是多少？")
    expect(page.locator(".answer")).to_contain_text("464亿元")
    page.get_by_role("tab", name="报告").click()
    expect(page.locator("#rows li")).to_have_count(1)
    for choice in ("#filters", "#choose-all", "#choose-shown"):
        expect(page.locator(choice)).to_be_hidden()
    page.get_by_role("tab", name="指标").click()
    expect(page.locator("#fig-rows tr").first).to_be_visible()
    expect(page.locator("#course-view-box")).to_be_hidden()
    assert fits(page)

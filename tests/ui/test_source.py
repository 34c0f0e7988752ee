"""The source pane in a real browser: the page as printed, stepping through quotes, finding, going back."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.ui.conftest import ask, in_view, is_phone, show_source, visit

pytestmark = pytest.mark.browser
DAM = "柳河县2024年建成雪山水库多少座？"
RETAIL = "2024年社会消费品零售总额是多少？"


@pytest.fixture(scope="module")
def address(
    library_dir: Path, pdf: Path, start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A server over the reports and a PDF."""
    from index import Library

    copy = tmp_path_factory.mktemp("source") / "library"
    shutil.copytree(library_dir, copy)
    Library.open(copy).add([pdf])
    return start_server(copy)


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    return visit(context.new_page(), address)


@pytest.fixture
def phone(phone_context: BrowserContext, address: str) -> Page:
    return visit(phone_context.new_page(), address)


def test_a_clause_is_boxed_on_its_printed_page_and_the_original_is_downloaded(page: Page, pdf: Path) -> None:
    ask(page, DAM)
    page.locator(".turn:last-child .ref").first.click()
    page.wait_for_selector("#paper mark.now")
    number = page.locator("#page-at").input_value()
    page.get_by_role("button", name="原页").click()
    page.wait_for_selector(".area.now")
    assert page.evaluate("document.querySelector('.sheet img').naturalWidth") >= 400
    assert page.locator("#page-at").input_value() == number
    assert in_view(page, ".area.now", "#printed")
    # What the box shows is the clause: dark letters on a light page.
    box = page.locator(".area.now").first.bounding_box()
    assert box
    assert 8 < box["height"] < 60 < box["width"]
    page.get_by_role("button", name="上一页").click()
    expect(page.locator(".sheet img")).to_have_attribute("alt", f"柳河2024.pdf 第 {int(number) - 1} 页")
    expect(page.locator(".area.now")).to_have_count(0)
    page.get_by_role("button", name="文本").click()
    expect(page.locator("#paper")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#original").click()
    assert download.value.suggested_filename == "柳河2024.pdf"
    assert Path(download.value.path()).read_bytes() == pdf.read_bytes()


def test_pictures_of_pages_keep_their_address_and_odd_ones_are_refused(address: str) -> None:
    from PIL import Image

    with httpx.Client(base_url=address) as visitor:
        got = visitor.get("original/柳河2024/1?w=700&v=x")
        assert Image.open(io.BytesIO(got.content)).width == 800  # rounded up
        assert "immutable" in got.headers["cache-control"]
        assert got.headers["cross-origin-resource-policy"] == "same-origin"
        for path, said in (
            ("柳河2024/99?w=700", "没有第 99 页"),
            ("gone", "gone"),
            ("柳河2024/a?w=1", "数字"),
        ):
            refused = visitor.get(f"original/{path}")
            assert refused.status_code == 404
            assert said in refused.json()["error"]
        assert visitor.get("original/tianqiao-2025/1?w=300").status_code == 404


def test_the_quotes_of_an_answer_are_marked_stepped_through_and_previewed(page: Page) -> None:
    ask(page, "2025年重点工作有哪些？")
    ref = page.locator(".answer .ref").nth(1)
    ref.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#preview .from")).to_contain_text("《天桥区2025年政府工作报告》")
    page.keyboard.press("Escape")
    expect(page.locator("#preview")).to_be_hidden()
    if not is_phone(page):  # nothing hovers there
        page.locator("#question").focus()
        ref.hover()
        expect(page.locator("#preview .from")).to_contain_text("《天桥区2025年政府工作报告》")
        page.locator("#question").hover()
        expect(page.locator("#preview")).to_be_hidden()
    page.locator(".answer .ref").first.click()
    page.wait_for_selector("#paper mark.now")
    count = int(page.locator("#stop-at").inner_text().split("/")[1])
    assert count >= 2
    assert page.locator("#paper mark:not(.now)").count() >= 1
    before = page.evaluate("location.hash")
    page.get_by_role("button", name="下一处引文").click()
    expect(page.locator("#stop-at")).to_have_text(f"引文 2/{count}")
    assert in_view(page, "#paper mark.now")
    assert page.evaluate("location.hash") != before


def test_finding_inside_a_report_going_to_a_page_and_the_section_in_the_outline(page: Page) -> None:
    show_source(page)
    page.select_option("#pick", "tianqiao-2025")
    page.wait_for_function("location.hash === '#/tianqiao-2025'")
    page.get_by_role("button", name="查找").click()
    page.keyboard.insert_text("项目")
    expect(page.locator("#find-at")).to_contain_text("1/")
    page.keyboard.press("Enter")
    expect(page.locator("#find-at")).to_contain_text("2/")
    assert in_view(page, "#paper .found.now")
    page.keyboard.press("Escape")
    expect(page.locator("#paper .found")).to_have_count(0)
    page.fill("#page-at", "14")
    page.press("#page-at", "Enter")
    expect(page.locator('#paper [data-page="14"]')).to_be_in_viewport()
    page.get_by_role("button", name="目录").click()
    now = page.locator("#outline [aria-current]")
    expect(now).to_be_in_viewport()
    assert now.count() == 1


def test_back_closes_the_phones_source_and_returns_to_the_row_of_a_figure(phone: Page) -> None:
    ask(phone, RETAIL)
    phone.locator(".answer .ref").first.tap()
    phone.wait_for_selector("#paper mark.now")
    phone.go_back()
    expect(phone.locator("#paper")).not_to_be_visible()
    expect(phone.locator("#question")).to_be_visible()
    phone.get_by_role("tab", name="指标").click()
    link = phone.locator("#fig-rows td a").nth(3)
    link.click()
    phone.wait_for_selector("#paper mark.now")
    phone.get_by_text("‹ 返回").click()
    expect(phone.locator("#paper")).not_to_be_visible()
    expect(link).to_be_focused()


def test_a_removed_report_is_said_in_the_pane_and_back_leaves_it(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}#/gone/1-5/1-3")
    expect(page.locator("#source-notice")).to_contain_text("“gone”不在文库中")
    assert page.locator("#pick").input_value() == ""  # no other report is named for it
    if is_phone(page):  # closing it is not going back to where the link stood
        page.get_by_text("‹ 返回").click()
        expect(page.locator("#question")).to_be_visible()
        assert page.evaluate("location.hash") == ""
        page.goto(f"{address}#/gone/1-5/1-3")
    page.get_by_role("button", name="看已收录的报告").click()
    expect(page.locator("#rows li").first).to_be_visible()


def test_the_divider_moves_and_folds_and_the_theme_is_kept(
    desk_context: BrowserContext, address: str
) -> None:
    page = visit(desk_context.new_page(), address)
    wide = page.locator("#source").bounding_box()
    page.locator("#divider").focus()
    page.keyboard.press("ArrowLeft")
    moved = page.locator("#source").bounding_box()
    assert wide
    assert moved
    assert moved["width"] > wide["width"] + 20
    page.keyboard.press("Enter")
    expect(page.locator("#source")).to_be_hidden()
    page.select_option("#theme", "dark")
    page.reload()
    page.wait_for_selector(".workspace[data-ready]")
    assert page.evaluate("document.body.classList.contains('dark')")
    assert page.locator("#source").bounding_box() == moved

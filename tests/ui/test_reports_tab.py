"""The reports tab in a real browser: adding while asking, removing, the scope, read-only."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.ui.conftest import ask, visit

pytestmark = pytest.mark.browser
ADDED = "柳河县2024年政府工作报告"
PARAGRAPHS = "".join(
    f"<p>{year}年，全县第{n}产业完成增加值{100 + n}亿元，新建乡村公路{n * 7}公里，完成改造老旧小区{n}个。</p>"
    for year in (2023, 2024)
    for n in range(1, 25)
)


@pytest.fixture(scope="module")
def address(
    library_dir: Path, start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A server over a copy, because these tests change the library."""
    copy = tmp_path_factory.mktemp("changing") / "library"
    shutil.copytree(library_dir, copy)
    return start_server(copy)


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    return visit(context.new_page(), address)


@pytest.fixture(scope="module")
def pdf(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report as a PDF of several pages, printed by the browser."""
    path = tmp_path_factory.mktemp("pdf") / "柳河2024.pdf"
    printer = browser.new_page()
    printer.set_content(
        f"<h1>{ADDED}</h1><p>——2024年1月5日在柳河县第三届人民代表大会第四次会议上</p>"
        f"<h2>一、2023年工作回顾</h2>{PARAGRAPHS}<h2>二、2024年工作安排</h2><p>建成雪山水库3座。</p>"
    )
    printer.pdf(path=path, format="A5")
    printer.close()
    return path


def open_reports(page: Page) -> None:
    page.get_by_role("tab", name="报告").click()
    page.wait_for_selector("#rows tr")


def test_add_a_pdf_while_asking_ask_it_and_remove_it(page: Page, pdf: Path) -> None:
    open_reports(page)
    before = page.locator("#rows tr").count()
    page.set_input_files("#files", pdf)
    page.get_by_role("tab", name="问答").click()
    ask(page, "2024年社会消费品零售总额是多少？")
    expect(page.locator(".answer").first).to_contain_text("464亿元")
    open_reports(page)
    expect(page.locator("#outcomes .good")).to_contain_text("柳河2024", timeout=60_000)
    expect(page.locator("#rows tr")).to_have_count(before + 1)
    page.get_by_role("tab", name="问答").click()
    ask(page, "柳河县2024年建成雪山水库多少座？")
    page.locator(".turn:last-child .ref").first.click()
    expect(page.locator("#pick")).to_have_value("柳河2024")
    expect(page.locator("#where")).to_contain_text("第 ")

    open_reports(page)
    page.locator("#rows tr", has_text="柳河").get_by_role("button").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#rows tr")).to_have_count(before, timeout=60_000)
    page.reload()
    page.wait_for_selector(".turn")
    expect(page.locator(".turn:last-child .unchecked").first).to_be_visible()


def test_a_file_that_is_no_report_is_listed_with_its_reason(page: Page, tmp_path: Path) -> None:
    (tmp_path / "照片.txt").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40)
    (tmp_path / "空白.txt").write_bytes(b"")
    open_reports(page)
    count = page.locator("#rows tr").count()
    page.set_input_files("#files", [tmp_path / "照片.txt", tmp_path / "空白.txt"])
    expect(page.locator("#outcomes .bad")).to_have_count(2, timeout=60_000)
    expect(page.locator("#outcomes .bad", has_text="照片")).to_contain_text("没有成功：")
    assert page.locator("#rows tr").count() == count


def test_a_file_can_be_dropped(page: Page) -> None:
    open_reports(page)
    dropped = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File([''], '拖来.txt')); return all; }"
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    expect(page.locator("#outcomes .bad")).to_contain_text("拖来", timeout=60_000)


def test_a_file_over_the_limit_is_told(page: Page, tmp_path: Path) -> None:
    with (tmp_path / "大.txt").open("wb") as large:
        large.truncate(53_000_000)
    open_reports(page)
    page.set_input_files("#files", tmp_path / "大.txt")
    expect(page.locator("#outcomes .bad")).to_contain_text("50 MB", timeout=60_000)


def test_only_the_chosen_reports_are_asked(page: Page) -> None:
    open_reports(page)
    page.select_option("#by-place", "槐山市")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("button", name="只问列出的").click()
    page.get_by_role("tab", name="问答").click()
    expect(page.locator("#scope")).to_contain_text("槐山市2023年政府工作报告")
    ask(page, "地区生产总值增长多少？")
    titles = page.locator(".card .title").all_text_contents()
    assert titles
    assert set(titles) == {"《槐山市2023年政府工作报告》"}
    page.reload()
    page.wait_for_selector(".turn .answer")
    expect(page.locator("#scope")).to_contain_text("槐山市2023年政府工作报告")
    open_reports(page)
    page.locator("#rows tr", has_text="槐山").get_by_role("checkbox").uncheck()
    page.get_by_role("tab", name="问答").click()
    ask(page, "地区生产总值增长多少？")
    expect(page.locator(".answer.failed")).to_contain_text("没有勾选任何报告")


def test_rebuild_asks_first_and_tells_when_done(page: Page) -> None:
    open_reports(page)
    page.get_by_role("button", name="重建索引").click()
    page.get_by_role("button", name="取消").click()
    assert page.locator("#outcomes li").count() == 0
    page.get_by_role("button", name="重建索引").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#outcomes .good")).to_contain_text("重建索引", timeout=60_000)


def test_read_only_hides_every_change(
    library_dir: Path, context: BrowserContext, start_server: Callable[..., str]
) -> None:
    page = visit(context.new_page(), start_server(library_dir, read_only=True))
    open_reports(page)
    assert page.locator("#upload:visible, #rebuild:visible, [data-remove]").count() == 0
    config = page.evaluate("JSON.stringify(window.gradio_config)")
    assert '"ask"' in config
    assert not any(f'"{name}"' in config for name in ("add", "remove", "rebuild"))

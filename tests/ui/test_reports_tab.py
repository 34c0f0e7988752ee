"""The reports tab in a real browser: adding while asking, removing, the scope, read-only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.ui.conftest import SECOND, ask, call, is_phone, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def serve_copy(
    library_dir: Path, start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """A server for each size over a copy of its own, because these tests change the library."""

    @cache
    def served(size: str) -> str:
        copy = tmp_path_factory.mktemp(size) / "library"
        shutil.copytree(library_dir, copy)
        return start_server(copy)

    return served


@pytest.fixture
def page(context: BrowserContext, serve_copy: Callable[[str], str], request: pytest.FixtureRequest) -> Page:
    return visit(context.new_page(), serve_copy(request.node.callspec.params["context"]))


def open_reports(page: Page) -> None:
    page.get_by_role("tab", name="报告").click()
    page.wait_for_selector("#rows li")


@contextmanager
def held(page: Page, name: str) -> Iterator[None]:
    """The page's calls of this function of the server wait until the end of the block."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if f'"fn_name":"{name}"' in (route.request.post_data or ""):
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/component_server/", hold)
    yield
    for route in waiting:
        route.continue_()
    page.unroute("**/component_server/", hold)


def test_add_a_pdf_while_asking_ask_it_and_remove_it(page: Page, pdf: Path) -> None:
    open_reports(page)
    before = page.locator("#rows li").count()
    page.set_input_files("#files", pdf)
    page.get_by_role("tab", name="问答").click()
    ask(page, "2024年社会消费品零售总额是多少？")
    expect(page.locator(".answer").first).to_contain_text("464亿元")
    open_reports(page)
    expect(page.locator("#queue .good")).to_contain_text("柳河2024", timeout=60_000)
    expect(page.locator("#rows li")).to_have_count(before + 1)
    page.get_by_role("tab", name="问答").click()
    ask(page, "柳河县2024年建成雪山水库多少座？")
    page.locator(".turn:last-child .ref").first.click()
    expect(page.locator("#pick")).to_have_value("柳河2024")
    expect(page.locator("#where")).to_contain_text("第 ")

    open_reports(page)
    page.get_by_role("button", name="移除柳河县2024年政府工作报告").click()
    page.locator("#confirm").get_by_role("button", name="移除《柳河县2024年政府工作报告》").click()
    expect(page.locator("#rows li")).to_have_count(before, timeout=60_000)
    # Without a reload, what was cited from it says so.
    page.get_by_role("tab", name="问答").click()
    expect(page.locator(".turn:last-child .unchecked").first).to_contain_text("已从文库移除")
    expect(page.locator(".turn:first-child .checked").first).to_have_text("与原文逐字一致 ✓")


def test_a_file_that_is_no_report_is_listed_with_its_reason(page: Page, tmp_path: Path) -> None:
    (tmp_path / "照片.txt").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40)
    (tmp_path / "空白.txt").write_bytes(b"")
    open_reports(page)
    count = page.locator("#rows li").count()
    page.set_input_files("#files", [tmp_path / "照片.txt", tmp_path / "空白.txt"])
    expect(page.locator("#queue .bad")).to_have_count(2, timeout=60_000)
    expect(page.locator("#queue .bad", has_text="照片")).to_contain_text("“照片.txt”")
    page.locator("#queue .bad", has_text="空白").get_by_role("button", name="重试").click()
    expect(page.locator("#queue .bad")).to_have_count(1)
    expect(page.locator("#queue .bad")).to_have_count(2, timeout=60_000)  # it is no better the second time
    assert page.locator("#rows li").count() == count
    page.reload()
    open_reports(page)
    expect(page.locator("#queue .bad")).to_have_count(2)
    page.locator("#queue .bad", has_text="照片").get_by_role("button").click()
    page.locator("#queue .bad").get_by_role("button").click()
    expect(page.locator("#queue .bad")).to_have_count(0)


def test_a_file_can_be_dropped_anywhere(page: Page) -> None:
    dropped = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File([''], '拖来.txt')); return all; }"
    )
    page.dispatch_event("#log", "drop", {"dataTransfer": dropped})
    expect(page.locator("#queue .bad")).to_contain_text("拖来", timeout=60_000)


def test_a_file_over_the_limit_is_told(page: Page, tmp_path: Path) -> None:
    with (tmp_path / "大.txt").open("wb") as large:
        large.truncate(53_000_000)
    open_reports(page)
    page.set_input_files("#files", tmp_path / "大.txt")
    expect(page.locator("#queue .bad")).to_contain_text("50 MB", timeout=60_000)


def test_only_the_chosen_reports_are_asked(page: Page) -> None:
    open_reports(page)
    page.select_option("#by-place", "槐山市")
    expect(page.locator("#rows li")).to_have_count(1)
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
    page.locator("#rows li", has_text="槐山").get_by_role("checkbox").uncheck()
    page.get_by_role("tab", name="问答").click()
    ask(page, "地区生产总值增长多少？")
    expect(page.locator(".answer.failed")).to_contain_text("没有勾选任何报告")


def test_the_scope_is_picked_beside_the_question_box(page: Page) -> None:
    page.locator("#scope").click()
    page.fill("#scope-find", "槐山 2023")
    expect(page.locator("#scope-list label")).to_have_count(1)
    page.get_by_role("button", name="只选列出的").click()
    page.keyboard.press("Escape")
    expect(page.locator("#scope")).to_contain_text("槐山市2023年")
    ask(page, "2024年社会消费品零售总额是多少？")
    expect(page.locator(".refused")).to_be_visible()
    page.get_by_role("button", name="在全部报告中再问一次").click()
    page.wait_for_selector(".turn:nth-child(2) .answer")
    expect(page.locator(".turn:nth-child(2) .answer")).to_contain_text("464亿元")
    expect(page.locator("#scope")).to_contain_text("全部")


def test_what_was_recognised_is_corrected_and_the_other_tab_follows(page: Page) -> None:
    other = visit(page.context.new_page(), page.url)
    open_reports(other)
    open_reports(page)
    expect(page.locator('[data-id="槐山2023"] .file')).to_contain_text("槐山2023.txt")
    page.locator('[data-edit="槐山2023"]').click()
    page.get_by_label("日期").fill("2023-02-30")
    page.get_by_role("button", name="保存更正").click()
    expect(page.locator("#confirm-wrong")).to_contain_text("日期“2023-02-30”写得不对")
    page.get_by_label("日期").fill("2023-01-11")
    page.get_by_label("发布单位").fill("槐山市政府")
    page.keyboard.press("Enter")
    for tab in (page, other):
        expect(tab.locator('[data-id="槐山2023"] .facts')).to_contain_text(
            "2023-01-11 · 槐山市政府", timeout=60_000
        )
    # The other tab hears first of what was done; this one is told of it all the same.
    with held(page, "status"):
        page.locator('[data-reread="槐山2023"]').click()
        expect(other.locator("#queue .good", has_text="重新读取")).to_be_visible(timeout=60_000)
    expect(page.locator("#queue .good", has_text="重新读取")).to_be_visible()
    page.select_option("#by-order", "label")
    names = page.locator("#rows .name").all_text_contents()
    assert len(names) == 3
    other.close()
    # What is done lies over the list until one says so.
    for line in ("重新读取", "更正"):
        page.locator("#queue .good", has_text=line).get_by_role("button").click()
    expect(page.locator("#queue")).to_be_hidden()


def test_a_file_of_a_known_name_replaces_or_stays_beside(page: Page, tmp_path: Path) -> None:
    changed = tmp_path / "槐山2023.txt"
    changed.write_text(SECOND.replace("812亿元", "813亿元"), encoding="utf-8")
    open_reports(page)
    page.set_input_files("#files", changed)
    page.locator("#confirm").get_by_role("button", name="两份都留").click()
    expect(page.locator("#queue .good").first).to_contain_text("已收录", timeout=60_000)
    expect(page.locator("#rows li")).to_have_count(4)
    page.set_input_files("#files", changed)
    page.locator("#confirm").get_by_role("button", name="两份都留").click()
    expect(page.locator("#queue .bad").first).to_contain_text("内容相同，没有重复收录", timeout=60_000)
    changed.write_text(SECOND.replace("812亿元", "815亿元"), encoding="utf-8")
    page.set_input_files("#files", changed)
    page.locator("#confirm").get_by_role("button", name="替换旧的").click()
    expect(page.locator("#queue .good").first).to_contain_text("已替换旧的", timeout=60_000)
    expect(page.locator("#rows li")).to_have_count(4)


def test_what_is_redrawn_under_the_pointer_keeps_its_click_and_its_focus(page: Page) -> None:
    open_reports(page)
    if is_phone(page):  # where the last of three stands at the foot, which tells what was done
        page.fill("#find", "恶山")
        expect(page.locator("#rows li")).to_have_count(1)
    page.locator('#rows [data-report="hostile"]').focus()
    page.locator("#rows .book").first.evaluate("(line) => { window.line = line; }")
    again = page.locator('[data-key="hostile"] [data-remove]')
    again.hover()
    page.mouse.down()
    # All of the list is drawn anew, first as it is, then with what another tab has corrected of this report.
    page.evaluate("document.getElementById('by-order').dispatchEvent(new Event('input'))")
    with httpx.Client(base_url=page.url.partition("#")[0]) as visitor:
        assert "error" not in call(visitor, "edit", report="hostile", values={"issuer": "恶山县政府"})
    expect(page.locator('[data-key="hostile"] .facts')).to_contain_text("恶山县政府", timeout=60_000)
    page.mouse.up()
    expect(page.locator("#confirm")).to_contain_text("移除《")
    page.get_by_role("button", name="取消").click()
    assert page.evaluate("line === document.querySelector('#rows .book')")


def test_rebuild_asks_first_and_tells_when_done(page: Page) -> None:
    open_reports(page)
    page.get_by_role("button", name="重建索引").click()
    page.get_by_role("button", name="取消").click()
    assert page.locator("#queue li").count() == 0
    page.get_by_role("button", name="重建索引").click()
    page.locator("#confirm").get_by_role("button", name="重建索引").click()
    expect(page.locator("#queue .good")).to_contain_text("重建索引", timeout=60_000)


def test_read_only_hides_every_change(
    library_dir: Path, context: BrowserContext, start_server: Callable[..., str]
) -> None:
    page = visit(context.new_page(), start_server(library_dir, read_only=True))
    open_reports(page)
    assert page.locator("#upload:visible, #rebuild:visible, [data-remove]").count() == 0
    config = page.evaluate("JSON.stringify(window.gradio_config)")
    assert '"ask"' in config
    assert not any(f'"{name}"' in config for name in ("add", "remove", "rebuild"))

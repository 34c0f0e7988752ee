"""Conversations in a real browser: two tabs, names, drafts, keys, copies, exports, paper."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.ui.conftest import ask, copied, is_phone, visit

pytestmark = pytest.mark.browser
RETAIL = "2024年社会消费品零售总额是多少？"


def test_two_tabs_lose_nothing_of_each_others_and_a_reload_brings_all_back(page: Page, server: str) -> None:
    ask(page, RETAIL)
    other = visit(page.context.new_page(), server)
    expect(other.locator(".question")).to_have_text([RETAIL])
    ask(other, "2024年完成技术合同成交额多少？")
    expect(page.locator(".question")).to_have_count(2)
    ask(page, "槐山市2022年地区生产总值完成多少？")
    for tab in (page, other):
        tab.reload()
        expect(tab.locator(".question")).to_have_count(3)
    expect(page.locator(".card .checked").first).to_be_visible()
    other.close()


def test_conversations_are_listed_renamed_opened_and_deleted(sized: BrowserContext, server: str) -> None:
    page = visit(sized.new_page(), server)
    ask(page, RETAIL)
    page.locator("#clear").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "槐山市2022年地区生产总值完成多少？")
    page.locator("#show-threads").click()
    expect(page.locator("#thread-list .open")).to_have_text(["槐山市2022年地区生产总值完成多少？", RETAIL])
    page.locator("#thread-list li").nth(1).hover()
    page.get_by_role("button", name=f"给“{RETAIL}”改名").click()
    page.get_by_role("textbox", name="名字").fill("消费")
    page.keyboard.press("Enter")
    page.locator("#thread-list .open", has_text="消费").click()
    expect(page.locator(".question")).to_have_text([RETAIL])
    if is_phone(page):  # the list lies over the chat, and is closed once one is chosen
        expect(page.locator("#threads")).to_be_hidden()
        page.locator("#show-threads").click()
    page.locator("#thread-list li", has_text="消费").hover()
    page.get_by_role("button", name="删除“消费”").click()
    page.get_by_role("button", name="删除这个对话").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.reload()
    page.wait_for_selector(".workspace[data-ready]")
    if is_phone(page):
        page.locator("#show-threads").click()
    expect(page.locator("#thread-list .open")).to_have_text(["槐山市2022年地区生产总值完成多少？"])


def test_a_full_storage_is_said_and_kept_saying(page: Page) -> None:
    page.evaluate(
        """() => { let size = 1 << 20; for (let n = 0; size > 64; n += 1) {
            try { localStorage.setItem(`fill${n}`, 'x'.repeat(size)); } catch { size >>= 1; } } }"""
    )
    ask(page, RETAIL)
    expect(page.locator("#full")).to_contain_text("存储空间满了")
    page.evaluate(
        "Object.keys(localStorage).filter((k) => k.startsWith('fill')).forEach((k) => localStorage.removeItem(k))"
    )
    page.get_by_role("button", name="重新保存").click()
    expect(page.locator("#full")).to_be_hidden()
    page.reload()
    expect(page.locator(".question")).to_have_text([RETAIL])


def test_drafts_recall_and_the_keys_of_the_page(page: Page) -> None:
    if is_phone(page):  # the keyboard would come up before anything was read
        expect(page.locator("#question")).not_to_be_focused()
        page.locator("#question").tap()
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.insert_text("写到一半")
    page.reload()
    page.wait_for_selector(".workspace[data-ready]")
    expect(page.locator("#question")).to_have_value("写到一半")
    page.fill("#question", "")
    ask(page, RETAIL)
    page.focus("#question")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#question")).to_have_value(RETAIL)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#question")).to_have_value("")
    page.get_by_role("tab", name="报告").click()
    page.locator("#rows .name").first.focus()
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.locator("#scope").click()
    page.keyboard.press("Escape")
    expect(page.locator("#scope-panel")).to_be_hidden()


def test_what_is_suggested_next_is_answered(page: Page) -> None:
    ask(page, RETAIL)
    chips = page.locator(".next .chip")
    expect(chips.first).to_be_visible()
    assert 1 <= chips.count() <= 3
    question = chips.first.inner_text()
    chips.first.click()
    expect(page.locator(".turn:last-child .question")).to_have_text(question)
    page.wait_for_selector(".turn:last-child .answer:not(.refused, .failed)")


def test_what_an_earlier_turn_suggests_late_hides_nothing(page: Page) -> None:
    held: list[Route] = []

    def first_waits(route: Route) -> None:
        if not held and '"fn_name":"suggest"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/component_server/", first_waits)
    ask(page, RETAIL)
    ask(page, "2025年重点工作有哪些？")
    shown = page.locator(".turn:last-child .next")
    expect(shown).to_be_visible()
    with page.expect_response(lambda response: response.request == held[0].request):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert shown.is_visible()


def test_answers_and_conversations_are_copied_exported_and_printed(
    sized: BrowserContext, server: str
) -> None:
    page = visit(sized.new_page(), server)
    ask(page, RETAIL)
    answer = copied(page, page.get_by_role("button", name="复制回答"))
    assert "464亿元" in answer
    assert answer.splitlines()[-1].startswith("[1] 《天桥区2025年政府工作报告》")
    ask(page, "历年地区生产总值")
    table = copied(page, page.get_by_role("button", name="复制表格"))
    assert "年份" in table.splitlines()[0].split("\t")
    assert table.splitlines()[0].endswith("\t出处")
    assert "[1]" not in table
    for form, name in (("md", "Markdown"), ("docx", "Word 文档")):
        page.locator("#export summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.suggested_filename.endswith(form)
        data = Path(download.value.path()).read_bytes()
        if form == "md":
            assert f"## {RETAIL}" in data.decode()
            assert f"（[打开原文](<{server}#/tianqiao-2025/" in data.decode()
        else:
            assert len(Document(io.BytesIO(data)).tables) == 1
    page.emulate_media(media="print")
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#source")).to_be_hidden()
    whole = page.evaluate(
        "document.documentElement.scrollHeight >= document.querySelector('#turns').scrollHeight"
    )
    assert whole

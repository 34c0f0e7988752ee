"""The chat in a real browser: asking, marks, cards, permalinks, reload, phone width."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.ui.conftest import (
    ask,
    at_rest,
    back_to_the_chat,
    copied,
    faults,
    in_view,
    show_source,
    visit,
)

pytestmark = pytest.mark.browser
RETAIL = "2024年社会消费品零售总额是多少？"


def marked(page: Page) -> str:
    return "".join(page.locator("#paper mark.now").all_text_contents())


def test_a_mark_opens_the_source_with_the_clause_in_view(page: Page) -> None:
    ask(page, RETAIL)
    expect(page.locator(".answer")).to_contain_text("464亿元")
    page.locator(".answer .ref").first.click()
    page.wait_for_selector("#paper mark")
    assert "464亿元" in marked(page)
    assert in_view(page, "#paper mark.now")
    expect(page.locator("#where")).to_contain_text("2024年工作回顾")


def test_a_card_shows_its_place_and_opens_it(page: Page) -> None:
    ask(page, RETAIL)
    card = page.locator(".card").first
    expect(card.locator(".title")).to_have_text("《天桥区2025年政府工作报告》")
    expect(card.locator(".path")).to_contain_text(" › 经济运行稳中向好")
    expect(card.locator(".page")).to_contain_text("第 2")
    expect(card.locator(".checked")).to_have_text("与原文逐字一致 ✓")
    quotes = "".join(card.locator("mark").all_text_contents())
    card.click()
    page.wait_for_selector("#paper mark")
    assert marked(page) == quotes.replace("\n", "")
    assert in_view(page, "#paper mark.now")


def test_a_second_report_opens_too(page: Page) -> None:
    ask(page, RETAIL)
    page.locator(".answer .ref").first.click()
    page.wait_for_selector("#paper mark")
    back_to_the_chat(page)
    ask(page, "槐山市2022年地区生产总值完成多少？")
    page.locator(".turn:last-child .ref").first.click()
    expect(page.locator("#pick")).to_have_value("槐山2023")
    page.wait_for_selector("#paper mark")
    assert "812亿元" in marked(page)
    assert in_view(page, "#paper mark.now")


def test_quote_formal_citation_and_permalink_are_copied(page: Page, server: str) -> None:
    ask(page, RETAIL)
    card = page.locator(".card").first
    assert "464亿元" in copied(page, card.get_by_text("复制引文"))
    assert copied(page, card.get_by_text("复制出处")) == (
        "《天桥区2025年政府工作报告》“一、2024年工作回顾（一）全力以赴抓项目、促发展，"
        "综合经济实力实现新跃升·经济运行稳中向好”第2页"
    )
    link = copied(page, card.get_by_text("复制链接"))
    assert link.startswith(f"{server}#/tianqiao-2025/")
    fresh = visit(page.context.new_page(), link)
    fresh.wait_for_selector("#paper mark")
    assert "464亿元" in marked(fresh)
    assert in_view(fresh, "#paper mark.now")


def test_the_outline_browses_without_asking(page: Page) -> None:
    show_source(page)
    page.get_by_role("button", name="目录").click()
    page.locator("#outline a", has_text="城市更新强力突破").click()
    heading = page.locator("#paper b", has_text="城市更新强力突破")
    expect(heading).to_be_in_viewport()
    assert page.locator("#paper [data-page]").count() == 26


def test_a_verdict_is_kept_taken_back_and_corrected(page: Page, library_dir: Path) -> None:
    ask(page, "2024年完成技术合同成交额多少？")
    page.get_by_role("button", name="出处不对").click()
    page.fill(".correction input", "见第三页")
    page.keyboard.press("Enter")
    expect(page.locator(".correction")).to_have_count(0)
    page.reload()
    page.wait_for_selector('[data-rate="出处不对"][aria-pressed="true"]')
    page.get_by_role("button", name="出处不对").click()
    expect(page.locator("#toast")).to_contain_text("撤回")
    lines = (library_dir / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [json.loads(line) for line in lines if "技术合同" in line]
    assert [(entry["verdict"], entry["note"]) for entry in kept] == [
        ("出处不对", ""),
        ("出处不对", "见第三页"),
        ("撤回", ""),
    ]
    assert kept[0]["citations"][0]["report"] == "tianqiao-2025"


def test_hostile_text_shows_as_text(page: Page) -> None:
    ask(page, "恶山县<script>window.hacked=1</script>种植蓝莓多少亩？")
    expect(page.locator(".question")).to_contain_text("<script>window.hacked=1</script>")
    expect(page.locator(".reply").first).to_contain_text("<script>window.hacked=1</script>蓝莓350亩")
    page.locator(".turn a.title").first.click()
    page.wait_for_selector("#paper .cite, #paper mark")
    assert page.locator("#paper", has_text='<img src=x onerror="window.hacked=1">').count() == 1
    assert (
        page.locator("#paper :is(script, img, a), .reply :is(script, img), [href^=javascript]").count() == 0
    )
    assert "\u202e" not in page.locator("#paper").inner_text()
    assert page.evaluate("window.hacked") is None


def test_an_example_question_is_answered(page: Page) -> None:
    page.locator(".examples button").first.click()
    page.wait_for_selector(".turn .answer:not(.refused, .failed)")
    assert page.locator(".turn .ref").count() > 0


def test_an_assumed_year_is_told_and_changed_by_one_click(page: Page) -> None:
    ask(page, "天桥区去年完成进出口总额多少？")
    expect(page.locator(".tag")).to_have_text("按 2024 年（去年）理解")
    page.get_by_role("button", name="改问 2025 年").click()
    expect(page.locator(".turn:nth-child(2) .question")).to_have_text("天桥区2025年完成进出口总额多少？")
    page.wait_for_selector(".turn:nth-child(2) .answer")


def test_a_follow_up_leans_on_the_last_question(page: Page) -> None:
    ask(page, RETAIL)
    ask(page, "那2025年呢？")
    expect(page.locator(".turn:last-child .tag").first).to_contain_text("2025年社会消费品零售总额")


def test_a_question_that_cannot_be_asked_gets_one_sentence(page: Page) -> None:
    ask(page, "问" * 3000)
    expect(page.locator(".answer.failed p")).to_contain_text("太长")


def test_enter_that_ends_pinyin_does_not_send(page: Page) -> None:
    page.fill("#question", "社会")
    page.evaluate(
        """document.getElementById('question').dispatchEvent(new KeyboardEvent(
            'keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
    )
    assert page.locator(".turn").count() == 0


def test_phone_the_source_slides_over_the_chat(phone: Page) -> None:
    ask(phone, RETAIL)
    expect(phone.locator("#paper")).not_to_be_visible()
    phone.locator(".answer .ref").first.tap()
    phone.wait_for_selector("#paper mark")
    at_rest(phone)
    assert in_view(phone, "#paper mark.now")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_text("‹ 返回").tap()
    expect(phone.locator("#paper")).not_to_be_visible()
    expect(phone.locator("#question")).to_be_visible()


def test_interactive_within_three_seconds(desk_context: BrowserContext, server: str) -> None:
    visit(desk_context.new_page(), server)
    taken = []
    for _ in range(6):  # the fastest, since others may use the machine
        page = desk_context.new_page()
        before = time.monotonic()
        page.goto(server)
        page.wait_for_selector(".workspace[data-ready]")
        taken.append(time.monotonic() - before)
        if taken[-1] < 3:
            return
    raise AssertionError(taken)


@pytest.mark.parametrize(("profile", "scheme"), [("desk_context", "light"), ("phone_context", "dark")])
def test_axe_finds_no_fault_of_weight(
    request: pytest.FixtureRequest, server: str, axe: str, profile: str, scheme: Any
) -> None:
    page = request.getfixturevalue(profile).new_page()
    page.emulate_media(color_scheme=scheme)
    visit(page, server)
    found = {"home": faults(page, axe)}
    ask(page, RETAIL)
    ask(page, "2025年重点工作有哪些？")
    page.wait_for_selector(".next:visible")
    page.locator("#scope").click()
    found["answers and scope"] = faults(page, axe)
    page.keyboard.press("Escape")
    page.locator(".turn:last-child .ref").first.click()
    page.wait_for_selector("#paper mark")
    page.locator("#show-find").click()
    found["source"] = faults(page, axe)
    if profile == "phone_context":
        page.get_by_text("‹ 返回").click()
    page.locator("#show-threads").click()
    found["conversations"] = faults(page, axe)
    page.locator("#close-threads").click()
    page.get_by_role("tab", name="报告").click()
    page.locator("#rows .acts button").first.click()
    found["reports and dialog"] = faults(page, axe)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="指标").click()
    page.locator("#fig-rows td a").first.click()
    page.wait_for_selector("#paper mark.now")
    found["figures"] = faults(page, axe)
    assert {view: told for view, told in found.items() if told} == {}


def test_what_is_touched_is_large_enough_and_no_mark_begins_a_line(
    sized: BrowserContext, server: str
) -> None:
    page = visit(sized.new_page(), server)
    ask(page, RETAIL)
    ask(page, "2025年重点工作有哪些？")
    alone = page.evaluate(
        """[...document.querySelectorAll(".answer .ref")].filter((ref) => {
            const before = ref.previousSibling;
            if (before?.nodeType !== Node.TEXT_NODE || !before.data.trim()) return false;
            const range = document.createRange();
            range.setStart(before, before.data.length - 1);
            range.setEnd(before, before.data.length);
            return range.getBoundingClientRect().bottom < ref.getBoundingClientRect().top;
        }).length"""
    )
    assert alone == 0
    found = {"chat": too_small(page)}
    page.get_by_role("tab", name="报告").click()
    page.wait_for_selector("#rows li")
    found["reports"] = too_small(page)
    page.get_by_role("tab", name="指标").click()
    page.wait_for_selector("#fig-rows tr")
    found["figures"] = too_small(page)
    assert {view: small for view, small in found.items() if small} == {}


def too_small(page: Page) -> list[str]:
    """What can be touched and is less than 24 pixels high or wide."""
    small: list[str] = page.evaluate(
        """[...document.querySelectorAll('#tabs button, #tabs a, #tabs summary, #tabs select, #theme')].filter((one) => {
            const box = one.getBoundingClientRect();
            return one.checkVisibility() && box.width && (box.width < 23.5 || box.height < 23.5) && !one.closest('.outline');
        }).map((one) => `${one.outerHTML.slice(0, 80)} ${one.getBoundingClientRect().width}×${one.getBoundingClientRect().height}`)"""
    )
    return small


def test_tabs_and_question_box_work_from_the_keyboard(page: Page) -> None:
    page.get_by_role("tab", name="报告").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rows li")).to_have_count(3)
    page.get_by_role("tab", name="问答").focus()
    page.keyboard.press("Enter")
    page.locator("#question").focus()
    page.keyboard.insert_text(RETAIL)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn .answer")
    page.locator(".answer .ref").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#paper mark")


def test_no_report_yet_says_what_to_do(
    tmp_path_factory: pytest.TempPathFactory, context: BrowserContext, start_server: Callable[..., str]
) -> None:
    page = visit(context.new_page(), start_server(tmp_path_factory.mktemp("empty")))
    expect(page.locator("#welcome")).to_contain_text("还没有报告")
    expect(page.locator("#send")).to_be_disabled()
    page.get_by_role("button", name="去添加报告").click()
    expect(page.locator("#drop")).to_be_visible()

"""One chat server and one headless Chromium a run, for the tests of the page."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    TimeoutError,
    WebError,
    expect,
    sync_playwright,
)

expect.set_options(timeout=30_000)  # the machine may be busy
# The shell first: the whole browser draws, beside the page, surfaces of its own that nobody sees.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECOND = """槐山市2023年政府工作报告
——2023年1月10日在槐山市第八届人民代表大会第二次会议上
槐山市市长 李明
各位代表：
现在，我代表市人民政府，向大会报告工作，请予审议。
一、2022年工作回顾
2022年，全市地区生产总值完成812亿元，增长6.1%。新建改建中小学27所，新增学位1.9万个。
二、2023年工作安排
2023年，全市地区生产总值增长7%左右。建成养老服务中心12处，新增托位3000个。
"""
HOSTILE = """恶山县2021年政府工作报告
一、2020年工作回顾
全县种植<script>window.hacked=1</script>蓝莓350亩，<img src=x onerror="window.hacked=1">产值达到2.2亿元。
全县修建[道路](javascript:window.hacked=1)25公里。
全县改造\u202e老旧\u202c茶园88亩，**新增**冷库&lt;7座&gt;。
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test in the browser that fails is tried once more, and told as rerun: on a busy machine a page may take
    longer than any wait that one would set. What is wrong fails twice."""
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1))


ADDED = "柳河县2024年政府工作报告"
PARAGRAPHS = "".join(
    f"<p>{year}年，全县第{n}产业完成增加值{100 + n}亿元，新建乡村公路{n * 7}公里，完成改造老旧小区{n}个。</p>"
    for year in (2023, 2024)
    for n in range(1, 25)
)


@pytest.fixture(scope="session")
def library_dir(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample report and two small ones: another place and year, and one that is hostile."""
    from index import Library

    folder = tmp_path_factory.mktemp("ui")
    shutil.copytree(sample_library, folder / "library")
    for name, text in (("槐山2023", SECOND), ("hostile", HOSTILE)):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    Library.open(folder / "library").add([folder / "槐山2023.txt", folder / "hostile.txt"])
    return folder / "library"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def start_server() -> Iterator[Callable[..., str]]:
    """Starts a server over a library (options of ``ui.server.start``) and gives its address."""
    from ui.server import start

    running = []

    def started(library: Path, **options: Any) -> str:
        running.append(start(library, port=free_port(), **options))
        return str(running[-1].local_url)

    yield started
    for page in running:
        page.close()


@pytest.fixture(scope="session")
def server(library_dir: Path, start_server: Callable[..., str]) -> str:
    return start_server(library_dir)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", accept_downloads=True
    )
    opened.grant_permissions(["clipboard-read", "clipboard-write"])
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def mobile(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    opened.grant_permissions(["clipboard-read", "clipboard-write"])
    yield opened
    opened.close()


@contextmanager
def nothing_kept(context: BrowserContext) -> Iterator[BrowserContext]:
    """A profile that keeps from test to test its cache of the server's files, so that a page opens sooner, and
    nothing else; afterwards: no script error, no request to another host.
    """
    addresses: set[tuple[str, str]] = set()
    errors: list[str] = []

    def requested(request: Request) -> None:
        addresses.add(urlsplit(request.url)[:2])

    def failed(error: WebError) -> None:
        errors.append(str(error.error))

    context.on("request", requested)
    context.on("weberror", failed)
    yield context
    for page in context.pages:
        page.close()
    blank = context.new_page()
    tools = context.new_cdp_session(blank)
    for scheme, place in addresses - {("blob", ""), ("data", "")}:
        tools.send("Storage.clearDataForOrigin", {"origin": f"{scheme}://{place}", "storageTypes": "all"})
    blank.close()
    context.remove_listener("request", requested)
    context.remove_listener("weberror", failed)
    assert errors == []
    assert {place.partition(":")[0] for _, place in addresses} <= {"127.0.0.1", ""}


@pytest.fixture(scope="session")
def axe() -> str:
    """Where axe-core's axe.min.js is."""
    path = os.environ.get("AXE_PATH")
    if not path or not Path(path).is_file():
        pytest.skip("AXE_PATH does not name axe-core's axe.min.js")
    return path


@pytest.fixture
def desk_context(desktop: BrowserContext) -> Iterator[BrowserContext]:
    """A fresh profile at 1440×900."""
    with nothing_kept(desktop) as opened:
        yield opened


@pytest.fixture
def phone_context(mobile: BrowserContext) -> Iterator[BrowserContext]:
    """A fresh profile of a phone, 390×844."""
    with nothing_kept(mobile) as opened:
        yield opened


@pytest.fixture(params=["desk_context", "phone_context"], ids=["desk", "phone"])
def sized(request: pytest.FixtureRequest) -> BrowserContext:
    """A fresh profile at 1440×900, then one of a phone at 390×844."""
    opened: BrowserContext = request.getfixturevalue(request.param)
    return opened


@pytest.fixture(
    params=["desk_context", pytest.param("phone_context", marks=pytest.mark.pages)], ids=["desk", "phone"]
)
def context(request: pytest.FixtureRequest) -> BrowserContext:
    """A fresh profile at 1440×900; ``make pages`` does on a phone, at 390×844, what ``make test`` does at a desk."""
    opened: BrowserContext = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
def phone(phone_context: BrowserContext, server: str) -> Page:
    return visit(phone_context.new_page(), server)


@pytest.fixture
def page(context: BrowserContext, server: str) -> Page:
    return visit(context.new_page(), server)


def token_in(html: str) -> str:
    """The page's token, which may well begin with a dash."""
    [token] = set(re.findall(r"""wenbao-token\W+content=\W*?["']([\w-]+)""", html))
    return str(token)


def call(visitor: httpx.Client, name: str, **data: Any) -> Any:
    """A function of the page, called as the page does, with its token."""
    config = visitor.get("config").json()
    page_api = next(c["id"] for c in config["components"] if "boot" in (c["props"].get("server_fns") or ()))
    body = {
        "data": {**data, "token": token_in(visitor.get("").text)},
        "component_id": page_api,
        "fn_name": name,
        "session_hash": "x",
    }
    return visitor.post("gradio_api/component_server/", json=body).json()


def visit(page: Page, address: str) -> Page:
    """Opens the page and waits until the model is warm."""
    page.set_default_timeout(60_000)
    page.goto(address)
    page.wait_for_selector(".workspace[data-ready]")
    page.wait_for_selector("#banner", state="hidden", timeout=60_000)
    return page


def ask(page: Page, question: str) -> None:
    """Asks, and waits for the answer."""
    turns = page.locator(".turn").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(f".turn:nth-child({turns + 1}) .answer")


def at_rest(page: Page) -> None:
    """Waits until nothing moves or is on its way: animations have ended and no toast is shown."""
    page.wait_for_function(
        """() => !document.querySelector("#toast.shown, .pending, [aria-busy=true]")
            && document.getAnimations().every((one) => one.playState !== "running")"""
    )


def is_phone(page: Page) -> bool:
    return bool(page.viewport_size and page.viewport_size["width"] < 860)


def show_source(page: Page) -> None:
    """The source: beside the chat at a desk, laid over it on a phone."""
    if is_phone(page):
        page.locator("#show-source").click()
    expect(page.locator("#pick")).to_be_in_viewport()


def back_to_the_chat(page: Page) -> None:
    """On a phone the source is laid over the chat."""
    if is_phone(page):
        page.get_by_text("‹ 返回").click()
        expect(page.locator("#paper")).not_to_be_visible()


def in_view(page: Page, selector: str, pane: str = "#paper") -> bool:
    """Whether the first match comes to lie wholly between the pane's edges."""
    try:
        page.wait_for_function(
            """([selector, pane]) => {
                const box = document.querySelector(selector)?.getBoundingClientRect();
                const edge = document.querySelector(pane).getBoundingClientRect();
                return !!box && box.height > 0 && box.top >= edge.top && box.bottom <= edge.bottom
                    && box.left >= 0 && box.right <= innerWidth;
            }""",
            arg=[selector, pane],
            timeout=10_000,
        )
    except TimeoutError:
        return False
    return True


def copied(page: Page, button: Locator) -> str:
    """What a click on this button puts on the clipboard."""
    page.evaluate("navigator.clipboard.writeText('')")
    button.click()
    said = page.wait_for_function("navigator.clipboard.readText().then((said) => said || null)").json_value()
    assert isinstance(said, str)
    return said


def faults(page: Page, axe: str) -> list[str]:
    """What axe-core holds against the page once it is at rest."""
    if not page.evaluate("'axe' in window"):
        # Not as an element of the page, which the login's policy forbids.
        page.evaluate(f"{Path(axe).read_text(encoding='utf-8')}; undefined")
    at_rest(page)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in found
        if fault["impact"] in ("moderate", "serious", "critical")
    ]

"""A shared server: who gets in, who may change the library, wrong passwords, and programs with a token."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import BrowserContext, expect

from index import Library, WenbaoError
from tests.ui.conftest import call, faults, visit
from ui.accounts import FREE_TRIES, LONGEST_WAIT, Account, Accounts, Throttle, parse_accounts
from ui.cli import run
from ui.guard import FOREIGN
from ui.login import LOGIN_FIRST, MAY_NOT_CHANGE, WRONG, WRONG_TOKEN, Login
from ui.server import OPEN_TO_ALL, start

ACCOUNTS = "chen:s3cret\n# 只能查阅\nreader 李四:pass word\nprogram bot:a-long-token-of-a-program\n"
BEARER = {"Authorization": "Bearer a-long-token-of-a-program"}
CHANGES = ("add", "edit", "reread", "remove", "rebuild")


@pytest.fixture(scope="module")
def shared_server(
    library_dir: Path, tmp_path_factory: pytest.TempPathFactory, start_server: Callable[..., str]
) -> str:
    copy = shutil.copytree(library_dir, tmp_path_factory.mktemp("shared") / "library")
    return start_server(copy, auth=ACCOUNTS)


@contextmanager
def entered(server: str, name: str, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=30) as visitor:
        login = {"username": name, "password": password}
        assert visitor.post("login", data=login).json() == {"success": True}
        yield visitor


def upload(visitor: httpx.Client) -> httpx.Response:
    return visitor.post("upload", params={"name": "县.txt"}, content="一、工作".encode())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "config",
        "gradio_api/info",
        "gradio_api/mcp/",
        "gradio_api/file=/etc/passwd",
        "theme.css",
        "original/tianqiao-2025",
    ],
)
def test_nothing_is_read_without_a_login(shared_server: str, path: str) -> None:
    said = httpx.get(shared_server + path)
    assert (said.status_code, said.json()["error"]) == (401, LOGIN_FIRST)
    said = httpx.get(shared_server + path, headers={"Accept": "text/html"})
    assert said.status_code == 303
    assert str(said.next_request.url if said.next_request else "") == f"{shared_server}login"


@pytest.mark.parametrize("path", ["gradio_api/component_server/", "upload", "gradio_api/call/ask"])
def test_nothing_is_done_without_a_login(shared_server: str, path: str) -> None:
    assert httpx.post(shared_server + path, json={"data": []}).status_code == 401


def test_a_reader_asks_and_an_operator_also_changes(shared_server: str) -> None:
    with entered(shared_server, "李四", "pass word") as reader:
        status = call(reader, "status")
        assert (status["user"], status["readOnly"]) == ("李四", True)
        for name in CHANGES:
            assert call(reader, name, report="hostile", file="x") == {"error": MAY_NOT_CHANGE}
        assert upload(reader).status_code == 403
    with entered(shared_server, "chen", "s3cret") as operator:
        assert call(operator, "status")["readOnly"] is False
        assert upload(operator).status_code == 200
        assert "error" not in call(operator, "remove", report="hostile")


def test_after_logout_the_session_is_over(shared_server: str) -> None:
    with entered(shared_server, "chen", "s3cret") as visitor:
        cookies = dict(visitor.cookies)
        foreign = visitor.get("logout", headers={"Sec-Fetch-Site": "same-site"})  # a page on another port
        assert (foreign.status_code, foreign.json()["error"]) == (403, FOREIGN)
        assert visitor.get("config").status_code == 200
        assert visitor.get("logout").status_code == 303
    assert httpx.get(f"{shared_server}config", cookies=cookies).status_code == 401


def test_programs_come_with_a_token_or_log_in(shared_server: str) -> None:
    assert httpx.get(f"{shared_server}gradio_api/info", headers=BEARER).status_code == 200
    wrong = httpx.get(f"{shared_server}config", headers={"Authorization": "Bearer s3cret"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, WRONG_TOKEN)
    with httpx.Client(base_url=shared_server, headers=BEARER) as program:
        assert call(program, "rebuild") == {"error": MAY_NOT_CHANGE}
    client = Client(shared_server, auth=("李四", "pass word"), verbose=False)
    assert client.predict(api_name="/list_reports")


def test_wrong_logins_are_slowed_down(library_dir: Path, start_server: Callable[..., str]) -> None:
    server = start_server(library_dir, auth=ACCOUNTS)
    login = {"username": "chen", "password": "guess"}
    answers = [httpx.post(f"{server}login", data=login) for _ in range(12)]
    assert [a.status_code for a in answers[:FREE_TRIES]] == [401] * FREE_TRIES
    assert answers[0].json()["error"] == WRONG
    slowed = [a for a in answers[FREE_TRIES:] if a.status_code == 429]
    assert "秒后再试" in slowed[-1].json()["error"]
    forged = [{"X-Forwarded-For": f"10.0.0.{n}"} for n in range(12)]
    answers = [httpx.post(f"{server}login", data=login, headers=headers) for headers in forged]
    assert 429 in [a.status_code for a in answers]


@pytest.mark.parametrize(("behind_proxy", "looked_at"), [(True, 12), (False, FREE_TRIES)])
def test_only_behind_a_proxy_is_another_address_believed(behind_proxy: bool, looked_at: int) -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError("let in")

    statuses: list[int] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    async def guess() -> None:
        door = Login(nothing, Accounts(parse_accounts(ACCOUNTS)), False, False, behind_proxy)
        for n in range(12):  # as uvicorn gives it on: the address that the header says
            headers = [(b"authorization", b"Bearer guess"), (b"x-forwarded-for", b"10.0.0.%d" % n)]
            scope = {"type": "http", "path": "/config", "headers": headers, "client": (f"10.0.0.{n}", 0)}
            await door(scope, nothing, send)

    with ThreadPoolExecutor(1) as apart:  # Playwright keeps an event loop in the main thread
        apart.submit(asyncio.run, guess()).result()
    assert statuses.count(401) == looked_at
    assert statuses.count(429) == 12 - looked_at


def test_the_wait_doubles_to_a_minute_and_a_right_password_ends_it() -> None:
    now = 0.0
    throttle = Throttle(lambda: now)
    waits = []
    for _ in range(12):
        while wait := throttle.begin("a"):
            waits.append(wait)
            now += wait
    assert waits == [2.0**n for n in range(6)] + [LONGEST_WAIT] * 3
    throttle.succeeded("a")
    assert throttle.begin("a") == 0
    assert throttle.begin("a") == 0


def test_many_tries_at_once_gain_nothing() -> None:
    throttle = Throttle(lambda: 0.0)
    assert sum(throttle.begin("a") == 0 for _ in range(100)) == FREE_TRIES
    assert throttle.begin("b") == 0


def test_read_only_closes_uploads_too(library_dir: Path, start_server: Callable[..., str]) -> None:
    with httpx.Client(base_url=start_server(library_dir, read_only=True)) as visitor:
        assert upload(visitor).status_code == 403
        assert call(visitor, "status")["readOnly"] is True
    with entered(start_server(library_dir, read_only=True, auth=ACCOUNTS), "chen", "s3cret") as operator:
        assert upload(operator).status_code == 403


def test_off_loopback_nobody_changes_without_a_login(
    library_dir: Path, start_server: Callable[..., str]
) -> None:
    for options in ({"host": "0.0.0.0"}, {"names": ["wenbao.example"]}):
        with httpx.Client(base_url=start_server(library_dir, **options)) as visitor:
            assert upload(visitor).status_code == 403
            assert call(visitor, "status")["readOnly"] is True
    with entered(start_server(library_dir, host="0.0.0.0", auth=ACCOUNTS), "chen", "s3cret") as operator:
        assert upload(operator).status_code == 200


def test_an_open_server_says_that_nobody_may_change_it(library_dir: Path) -> None:
    from tests.ui.conftest import free_port

    server = start(library_dir, host="0.0.0.0", port=free_port())
    try:
        assert server.notices == (OPEN_TO_ALL,)
    finally:
        server.close()


def test_mcp_with_accounts_wants_a_token_and_one_is_made(library_dir: Path) -> None:
    pytest.importorskip("mcp", reason="the mcp extra is not installed")
    from tests.ui.conftest import free_port

    server = start(library_dir, port=free_port(), auth="chen:s3cret", mcp=True)
    try:
        address = f"{server.local_url}gradio_api/mcp/"
        token = server.notices[0].rpartition("：")[2]
        assert httpx.post(address, json={}).status_code == 401
        with ThreadPoolExecutor() as apart:  # Playwright keeps an event loop in the main thread
            assert "ask" in apart.submit(asyncio.run, _tools(address, token)).result()
    finally:
        server.close()


async def _tools(address: str, token: str) -> set[str]:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with (
        httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, follow_redirects=True) as client,
        streamable_http_client(address, http_client=client) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        return {tool.name for tool in (await session.list_tools()).tools}


def test_accounts_are_one_a_line() -> None:
    assert parse_accounts(ACCOUNTS) == (
        Account("chen", "s3cret", "operator"),
        Account("李四", "pass word", "reader"),
        Account("bot", "a-long-token-of-a-program", "program"),
    )
    assert parse_accounts("chen:a b:c") == (Account("chen", "a b:c", "operator"),)
    for wrong in ("chen", ":x", "chen:", "reader chen", "a:b\na:c"):
        with pytest.raises(WenbaoError):
            parse_accounts(wrong)


def test_a_password_on_the_command_line_is_refused(
    library_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = ["--library", str(library_dir)]
    assert run(["serve", "--auth", "chen:s3cret", *library]) == 2
    said = capsys.readouterr().err
    assert "ps" in said
    assert "s3cret" not in said
    (tmp_path / "empty").write_text("# nobody\n", "utf-8")
    assert run(["serve", "--auth", str(tmp_path / "empty"), *library]) == 2
    assert run(["serve", "--auth", str(tmp_path / "none"), *library]) == 2
    monkeypatch.setenv("WENBAO_AUTH", "nocolon")
    assert run(["serve", *library]) == 2
    assert all(line.endswith("。") for line in capsys.readouterr().err.splitlines())


@pytest.mark.browser
def test_people_log_in_in_chinese_and_out_again(shared_server: str, sized: BrowserContext) -> None:
    page = sized.new_page()
    page.goto(shared_server)
    assert page.title() == "登录 · 问报"
    page.get_by_label("用户名").fill("李四")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text(WRONG)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("用户名").fill("李四")
    page.get_by_label("密码").fill("pass word")
    page.get_by_role("button", name="登录").click()
    visit(page, shared_server)
    page.click("#tab-reports-button")
    page.wait_for_selector("#rows > *")
    assert page.locator("#upload").is_hidden()
    assert page.locator("#rows").get_by_text("移除").count() == 0
    page.get_by_text("李四 · 退出").click()
    expect(page).to_have_title("登录 · 问报")
    page.goto(shared_server)
    assert page.title() == "登录 · 问报"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_with_the_login(
    shared_server: str, sized: BrowserContext, axe: str, scheme: Any
) -> None:
    page = sized.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto(shared_server)
    assert faults(page, axe) == []


def test_the_library_of_these_tests_is_whole(library_dir: Path) -> None:
    assert len(Library.open(library_dir).reports()) == 3

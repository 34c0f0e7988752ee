"""Another site's page can change nothing, whatever it sends; programs still get answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext

from index import Library
from tests.ui.conftest import token_in
from ui import feedback
from ui.guard import FOREIGN, NOT_JSON, WRONG_NAME, is_loopback, own_names

READING = frozenset(
    [
        "boot",
        "status",
        "ask",
        "render",
        "suggest",
        "open",
        "areas",
        "export",
        "figures",
        "choices",
        "course",
        "figures_csv",
    ]
)
"""The page's functions that change nothing; every other one wants the page's token."""
FUNCTIONS = ("add", "cancel", "edit", "reread", "remove", "rebuild", "rate")
ATTACK = """async ([server, body, type]) => {
    const headers = type ? {"Content-Type": type} : {};
    const sent = {method: "POST", mode: "no-cors", credentials: "include", headers, body};
    try { await fetch(server, sent); } catch {}
}"""


@pytest.fixture(scope="module")
def one_report(
    tmp_path_factory: pytest.TempPathFactory, start_server: Callable[..., str]
) -> tuple[str, Library]:
    """A server over a library of one report, which no test may change."""
    tmp_path = tmp_path_factory.mktemp("guarded")
    (tmp_path / "r.txt").write_text("甲县2024年政府工作报告\n一、工作回顾\n全县修路25公里。\n", "utf-8")
    library = Library.open(tmp_path / "library")
    library.add([tmp_path / "r.txt"])
    return start_server(tmp_path / "library"), library


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An empty page on another port: another origin."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_args: Any) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}/"
    site.shutdown()


def page_api_of(server: str) -> tuple[int, str]:
    """The number of the component that has the page's functions, and the page's token."""
    components = httpx.get(f"{server}config").json()["components"]
    page_api = next(c["id"] for c in components if "boot" in (c["props"].get("server_fns") or ()))
    return page_api, token_in(httpx.get(server).text)


def send(server: str, name: str, **headers: str) -> httpx.Response:
    body = {"data": {"report": "r"}, "component_id": 3, "fn_name": name, "session_hash": "x"}
    return httpx.post(
        f"{server}gradio_api/component_server/",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"} | headers,
    )


@pytest.mark.browser
def test_another_sites_page_changes_nothing(
    one_report: tuple[str, Library], elsewhere: str, context: BrowserContext
) -> None:
    """Not even one that has somehow learned the page's token and all it takes to be obeyed."""
    server, library = one_report
    page_api, token = page_api_of(server)
    page = context.new_page()
    page.goto(elsewhere)
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status))
    for name in FUNCTIONS:
        data = {"report": "r", "token": token, "values": {"place": "乙县"}, "verdict": "有用", "turn": {}}
        body = json.dumps({"data": data, "component_id": page_api, "fn_name": name, "session_hash": "x"})
        for kind in ("text/plain", "application/json", ""):
            page.evaluate(ATTACK, [f"{server}gradio_api/component_server/", body, kind])
    page.evaluate(ATTACK, [f"{server}upload?name=x.txt", "一、工作", ""])
    page.wait_for_timeout(300)
    assert answers == [403] * (3 * len(FUNCTIONS) + 1)
    assert not (library.path / feedback.FILE).exists()
    assert [(report.id, report.place) for report in library.reports()] == [("r", "甲县")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_page_function_wants_json_and_its_own_page(one_report: tuple[str, Library], name: str) -> None:
    server, library = one_report
    own = server.rstrip("/")
    assert send(server, name, Origin="http://127.0.0.1:1").json()["error"] == FOREIGN
    assert send(server, name, Origin="null").json()["error"] == FOREIGN
    assert send(server, name, **{"Sec-Fetch-Site": "cross-site"}).json()["error"] == FOREIGN
    assert send(server, name, Origin=own, **{"Content-Type": "text/plain"}).json()["error"] == NOT_JSON
    assert send(server, name, Host="evil.example").json()["error"] == WRONG_NAME
    assert [report.id for report in library.reports()] == ["r"]


def test_a_change_needs_the_pages_token(one_report: tuple[str, Library]) -> None:
    from ui.messages import STALE_PAGE

    server, library = one_report
    page = next(c for c in httpx.get(f"{server}config").json()["components"] if c["props"].get("server_fns"))
    assert set(page["props"]["server_fns"]) - READING == set(FUNCTIONS)
    for name in FUNCTIONS:
        for token in ({}, {"token": "guess"}):
            body = {"data": {"report": "r"} | token, "component_id": page["id"], "fn_name": name}
            answer = httpx.post(f"{server}gradio_api/component_server/", json=body | {"session_hash": "x"})
            assert answer.json() == {"error": STALE_PAGE}, name
    assert [report.id for report in library.reports()] == ["r"]


def test_a_name_made_to_point_here_is_refused_and_programs_are_not(one_report: tuple[str, Library]) -> None:
    server, _ = one_report
    for path in ("", "config", "gradio_api/info"):
        assert httpx.get(server + path, headers={"Host": "evil.example"}).status_code == 403
        assert httpx.get(server + path, headers={"Host": "127.0.0.1.evil.example"}).status_code == 403
        assert httpx.get(server + path).status_code == 200
    assert httpx.post(f"{server}gradio_api/call/list_reports", json={"data": []}).status_code == 200


@pytest.mark.parametrize(
    ("host", "inside"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False)]
)
def test_loopback(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside
    assert {"localhost", "127.0.0.1", host, "wenbao.example"} <= own_names(host, ["wenbao.example"])

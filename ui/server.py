"""The server: starts the page behind its doors, and ends without harm to a running job."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
from starlette.middleware import Middleware

from index import Library, WenbaoError
from qa import Assistant
from ui import app
from ui.accounts import Account, Accounts, parse_accounts
from ui.api import AT_ONCE, speak_json
from ui.feedback import directory_for
from ui.guard import Guard, is_loopback, own_names
from ui.intake import Intake
from ui.login import Login
from ui.originals import OriginalsDoor
from ui.page_api import PageApi
from ui.ports import check_port

SESSIONS = 100
"""Visitors whose state Gradio keeps, 40 KB each; the page keeps none there, so the others lose nothing."""
WAITING = 200
"""Calls that may wait to be answered."""
PATIENCE_S = 20.0
"""How long the end of the server waits for a running job to let go."""
OPEN_TO_ALL = (
    "没有设登录：谁都能查阅，谁都不能增删报告。要增删，请用 --auth 或环境变量 WENBAO_AUTH 设一个管理员。"
)
MCP_TOKEN = "MCP 和 HTTP 接口的令牌（这次运行有效）：{token}"


class Server:
    """A running server; ``notices`` are sentences for whoever started it."""

    def __init__(self, page: gr.Blocks, page_api: PageApi, notices: Sequence[str]) -> None:
        self._page = page
        self._page_api = page_api
        self.local_url = str(page.local_url)
        self.notices = tuple(notices)
        self._warming = threading.Thread(target=page_api.warm, daemon=True, name="wenbao-warm")
        self._warming.start()

    def close(self) -> bool:
        """Ends it: no new requests, a running job is asked to let go; whether nothing is left running."""
        self._page.close(verbose=False)
        let_go = self._page_api.jobs.stop(PATIENCE_S)
        if let_go:
            self._page_api.uploads.close()
        self._warming.join(PATIENCE_S)
        let_go = self._page_api.wait_chosen(PATIENCE_S) and let_go
        thread = self._page.server.thread if self._page.server else None
        return let_go and not self._warming.is_alive() and not (thread and thread.is_alive())


def start(
    library_path: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    read_only: bool = False,
    auth: str | None = None,
    mcp: bool = False,
    model: str | None = None,
    names: Sequence[str] = (),
) -> Server:
    """Starts the server and returns; ``auth`` are accounts (``ui.accounts``), ``names`` host names it also goes by.

    Whoever can reach it may change the library only on loopback; elsewhere that needs an operator's login.
    Raises ``WenbaoError``.
    """
    accounts = parse_accounts(auth) if auth is not None else ()
    if auth is not None and not accounts:
        raise WenbaoError("要求登录，却一个账号也没有写，请写上“用户名:密码”，一行一个。")
    if mcp and find_spec("mcp") is None:
        raise WenbaoError("开 MCP 需要另装一个组件，请运行：pip install 'wenbao[mcp]'")
    host = host.removeprefix("[").removesuffix("]")
    check_port(host, port)
    alone = is_loopback(host) and not names
    notices = []
    if not accounts and not alone and not read_only:
        read_only = True
        notices.append(OPEN_TO_ALL)
    if accounts and mcp and not any(account.role == "program" for account in accounts):
        token = secrets.token_urlsafe(24)
        accounts += (Account("", token, "program"),)
        notices.append(MCP_TOKEN.format(token=token))
    library = Library.open(library_path, model=model)
    page_api = PageApi(Assistant(library), directory_for(library_path), read_only=read_only)
    doors = [
        Middleware(Guard, names=own_names(host, names), any_address=not is_loopback(host)),
        Middleware(
            Login,
            accounts=Accounts(accounts),
            open_to_change=alone,
            read_only=read_only,
            behind_proxy=bool(names),
        ),
        Middleware(Intake, uploads=page_api.uploads),
        Middleware(OriginalsDoor, originals=page_api.originals),
    ]
    page = app.build(page_api)
    _launch(page, host, port, mcp=mcp, doors=doors, head=app.head(page_api.token))
    return Server(page, page_api, notices)


class _Pending(dict[str, set[str]]):
    """The unfinished calls of each session. Gradio keeps a session here for good; those without any go again."""

    def __setitem__(self, session: str, calls: set[str]) -> None:
        if len(self) >= SESSIONS:
            for done in [key for key, pending in self.items() if not pending]:
                del self[done]
        super().__setitem__(session, calls)


def _bound(page: gr.Blocks) -> None:
    """Bound what Gradio's queue keeps of every call of the HTTP API, each of which is a session of its own to it."""
    queue = page._queue
    queue.pending_event_ids_session = _Pending()
    queue.pending_messages_per_session.max_size = SESSIONS + WAITING  # all that can be waiting, and some
    # For a page of statistics that is closed Gradio goes through the last 10,000 calls after every one of them.
    queue.ANALYTICS_MAX_EVENTS = SESSIONS
    queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize  # spelled so


def _launch(page: gr.Blocks, host: str, port: int, *, mcp: bool, doors: list[Middleware], head: str) -> None:
    page.queue(default_concurrency_limit=AT_ONCE, max_size=WAITING)
    _bound(page)
    try:
        page.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=port,
            mcp_server=mcp,
            theme=app.theme(),
            app_kwargs={"middleware": doors},
            head=head,
            favicon_path=app.ASSETS / "favicon.svg",
            footer_links=[],
            ssr_mode=False,
            quiet=True,
            prevent_thread_lock=True,
            state_session_capacity=SESSIONS,
            show_error=True,
        )
    except OSError as error:
        check_port(host, port)  # taken meanwhile
        raise WenbaoError("服务没有及时启动，请稍后再试一次。") from error
    if mcp:
        speak_json(page)


def serve(library_path: str | Path, **options: Any) -> None:
    """Starts the server (options of ``start``) and ends it at Ctrl+C or SIGTERM."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        _serve(library_path, options)
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve(library_path: str | Path, options: dict[str, Any]) -> None:
    server = start(library_path, **options)
    try:
        for line in (f"问报已启动：{server.local_url}（按 Ctrl+C 停止）", *server.notices):
            _tell(line)
        while True:
            time.sleep(3600)
    except (KeyboardInterrupt, SystemExit):
        _tell("正在停止……")
        if not server.close():
            # What still runs is native code, which does not outlive the interpreter without a crash; a
            # library is whole at any instant.
            os._exit(0)


def _tell(line: str) -> None:
    with suppress(OSError):  # nobody may be reading any more
        print(line, flush=True)


def _end(_signal: int, _frame: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise SystemExit(0)

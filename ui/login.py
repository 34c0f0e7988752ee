"""The door of a shared server: a login page for people, a token for programs, and who may change anything.

It stands in front of Gradio, whose own login is English, guesses as fast as one likes, and leaves MCP open.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from ui.accounts import Account, Accounts, Throttle
from ui.asgi import READS, App, Headers, Receive, Scope, Send, header, refuse, send_bytes, send_json

LOGIN_FIRST = "请先登录（程序请带上令牌：Authorization: Bearer 令牌）。"
WRONG = "用户名或密码不对，请再试一次。"
WRONG_TOKEN = "令牌不对，请核对后再试。"
TOO_OFTEN = "试错太多次了，请 {seconds} 秒后再试。"
MAY_NOT_CHANGE = "只有管理员可以增删和修改报告。"
SESSION_S = 12 * 3600.0
"""Seconds that a login lasts: a working day."""
_SESSIONS = 1000
"""Logins remembered; the oldest goes first."""
_LARGEST_FORM = 8192
"""Bytes of a login form; name and password need far less."""
_OPEN = frozenset(
    {"/favicon.ico", "/robots.txt", "/gradio_api/startup-events"}
)  # the last: Gradio's own call
_PAGE = Path(__file__).parent / "assets" / "login.html"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent the request being served; ``name`` is empty where nobody has to log in."""

    name: str = ""
    may_change: bool = False


_OURSELVES = Visitor(may_change=True)
_visitor: ContextVar[Visitor] = ContextVar("visitor", default=_OURSELVES)


def visitor() -> Visitor:
    """Who sent the request being served; outside any request, the program itself, which may do anything."""
    return _visitor.get()


class Login:
    """ASGI middleware. Without ``accounts`` everybody may ask, and change what ``open_to_change`` allows.

    ``read_only``: nobody may change anything, whoever it is. ``behind_proxy``: who is counted as trying is who
    a proxy on this machine says; without one, anybody on this machine could say another address at every try.
    """

    def __init__(
        self, app: App, accounts: Accounts, open_to_change: bool, read_only: bool, behind_proxy: bool
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._anybody = Visitor("", open_to_change and not read_only)
        self._read_only = read_only
        self._behind_proxy = behind_proxy
        self._throttle = Throttle()
        self._sessions: dict[str, tuple[Account, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._accounts:
            return await self._let_in(self._anybody, scope, receive, send)
        path = scope["path"].rstrip("/") or "/"
        if path == "/login":
            return await self._login(scope, receive, send)
        if path == "/logout":
            self._sessions.pop(_digest(_cookie(scope)), None)
            return await _redirect(send, _root(scope) + "login", _set_cookie(scope, "", 0))
        token = _bearer(scope)
        if token:
            return await self._program(token, scope, receive, send)
        account = self._session(_cookie(scope))
        if account is None and path not in _OPEN:
            if scope["method"] in READS and "text/html" in header(scope, "accept"):
                return await _redirect(send, _root(scope) + "login")
            return await refuse(send, 401, LOGIN_FIRST)
        return await self._let_in(self._as_visitor(account), scope, receive, send)

    async def _let_in(self, who: Visitor, scope: Scope, receive: Receive, send: Send) -> None:
        before = _visitor.set(who)
        try:
            await self._app(scope, receive, send)
        finally:
            _visitor.reset(before)

    async def _program(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        account, wait = self._checked(scope, lambda: self._accounts.program(token))
        if wait:
            return await refuse(send, 429, TOO_OFTEN.format(seconds=wait))
        if account is None:
            return await refuse(send, 401, WRONG_TOKEN)
        return await self._let_in(self._as_visitor(account), scope, receive, send)

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page, and what its form sends; a program that sends it gets JSON."""
        if scope["method"] in READS:
            return await _page(send, 200)
        form = await _form(receive)
        account, wait = self._checked(
            scope, lambda: self._accounts.person(form["username"].strip(), form["password"])
        )
        wants_page = "text/html" in header(scope, "accept")
        if account is None:
            status, said = (429, TOO_OFTEN.format(seconds=wait)) if wait else (401, WRONG)
            return await (_page(send, status, said) if wants_page else refuse(send, status, said))
        key = self._open_session(account)
        cookie = _set_cookie(scope, key)
        if wants_page:
            return await _redirect(send, _root(scope), cookie)
        return await send_json(send, 200, {"success": True}, [cookie])

    def _checked(self, scope: Scope, check: Callable[[], Account | None]) -> tuple[Account | None, int]:
        """The account, or None and the whole seconds to wait where a try is not even looked at."""
        told = header(scope, "x-forwarded-for") and not self._behind_proxy
        address = "" if told else (scope.get("client") or ("",))[0]
        wait = self._throttle.begin(address)
        if wait:
            return None, math.ceil(wait)
        account = check()
        if account is not None:
            self._throttle.succeeded(address)
        return account, 0

    def _as_visitor(self, account: Account | None) -> Visitor:
        if account is None:
            return Visitor()
        return Visitor(account.name, account.role == "operator" and not self._read_only)

    def _open_session(self, account: Account) -> str:
        key = secrets.token_urlsafe(32)
        now = time.monotonic()
        kept = {k: held for k, held in self._sessions.items() if held[1] > now}
        while len(kept) >= _SESSIONS:
            kept.pop(next(iter(kept)))
        self._sessions = {**kept, _digest(key): (account, now + SESSION_S)}
        return key

    def _session(self, key: str) -> Account | None:
        """The account of a session that has not ended; being used prolongs it."""
        digest, now = _digest(key), time.monotonic()
        account, end = self._sessions.get(digest, (None, 0.0))
        if account is None or end <= now:
            return None
        self._sessions[digest] = account, now + SESSION_S
        return account


def _cookie_name(scope: Scope) -> str:
    """Browsers send a host's cookies to all of its ports, and two servers may share a host."""
    return f"wenbao-{(scope.get('server') or ('', 0))[1]}"


def _cookie(scope: Scope) -> str:
    """``a=1; wenbao-7860=KEY`` → ``KEY``; the session's key."""
    pairs = (pair.strip().partition("=") for pair in header(scope, "cookie").split(";"))
    return next((value for name, _, value in pairs if name == _cookie_name(scope)), "")


def _set_cookie(scope: Scope, key: str, max_age: int | None = None) -> tuple[bytes, bytes]:
    parts = [f"{_cookie_name(scope)}={key}", "Path=/", "HttpOnly", "SameSite=Lax"]
    parts += [f"Max-Age={max_age}"] if max_age is not None else []
    parts += ["Secure"] if scope["scheme"] == "https" else []
    return b"set-cookie", "; ".join(parts).encode()


def _bearer(scope: Scope) -> str:
    """``Authorization: Bearer TOKEN`` → ``TOKEN``."""
    scheme, _, token = header(scope, "authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _digest(key: str) -> str:
    """What is kept of a session's key, so that looking it up tells nothing by its time."""
    return hashlib.sha256(key.encode()).hexdigest()


async def _form(receive: Receive) -> dict[str, str]:
    """``username`` and ``password`` of a form; empty where missing or too long."""
    body = b""
    while len(body) <= _LARGEST_FORM:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    fields = parse_qs(body[:_LARGEST_FORM].decode("utf-8", "replace"))
    return {name: fields.get(name, [""])[0] for name in ("username", "password")}


async def _page(send: Send, status: int, said: str = "") -> None:
    text = _PAGE.read_text(encoding="utf-8").replace("<!-- said -->", said)
    rules = b"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    headers: Headers = [(b"content-security-policy", rules), (b"cache-control", b"no-store")]
    await send_bytes(send, status, "text/html; charset=utf-8", text.encode(), headers)


def _root(scope: Scope) -> str:
    """The way from what was asked for to the page, whatever stands before it behind a proxy: ``../``."""
    return "../" * (scope["path"].count("/") - 1) or "./"


async def _redirect(send: Send, to: str, *headers: tuple[bytes, bytes]) -> None:
    await send_bytes(send, 303, "text/plain", b"", [(b"location", to.encode()), *headers])

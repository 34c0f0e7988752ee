"""Who may speak to the server: only under its own name, and changes only from its own page.

A page of another site, open in a visitor's browser, can send requests to any server the browser reaches
(cross-site request forgery), and can give its own name that server's address (DNS rebinding). So the name
asked for must be one the server goes by, and what is sent from a browser must come from our own page.
Programs, which send no Origin, may call what changes nothing; the page's functions also want JSON.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, MutableMapping
from urllib.parse import urlsplit

from ui.asgi import READS, App, Receive, Scope, Send, refuse

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WRONG_NAME = "这个地址不是问报服务的地址，请用启动时给出的地址访问。"
FOREIGN = "这个请求来自别的网页，问报没有执行。"
NOT_JSON = "页面功能只接受 JSON 请求。"
_PAGE_FUNCTIONS = "/gradio_api/component_server"


def own_names(host: str, told: Collection[str] = ()) -> frozenset[str]:
    """The names a server listening at ``host`` goes by, ``told`` ones included; see ``Guard``."""
    names = {host, *told, *LOOPBACK}
    if not is_loopback(host):
        names |= {socket.gethostname(), socket.getfqdn()}
    return frozenset(name.lower().rstrip(".") for name in names)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """ASGI middleware. ``names`` are what the Host header may say, whatever the port.

    ``any_address``: so may any IP address, as of a server that listens on all of a machine's; a name that
    was made to point here, which rebinding needs, is none.
    """

    def __init__(self, app: App, names: Collection[str], any_address: bool) -> None:
        self._app = app
        self._names = names
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._refusal(scope) if scope["type"] in ("http", "websocket") else ""
        if not reason:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refuse(send, 403, reason)

    def _refusal(self, scope: Scope) -> str:
        """Why the request is refused; empty where it is not."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if not self._is_own(_name_in(host)):
            return WRONG_NAME
        reads = scope["type"] == "http" and scope["method"] in READS
        if reads and scope["path"].rstrip("/") != "/logout":
            return ""
        if not _from_own_page(headers, host):
            return FOREIGN
        json_only = scope["path"].startswith(_PAGE_FUNCTIONS)
        if (
            json_only
            and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json"
        ):
            return NOT_JSON
        return ""

    def _is_own(self, name: str) -> bool:
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._any_address


def _name_in(host: str) -> str:
    """``example.org:7860`` → ``example.org``, ``[::1]:7860`` → ``::1``; empty for what is no host."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _from_own_page(headers: MutableMapping[str, str], host: str) -> bool:
    """Browsers say where a request comes from; a program need not."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()

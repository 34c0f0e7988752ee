"""The few words of ASGI that the pieces in front of Gradio share."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def header(scope: Scope, name: str) -> str:
    """The header of this lower-case name, ``""`` where there is none."""
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == wanted), "")


async def send_bytes(send: Send, status: int, kind: str, body: bytes, headers: Headers = ()) -> None:
    """A whole response of the content type ``kind``."""
    told = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, value: object, headers: Headers = ()) -> None:
    """``value`` as JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    await send_bytes(send, status, "application/json; charset=utf-8", body, headers)


async def refuse(send: Send, status: int, sentence: str) -> None:
    """``{"error": sentence}``."""
    await send_json(send, status, {"error": sentence})

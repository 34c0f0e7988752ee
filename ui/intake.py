"""What comes in over the network, bounded: files on their way into the library, and the size of any request.

It stands behind the login and in front of Gradio, whose own uploads have no limit for all together, are
never cleaned up, and share a folder where two have the same content.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from index import SourceError, WenbaoError
from index.encoders import cache_root
from ui.asgi import App, Receive, Scope, Send, header, refuse, send_json
from ui.login import MAY_NOT_CHANGE, visitor

MEGABYTE = 1_000_000
"""As file managers count them."""
LARGEST_FILE = 50 * MEGABYTE
LARGEST_REQUEST = 20 * MEGABYTE
"""Of what is no file; the page sends a whole conversation, of which a browser keeps 5 million characters."""
QUOTA = 1000 * MEGABYTE
"""Of all the files together that wait to be added."""
MOST_FILES = 1000
"""Files held between upload and adding, all browsers together, so that many empty ones cannot fill the
folder."""
KEPT_S = 3600.0
"""How long a file is kept that nobody adds."""
_LEFT_BEHIND_S = 24 * 3600.0
"""Seconds after which a file that an earlier server left behind is removed."""

TOO_LARGE = f"文件超过 {LARGEST_FILE // MEGABYTE} MB，请换一份较小的再试。"
FULL = "等着收录的文件太多了，请等前面的收录完再上传。"
NOT_KEPT = "文件没有存下来，请检查服务器的磁盘空间和权限。"
NO_NAME = "上传的文件要有名字。"
CUT_OFF = "文件没有传完，请重新上传。"
NOT_RECEIVED = "没有收到这个文件，请重新上传。"
REQUEST_TOO_LARGE = f"请求超过 {LARGEST_REQUEST // MEGABYTE} MB，问报没有处理。"
NO_FORM = "问报不收这样的上传，请在网页的“报告”页上传文件。"


class _Refused(WenbaoError):
    """Why a file is not taken, with the HTTP status that says so."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(slots=True)
class _Held:
    """An uploaded file, of ``size`` bytes so far, seen last at ``at``; ``wanted`` once it is to be added."""

    path: Path
    at: float
    size: int = 0
    complete: bool = False
    wanted: bool = False


class Uploads:
    """Files that were uploaded and are not added yet, each in a folder of its own; safe between threads.

    A file's key is random: who has not uploaded it can neither name it nor find where it lies.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._root: Path | None = None

    async def receive(self, name: str, body: AsyncIterator[bytes]) -> str:
        """Keeps what ``body`` yields under the file name in ``name``; returns its key.

        Raises ``WenbaoError`` where it is too large, too many wait, or the disk refuses; keeps nothing then.
        """
        key = secrets.token_urlsafe(16)
        try:
            held = self._begin(key, file_name(name))
            with held.path.open("wb") as file:
                async for chunk in body:
                    self._grow(held, len(chunk))
                    file.write(chunk)
        except BaseException as error:
            self.drop(key)
            if isinstance(error, OSError):
                raise _Refused(507, NOT_KEPT) from error
            raise
        held.complete = True
        return key

    def take(self, key: str) -> Path:
        """The file of this key, which stays until ``drop``; raises SourceError where there is none."""
        with self._lock:
            held = self._held.get(key)
            if held is None or not held.complete or held.wanted:
                raise SourceError(NOT_RECEIVED)
            held.wanted = True
            return held.path

    def drop(self, key: str) -> None:
        """Removes the file of this key with its folder."""
        with self._lock:
            held = self._held.pop(key, None)
        if held is not None:
            shutil.rmtree(held.path.parent, ignore_errors=True)

    def close(self) -> None:
        """Removes all of them."""
        with self._lock:
            self._held.clear()
            root, self._root = self._root, None
        if root is not None:
            shutil.rmtree(root, ignore_errors=True)

    def _begin(self, key: str, name: str) -> _Held:
        self._sweep()
        with self._lock:
            if len(self._held) >= MOST_FILES:
                raise _Refused(507, FULL)
            self._root = self._root or _new_root()
            held = self._held[key] = _Held(self._root / key / name, self._clock())
        held.path.parent.mkdir()
        return held

    def _grow(self, held: _Held, more: int) -> None:
        with self._lock:
            held.size += more
            held.at = self._clock()
            if held.size > LARGEST_FILE:
                raise _Refused(413, TOO_LARGE)
            if sum(other.size for other in self._held.values()) > QUOTA:
                raise _Refused(507, FULL)

    def _sweep(self) -> None:
        """Removes what nobody has added in time."""
        before = self._clock() - KEPT_S
        with self._lock:
            stale = [key for key, held in self._held.items() if held.at < before and not held.wanted]
        for key in stale:
            self.drop(key)


class Intake:
    """ASGI middleware: takes ``POST /upload?name=NAME`` with a file as its body, and bounds all the rest."""

    def __init__(self, app: App, uploads: Uploads) -> None:
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["path"].rstrip("/") == "/upload" and scope["method"] == "POST":
            return await self._upload(scope, receive, send)
        if header(scope, "content-type").lower().startswith("multipart/"):
            return await refuse(send, 415, NO_FORM)
        if _told_length(scope) > LARGEST_REQUEST:
            return await refuse(send, 413, REQUEST_TOO_LARGE)
        return await self._bounded(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not visitor().may_change:
            return await refuse(send, 403, MAY_NOT_CHANGE)
        if _told_length(scope) > LARGEST_FILE:
            return await refuse(send, 413, TOO_LARGE)
        name = parse_qs(scope["query_string"].decode("latin-1")).get("name", [""])[0]
        try:
            key = await self._uploads.receive(name, _body(receive))
        except _Refused as refused:
            return await refuse(send, refused.status, str(refused))
        return await send_json(send, 200, {"key": key})

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request, of which no more than the limit is read whatever its header says."""
        size, begun = 0, False

        async def counted() -> MutableMapping[str, Any]:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_REQUEST:
                raise _Refused(413, REQUEST_TOO_LARGE)
            return message

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _Refused as refused:
            if not begun:
                await refuse(send, refused.status, str(refused))


def file_name(told: str) -> str:
    """The name to keep a file under: ``../../县/报告 2024.txt`` → ``报告 2024.txt``.

    Raises ``WenbaoError`` where nothing is left; a long name is cut before its suffix, at 200 bytes.
    """
    name = "".join(c for c in told.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    if not name.strip("."):
        raise _Refused(400, NO_NAME)
    suffix = Path(name).suffix if len(Path(name).suffix.encode()) <= 20 else ""
    stem = name.removesuffix(suffix).encode()[: 200 - len(suffix.encode())].decode("utf-8", "ignore")
    return stem + suffix


def _new_root() -> Path:
    """A folder of this server alone; what servers that were killed have left is removed."""
    shared = cache_root() / "uploads"
    shared.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in shared.iterdir():
        with suppress(OSError):  # another server may sweep too
            if left.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
                shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=shared))


def _told_length(scope: Scope) -> int:
    told = header(scope, "content-length")
    return int(told) if told.isdecimal() else 0


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    """The chunks of a request's body; raises ``WenbaoError`` where the sender hangs up before its end."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(400, CUT_OFF)
        yield message.get("body", b"")
        if not message.get("more_body"):
            return

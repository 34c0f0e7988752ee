"""The files the reports were read from: to download, and page by page as they were printed.

Pictures of pages and downloads are addresses of their own, so that browsers can show, keep and save them:
``original/REPORT`` is the file, ``original/REPORT/3?w=960&v=…`` its third page, 960 pixels across.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from urllib.parse import parse_qs, quote

from anyio import to_thread

from index import Library, Snapshot, WenbaoError
from index.readers import (
    Area,
    PlacedCharacter,
    characters_in_worker,
    count_in_worker,
    draw_in_worker,
    find_areas,
    is_drawable,
)
from ui.asgi import App, Receive, Scope, Send, refuse, send_bytes
from ui.messages import INTERNAL

K = TypeVar("K")
V = TypeVar("V")
STEP = 160
"""Widths of pictures are rounded up to a multiple of this, so that a dragged divider asks for few."""
KEPT_BYTES = 64_000_000
"""Bytes of drawn pages kept in memory: some hundred pages."""
KEPT_PAGES = 64
"""Pages whose characters are kept."""
_AROUND = 60
"""Characters before and after a quote that are looked at to find it on the page."""
_PATH = "/original/"

log = logging.getLogger(__name__)


class Recent(Generic[K, V]):
    """What was used last, as much of it as together weighs at most ``most``; safe between threads."""

    def __init__(self, most: int, weight: Callable[[V], int] = lambda value: 1) -> None:
        self._most = most
        self._weight = weight
        self._held: OrderedDict[K, V] = OrderedDict()
        self._total = 0
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is held under ``key``; what ``make`` gives, held from now on, where nothing is."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()  # others need not wait
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._total += self._weight(made)
            while self._total > self._most:
                _, dropped = self._held.popitem(last=False)
                self._total -= self._weight(dropped)
        return made


class Originals:
    """The pages of one library's files, drawn when asked for and then kept for a while."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._counts: dict[str, int] = {}
        self._pictures: Recent[tuple[str, int, int], bytes] = Recent(KEPT_BYTES, len)
        self._characters: Recent[tuple[str, int], list[PlacedCharacter]] = Recent(KEPT_PAGES)

    def count(self, snapshot: Snapshot, report: str) -> int:
        """How many printed pages can be looked at; 0 where the file has none or they cannot be drawn."""
        key = snapshot.report(report).sha256
        if key not in self._counts:
            try:
                data = snapshot.original(report)
                self._counts[key] = count_in_worker(key, lambda: data) if is_drawable(data) else 0
            except WenbaoError:
                return 0
        return self._counts[key]

    def picture(self, report: str, number: int, width: int) -> bytes:
        """Page ``number`` as JPEG, ``width`` pixels across, rounded up; raises UnknownReport, SourceError."""
        snapshot = self._library.snapshot()
        sha256, across = snapshot.report(report).sha256, -(-max(1, width) // STEP) * STEP
        return self._pictures.get(
            (sha256, number, across),
            lambda: draw_in_worker(sha256, lambda: snapshot.original(report), number, across),
        )

    def areas(self, report: str, number: int, spans: list[tuple[int, int]]) -> list[list[Area]]:
        """Where each of ``spans`` of the clean text stands on page ``number``; empty where it does not."""
        snapshot = self._library.snapshot()
        text, pages = snapshot.text(report), snapshot.page_starts(report)
        at = bisect_right([page.number for page in pages], number) - 1
        known = at >= 0 and pages[at].number == number
        if pages and not known:
            return [[] for _ in spans]
        first = pages[at].start if known else 0
        last = pages[at + 1].start if known and at + 1 < len(pages) else len(text)
        inside = [(max(start, first), min(end, last)) for start, end in spans]
        if not any(start < end for start, end in inside):
            return [[] for _ in spans]
        letters = self._letters(snapshot, report, number)
        return [
            find_areas(
                letters, text[s:e], text[max(first, s - _AROUND) : s], text[e : min(last, e + _AROUND)]
            )
            if s < e
            else []
            for s, e in inside
        ]

    def _letters(self, snapshot: Snapshot, report: str, number: int) -> list[PlacedCharacter]:
        """The characters of a page: as kept when the file was read, or, in an older library, read again."""
        sha256 = snapshot.report(report).sha256

        def read() -> list[PlacedCharacter]:
            kept = snapshot.placed_characters(report, number)
            if kept is not None:
                return kept
            return characters_in_worker(sha256, lambda: snapshot.original(report), number)

        return self._characters.get((sha256, number), read)

    def file(self, report: str) -> tuple[str, bytes]:
        """The name and the content of a report's file; raises UnknownReport, LibraryDamaged."""
        snapshot = self._library.snapshot()
        return snapshot.report(report).source, snapshot.original(report)


class OriginalsDoor:
    """ASGI middleware that answers at ``original/…``; who may ask is for the doors before it."""

    def __init__(self, app: App, originals: Originals) -> None:
        self._app = app
        self._originals = originals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(_PATH) or scope["method"] not in ("GET", "HEAD"):
            return await self._app(scope, receive, send)
        report, _, page = path.removeprefix(_PATH).partition("/")  # decoded; no id holds a slash
        try:
            if page:
                return await self._send_page(send, scope, report, page)
            name, data = await to_thread.run_sync(self._originals.file, report)
        except WenbaoError as error:
            return await refuse(send, 404, str(error))
        except Exception:
            log.exception("original %s failed", report)
            return await refuse(send, 500, INTERNAL)
        told = f"attachment; filename*=UTF-8''{quote(name, safe='')}".encode()
        headers = [(b"content-disposition", told), (b"x-content-type-options", b"nosniff"), *_OWN]
        return await send_bytes(send, 200, "application/octet-stream", data, headers)

    async def _send_page(self, send: Send, scope: Scope, report: str, page: str) -> None:
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        width = asked.get("w", [""])[0]
        if not page.isdecimal() or not width.isdecimal():
            return await refuse(send, 404, "地址写得不对，页码和宽度应是数字。")
        drawn = await to_thread.run_sync(self._originals.picture, report, int(page), int(width[:5]))
        # `v` names the file's content, so a picture never changes under its address.
        kept = b"private, max-age=86400, immutable" if "v" in asked else b"no-store"
        return await send_bytes(send, 200, "image/jpeg", drawn, [(b"cache-control", kept), *_OWN])


_OWN = [(b"cross-origin-resource-policy", b"same-origin")]
"""No other site's page may show these."""

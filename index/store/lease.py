"""One writer at a time in an engine that has no locks."""

from __future__ import annotations

import json
import threading
import time
import uuid

from index.errors import LibraryLocked
from index.store import lock
from index.store.milvus_client import MilvusClient
from index.types import Progress

LOCK = "LOCK"
LEASE = 30.0
"""Seconds after which the lock of a writer that died is free."""
_AGAIN = 0.5
"""Seconds between two looks at whether the other writer is done."""
_SETTLED = 0.2
"""Seconds within which another who asks at once has written too."""


class Lease:
    """The right to write, told in the engine and renewed while it is held."""

    def __init__(self, client: MilvusClient, report_progress: Progress) -> None:
        self._client, self._report_progress = client, report_progress
        self._token = uuid.uuid4().hex
        self._done = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Lease:
        until = time.monotonic() + lock.LOCK_SECONDS
        told = False
        while not self._take():
            if not told:
                self._report_progress(0, 0, lock.WAITING)
                told = True
            if time.monotonic() > until:
                raise lock.locked(self._client.address)
            time.sleep(_AGAIN)
        self._renewing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._renewing.join()
        if self._holder() == self._token:
            self._say(0)

    def check(self) -> None:
        """Raises LibraryLocked where another writer has taken over."""
        if self._holder() != self._token:
            raise LibraryLocked("写入等待太久，另一个进程已接管这个文库，请重新运行。")

    def _holder(self) -> str:
        data = self._client.get([LOCK]).get(LOCK)
        token, until = json.loads(data) if data else ("", 0.0)
        return str(token) if until > time.time() else ""

    def _take(self) -> bool:
        """Milvus cannot compare and set: of two who ask at once, the last to write has it."""
        if self._holder():
            return False
        self._say(LEASE)
        time.sleep(_SETTLED)
        return self._holder() == self._token

    def _renew(self) -> None:
        while not self._done.wait(LEASE / 3):
            if self._holder() in (self._token, ""):
                self._say(LEASE)

    def _say(self, seconds: float) -> None:
        self._client.put(LOCK, json.dumps([self._token, time.time() + seconds]).encode(), "", 0)

"""Changes to the library, made one after another in the background while people go on asking."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from typing import Any

from index import WenbaoError
from index.types import Progress
from ui.messages import CANCELLED, INTERNAL, STOPPED

Work = Callable[[Progress], object]
"""A job; where it returns a sentence, that is told when it is done."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """How far the running job is; ``total`` is 0 until that is known."""

    id: int
    name: str
    done: int = 0
    total: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    """What waits to be done; ``dropped`` is called in its place where it is cancelled before it begins."""

    id: int
    name: str
    work: Work
    dropped: Callable[[], object]


class _Cancelled(BaseException):
    """Raised inside a job, at its next step, when whoever wanted it wants it no more."""


class _LetGo(BaseException):
    """Raised inside a job, at its next step, when the server ends; writers clean up and lose nothing."""


class Jobs:
    """A queue of named jobs and one thread that does them."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._running: State | None = None
        self._waiting: list[_Job] = []
        self._cancelled: set[int] = set()
        self._submitted = 0
        self._session = secrets.token_hex(4)
        self._outcomes: deque[dict[str, Any]] = deque(maxlen=50)
        self._finished = 0
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="wenbao-jobs")
        self._thread.start()

    def submit(self, name: str, work: Work, dropped: Callable[[], object] = lambda: None) -> None:
        """Queues ``work``; ``name`` (Chinese) is what the page calls it, ``dropped`` is done where it never begins."""
        with self._lock:
            self._submitted += 1
            job = _Job(self._submitted, name, work, dropped)
            self._waiting.append(job)
            self._queue.put(job)

    def cancel(self, job: int) -> None:
        """A job that waits is not begun, one that runs ends at its next step; any other is left as it is."""
        with self._lock:
            running = self._running is not None and self._running.id == job
            if running or any(one.id == job for one in self._waiting):
                self._cancelled.add(job)

    def status(self) -> dict[str, Any]:
        """JSON-ready: the running job or None, ids and names of those that wait, and the latest outcomes in order.

        ``session`` tells the outcomes of this run of the server from those of another.
        """
        with self._lock:
            return {
                "running": asdict(self._running) if self._running else None,
                "waiting": [
                    {"id": job.id, "name": job.name} for job in self._waiting if job.id not in self._cancelled
                ],
                "session": self._session,
                "finished": self._finished,
                "outcomes": list(self._outcomes),
            }

    def stop(self, patience_s: float) -> bool:
        """Ends the running job at its next step and begins no other; whether it ended in time."""
        self._ending.set()
        self._queue.put(None)  # wakes a thread that waits
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            if job is None or self._ending.is_set():
                return
            with self._lock:
                self._waiting.remove(job)
                self._running = State(job.id, job.name)
            name = job.name
            reason, note = self._attempt(job)
            with self._lock:
                self._running = None
                self._cancelled.discard(job.id)
                self._finished += 1
                self._outcomes.append(
                    {"number": self._finished, "name": name, "reason": reason, "note": note}
                )

    def _attempt(self, job: _Job) -> tuple[str, str]:
        """Does the work; returns why it failed, or ``""``, and what it has to say."""
        name, note = job.name, None
        try:
            if job.id in self._cancelled:
                job.dropped()
                return "", CANCELLED
            note = job.work(lambda done, total, label: self._report(State(job.id, name, done, total, label)))
        except _LetGo:
            return STOPPED, ""
        except _Cancelled:
            return "", CANCELLED
        except WenbaoError as error:
            return str(error), ""
        except Exception:
            log.exception("job failed: %s", name)
            return INTERNAL, ""
        return "", note if isinstance(note, str) else ""

    def _report(self, state: State) -> None:
        if self._ending.is_set():
            raise _LetGo
        if state.id in self._cancelled:
            raise _Cancelled
        with self._lock:
            self._running = state

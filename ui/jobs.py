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
from ui.messages import INTERNAL, STOPPED

Work = Callable[[Progress], object]
"""A job; where it returns a sentence, that is told when it is done."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """How far the running job is; ``total`` is 0 until that is known."""

    name: str
    done: int = 0
    total: int = 0
    label: str = ""


class _LetGo(BaseException):
    """Raised inside a job, at its next step, when the server ends; writers clean up and lose nothing."""


class Jobs:
    """A queue of named jobs and one thread that does them."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[str, Work]] = SimpleQueue()
        self._running: State | None = None
        self._waiting: list[str] = []
        self._session = secrets.token_hex(4)
        self._outcomes: deque[dict[str, Any]] = deque(maxlen=50)
        self._finished = 0
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="wenbao-jobs")
        self._thread.start()

    def submit(self, name: str, work: Work) -> None:
        """Queues ``work``; ``name`` (Chinese) is what the page calls it."""
        with self._lock:
            self._waiting.append(name)
        self._queue.put((name, work))

    def status(self) -> dict[str, Any]:
        """JSON-ready: the running job or None, the names of those that wait, and the latest outcomes in order.

        ``session`` tells the outcomes of this run of the server from those of another.
        """
        with self._lock:
            return {
                "running": asdict(self._running) if self._running else None,
                "waiting": list(self._waiting),
                "session": self._session,
                "finished": self._finished,
                "outcomes": list(self._outcomes),
            }

    def stop(self, patience_s: float) -> bool:
        """Ends the running job at its next step and begins no other; whether it ended in time."""
        self._ending.set()
        self._queue.put(("", lambda _progress: None))  # wakes a thread that waits
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            name, work = self._queue.get()
            if self._ending.is_set():
                return
            with self._lock:
                self._waiting.pop(0)
                self._running = State(name)
            reason, note = self._attempt(name, work)
            with self._lock:
                self._running = None
                self._finished += 1
                self._outcomes.append(
                    {"number": self._finished, "name": name, "reason": reason, "note": note}
                )

    def _attempt(self, name: str, work: Work) -> tuple[str, str]:
        """Does the work; returns why it failed, or ``""``, and what it has to say."""
        note: object = None
        try:
            note = work(lambda done, total, label: self._report(State(name, done, total, label)))
        except _LetGo:
            return STOPPED, ""
        except WenbaoError as error:
            return str(error), ""
        except Exception:
            log.exception("job failed: %s", name)
            return INTERNAL, ""
        return "", note if isinstance(note, str) else ""

    def _report(self, state: State) -> None:
        if self._ending.is_set():
            raise _LetGo
        with self._lock:
            self._running = state

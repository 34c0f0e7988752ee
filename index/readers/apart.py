"""Reading in a process of its own, which can be ended: a hostile file takes nothing else with it.

One worker serves all files of a process, one after the other. It is started when the first file comes of a
format that has a parser to break; plain text never waits for it. It is ended, and the file refused, when it
says nothing for ``SILENCE`` seconds or reads for ``LONGEST``, needs more memory than it may, or dies.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from index.errors import SourceError
from index.readers import ocr
from index.readers.registry import needs_parser, read_bytes
from index.types import Source

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SILENCE = 120.0
"""Seconds without a result or a word of progress; a usual report takes less than one."""
LONGEST = 3600.0
"""Seconds a file may take, whatever progress is told."""
START = 60.0
"""Seconds in which a worker starts, on a machine that is very busy."""
IDLE = 60.0
"""Seconds after which a worker without work ends and gives its memory back."""
MEMORY = 1_500_000_000
MEMORY_FOR_OCR = 4_000_000_000
"""Bytes of data that a worker may take."""

_LOCK = Lock()
_workers: list[_Worker] = []
"""The one that waits for the next file, if there is one."""


def read_apart(data: bytes, name: str, tell: Callable[[str], None]) -> Source:
    """``read_bytes`` in the worker, where the format needs it. Raises SourceError as that does, and for a
    file that takes too long or too much."""
    if sys.platform == "win32" or not needs_parser(data, name):
        return read_bytes(data, name, tell)
    with _LOCK:
        worker = _idle_worker() or _Worker()
        try:
            worker.wait_ready()
            source = worker.read(data, name, tell)
        except SourceError:
            _workers.append(worker)
            raise
        except _TooLong as error:
            worker.end()
            minutes = round(error.seconds / 60) or 1
            raise SourceError(
                f"“{name}”{minutes} 分钟还没有读完，已停止，请拆分或重新另存后再添加。"
            ) from None
        except (EOFError, OSError):
            worker.end()
            raise SourceError(
                f"“{name}”读不下去：文件已损坏，或需要的内存太多，请用原软件打开后重新另存再添加。"
            ) from None
        except BaseException:
            worker.end()
            raise
        _workers.append(worker)
        return source


def _idle_worker() -> _Worker | None:
    while _workers:
        worker = _workers.pop()
        # One that has waited for long may be about to end just now.
        if worker.process.poll() is None and time.monotonic() - worker.since < IDLE / 2:
            return worker
        worker.end()
    return None


class _TooLong(Exception):
    """A file took ``seconds``, which is the most it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Worker:
    """The other process: takes (data, name), tells labels, gives a Source or a sentence."""

    def __init__(self) -> None:
        from multiprocessing.connection import Pipe

        self.connection, other = Pipe()
        limit = MEMORY_FOR_OCR if ocr.available() else MEMORY
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            f"from index.readers.apart import serve; serve({other.fileno()}, {limit})"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[other.fileno()],
        )
        other.close()
        self.ready = False
        self.since = time.monotonic()
        atexit.register(self.end)

    def wait_ready(self) -> None:
        """Until the process has started, which no file is to be blamed for; or a minute, then it will show."""
        if not self.ready:
            self.ready = self.connection.poll(START) and self.connection.recv()[0] == "ready"

    def read(self, data: bytes, name: str, tell: Callable[[str], None]) -> Source:
        """Raises SourceError for the file, _TooLong; after any error but the first the worker is of no use."""
        self.connection.send((data, name))
        end = time.monotonic() + LONGEST
        while self.connection.poll(min(SILENCE, max(0.0, end - time.monotonic()))):
            kind, value = self.connection.recv()
            self.since = time.monotonic()
            if kind == "source":
                return value  # type: ignore[no-any-return]
            if kind == "refused":
                raise SourceError(value)
            tell(value)
        raise _TooLong(SILENCE if time.monotonic() < end else LONGEST)

    def end(self) -> None:
        """Kill the process; harmless when it is gone."""
        atexit.unregister(self.end)
        self.process.kill()
        self.process.wait()
        self.connection.close()


def serve(descriptor: int, memory: int) -> None:
    """What the worker does: answer requests until none comes for ``IDLE`` seconds or the other end closes."""
    import resource
    from multiprocessing.connection import Connection

    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection: Connection[Any, Any] = Connection(descriptor)
    connection.send(("ready", ""))
    while connection.poll(IDLE):
        try:
            data, name = connection.recv()
        except EOFError:
            return
        connection.send(_answer(data, name, lambda label: connection.send(("label", label))))


def _answer(data: bytes, name: str, tell: Callable[[str], None]) -> tuple[str, Source | str]:
    try:
        return "source", read_bytes(data, name, tell)
    except SourceError as error:
        return "refused", str(error)
    except MemoryError:
        return "refused", f"读取“{name}”需要的内存太多，请拆分后再添加。"
    except Exception as error:  # a fault of ours must not end the others' reading
        return "refused", f"读取“{name}”时程序出错（{type(error).__name__}），请把这个文件反馈给我们。"

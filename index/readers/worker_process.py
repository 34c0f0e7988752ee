"""Reading in a process of its own, which can be ended: a hostile file takes nothing else with it.

One worker reads all files of a process, one after the other; another draws pages for people to look at, who
do not wait for a file that is being read. Each is started when the first file comes of a format that has a
parser to break; plain text never waits for it. It is ended, and the file refused, when it says nothing for
``SILENCE`` seconds (``PAGE`` while it recognises pictures) or takes ``LONGEST``, needs more memory than it may, or dies.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from index.errors import SourceError
from index.readers import ocr
from index.readers.drawing import Drawing
from index.readers.placed import PlacedCharacter
from index.readers.registry import needs_parser, read_bytes
from index.types import Source

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SILENCE = 120.0
"""Seconds without a result or a word of progress; a usual report takes less than one."""
PAGE = 600.0
"""Seconds that recognising a page may take: some ten when it is alone, minutes on a machine that is very busy."""
LONGEST = 3600.0
"""Seconds a file may take, whatever progress is told."""
START = 60.0
"""Seconds in which a worker starts, on a machine that is very busy."""
IDLE = 60.0
"""Seconds after which a worker without work ends and gives its memory back."""
MEMORY = 1_500_000_000
"""Bytes of data that a worker may take; set by hand: a file that needs more is refused before it takes the machine's."""
MEMORY_FOR_OCR = 4_000_000_000
"""Bytes of data that a worker may take."""
_GIGABYTE = 10**9
"""Bytes, as makers of memory count them."""

_LOCK = Lock()
_workers: list[_Worker] = []
"""The one that waits for the next file, if there is one."""
_DRAWING = Lock()
_drawers: list[_Worker] = []
"""The one that waits for the next page, if there is one."""


def read_in_worker(data: bytes, name: str, report_progress: Callable[[str], None]) -> Source:
    """``read_bytes`` in the worker, where the format needs it. Raises SourceError as that does, and for a
    file that takes too long or too much."""
    if sys.platform == "win32" or not needs_parser(data, name):
        return read_bytes(data, name, report_progress)
    try:
        with _LOCK, _borrowed(_workers) as worker:
            source: Source = worker.request(("read", data, name), report_progress)
            return source
    except _TooLong as error:
        minutes = round(error.seconds / 60) or 1
        raise SourceError(f"“{name}”{minutes} 分钟还没有读完，已停止，请拆分或重新另存后再添加。") from None
    except (EOFError, OSError):
        raise SourceError(
            f"“{name}”读不下去：文件已损坏，或需要的内存超过 {_memory() / _GIGABYTE:g} GB，请用原软件打开后重新另存再添加。"
        ) from None


def _memory() -> int:
    """Bytes of data that a worker may take here."""
    return MEMORY_FOR_OCR if ocr.available() else MEMORY


def draw_in_worker(key: str, load: Callable[[], bytes], number: int, width: int) -> bytes:
    """``Drawing.jpeg`` of page ``number`` of the file ``key``, which ``load`` fetches where it is not held.

    Raises SourceError for a file that cannot be drawn, and what ``load`` raises.
    """
    drawn: bytes = _of_drawing(key, load, ("draw", number, width))
    return drawn


def characters_in_worker(key: str, load: Callable[[], bytes], number: int) -> list[PlacedCharacter]:
    """``Drawing.characters`` of a page, as ``draw_in_worker`` takes it."""
    found: list[PlacedCharacter] = _of_drawing(key, load, ("characters", number))
    return found


def count_in_worker(key: str, load: Callable[[], bytes]) -> int:
    """How many pages the file has, as ``draw_in_worker`` takes it."""
    count: int = _of_drawing(key, load, ("count",))
    return count


_drawn_here = Drawing()


def _of_drawing(key: str, load: Callable[[], bytes], request: tuple[Any, ...]) -> Any:
    with _DRAWING:
        if sys.platform == "win32":
            if _drawn_here.key != key:
                _drawn_here.open(key, load())
            return _drawn_here.answer(request)
        try:
            with _borrowed(_drawers) as worker:
                if worker.holds != key:
                    worker.holds = ""  # a file that cannot be opened takes the place of the last one
                    worker.request(("open", key, load()), lambda label: None)
                    worker.holds = key
                return worker.request(request, lambda label: None)
        except (_TooLong, EOFError, OSError):
            raise SourceError("原页画不出来，请看文本，或下载原件查看。") from None


@contextmanager
def _borrowed(waiting: list[_Worker]) -> Iterator[_Worker]:
    """A worker that is ready, one that waits or a new one; it waits again unless more than a file failed."""
    worker = _idle_worker(waiting) or _Worker()
    try:
        worker.wait_ready()
        yield worker
    except SourceError:
        waiting.append(worker)
        raise
    except BaseException:
        worker.end()
        raise
    waiting.append(worker)


def _idle_worker(waiting: list[_Worker]) -> _Worker | None:
    while waiting:
        worker = waiting.pop()
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
    """The other process: takes requests, tells labels, gives an answer or a sentence.

    ``holds`` is the key of the file it has open for drawing.
    """

    def __init__(self) -> None:
        from multiprocessing.connection import Pipe

        self.connection, other = Pipe()
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            f"from index.readers.worker_process import serve; serve({other.fileno()}, {_memory()})"
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
        self.holds = ""
        self.since = time.monotonic()
        atexit.register(self.end)

    def wait_ready(self) -> None:
        """Until the process has started, which no file is to be blamed for; or a minute, then it will show."""
        if not self.ready:
            self.ready = self.connection.poll(START) and self.connection.recv()[0] == "ready"

    def request(self, request: tuple[Any, ...], report_progress: Callable[[str], None]) -> Any:
        """Raises SourceError for the file, _TooLong; after any error but the first the worker is of no use."""
        self.connection.send(request)
        end, silence = time.monotonic() + LONGEST, SILENCE
        while self.connection.poll(min(silence, max(0.0, end - time.monotonic()))):
            kind, value = self.connection.recv()
            self.since = time.monotonic()
            if kind == "done":
                return value
            if kind == "refused":
                raise SourceError(value)
            report_progress(value)
            silence = PAGE
        raise _TooLong(silence if time.monotonic() < end else LONGEST)

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
    drawing = Drawing()
    while connection.poll(IDLE):
        try:
            request = connection.recv()
        except EOFError:
            return
        connection.send(_answer(request, drawing, memory, lambda label: connection.send(("label", label))))


def _answer(
    request: tuple[Any, ...], drawing: Drawing, memory: int, report_progress: Callable[[str], None]
) -> tuple[str, Any]:
    what, *given = request
    try:
        if what == "read":
            data, name = given
            return "done", read_bytes(data, name, report_progress)
        if what == "open":
            key, data = given
            drawing.open(key, data)
            return "done", None
        return "done", drawing.answer(request)
    except SourceError as error:
        return "refused", str(error)
    except MemoryError:
        return "refused", f"{_called(request)}需要的内存超过 {memory / _GIGABYTE:g} GB，请拆分后再添加。"
    except Exception as error:  # a fault of ours must not end the others' reading
        return "refused", f"{_called(request)}时程序出错（{type(error).__name__}），请把这个文件反馈给我们。"


def _called(request: tuple[Any, ...]) -> str:
    return f"读取“{request[2]}”" if request[0] == "read" else "画原页"

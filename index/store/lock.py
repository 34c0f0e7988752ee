"""Who may write: one writer at a time, the others wait and are told why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LibraryLocked
from index.types import Progress

LOCK_SECONDS = 600.0
"""How long a writer waits for another one."""
WAITING = "另一个进程正在更新这个文库，正在等待它完成"


def locked(place: object) -> LibraryLocked:
    """What a writer that waited in vain for the library at ``place`` raises."""
    return LibraryLocked(f"另一个进程一直在更新文库“{place}”，请等它结束后重试。")


@contextmanager
def file_lock(root: Path, report_progress: Progress) -> Iterator[None]:
    """The writer's lock of the library in ``root``; raises LibraryLocked after LOCK_SECONDS."""
    from filelock import FileLock, Timeout

    lock = FileLock(root / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report_progress(0, 0, WAITING)
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise locked(root) from None
    try:
        yield
    finally:
        lock.release()

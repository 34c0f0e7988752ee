"""Durable files: written whole or not at all, checked by SHA-256, guarded against full disks."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be deleted there, which protects readers as well
    fcntl = None  # type: ignore[assignment]

_BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def checksums(directory: Path) -> dict[str, str]:
    """``{relative path: SHA-256}`` of every file below ``directory``."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): sha256(path) for path in files}


def write_file(path: Path, data: bytes) -> None:
    """Replace ``path`` with ``data`` in one step that survives a kill or a power cut."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """A scratch directory that becomes ``target`` when the block ends well and vanishes otherwise."""
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=".tmp-"))
    try:
        yield scratch
        for path in scratch.rglob("*"):
            if path.is_file():
                _sync_file(path)
            else:
                _sync_directory(path)
        _sync_directory(scratch)
        if target.exists():
            shutil.rmtree(target)
        scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    _sync_directory(target.parent)


class SharedHold:
    """Tells cleaners, also of other processes, that a file is in use while this object lives."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        if fcntl:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> None:
        self._file.close()


def in_use(path: Path) -> bool:
    """Whether any process holds ``path`` with a :class:`SharedHold`."""
    if not fcntl or not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextmanager
def storage_errors(directory: Path) -> Iterator[None]:
    """Turn the file system's refusals into one sentence."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: "磁盘已满，请腾出空间后重试",
            errno.EDQUOT: "磁盘配额已用完，请腾出空间后重试",
            errno.EROFS: "所在磁盘是只读的，请换一个可写的目录",
            errno.EACCES: "没有写入权限，请检查目录权限或换一个目录",
            errno.EPERM: "没有写入权限，请检查目录权限或换一个目录",
            errno.ENOTDIR: "该路径不是目录，请换一个目录",
            errno.EEXIST: "该路径不是目录，请换一个目录",
        }
        reason = reasons.get(error.errno or 0, f"读写磁盘出错（{error.strerror}），请检查磁盘后重试")
        raise StorageError(f"文库“{directory}”无法写入：{reason}；原有内容没有改动。") from error


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Durable files: written whole or not at all, checked by SHA-256, guarded against full disks."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from index.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be deleted there, which protects readers as well
    fcntl = None  # type: ignore[assignment]

SCRATCH = ".tmp-"
"""What the names of unfinished files and directories begin with."""


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(directory: Path) -> dict[str, str]:
    """``{relative path: SHA-256}`` of every file below ``directory``."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): sha256(path) for path in files}


def write_array(path: Path, values: npt.NDArray[Any]) -> None:
    """Save as ``numpy.save`` does, but raise OSError with its reason on a full disk."""
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(values))
        file.write(np.ascontiguousarray(values).data.cast("B") if values.size else b"")


def write_file(path: Path, data: bytes) -> None:
    """Replace ``path`` with ``data`` in one step that survives a kill or a power cut."""
    scratch = _scratch(path.parent)
    try:
        with scratch.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _scratch(directory: Path) -> Path:
    """A new name; made by open or mkdir, it gets the rights that other users' readers need."""
    return directory / f"{SCRATCH}{uuid4().hex}"


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """A scratch directory that becomes ``target``, which must not exist, when the block ends well.

    It vanishes otherwise.
    """
    scratch = _scratch(target.parent)
    scratch.mkdir()
    try:
        yield scratch
        for path in scratch.rglob("*"):
            if path.is_file():
                _sync_file(path)
            else:
                _sync_directory(path)
        _sync_directory(scratch)
        scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    _sync_directory(target.parent)


def sweep(directory: Path) -> None:
    """Delete what killed writers left unfinished in ``directory``; the caller is the only writer."""
    for path in directory.glob(f"{SCRATCH}*"):
        discard(path)


def discard(path: Path) -> None:
    """Delete a file or a directory; what cannot be deleted now is left for the next time."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


class SharedHold:
    """Tells cleaners, also of other processes, that a file is in use while this object lives."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where the file is gone."""
        self._file = path.open("rb")
        if fcntl:
            with suppress(OSError):  # a file system without locks: such a reader may have to ask again
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


_REASONS = {
    errno.ENOSPC: "磁盘已满，请腾出空间后重试",
    errno.EDQUOT: "磁盘配额已用完，请腾出空间后重试",
    errno.EFBIG: "文件超过了系统允许的大小，请放宽限制后重试",
    errno.EROFS: "所在磁盘是只读的，请换一个可写的目录",
    errno.EACCES: "没有写入权限，请检查目录权限或换一个目录",
    errno.EPERM: "没有写入权限，请检查目录权限或换一个目录",
    errno.ENOTDIR: "该路径不是目录，请换一个目录",
    errno.EEXIST: "该路径不是目录，请换一个目录",
    errno.EMFILE: "打开的文件过多，请提高系统限制后重试",
}


@contextmanager
def storage_errors(directory: Path) -> Iterator[None]:
    """Turn the file system's refusals into one sentence."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(_errno(error)) or f"读写磁盘出错（{error.strerror or error}），请检查磁盘后重试"
        raise StorageError(f"文库“{directory}”无法写入：{reason}；原有内容没有改动。") from error


def _errno(error: OSError) -> int:
    """The error's number; NumPy and FAISS give none, but FAISS gives its text."""
    if error.errno is not None:
        return error.errno
    return next((number for number in _REASONS if os.strerror(number) in str(error)), 0)


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

"""Where prepared models are kept, how one gets there whole or not at all, and that it still is."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from index.errors import EncoderError

CHECKSUMS = "checksums.json"
"""In each folder, ``{path: SHA-256}`` of all its other files."""

_log = logging.getLogger(__name__)


def cache_root() -> Path:
    """The user's cache directory for models: ``$WENBAO_CACHE``, else the platform's own place."""
    chosen = os.environ.get("WENBAO_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("wenbao", appauthor=False)


def build_once(name: str, build: Callable[[Path], None]) -> Path:
    """The folder ``name`` of the cache, filled by ``build(folder)`` when it is not there yet or damaged.

    ``build`` writes beside the final place and the finished folder is renamed, so a reader never sees
    half of one; of several processes one builds and the others wait for it. Raises EncoderError when
    the cache cannot be written.
    """
    folder = cache_root() / name
    if _is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{name}.lock")):
            if not _is_whole(folder):
                _build_and_rename(folder, build)
    except OSError as error:
        raise EncoderError(
            f"无法写入模型缓存目录“{folder.parent}”（{error.strerror or error}），"
            "请检查权限和磁盘空间，或用环境变量 WENBAO_CACHE 指定别的目录。"
        ) from error
    return folder


def _build_and_rename(folder: Path, build: Callable[[Path], None]) -> None:
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # left by a process killed while building
    unfinished.mkdir()
    if folder.exists():
        _log.warning("模型缓存“%s”不完整或已损坏，正在重建……", folder)
    try:
        build(unfinished)
        seal(unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def seal(folder: Path) -> None:
    """Writes the checksums of what is in ``folder``."""
    (folder / CHECKSUMS).write_text(json.dumps(_checksums(folder)), encoding="utf-8")


def _is_whole(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / CHECKSUMS).read_bytes()) == _checksums(folder))
    except (OSError, ValueError):
        return False


def _checksums(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): _sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file != folder / CHECKSUMS
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Where prepared models are kept, and how one gets there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from index.errors import EncoderError


def cache_root() -> Path:
    """The user's cache directory for models: ``$WENBAO_CACHE``, else the platform's own place."""
    chosen = os.environ.get("WENBAO_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("wenbao", appauthor=False)


def build_once(name: str, build: Callable[[Path], None]) -> Path:
    """The folder ``name`` of the cache, filled by ``build(folder)`` when it is not there yet.

    ``build`` writes beside the final place and the finished folder is renamed, so a reader never sees
    half of one; of several processes one builds and the others wait for it. Raises EncoderError when
    the cache cannot be written.
    """
    folder = cache_root() / name
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{name}.lock")):
            if not folder.is_dir():
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
    try:
        build(unfinished)
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)

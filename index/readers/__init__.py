"""Files to pages of lines; the type is decided by what is inside, never by the name."""

from __future__ import annotations

from pathlib import Path

from index.errors import SourceError
from index.readers.text import read_text
from index.types import Source

MAX_BYTES = 200_000_000
"""No source file may be larger; text and other formats have tighter limits of their own."""


SUFFIXES = frozenset({".txt", ".pdf", ".docx", ".html", ".htm", ".md", ".markdown"})
"""What is taken from a folder; a file named by the user is read whatever its name."""


def load(path: Path) -> bytes:
    """The bytes of one file. Raises SourceError where it is missing, too large or unreadable."""
    name = path.name
    try:
        if path.is_dir():
            raise SourceError(f"“{name}”是文件夹，请指定其中的文件。")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"“{name}”太大，文件不能超过 {MAX_BYTES // 1_000_000} MB，请拆分后再添加。")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"找不到文件“{path}”，请检查路径是否正确。") from error
    except OSError as error:
        raise SourceError(f"无法读取“{name}”，请检查文件权限或磁盘是否正常。") from error


def read(path: Path) -> Source:
    """Read one file. Raises SourceError, with a sentence for the user, when it cannot be a report."""
    return read_bytes(load(path), path.name)


def read_bytes(data: bytes, name: str) -> Source:
    """Read a file's content; ``name`` is for messages and tells apart what content cannot (md, txt)."""
    if not data.strip(b"\0 \t\r\n"):
        raise SourceError(f"“{name}”是空文件，请换一个有内容的文件。")
    return read_text(data, name)

"""Which formats there are, and which of them a file is: told by what is inside, never by its name."""

from __future__ import annotations

import importlib
import io
import pkgutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.errors import SourceError
from index.text import visible
from index.types import Source

MAX_BYTES = 200_000_000
"""No source file may be larger; text and web pages have a tighter limit of their own."""
MAX_UNPACKED_BYTES = 300_000_000
"""Office files are ZIP archives; one that unpacks to more is refused."""
MAX_PARTS = 10_000
"""Office files are ZIP archives; one that unpacks to more is refused."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def _ignore(label: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to be recognised and read: the bytes, the name, the members' names of a ZIP archive.

    ``report_progress`` takes a label in Chinese while a page takes long.
    """

    data: bytes
    name: str
    parts: frozenset[str] = frozenset()
    report_progress: Callable[[str], None] = _ignore

    @property
    def suffix(self) -> str:
        """The name's suffix in lower case, with its dot; ``""`` for none."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. To add one, put a module with a ``FORMAT`` into ``index/readers/formats/``.

    ``name`` is shown to users, ``""`` where the format is only known to be refused; files with one of
    ``suffixes`` (lower case, with dot) are taken from folders and offered by the upload page. ``read``
    raises SourceError, a sentence that names the file, for what it cannot read. Formats are
    asked in the order of ``rank`` whether the sample ``matches``. ``simple`` formats have no parser that a
    hostile file could hold or break; the others are read in a process of their own. A module of formats imports the
    library it needs inside ``read``: it must be light until a file of its kind comes.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[Sample], bool]
    read: Callable[[Sample], Source]
    rank: int = 0
    simple: bool = False


@cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order in which they are asked."""
    package = importlib.import_module("index.readers.formats")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{package.__name__}.{name}").FORMAT for name in names]
    return tuple(sorted(found, key=lambda form: form.rank))


def suffixes() -> tuple[str, ...]:
    """What is taken from a folder and offered for upload; a file named by the user is read whatever its name."""
    return tuple(suffix for form in formats() for suffix in form.suffixes)


def format_names() -> tuple[str, ...]:
    """The formats as users call them: PDF, DOCX, …"""
    return tuple(form.name for form in formats() if form.name)


def load(path: Path) -> bytes:
    """The bytes of one file. Raises SourceError where it is missing, too large or unreadable."""
    name = path.name
    try:
        if path.is_dir():
            raise SourceError(f"“{name}”是文件夹，请指定其中的文件。")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(f"“{name}”是管道、设备或套接字，不是普通文件，请换成文件再添加。")
        if status.st_size > MAX_BYTES:
            raise SourceError(f"“{name}”太大，文件不能超过 {MAX_BYTES // 1_000_000} MB，请拆分后再添加。")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"找不到文件“{path}”，请检查路径是否正确。") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"无法读取“{name}”，请检查文件名、权限和磁盘是否正常。") from error


def read_bytes(data: bytes, name: str, report_progress: Callable[[str], None] = _ignore) -> Source:
    """Read a file's content; ``name`` is for messages and tells apart what content cannot (md, txt).

    ``report_progress`` takes a label in Chinese while a page takes long (OCR).

    Raises SourceError for what is empty, too large, damaged or of a kind that holds no text.
    """
    sample = _sample(data, name, report_progress)
    source = _format_of(sample).read(sample)
    if not any(visible(line.text).strip() for page in source.pages for line in page.lines):
        raise SourceError(f"“{name}”里没有文字，请换一个有内容的文件。")
    return source


def needs_parser(data: bytes, name: str) -> bool:
    """Whether a file is of a format that is not ``simple``; raises SourceError as ``read_bytes`` does."""
    return not _format_of(_sample(data, name, _ignore)).simple


def _sample(data: bytes, name: str, report_progress: Callable[[str], None]) -> Sample:
    if not data.strip(b"\0 \t\r\n\f"):
        raise SourceError(f"“{name}”是空文件，请换一个有内容的文件。")
    if len(data) > MAX_BYTES:
        raise SourceError(f"“{name}”太大，文件不能超过 {MAX_BYTES // 1_000_000} MB，请拆分后再添加。")
    return Sample(data, name, _parts(data, name) if data.startswith(_ZIP) else frozenset(), report_progress)


def _format_of(sample: Sample) -> Format:
    return next(form for form in formats() if form.matches(sample))


def _parts(data: bytes, name: str) -> frozenset[str]:
    """The names of an archive's members; raises SourceError for a broken one or one too large unpacked."""
    broken = SourceError(f"“{name}”已损坏，请重新取得文件后再添加。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except Exception as error:  # zipfile raises errors of many kinds on damaged directories
        raise broken from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        limit = MAX_UNPACKED_BYTES // 1_000_000
        raise SourceError(f"“{name}”解压后超过 {limit} MB，不予读取，请检查文件来源或拆分后再添加。")
    try:
        honest = all(_is_as_large_as_said(data, part) for part in parts)
    except (zlib.error, struct.error, ValueError) as error:
        raise broken from error
    if not honest:
        raise broken
    return frozenset(part.filename for part in parts)


def _is_as_large_as_said(data: bytes, part: zipfile.ZipInfo) -> bool:
    """Whether a member unpacks to no more than the directory says, which zipfile would find out too late."""
    at = part.header_offset
    name, extra = struct.unpack_from("<HH", data, at + 26)
    packed = memoryview(data)[at + 30 + name + extra :][: part.compress_size]
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return part.compress_type == zipfile.ZIP_STORED and part.compress_size == part.file_size
    unpacker, size = zlib.decompressobj(-15), 0
    rest: bytes | memoryview = packed
    while rest and size <= part.file_size and not unpacker.eof:
        size += len(unpacker.decompress(rest, 1 << 20))
        rest = unpacker.unconsumed_tail
    return size <= part.file_size

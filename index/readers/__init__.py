"""Files to pages of lines; the type is decided by what is inside, never by the name."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from index.errors import SourceError
from index.readers.text import read_text
from index.text import visible
from index.types import Source

MAX_BYTES = 200_000_000
"""No source file may be larger; text and web pages have a tighter limit of their own."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"RIFF", b"\0\0\0\x0cjP")
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"</(?:p|div|html|body|table|h[1-6])\s*>", re.IGNORECASE)


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
    except (OSError, ValueError) as error:
        raise SourceError(f"无法读取“{name}”，请检查文件名、权限和磁盘是否正常。") from error


def read(path: Path) -> Source:
    """Read one file. Raises SourceError, with a sentence for the user, when it cannot be a report."""
    return read_bytes(load(path), path.name)


def read_bytes(data: bytes, name: str) -> Source:
    """Read a file's content; ``name`` is for messages and tells apart what content cannot (md, txt).

    Raises SourceError for what is empty, too large, damaged or of a kind that holds no text.
    """
    if not data.strip(b"\0 \t\r\n\f"):
        raise SourceError(f"“{name}”是空文件，请换一个有内容的文件。")
    if len(data) > MAX_BYTES:
        raise SourceError(f"“{name}”太大，文件不能超过 {MAX_BYTES // 1_000_000} MB，请拆分后再添加。")
    if b"%PDF-" in data[:1024]:
        from index.readers.pdf import read_pdf

        return _with_text(read_pdf(data, name), name)
    if data.startswith(_ZIP):
        return _with_text(_read_archive(data, name), name)
    _refuse_known(data, name)
    return _with_text(_read_textual(data, name), name)


def _read_archive(data: bytes, name: str) -> Source:
    from index.readers.docx import check_archive, read_docx

    check_archive(data, name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
    if "word/document.xml" in parts:
        return read_docx(data, name)
    if any(part.startswith(("xl/", "ppt/")) for part in parts) or "mimetype" in parts:
        raise SourceError(f"“{name}”是表格、幻灯片等文件，请把正文另存为 .docx 或 PDF 后再添加。")
    raise SourceError(f"“{name}”是压缩包，请先解压，再添加里面的文件。")


def _refuse_known(data: bytes, name: str) -> None:
    """Raises SourceError for well-known kinds of files that hold no text to read."""
    if data.startswith(_OLE):
        raise SourceError(
            f"“{name}”是旧版 Office、WPS 或加密的文件，请用 Word 或 WPS 另存为 .docx 或 PDF 后再添加。"
        )
    if data.startswith(b"{\\rtf"):
        raise SourceError(f"“{name}”是 RTF 文件，请用 Word 或 WPS 另存为 .docx 后再添加。")
    bitmap = data.startswith(b"BM") and data[6:10] == bytes(4)
    if bitmap or data.startswith(_IMAGES) or data[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif"):
        raise SourceError(f"“{name}”是图片，请先做文字识别（OCR），再添加识别后的文件。")
    if data.startswith(_ARCHIVES):
        raise SourceError(f"“{name}”是压缩包，请先解压，再添加里面的文件。")


def _read_textual(data: bytes, name: str) -> Source:
    if _looks_html(data):
        from index.readers.html import read_html

        return read_html(data, name)
    if Path(name).suffix.lower() in (".md", ".markdown"):
        from index.readers.markdown import read_markdown

        return read_markdown(data, name)
    return read_text(data, name)


def _looks_html(data: bytes) -> bool:
    """Opens like a page, or is full of its tags."""
    head = data[:20_000].replace(b"\0", b"").decode("latin-1").removeprefix("ï»¿")
    return _HTML.match(head) is not None or len(_MARKUP.findall(head)) >= 5


def _with_text(source: Source, name: str) -> Source:
    if not any(visible(line.text).strip() for page in source.pages for line in page.lines):
        raise SourceError(f"“{name}”里没有文字，请换一个有内容的文件。")
    return source

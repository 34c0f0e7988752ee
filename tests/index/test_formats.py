"""The registry of formats: one file a format, told by content; what users are shown comes from it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from index.errors import SourceError
from index.readers import format_names, read_bytes, suffixes
from index.readers.registry import Sample, formats

ROOT = Path(__file__).parents[2]


def test_every_format_says_how_it_is_named_and_recognised() -> None:
    assert len(set(suffixes())) == len(suffixes())
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes())
    assert formats()[-1].matches(Sample(b"anything", "x"))
    assert all(form.suffixes for form in formats() if form.name)


def test_the_readme_names_every_format() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("| 格式 | 说明 |") :].split("\n\n")[0]
    assert [
        form.suffixes[0] for form in formats() if form.name and f"`{form.suffixes[0]}`" not in table
    ] == []


def test_the_upload_page_offers_every_format() -> None:
    from ui.app import _shelf

    page = _shelf()
    assert f'accept="{",".join(suffixes())}"' in page
    assert f"支持 {'、'.join(format_names())}，" in page


def test_text_and_markdown_with_some_tags_are_no_web_pages() -> None:
    tags = "<div align=center>图</div>\n" * 9
    text = f"# 报告\n\n第一段。\n\n{tags}"
    assert read_bytes(text.encode(), "a.md").kind == "markdown"
    assert read_bytes(text.encode(), "a.txt").kind == "text"
    assert read_bytes(("<div><p>正文。</p></div>\n" * 9).encode(), "a.txt").kind == "html"
    assert read_bytes(text.encode(), "下载").kind == "html"


def lying_archive(name: str, content: bytes, said: int) -> bytes:
    """An archive whose directory and CRC say that a member is ``said`` bytes long."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    data = bytearray(buffer.getvalue())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<II", data, at + 16, zlib.crc32(content[:said]), at - 30 - len(name))
    struct.pack_into("<I", data, at + 24, said)
    return bytes(data)


def test_an_archive_that_lies_about_sizes_is_refused() -> None:
    data = lying_archive("word/document.xml", bytes(50_000_000), 1000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.getinfo("word/document.xml").file_size == 1000
    with pytest.raises(SourceError, match="已损坏"):
        read_bytes(data, "a.docx")

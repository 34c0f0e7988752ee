"""Reading files: encodings, kinds told by content, and bad input that ends in one sentence."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.readers import load, read_bytes
from index.readers.encodings import MAX_LINES, MAX_TEXT_BYTES, decode
from index.text.layout import clean

from .samples import REPORT, make_docx, make_html

TEXT = "\n".join(REPORT)
TRADITIONAL = (
    "市政府工作報告\n一、過去一年工作回顧\n經濟發展穩中向好，全年生產總值增長百分之五，城鄉居民收入持續提高。"
)


def sentence_or_text(data: bytes, name: str) -> str:
    """What the user gets: the text, or the sentence that refuses the file."""
    try:
        return clean(read_bytes(data, name)).text
    except SourceError as error:
        return str(error)


def refused(data: bytes, name: str) -> str:
    with pytest.raises(SourceError) as caught:
        read_bytes(data, name)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith("。")
    assert sentence.count("。") == 1
    assert name in sentence
    return sentence


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"],
)
def test_encodings_of_a_simplified_report(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "a.txt") == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "cp950", "big5hkscs", "gb18030", "utf-16-le"])
def test_encodings_of_a_traditional_report(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding), "a.txt") == TRADITIONAL


@pytest.mark.parametrize("text", ["政府工作报告", "天桥区", "一、工作回顾", "各位代表：", "2024年增长4%。"])
def test_short_gb18030(text: str) -> None:
    assert decode(text.encode("gb18030"), "a.txt") == text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="gb18030", categories=["L", "N", "P"]), min_size=1, max_size=80))
def test_utf8_is_always_right(text: str) -> None:
    assert decode(text.encode("utf-8"), "a.txt") == text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_a_sentence(data: bytes) -> None:
    for name in ("a.txt", "a.md", "a.html"):
        assert sentence_or_text(data, name)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"%PDF-1.7\n", b"PK\x03\x04", b"<html><body>", b"\xff\xfe", b"\x89PNG\r\n\x1a\n"]),
    st.binary(max_size=300),
)
def test_damaged_files_are_refused_or_read(magic: bytes, rest: bytes) -> None:
    assert sentence_or_text(magic + rest, "x")


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "空文件"),
        (b"\xef\xbb\xbf \r\n\t", "没有文字"),
        (b" \r\n\t\0", "空文件"),
        (b"GIF89a" + bytes(50), ".png"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "另存为 .docx"),
        (b"{\\rtf1\\ansi ...}", "另存为 .docx"),
        (b"Rar!\x1a\x07\x00" + bytes(50), "解压"),
        (bytes(range(256)) * 8, "UTF-8"),
        (TEXT.encode("gb18030") + b"\xff\xff", "UTF-8"),
        (b"\xff\xfe" + b"\x00\xd8" * 9, "UTF-8"),
    ],
)
def test_what_is_no_report_is_refused(data: bytes, advice: str) -> None:
    assert advice in refused(data, "报告.txt")


def test_name_does_not_decide_the_kind() -> None:
    assert read_bytes(make_docx(REPORT), "报告.txt").kind == "docx"
    assert read_bytes(make_html(REPORT).encode(), "报告.txt").kind == "html"
    assert read_bytes(TEXT.encode(), "报告.pdf").kind == "text"
    assert read_bytes(TEXT.encode(), "报告.md").kind == "markdown"


def test_other_archives_are_named(tmp_path: Path) -> None:
    for part, advice in (("xl/workbook.xml", "表格"), ("报告.txt", "解压")):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(part, "x")
        assert advice in refused(buffer.getvalue(), "a.docx")


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.registry.MAX_UNPACKED_BYTES", 1_000_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(1_000_001))
    assert len(buffer.getvalue()) < 5000
    assert "解压后超过 1 MB" in refused(buffer.getvalue(), "a.docx")


def test_fifty_megabytes_of_text_are_refused_at_once() -> None:
    data = (TEXT + "\n").encode() * (50_000_000 // len(TEXT.encode()))
    started = time.thread_time()
    assert f"{MAX_TEXT_BYTES // 1_000_000} MB" in refused(data, "大文件.txt")
    assert time.thread_time() - started < 1


def test_endless_lines_are_refused_at_once() -> None:
    assert "行数太多" in refused(b"1\n" * (MAX_LINES + 1), "a.txt")
    assert "行数太多" in refused("# 一\n".encode() * (MAX_LINES + 1), "a.md")


@pytest.mark.parametrize("piece", ["[", "![", "*", "<", "`", "> ", "- ", "| "])
def test_hostile_markdown_takes_no_time(piece: str) -> None:
    started = time.thread_time()
    assert sentence_or_text((piece * 100_000 + "\n政府工作报告。").encode(), "a.md")
    assert time.thread_time() - started < 10


def test_a_tag_of_many_attributes_takes_no_time() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(200_000))
    started = time.thread_time()
    assert "不是正常的网页" in refused(f"<html><body><p {attributes}>正文。</p>".encode(), "a.html")
    assert time.thread_time() - started < 5


def test_missing_files_folders_and_odd_names(tmp_path: Path) -> None:
    for path in (tmp_path / "没有.txt", tmp_path, Path("a\0b.txt")):
        with pytest.raises(SourceError) as caught:
            load(path)
        assert str(caught.value).endswith("。")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("报告")
    path.chmod(0)
    with pytest.raises(SourceError, match="权限"):
        load(path)


def test_control_characters_do_no_harm() -> None:
    text = "政府\x07工作\x1b报告。\u202e反向\u202c。\x00"
    assert clean(read_bytes((text + TEXT).encode(), "a.txt")).text.startswith(
        "政府工作报告。反向。政府工作报告"
    )

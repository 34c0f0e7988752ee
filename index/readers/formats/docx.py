"""Word documents: paragraphs, tables and automatic numbers in document order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from index.errors import SourceError
from index.readers.registry import Format, Sample
from index.readers.word_numbering import Numbering, W
from index.types import Line, Page, Source

_PAGES = re.compile(r"<Pages>(\d+)</Pages>")
_CONTENTS_STYLE = re.compile(r"toc \d|目录 ?\d", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
_SKIPPED = {W + "del", W + "moveFrom", W + "txbxContent", W + "pPr", W + "rPr"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PAGE_BREAK = "\f"

Element = Any
"""An lxml element."""


def _read(sample: Sample) -> Source:
    """Paragraphs with the levels of their heading styles, table rows as lines, cells apart by a space.

    Pages come only from Word's own rendered page breaks, and only when they agree with the number of
    pages it noted. Raises SourceError for a damaged file.
    """
    from docx import Document

    data, name = sample.data, sample.name
    try:
        document = Document(io.BytesIO(data))
        lines = list(_Body(document).lines())
    except Exception as error:  # python-docx lets errors of zipfile, lxml and its own through
        raise SourceError(
            f"“{name}”不是完好的 Word 文档，请用 Word 或 WPS 打开后另存为 .docx 再添加。"
        ) from error
    if not any(line.text.strip(_PAGE_BREAK).strip() for line in lines):
        raise SourceError(f"“{name}”里没有文字，若内容是图片，请先做文字识别（OCR）再添加。")
    return Source("docx", _to_pages(lines, _noted_pages(data)))


def _noted_pages(data: bytes) -> int | None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "docProps/app.xml" not in archive.namelist():
            return None
        found = _PAGES.search(archive.read("docProps/app.xml").decode("utf-8", "replace"))
    return int(found[1]) if found else None


def _to_pages(lines: list[Line], noted: int | None) -> tuple[Page, ...]:
    """Cut at the page breaks within the lines if there are as many as there should be."""
    breaks = sum(line.text.count(_PAGE_BREAK) for line in lines)
    if not breaks or breaks + 1 != noted:
        return (Page(None, tuple(Line(line.text.replace(_PAGE_BREAK, ""), line.level) for line in lines)),)
    pages: list[list[Line]] = [[]]
    for line in lines:
        *before, last = line.text.split(_PAGE_BREAK)
        for part in before:
            if part.strip():
                pages[-1].append(Line(part, line.level, room=0.0))
            pages.append([])
        pages[-1].append(Line(last, line.level))
    return tuple(Page(number, tuple(page)) for number, page in enumerate(pages, start=1))


class _Body:
    """Walks the body of one document."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.styles = {style.style_id: style for style in document.styles}
        self.numbering = Numbering.of(document)
        names = {style.name for style in self._used_styles()}
        self.below_title = 1 if "Title" in names else 0

    def lines(self) -> Iterator[Line]:
        yield from self._blocks(self.document.element.body)

    def _used_styles(self) -> Iterator[Any]:
        for mark in self.document.element.body.iter(W + "pStyle"):
            if style := self.styles.get(mark.get(W + "val")):
                yield style

    def _blocks(self, parent: Element) -> Iterator[Line]:
        for child in parent:
            if child.tag == W + "p":
                yield from self._paragraph(child)
            elif child.tag == W + "tbl":
                yield from (self._table_row(row) for row in child.iter(W + "tr"))
            elif child.tag in (W + "sdt", W + "sdtContent", W + "customXml", W + "ins"):
                yield from self._blocks(child)

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        for box in _text_boxes(paragraph):
            yield from self._blocks(box)
        style = self._style(paragraph)
        if style is not None and _CONTENTS_STYLE.match(style.name or ""):
            return
        text = _text(paragraph)
        if text.strip(_PAGE_BREAK).strip():
            text = self.numbering.label(paragraph, style) + text
        level = self._level(paragraph, style)
        yield from (Line(part, level if part.strip() else 0) for part in text.split("\n"))

    def _style(self, paragraph: Element) -> Any:
        mark = paragraph.find(f"{W}pPr/{W}pStyle")
        return None if mark is None else self.styles.get(mark.get(W + "val"))

    def _level(self, paragraph: Element, style: Any) -> int:
        """From the paragraph's outline level, else from its style or the styles that one is based on."""
        own = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if own is not None:
            return _outline_level(own, self.below_title)
        while style is not None:
            if style.name == "Title":
                return 1
            if match := _HEADING_STYLE.fullmatch(style.name or ""):
                return int(match[1]) + self.below_title
            declared = style.element.find(f"{W}pPr/{W}outlineLvl")
            if declared is not None:
                return _outline_level(declared, self.below_title)
            style = style.base_style
        return 0

    def _table_row(self, row: Element) -> Line:
        cells = [
            " ".join(line.text.strip() for line in self._blocks(cell) if line.text.strip())
            for cell in row.iterchildren(W + "tc")
        ]
        return Line("\u3000".join(cell for cell in cells if cell))


def _outline_level(mark: Element, below_title: int) -> int:
    level = int(mark.get(W + "val", "9"))
    return level + 1 + below_title if level < 9 else 0


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    for box in paragraph.iter(W + "txbxContent"):
        if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
            yield box


def _text(element: Element) -> str:
    """The text of a paragraph as it is shown: without deleted runs and text boxes; breaks as marks."""
    parts: list[str] = []
    for child in element:
        if child.tag in _SKIPPED or child.tag == _FALLBACK:
            continue
        if child.tag == W + "t":
            parts.append(child.text or "")
        elif child.tag == W + "tab":
            parts.append(" ")
        elif child.tag == W + "lastRenderedPageBreak":
            parts.append(_PAGE_BREAK)
        elif child.tag in (W + "br", W + "cr"):
            parts.append("\n")
        elif child.tag == W + "noBreakHyphen":
            parts.append("-")
        else:
            parts.append(_text(child))
    return "".join(parts)


FORMAT = Format("DOCX", (".docx",), lambda sample: "word/document.xml" in sample.parts, _read)

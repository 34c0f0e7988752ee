"""Word documents: paragraphs, tables, notes and automatic numbers in document order.

Pages are not read: Word stores none. What it leaves in a file (``lastRenderedPageBreak``, a count in the
properties) tells where pages broke on the computer that saved it last, and moves with fonts and printers.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from index.errors import SourceError
from index.readers.registry import Format, Sample
from index.readers.tables import Cell, table_lines
from index.readers.word_numbering import Numbering, W
from index.types import Line, Page, Source

_CONTENTS_STYLE = re.compile(r"toc \d|目录 ?\d", re.IGNORECASE)
"""toc 1, 目录 2; not 标题 1."""
_HEADING_STYLE = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
"""heading 1, 标题2; not 正文."""
_SKIPPED = {W + tag for tag in ("del", "moveFrom", "txbxContent", "pPr", "rPr", "rt")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FORMULA_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LAID_OUT = 3
"""A cell of more paragraphs lays out the page: it is text, not a value."""
_MOST_CELLS = 100_000
"""A table of more is a mistake or an attack, and would be worked on for minutes."""

# Strict files are the same under other names: http://purl.oclc.org/ooxml/wordprocessingml/main.
_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (b"http://purl.oclc.org/ooxml/officeDocument/customXml", b"http://schemas.openxmlformats.org/officeDocument/2006/customXml"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)  # fmt: skip

Element = Any
"""An lxml element."""


def _read(sample: Sample) -> Source:
    """Paragraphs with the levels of their heading styles, tables row by row, notes at the end.

    Raises SourceError for a damaged file.
    """
    from docx import Document

    name = sample.name
    try:
        document = Document(io.BytesIO(_transitional(sample.data)))
        lines = list(_Body(document).lines())
    except Exception as error:  # python-docx lets errors of zipfile, lxml and its own through
        raise SourceError(
            f"“{name}”不是完好的 Word 文档，请用 Word 或 WPS 打开后另存为 .docx 再添加。"
        ) from error
    if not any(line.text.strip() for line in lines):
        raise SourceError(f"“{name}”里没有文字，若内容是图片，请先做文字识别（OCR）再添加。")
    return Source("docx", (Page(None, tuple(lines)),))


def _transitional(data: bytes) -> bytes:
    """The file under the names that python-docx knows, where it uses those of Strict OOXML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _STRICT not in archive.read("word/document.xml"):
            return data
        renamed = io.BytesIO()
        with zipfile.ZipFile(renamed, "w", zipfile.ZIP_STORED) as target:
            for part in archive.infolist():
                content = archive.read(part)
                if part.filename.endswith((".xml", ".rels")):
                    for strict, usual in _NAMES:
                        content = content.replace(strict, usual)
                target.writestr(part.filename, content)
    return renamed.getvalue()


class _Body:
    """Walks the body of one document."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.styles = {style.style_id: style for style in document.styles}
        self.numbering = Numbering.of(document)
        names = {style.name for style in self._used_styles()}
        self.below_title = 1 if "Title" in names else 0
        self.notes: list[tuple[str, str]] = []
        """Kind and id of the notes referred to, in the order of their numbers."""

    def lines(self) -> Iterator[Line]:
        yield from self._blocks(self.document.element.body)
        yield from self._note_lines()

    def _used_styles(self) -> Iterator[Any]:
        for mark in self.document.element.body.iter(W + "pStyle"):
            if style := self.styles.get(mark.get(W + "val")):
                yield style

    def _blocks(self, parent: Element) -> Iterator[Line]:
        for child in parent:
            if child.tag == W + "p":
                yield from self._paragraph(child)
            elif child.tag == W + "tbl":
                yield from self._table(child)
            elif child.tag in (W + "sdt", W + "sdtContent", W + "customXml", W + "ins"):
                yield from self._blocks(child)

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        for box in _text_boxes(paragraph):
            yield from self._blocks(box)
        style = self._style(paragraph)
        if style is not None and _CONTENTS_STYLE.match(style.name or ""):
            return
        text = self._text(paragraph)
        if text.strip():
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

    def _table(self, table: Element) -> Iterator[Line]:
        """A table's rows, then the tables within its cells; one that lays out the page gives its texts."""
        cells = list(_cells(table))
        contents = [list(self._blocks(_without_tables(element))) for element, *_ in cells]
        texts = [[line.text.strip() for line in lines if line.text.strip()] for lines in contents]
        if len(cells) < 2 or any(len(paragraphs) > _LAID_OUT for paragraphs in texts):
            for element, *_ in cells:
                yield from self._blocks(element)
            return
        yield from table_lines(
            [
                Cell(" ".join(paragraphs), row, column, height, width)
                for paragraphs, (_, row, column, height, width) in zip(texts, cells, strict=True)
            ],
            _heading_rows(table),
        )
        for element, *_ in cells:
            for inner in element.iterchildren(W + "tbl"):
                yield from self._table(inner)

    def _text(self, element: Element) -> str:
        """The text as it is shown: without deleted runs and text boxes; a note's number raised."""
        parts: list[str] = []
        for child in element:
            tag = child.tag
            if tag in _SKIPPED or tag == _FALLBACK:
                continue
            if tag in (W + "t", _FORMULA_TEXT):
                parts.append(child.text or "")
            elif tag == W + "tab":
                parts.append(" ")
            elif tag in (W + "br", W + "cr"):
                parts.append("\n")
            elif tag == W + "noBreakHyphen":
                parts.append("-")
            elif tag in (W + "footnoteReference", W + "endnoteReference"):
                parts.append(self._note(tag.removeprefix(W).removesuffix("Reference"), child))
            else:
                parts.append(self._text(child))
        return "".join(parts)

    def _note(self, kind: str, reference: Element) -> str:
        """The number of a note, as it is shown where the text refers to it."""
        if (note := (kind, reference.get(W + "id"))) not in self.notes:
            self.notes.append(note)
        return str(self.notes.index(note) + 1).translate(_SUPERSCRIPT)

    def _note_lines(self) -> Iterator[Line]:
        """The notes that the text refers to, each behind its number."""
        held = {
            (kind, note.get(W + "id")): note for kind in ("footnote", "endnote") for note in self._notes(kind)
        }
        for number, key in enumerate(self.notes, start=1):
            if key in held:
                text = " ".join(line.text.strip() for line in self._blocks(held[key]))
                if text.strip():
                    yield Line(f"{str(number).translate(_SUPERSCRIPT)}{text.strip()}")

    def _notes(self, kind: str) -> Iterator[Element]:
        from docx.oxml import parse_xml

        for related in self.document.part.rels.values():
            if related.reltype.endswith(f"/{kind}s") and not related.is_external:
                yield from parse_xml(related.target_part.blob).iterchildren(W + kind)


def _outline_level(mark: Element, below_title: int) -> int:
    level = int(mark.get(W + "val", "9"))
    return level + 1 + below_title if level < 9 else 0  # 9 is Word's for body text


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    for box in paragraph.iter(W + "txbxContent"):
        if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
            yield box


def _without_tables(cell: Element) -> list[Element]:
    return [child for child in cell if child.tag != W + "tbl"]


def _rows(table: Element) -> Iterator[Element]:
    """The table's own rows, also those that a content control or a tracked change wraps."""
    for child in table:
        if child.tag == W + "tr":
            yield child
        elif child.tag in (W + "sdt", W + "sdtContent", W + "customXml", W + "ins"):
            yield from _rows(child)


def _row_cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == W + "tc":
            yield child
        elif child.tag in (W + "sdt", W + "sdtContent", W + "customXml"):
            yield from _row_cells(child)


def _heading_rows(table: Element) -> int | None:
    """How many rows at the top the file marks as headings; None where it marks none."""
    count = 0
    for row in _rows(table):
        if row.find(f"{W}trPr/{W}tblHeader") is None:
            break
        count += 1
    return count or None


def _cells(table: Element) -> Iterator[tuple[Element, int, int, int, int]]:
    """Each cell with its row, column, and the rows and columns it covers."""
    found: list[list[Any]] = []
    above: dict[int, list[Any]] = {}
    for row, element in enumerate(_rows(table)):
        column = _number(element.find(f"{W}trPr/{W}gridBefore"), 0)
        for cell in _row_cells(element):
            width = max(1, _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1))
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and merged.get(W + "val", "continue") == "continue"
            if goes_on and column in above:
                above[column][3] = row - above[column][1] + 1
            else:
                above[column] = [cell, row, column, 1, width]
                found.append(above[column])
            column += width
            if len(found) > _MOST_CELLS or column > _MOST_CELLS:
                raise ValueError("a table of too many cells")
    for cell, row, column, height, width in found:
        yield cell, row, column, height, width


def _number(mark: Element, default: int) -> int:
    return default if mark is None else int(mark.get(W + "val", default))


FORMAT = Format("DOCX", (".docx",), lambda sample: "word/document.xml" in sample.parts, _read)

"""PDF with a text layer: characters and their places to lines in reading order."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from threading import Lock

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from index.errors import SourceError
from index.readers.columns import Box, Slot, reading_order, usual_gutter
from index.readers.printed import PrintedRow, to_pages
from index.types import Source

MAX_PAGES = 2_000
"""The longest yearbook is shorter; more pages than this are refused."""

_MIN_CHARS_A_PAGE = 8
_SPACE = 0.18
"""A gap so many ems wider than usual in its line is white space."""
_RADICALS = re.compile("[\u2e80-\u2fd5\ufb00-\ufb06]")
_PDFIUM = Lock()
"""PDFium may be used by one thread at a time."""


@dataclass(frozen=True, slots=True)
class _Char:
    """A character and its box in points, y upward; ``size`` is its type size in points."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float


def read_pdf(data: bytes, name: str) -> Source:
    """Lines of every page, numbered from 1, with indents as leading full-width spaces.

    Raises SourceError for a PDF that is damaged, encrypted, too long or a scan without text.
    """
    with _PDFIUM:
        pages = _pages_of_chars(data, name)
    count = sum(len(page) for page in pages)
    if count < _MIN_CHARS_A_PAGE * len(pages):
        raise SourceError(f"“{name}”是没有文字层的扫描件，请先做文字识别（OCR），再添加识别后的文件。")
    if sum(_is_unknown(char.text) for page in pages for char in page) > 0.3 * count:
        raise SourceError(f"“{name}”的字体没有文字编码，提取不出正文，请先做文字识别（OCR）后再添加。")
    return Source("pdf", to_pages(_printed_rows(pages)))


def _pages_of_chars(data: bytes, name: str) -> list[list[_Char]]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
            raise SourceError(f"“{name}”有密码保护，请先去掉密码再添加。") from error
        raise SourceError(f"“{name}”不是完整的 PDF 文件，可能没有下载完，请重新取得后再添加。") from error
    try:
        if len(document) > MAX_PAGES:
            raise SourceError(f"“{name}”有 {len(document)} 页，不能超过 {MAX_PAGES} 页，请拆分后再添加。")
        return [_chars(document, number) for number in range(len(document))]
    finally:
        document.close()


def _chars(document: pdfium.PdfDocument, number: int) -> list[_Char]:
    """The characters of a page in the file's own order; a page that cannot be parsed has none."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return []
    text_page = page.get_textpage()
    try:
        found = (_char(text_page.raw, at) for at in range(text_page.count_chars()))
        return [char for char in found if char is not None]
    finally:
        text_page.close()
        page.close()


def _char(text_page: object, at: int) -> _Char | None:
    """One character; None for those that PDFium made up and for control characters.

    Some writers give the box of the ink, not of the type: the height is taken from the base line,
    the width of a Chinese character from its type size.
    """
    code = pdfium_c.FPDFText_GetUnicode(text_page, at)
    if code < 32 or code == 0xFFFE or pdfium_c.FPDFText_IsGenerated(text_page, at) == 1:
        return None
    box, matrix = pdfium_c.FS_RECTF(), pdfium_c.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    if not pdfium_c.FPDFText_GetLooseCharBox(text_page, at, box):
        return None
    pdfium_c.FPDFText_GetMatrix(text_page, at, matrix)
    pdfium_c.FPDFText_GetCharOrigin(text_page, at, x, y)
    size = pdfium_c.FPDFText_GetFontSize(text_page, at) * (matrix.b**2 + matrix.d**2) ** 0.5
    size = size or box.top - box.bottom or 1.0
    text = _RADICALS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), chr(code))
    if "\u3400" <= text < "\ufb00":
        return _Char(text, x.value, x.value + size, y.value - 0.12 * size, y.value + 0.88 * size, size)
    return _Char(text, box.left, box.right, y.value - 0.12 * size, y.value + 0.88 * size, size)


def _is_unknown(text: str) -> bool:
    return unicodedata.category(text[0]) in ("Co", "Cn", "Cs") or text == "\ufffd"


def _printed_rows(pages: Sequence[Sequence[_Char]]) -> list[list[PrintedRow]]:
    """The printed lines of each page in reading order, columns one after the other."""
    runs = [[run for run in _runs(page) if any(not char.text.isspace() for char in run)] for page in pages]
    boxes = [[_box(run) for run in page] for page in runs]
    usual = usual_gutter(boxes)
    return [
        [
            _row([page_runs[at] for at in line], slot)
            for slot, members in reading_order(page_boxes, usual)
            for line in _lines(members, page_boxes)
        ]
        for page_runs, page_boxes in zip(runs, boxes, strict=True)
    ]


def _runs(chars: Sequence[_Char]) -> list[list[_Char]]:
    """Neighbouring characters, in the file's order, that stand on one line with no wide gap."""
    runs: list[list[_Char]] = []
    for char in chars:
        last = runs[-1][-1] if runs else None
        if last is not None and _follows(last, char):
            runs[-1].append(char)
        else:
            runs.append([char])
    return [_trimmed(run) for run in runs]


def _follows(last: _Char, char: _Char) -> bool:
    em = max(last.size, char.size)
    return abs(_middle(last) - _middle(char)) < 0.4 * em and -0.8 * em < char.left - last.right < 1.8 * em


def _middle(char: _Char) -> float:
    return (char.bottom + char.top) / 2


def _trimmed(run: list[_Char]) -> list[_Char]:
    """Without white space at the ends: indents and margins are measured from what is seen."""
    while len(run) > 1 and run[-1].text.isspace():
        run = run[:-1]
    while len(run) > 1 and run[0].text.isspace():
        run = run[1:]
    return run


def _box(run: Sequence[_Char]) -> Box:
    return Box(
        min(char.left for char in run),
        max(char.right for char in run),
        min(char.bottom for char in run),
        max(char.top for char in run),
    )


def _lines(members: Sequence[int], boxes: Sequence[Box]) -> list[list[int]]:
    """Boxes that stand beside each other, top line first, each line from left to right."""
    lines: list[list[int]] = []
    for at in sorted(members, key=lambda at: -(boxes[at].bottom + boxes[at].top)):
        if lines and boxes[at].beside(boxes[lines[-1][0]]):
            lines[-1].append(at)
        else:
            lines.append([at])
    return [sorted(line, key=lambda at: boxes[at].left) for line in lines]


def _row(runs: Iterable[Sequence[_Char]], slot: Slot) -> PrintedRow:
    chars = _once([char for run in runs for char in run])
    size = median(char.size for char in chars)
    gaps = [after.left - before.right for before, after in pairwise(chars)]
    usual = max(0.0, median(gaps)) if gaps else 0.0
    parts = [chars[0].text]
    for gap, char in zip(gaps, chars[1:], strict=True):
        parts.append(" " + char.text if gap - usual > _SPACE * size else char.text)
    return PrintedRow("".join(parts), _box(chars), size, slot)


def _once(chars: Sequence[_Char]) -> list[_Char]:
    """Without the second copies that some writers print on top, slightly aside, for bold type."""
    kept: list[_Char] = []
    for char in chars:
        last = kept[-1] if kept else None
        if last is None or char.text != last.text or char.left - last.left > 0.3 * char.size:
            kept.append(char)
    return kept

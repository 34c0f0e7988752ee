"""PDFium: the characters, ruled lines and pictures of a PDF's pages, upright as a reader holds them."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from numpy.typing import NDArray

from index.errors import SourceError
from index.readers import ocr
from index.readers.placed import PlacedCharacter, pack, pack_characters, placed, unpack_characters
from index.readers.printed import SAME_LINE, Box, Character, PrintedPage, to_pages
from index.readers.registry import Sample
from index.types import Source

MAX_PAGES = 2_000
"""The longest yearbook is shorter; more pages than this are refused."""

_MIN_CHARS_A_PAGE = 8
"""A page with fewer is a picture of text: more than a page number has."""
_FEW = 0.2
"""Where OCR is missing, so many pages may be pictures (a cover, a map) in a file that is read without them."""
_THIN = 3.0
"""A filled box no thicker, in points, is a ruled line."""
_LONG = 6.0
"""Points from which a stroke is a ruled line; a shorter one belongs to a letter."""
_LETTER = 40.0
"""A drawing of many strokes, no wider or higher, is a letter or a sign."""
_UNKNOWN = 0.3
"""The share of characters without a name in a text of which a reader would make nothing; a few bullets are usual."""
_PICTURED = 1 / 3
"""The share of a page that its pictures cover where they are the page; a figure or a seal covers less."""
_STRAIGHT = 0.3
"""Ems by which characters below each other, or beside each other, may be out of line."""
_FEWEST_DOWN, _MOSTLY_DOWN = 20, 4
"""Characters below the one before them, and how many times those beside it, of a page set in columns: a narrow cell
has a few."""
_SLANT = 0.1
"""Quarters of a turn, nine degrees, by which a line may lean: a scan does, a watermark stands at an angle."""
_DESCENT = 0.12
"""Of its type size, what the square of a Chinese character reaches below the base line in the usual fonts."""
_OUTLINE = 8
"""Segments: a ruled line or a frame has no more; what has more is a letter where it is small."""
_FAR = 1e6
"""No page is so many points wide."""
_MOST_SEGMENTS = 20_000
"""A page drawn with more is a map or a chart: its lines are left alone."""
_SEEN = 0.2
"""A text of which less is left by its clipping paths is not seen."""
_DEEPEST = 4
"""Forms within forms, as PDFium's own walk takes them; deeper ones are made to hold a reader."""
_PDFIUM = Lock()
"""PDFium may be used by one thread at a time."""

Point = tuple[float, float]
_Number = TypeVar("_Number", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class _Frame:
    """How a page is turned: to what is upright, y upward, (0, 0) the lower left corner as shown."""

    left: float
    bottom: float
    width: float
    height: float
    turns: int

    def at(self, x: _Number, y: _Number) -> tuple[_Number, _Number]:
        """A point of the page's own space, or several, as it is shown."""
        x, y = x - self.left, y - self.bottom
        if self.turns == 0:
            return x, y
        if self.turns == 1:
            return y, self.width - x
        return (self.width - x, self.height - y) if self.turns == 2 else (self.height - y, x)

    def box(self, left: float, right: float, bottom: float, top: float) -> Box:
        """A box of the page's own space as it is shown."""
        (x, y), (u, v) = self.at(left, bottom), self.at(right, top)
        return Box(min(x, u), max(x, u), min(y, v), max(y, v))

    def turned(self, quarters: int) -> _Frame:
        """The same page turned so many quarters clockwise."""
        return _Frame(self.left, self.bottom, self.width, self.height, (self.turns + quarters) % 4)

    @property
    def shown(self) -> Point:
        """Width and height as shown."""
        return (self.width, self.height) if self.turns % 2 == 0 else (self.height, self.width)


class _Glyph(NamedTuple):
    """A character in the page's own space: origin, loose box, size, direction of its line in quarters
    counter-clockwise (None: slanted)."""

    text: str
    x: float
    y: float
    left: float
    right: float
    bottom: float
    top: float
    size: float
    quarter: int | None


def read_pdf(sample: Sample) -> Source:
    """Lines of every page, numbered from 1, with indents as leading full-width spaces.

    Pages that are pictures of text are read by OCR where it is installed. Raises SourceError for a PDF
    that is damaged, encrypted, too long, or needs OCR that is not there.
    """
    name = sample.name
    with _PDFIUM:
        document = _opened(sample)
        try:
            read = [_page(document, number) for number in range(len(document))]
            pages, places = [page for page, _ in read], [packed for _, packed in read]
            needs = [at for at, page in enumerate(pages) if _needs_ocr(document, at, page)]
            if needs and ocr.available():
                for done, at in enumerate(needs, start=1):
                    sample.report_progress(f"正在识别“{name}”第 {at + 1} 页（{done}/{len(needs)}）")
                    pages[at], places[at] = _recognised(document, at)
                needs = []
        finally:
            document.close()
    texts = [_text(page) for page in pages]
    count = sum(map(len, texts))
    if len(needs) > _FEW * len(pages) or (needs and count < _MIN_CHARS_A_PAGE * len(pages)):
        raise SourceError(
            f"“{name}”是扫描件（{len(pages)} 页中有 {len(needs)} 页没有文字层），{ocr.ADVICE}。"
        )
    letters = Counter("".join(texts))
    if sum(letters[letter] for letter in letters if _is_unknown(letter)) > _UNKNOWN * count:
        raise SourceError(f"“{name}”的字体没有文字编码，提取不出正文，{ocr.ADVICE}。")
    return Source("pdf", to_pages(pages), wrapped=True, placed=tuple(places))


class PdfDrawing:
    """A PDF opened to be looked at. Raises SourceError as ``read_pdf`` does."""

    def __init__(self, data: bytes) -> None:
        with _PDFIUM:
            self._document = _opened(Sample(data, "原件"))
        self.count = len(self._document)

    def close(self) -> None:
        with _PDFIUM:
            self._document.close()

    def picture(self, number: int, width: int, most_height: int) -> Any:
        """Page ``number`` (from 0) as rows of RGB pixels (height, width, 3), as a viewer shows it."""
        with _PDFIUM:
            page = self._document[number]
            try:
                across, up = page.get_size()
                scale = min(width / max(across, 1.0), most_height / max(up, 1.0))
                bitmap = page.render(scale=scale, rev_byteorder=True)
                try:
                    return bitmap.to_numpy()[..., :3].copy()
                finally:
                    bitmap.close()
            finally:
                page.close()

    def characters(self, number: int) -> list[PlacedCharacter]:
        """The page's characters in the file's own order."""
        with _PDFIUM:
            page = self._document[number]
            try:
                return unpack_characters(_packed(page, _glyphs_of(page, list(_objects(page)))))
            finally:
                page.close()


def _text(page: PrintedPage) -> str:
    return "".join((*(char.text for char in page.characters), *page.aside))


def _opened(sample: Sample) -> pdfium.PdfDocument:
    name = sample.name
    try:
        document = pdfium.PdfDocument(sample.data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
            raise SourceError(f"“{name}”有密码保护，请先去掉密码再添加。") from error
        raise SourceError(f"“{name}”不是完整的 PDF 文件，可能没有下载完，请重新取得后再添加。") from error
    if (count := len(document)) > MAX_PAGES:
        document.close()
        raise SourceError(f"“{name}”有 {count} 页，不能超过 {MAX_PAGES} 页，请拆分后再添加。")
    return document


def _needs_ocr(document: pdfium.PdfDocument, number: int, page: PrintedPage) -> bool:
    """Whether a page is a picture of text: hardly a character, and pictures over a third of it; or its
    characters have no names."""
    text = _text(page)
    if len(text) >= _MIN_CHARS_A_PAGE:
        return sum(map(_is_unknown, text)) > _UNKNOWN * len(text)
    try:
        shown = document[number]
    except pdfium.PdfiumError:
        return False
    try:
        width, height = shown.get_size()
        covered = 0.0
        for picture in shown.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEPEST):
            left, bottom, right, top = picture.get_bounds()
            covered += (right - left) * (top - bottom)
        return bool(covered > _PICTURED * width * height)
    except pdfium.PdfiumError:
        return False
    finally:
        shown.close()


def _recognised(document: pdfium.PdfDocument, number: int) -> tuple[PrintedPage, bytes]:
    """A page that is a picture, as OCR reads it."""
    pixels, height = _pixels(document, number)
    page = ocr.recognise(pixels, height)
    width = height * pixels.shape[1] / pixels.shape[0]
    return page, pack_characters(placed((char[:5] for char in page.characters), width, height))


def _pixels(document: pdfium.PdfDocument, number: int) -> tuple[Any, float]:
    """A page drawn in colour, as rows of pixels; and its height in points."""
    page = document[number]
    try:
        width, height = page.get_size()
        bitmap = page.render(scale=ocr.LONGEST_SIDE / max(width, height, 1.0), rev_byteorder=True)
        try:
            return bitmap.to_numpy()[..., :3].copy(), height
        finally:
            bitmap.close()
    finally:
        page.close()


class _Object(NamedTuple):
    """Something drawn on a page: PDFium's handle, its kind, and the forms it stands in, from the inside."""

    raw: Any
    kind: int
    forms: tuple[Any, ...]


def _objects(page: Any) -> Iterator[_Object]:
    """All objects of an open page. By PDFium's own functions: some writers draw each letter by itself, and an
    object of pypdfium2 for each takes as long as all the rest."""
    pages: list[tuple[Any, Any, Any, tuple[Any, ...]]] = [
        (pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject, page.raw, ())
    ]
    forms = (pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject)
    while pages:
        count, get, holder, chain = pages.pop()
        for at in range(count(holder)):
            raw = get(holder, at)
            kind = pdfium_c.FPDFPageObj_GetType(raw)
            yield _Object(raw, kind, chain)
            if kind == pdfium_c.FPDF_PAGEOBJ_FORM and len(chain) < _DEEPEST - 1:
                pages.append((*forms, raw, (raw, *chain)))


def _glyphs_of(page: Any, objects: Sequence[_Object]) -> list[_Glyph]:
    """All glyphs of an open page, on which ``objects`` stand; raises PdfiumError."""
    text_page = page.get_textpage()
    try:
        return list(_glyphs(text_page.raw, text_page.count_chars(), _unseen(objects)))
    finally:
        text_page.close()


def _unseen(objects: Sequence[_Object]) -> set[int | None]:
    """The addresses of texts that are clipped away: marks that the program which made the file left for itself."""
    unseen = set()
    edges = [ctypes.c_float() for _ in range(4)]
    for item in objects:
        if item.kind != pdfium_c.FPDF_PAGEOBJ_TEXT or (clip := _clip(item.raw)) is None:
            continue
        pdfium_c.FPDFPageObj_GetBounds(item.raw, *edges)
        left, bottom, right, top = (edge.value for edge in edges)
        across, up = min(right, clip[1]) - max(left, clip[0]), min(top, clip[3]) - max(bottom, clip[2])
        if max(0.0, across) * max(0.0, up) < _SEEN * (right - left) * (top - bottom):
            unseen.add(_address(item.raw))
    return unseen


def _clip(item: Any) -> tuple[float, float, float, float] | None:
    """The box (left, right, bottom, top) that is left of an object by its clipping paths, None where it has none."""
    path = pdfium_c.FPDFPageObj_GetClipPath(item)
    count = pdfium_c.FPDFClipPath_CountPaths(path) if path else 0
    box, x, y = None, ctypes.c_float(), ctypes.c_float()
    for at in range(count):
        xs, ys = [], []
        for number in range(pdfium_c.FPDFClipPath_CountPathSegments(path, at)):
            segment = pdfium_c.FPDFClipPath_GetPathSegment(path, at, number)
            pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
            xs.append(x.value)
            ys.append(y.value)
        if not xs:
            continue
        one = (min(xs), max(xs), min(ys), max(ys))
        low = box or one
        box = max(low[0], one[0]), min(low[1], one[1]), max(low[2], one[2]), min(low[3], one[3])
    return box


def _address(item: Any) -> int | None:
    return ctypes.cast(item, ctypes.c_void_p).value


def _page(document: pdfium.PdfDocument, number: int) -> tuple[PrintedPage, bytes]:
    """What stands on a page, and packed where as it is shown; one that cannot be parsed is empty."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return PrintedPage(()), pack_characters([])
    try:
        left, bottom, right, top = page.get_mediabox()
        frame = _Frame(left, bottom, right - left, top - bottom, page.get_rotation() // 90 % 4)
        objects = list(_objects(page))
        glyphs = _glyphs_of(page, objects)
        return _upright(glyphs, list(_rules(objects)), frame), _packed(page, glyphs)
    except pdfium.PdfiumError:
        return PrintedPage(()), pack_characters([])
    finally:
        page.close()


def _packed(page: Any, glyphs: Sequence[_Glyph]) -> bytes:
    """Where the glyphs of an open page stand as a viewer shows it, packed."""
    left, bottom, right, top = page.get_bbox()
    frame = _Frame(left, bottom, right - left, top - bottom, page.get_rotation() // 90 % 4)
    edges = np.array([glyph[3:7] for glyph in glyphs], np.float64).reshape(-1, 4).T
    (x, y), (u, v) = frame.at(edges[0], edges[2]), frame.at(edges[1], edges[3])
    across, up = (side or 1.0 for side in page.get_size())
    corners = (
        np.minimum(x, u) / across,
        1 - np.maximum(y, v) / up,
        np.maximum(x, u) / across,
        1 - np.minimum(y, v) / up,
    )
    return pack([glyph.text for glyph in glyphs], np.stack(corners, axis=1))


def _upright(
    glyphs: Sequence[_Glyph], rules: Sequence[tuple[float, float, float, float]], frame: _Frame
) -> PrintedPage:
    """A page turned so that most of its text is upright; text at other angles is set aside."""
    quarters = Counter(glyph.quarter for glyph in glyphs)
    amounts = [quarters[quarter] for quarter in range(4)]
    main = max(range(4), key=amounts.__getitem__)
    frame = frame.turned(main - frame.turns) if amounts[main] > 0.5 * len(glyphs) else frame
    # A line that runs up the page (quarter 1) is upright once the page is turned one quarter clockwise.
    upright = frame.turns
    width, height = frame.shown
    chars = [
        char
        for glyph in glyphs
        if glyph.quarter == upright
        for char in [_character(glyph, frame)]
        if -1 <= char.middle <= height + 1 and char.left >= -1 and char.right <= width + 1 + char.size
    ]
    if _is_vertical(chars):
        # Figures and Latin words lie on their sides in the columns, and run down the page as the columns do.
        down, turned = (upright + 3) % 4, frame.turned(3)
        chars = [
            _lying(_character(glyph, frame))
            if glyph.quarter == upright
            else _moved(_character(glyph, turned), -height)
            for glyph in glyphs
            if glyph.quarter in (upright, down)
        ]
        amounts[down] = 0
    aside: list[str] = []
    for quarter in range(4):
        if quarter != upright and amounts[quarter]:
            turned = frame.turned(quarter - frame.turns)
            aside += _aside([_character(glyph, turned) for glyph in glyphs if glyph.quarter == quarter])
    return PrintedPage(tuple(chars), tuple(frame.box(*rule) for rule in rules), tuple(aside))


def _aside(chars: Sequence[Character]) -> Iterator[str]:
    """The lines of text printed at an angle."""
    line = ""
    for at, char in enumerate(chars):
        if at and abs(char.middle - chars[at - 1].middle) > SAME_LINE * char.size:
            yield line
            line = ""
        line += char.text
    if line.strip():
        yield line


def _is_vertical(chars: Sequence[Character]) -> bool:
    """Whether the text is set in columns: characters stand below each other in the file's order."""
    left, _, bottom, top, size = np.array([char[1:] for char in chars], np.float64).reshape(-1, 5).T
    below, em = -np.diff((bottom + top) / 2), size[1:]
    same = np.abs(np.diff(left)) < _STRAIGHT * em
    down = np.count_nonzero(same & (0.5 * em < below) & (below < 2 * em))
    across = np.count_nonzero(~same & (np.abs(below) < _STRAIGHT * em))
    return bool(down > _FEWEST_DOWN and down > _MOSTLY_DOWN * across)


def _lying(char: Character) -> Character:
    """A character of vertical text in lines: what was downward is rightward, the right column on top."""
    return Character(char.text, -char.top, -char.bottom, char.left, char.right, char.size)


def _moved(char: Character, by: float) -> Character:
    """The character so many points farther right."""
    return char._replace(left=char.left + by, right=char.right + by)


def _glyphs(text_page: object, count: int, unseen: Collection[int | None]) -> Iterator[_Glyph]:
    """The characters in the file's own order, without those that PDFium made up, control characters, and
    those of the texts ``unseen``."""
    high = 0
    find = _Finder(text_page)
    for at in range(count):
        code = pdfium_c.FPDFText_GetUnicode(text_page, at)
        if 0xD800 <= code < 0xDC00:  # the first half of a surrogate pair
            high = code
            continue
        if 0xDC00 <= code < 0xE000:  # the second half
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00 if high else 0xFFFD
        high = 0
        if code in (0x02, 0xFFFE) and pdfium_c.FPDFText_IsHyphen(text_page, at) == 1:
            code = 0x2D
        if unseen and _address(pdfium_c.FPDFText_GetTextObject(text_page, at)) in unseen:
            continue
        # No control character, and a character of Unicode at all.
        if 32 <= code < 0x110000 and code != 0xFFFE and pdfium_c.FPDFText_IsGenerated(text_page, at) != 1:
            glyph = find.glyph(at, chr(code))
            if glyph is not None:
                yield glyph


class _Finder:
    """Asks PDFium for the places of characters; one set of structures serves for all."""

    def __init__(self, text_page: object) -> None:
        self.text_page = text_page
        self.box, self.matrix = pdfium_c.FS_RECTF(), pdfium_c.FS_MATRIX()
        self.x, self.y = ctypes.c_double(), ctypes.c_double()

    def glyph(self, at: int, text: str) -> _Glyph | None:
        """Character number ``at``; None where PDFium knows no place for it, or none on any page."""
        box, matrix, page = self.box, self.matrix, self.text_page
        if not pdfium_c.FPDFText_GetLooseCharBox(page, at, box):
            return None
        pdfium_c.FPDFText_GetMatrix(page, at, matrix)
        pdfium_c.FPDFText_GetCharOrigin(page, at, self.x, self.y)
        a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
        left, right, bottom, top = box.left, box.right, box.bottom, box.top
        x, y = self.x.value, self.y.value
        size = pdfium_c.FPDFText_GetFontSize(page, at) * math.hypot(c, d) or abs(top - bottom) or 1.0
        # Comparisons that are false for what is no number.
        if not (-_FAR < left <= right < _FAR and -_FAR < bottom < _FAR and -_FAR < top < _FAR):
            return None
        if not (-_FAR < x < _FAR and -_FAR < y < _FAR and 0 < size < _FAR):
            return None
        if "\u2e80" <= text <= "\u2fd5" or "\ufb00" <= text <= "\ufb06":  # radicals and ligatures
            text = unicodedata.normalize("NFKC", text)
        quarter = 0 if a > 0 and b == 0 else _quarter(a, b)
        return _Glyph(text, x, y, left, right, min(bottom, top), max(bottom, top), size, quarter)


def _quarter(a: float, b: float) -> int | None:
    """Into which quarter a line of text runs: 0 to the right, 1 up; None where it is slanted."""
    if a == b == 0:
        return 0
    quarters = math.atan2(b, a) / (math.pi / 2)
    return round(quarters) % 4 if abs(quarters - round(quarters)) < _SLANT else None


def _character(glyph: _Glyph, frame: _Frame) -> Character:
    """Some writers give the box of the ink, not of the type: the height is taken from the base line,
    the width of a Chinese character from its type size."""
    text, size = glyph.text, glyph.size
    x, y = frame.at(glyph.x, glyph.y)
    if "\u3400" <= text < "\ufb00" or text >= "\U00020000":
        left, right = x, x + size
    else:
        one, other = frame.at(glyph.left, glyph.bottom), frame.at(glyph.right, glyph.top)
        left, right = min(one[0], other[0]), max(one[0], other[0])
    return Character(text, left, right, y - _DESCENT * size, y + (1 - _DESCENT) * size, size)


def _rules(objects: Sequence[_Object]) -> Iterator[tuple[float, float, float, float]]:
    """The level and upright lines among ``objects``, as left, right, bottom, top in the page's own space."""
    seen = 0
    edges = [ctypes.c_float() for _ in range(4)]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    for item in objects:
        if item.kind != pdfium_c.FPDF_PAGEOBJ_PATH:
            continue
        segments = pdfium_c.FPDFPath_CountSegments(item.raw)
        if segments > _OUTLINE:
            pdfium_c.FPDFPageObj_GetBounds(item.raw, *edges)
            left, bottom, right, top = (edge.value for edge in edges)
            if right - left < _LETTER and top - bottom < _LETTER:
                continue
        seen += max(0, segments)
        if seen > _MOST_SEGMENTS:
            return
        pdfium_c.FPDFPath_GetDrawMode(item.raw, fill, stroke)
        if not (fill.value or stroke.value):
            continue
        matrices = [_matrix(raw) for raw in (item.raw, *item.forms)]
        for points in _outlines(item.raw, segments):
            for a, b, c, d, e, f in matrices:
                points = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
            yield from _straight(points) if stroke.value else _thin(points)


def _matrix(item: Any) -> tuple[float, float, float, float, float, float]:
    """How an object's own space lies in the one it stands in."""
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, matrix):
        return 1, 0, 0, 1, 0, 0
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _outlines(path: object, segments: int) -> Iterator[list[Point]]:
    """The corners of each outline of a path; curves are left out."""
    points: list[Point] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(segments):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, at)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO or kind == pdfium_c.FPDF_SEGMENT_BEZIERTO:
            if len(points) > 1:
                yield points
            points = []
        points.append((x.value, y.value))
        if pdfium_c.FPDFPathSegment_GetClose(segment) and len(points) > 1:
            points.append(points[0])
    if len(points) > 1:
        yield points


def _straight(points: Sequence[Point]) -> Iterator[tuple[float, float, float, float]]:
    """The level and upright strokes between corners."""
    for (x, y), (u, v) in pairwise(points):
        across, down = abs(x - u), abs(y - v)
        if max(across, down) > _LONG and min(across, down) < 1.0:
            yield min(x, u), max(x, u), min(y, v), max(y, v)


def _thin(points: Sequence[Point]) -> Iterator[tuple[float, float, float, float]]:
    """A filled outline so thin that it is a line."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    if min(across, down) <= _THIN and max(across, down) > _LONG:
        yield min(xs), max(xs), min(ys), max(ys)


def _is_unknown(char: str) -> bool:
    return unicodedata.category(char) in ("Co", "Cn", "Cs") or char == "\ufffd"

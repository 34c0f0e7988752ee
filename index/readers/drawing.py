"""Pages as they were printed, for people to look at: pictures of them, and where each character stands."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from index.errors import SourceError
from index.readers import ocr
from index.readers.formats.image import is_picture
from index.readers.placed import PlacedCharacter, placed

if TYPE_CHECKING:
    from index.readers.pdfium import PdfDrawing

WIDEST = 2000
"""Pixels across of the largest picture."""
_HIGHEST = 6000
"""Pixels down of the largest picture: three times its width, more than any page but a web page printed whole."""
_QUALITY = 88
"""Of JPEG; set by hand, so that small type stays clean."""
_FEW = 8
"""A page with fewer characters than this is a picture of text."""


def is_drawable(data: bytes) -> bool:
    """Whether a file, or its first kilobyte, is of a kind that has printed pages: a PDF or a picture."""
    return _is_pdf(data) or is_picture(data)


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]


class Drawing:
    """One file at a time, opened to be drawn; ``key`` names it. Its methods raise SourceError."""

    def __init__(self) -> None:
        self.key = ""
        self._pdf: PdfDrawing | None = None
        self._image: Any = None

    def open(self, key: str, data: bytes) -> None:
        """Open a file in place of the last one."""
        from PIL import Image

        if self._pdf is not None:
            self._pdf.close()
        self.key, self._pdf, self._image = "", None, None
        if _is_pdf(data):
            from index.readers.pdfium import PdfDrawing

            self._pdf = PdfDrawing(data)
        else:
            try:
                self._image = Image.open(io.BytesIO(data))
            except (OSError, ValueError, Image.DecompressionBombError) as error:
                raise SourceError("这个文件没有可以看的原页，请看文本，或下载原件查看。") from error
        self.key = key

    def answer(self, request: tuple[Any, ...]) -> Any:
        """``("count",)``, ``("draw", number, width)`` and ``("characters", number)``, pages from 1."""
        what, *given = request
        if what == "count":
            return self.count
        if not 1 <= given[0] <= self.count:
            raise SourceError(f"原件没有第 {given[0]} 页。")
        return self.jpeg(*given) if what == "draw" else self.characters(*given)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return self._pdf.count if self._pdf is not None else getattr(self._image, "n_frames", 1)

    def jpeg(self, number: int, width: int) -> bytes:
        """A picture of a page, ``width`` pixels across or as many as it may be."""
        from PIL import Image

        width = max(1, min(width, WIDEST))
        if self._pdf is not None:
            picture = Image.fromarray(self._pdf.picture(number - 1, width, _HIGHEST))
        else:
            picture = self._frame(number)
            picture.thumbnail((width, _HIGHEST))
        drawn = io.BytesIO()
        picture.save(drawn, "JPEG", quality=_QUALITY)
        return drawn.getvalue()

    def characters(self, number: int) -> list[PlacedCharacter]:
        """A page's characters in the file's own order; those of a picture are recognised, if OCR is there.

        For files whose characters' places were not kept when they were read.
        """
        if self._pdf is not None:
            found = self._pdf.characters(number - 1)
            if len(found) >= _FEW or not ocr.available():
                return found
            pixels = self._pdf.picture(number - 1, ocr.LONGEST_SIDE, ocr.LONGEST_SIDE)
        elif ocr.available():
            import numpy as np

            frame = self._frame(number)
            frame.thumbnail((ocr.LONGEST_SIDE, ocr.LONGEST_SIDE))
            pixels = np.asarray(frame)
        else:
            return []
        height, width = pixels.shape[:2]
        return placed((char[:5] for char in ocr.recognise(pixels, height).characters), width, height)

    def _frame(self, number: int) -> Any:
        from PIL import ImageOps

        try:
            self._image.seek(number - 1)
            return ImageOps.exif_transpose(self._image).convert("RGB")
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise SourceError("这一页画不出来，请看文本，或下载原件查看。") from error

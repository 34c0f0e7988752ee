"""Pictures of pages: .png, .jpg, .tiff, read by OCR where it is installed."""

from __future__ import annotations

import io
from dataclasses import replace

from index.errors import SourceError
from index.readers import ocr
from index.readers.placed import pack_characters, placed
from index.readers.printed import PrintedPage, to_pages
from index.readers.registry import Format, Sample
from index.types import Source

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\0", b"MM\0*", b"BM")
_MOST_PIXELS = 120_000_000
"""A page of A3 at 600 dots an inch has 70 million."""
_MOST_PAGES = 300
"""Each takes seconds to recognise; a thicker scan is to be split."""


def is_picture(data: bytes) -> bool:
    """Whether a file that begins with ``data`` is a picture."""
    return data.startswith(_MAGIC[:-1]) or (data.startswith(b"BM") and data[6:10] == bytes(4))


def _matches(sample: Sample) -> bool:
    return is_picture(sample.data)


def _read(sample: Sample) -> Source:
    """The lines of a picture, or of each page of a .tiff. Raises SourceError without OCR, or without text."""
    name = sample.name
    if not ocr.available():
        raise SourceError(f"“{name}”是图片，{ocr.ADVICE}。")
    pages = _pages(sample)
    if not any(page.characters for page, _ in pages):
        raise SourceError(f"“{name}”里没有认出文字，请换一张清晰、端正的图片。")
    lines = to_pages([page for page, _ in pages])
    numbered = lines if len(lines) > 1 else (replace(lines[0], number=None),)
    return Source("image", numbered, wrapped=True, placed=tuple(places for _, places in pages))


def _pages(sample: Sample) -> list[tuple[PrintedPage, bytes]]:
    """Each page as OCR reads it, and where its characters stand, packed."""
    import numpy as np
    from PIL import Image, ImageOps, ImageSequence

    found = []
    try:
        with Image.open(io.BytesIO(sample.data)) as image:
            count = getattr(image, "n_frames", 1)
            if image.width * image.height > _MOST_PIXELS or count > _MOST_PAGES:
                raise SourceError(f"“{sample.name}”太大，请缩小或拆分后再添加。")
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                sample.report_progress(f"正在识别“{sample.name}”第 {number}/{count} 页")
                upright = ImageOps.exif_transpose(frame).convert("RGB")
                upright.thumbnail((ocr.LONGEST_SIDE, ocr.LONGEST_SIDE))
                page = ocr.recognise(np.asarray(upright), ocr.A4)
                width = ocr.A4 * upright.width / upright.height
                places = placed((char[:5] for char in page.characters), width, ocr.A4)
                found.append((page, pack_characters(places)))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise SourceError(f"“{sample.name}”不是完好的图片，请重新取得后再添加。") from error
    return found


FORMAT = Format("图片", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"), _matches, _read)

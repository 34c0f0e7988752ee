"""Text in pictures of pages: RapidOCR, an extra, run on the OpenVINO that is installed anyway.

Its models come inside its package; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from statistics import median
from threading import Lock
from typing import Any

from index.readers.printed import Box, Character, PrintedPage

ADVICE = "请先安装文字识别（pip install 'wenbao[ocr]'），或自行识别后再添加"
"""What a user is told who has a scan and no OCR."""

LONGEST_SIDE = 2000
"""Pixels to which a page is drawn or reduced: 40 to the em of a usual page."""

A4 = 842.0
"""Points; taken for the height of a picture that does not tell its own."""
_LIKE = 1.35
"""Type of a size so many times another's is set as of one size: the boxes of OCR are that uneven."""
_TYPE = 0.85
"""Of a box that OCR draws around a line, the height of its type."""
_WIDEST = 1.2
"""A wide character's share of its line's width is at least so near to its height: a higher box holds two lines' ink."""

_ENGINE = Lock()
"""One page at a time: the engine uses all cores for it."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None


def recognise(pixels: Any, height: float) -> PrintedPage:
    """The characters of a page ``height`` points high; ``pixels`` is a uint8 array (height, width, 3).

    The engine gives lines; each character gets its share of its line's box, narrow ones half a share.
    """
    with _ENGINE:
        found = _engine()(pixels)
    scale = height / pixels.shape[0]
    lines: list[tuple[str, Box, float]] = []
    for quad, text in zip(found.boxes if found.boxes is not None else (), found.txts or (), strict=True):
        xs, ys = [scale * float(x) for x, _ in quad], [scale * float(y) for _, y in quad]
        box = Box(min(xs), max(xs), height - max(ys), height - min(ys))
        # The box is a little higher than the type; a lone wide character is no taller than its line.
        lines.append((text, box, min(_TYPE * (box.top - box.bottom), _WIDEST * _unit(text, box))))
    usual = median([size for *_, size in lines] or [1.0])
    # Boxes differ from line to line: type is another size only where it clearly is.
    sizes = [usual if usual / _LIKE < size < usual * _LIKE else size for *_, size in lines]
    spread = (_spread(text, box, size) for (text, box, _), size in zip(lines, sizes, strict=True))
    return PrintedPage(tuple(char for chars in spread for char in chars), scanned=True)


def _unit(text: str, box: Box) -> float:
    """The width of a wide character; narrow ones take half of it."""
    return (box.right - box.left) / (sum(map(_share, text)) or 1.0)


def _share(char: str) -> float:
    return 0.5 if char.isascii() else 1.0


def _spread(text: str, box: Box, size: float) -> Iterator[Character]:
    left, unit = box.left, _unit(text, box)
    for char in text:
        right = left + _share(char) * unit
        yield Character(char, left, right, box.bottom, box.top, size)
        left = right


@cache
def _engine() -> Any:
    from rapidocr import EngineType, RapidOCR

    engine = EngineType.OPENVINO
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.engine_type": engine,
            "Cls.engine_type": engine,
            "Rec.engine_type": engine,
        }
    )

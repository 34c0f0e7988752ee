"""Text in pictures of pages: RapidOCR, an extra, run on the OpenVINO that is installed anyway.

Its models come inside its package; nothing is downloaded.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import Any

from index.readers.printed import Character, PrintedPage

ADVICE = "请先安装文字识别（pip install 'wenbao[ocr]'），或自行识别后再添加"
"""What a user is told who has a scan and no OCR."""

LONGEST_SIDE = 2000
"""Pixels to which a page is drawn or reduced: 40 to the em of a usual page."""

_A4 = 842.0

_ENGINE = Lock()
"""One page at a time: the engine uses all cores for it."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None


def recognise(pixels: Any, height: float = _A4) -> PrintedPage:
    """The characters of a page ``height`` points high; ``pixels`` is a uint8 array (height, width, 3).

    The engine gives lines; each character gets its share of its line's box, narrow ones half a share.
    """
    with _ENGINE:
        found = _engine()(pixels)
    characters: list[Character] = []
    scale = height / pixels.shape[0]
    for box, text in zip(found.boxes if found.boxes is not None else (), found.txts or (), strict=True):
        xs, ys = [scale * float(x) for x, _ in box], [scale * float(y) for _, y in box]
        characters += _spread(text, min(xs), max(xs), height - max(ys), height - min(ys))
    return PrintedPage(tuple(characters), scanned=True)


def _spread(text: str, left: float, right: float, bottom: float, top: float) -> list[Character]:
    shares = [0.5 if char.isascii() else 1.0 for char in text]
    unit = (right - left) / (sum(shares) or 1.0)
    # The box is a little higher than the type; a lone wide one is no taller than its line.
    size = min(0.85 * (top - bottom), 1.2 * unit)
    characters = []
    for char, share in zip(text, shares, strict=True):
        characters.append(Character(char, left, left + share * unit, bottom, top, size))
        left += share * unit
    return characters


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

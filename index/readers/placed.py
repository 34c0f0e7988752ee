"""Where each character of a page stands, and that in few bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STEPS = 10_000
"""Places are kept in steps of a ten-thousandth of the page: a fifth of a pixel of the largest picture of it."""
_NUMBER = np.dtype("<i2")
_COUNT = 4
"""Bytes of the number of characters."""


class Area(NamedTuple):
    """A rectangle of a page, in shares of its width and height, (0, 0) the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class PlacedCharacter(NamedTuple):
    """A character and where it stands."""

    text: str
    area: Area


def placed(
    boxes: Iterable[tuple[str, float, float, float, float]], width: float, height: float
) -> list[PlacedCharacter]:
    """The characters of a page ``width`` and ``height`` wide and high, each given with its left, right, bottom and
    top, y upward. What is several letters in one box (a ligature) is each of them, in the same place."""
    across, up = width or 1.0, height or 1.0
    return [
        PlacedCharacter(letter, Area(left / across, 1 - top / up, right / across, 1 - bottom / up))
        for text, left, right, bottom, top in boxes
        for letter in text
    ]


def pack_characters(characters: Sequence[PlacedCharacter]) -> bytes:
    """The characters of a page in some four bytes each; areas are cut to the page.

    From one character to the next only the differences are kept: those of one line have most in common.
    """
    corners = np.array([char.area for char in characters], np.float64).reshape(-1, 4)
    return pack([char.text for char in characters], corners)


def pack(texts: Sequence[str], corners: NDArray[np.float64]) -> bytes:
    """``pack_characters`` of texts and their areas, an array (n, 4); what is several letters is each of them."""
    if any(len(text) != 1 for text in texts):
        corners = np.repeat(corners, [len(text) for text in texts], axis=0)
    left, top, right, bottom = np.rint(_STEPS * corners.clip(0, 1)).astype(np.int32).T
    columns = np.stack([left, top, right - left, bottom - top])
    differences = np.diff(columns, axis=1, prepend=0).astype(_NUMBER)
    text = "".join(texts)
    count = len(text).to_bytes(_COUNT, "little")
    return zlib.compress(count + differences.tobytes() + text.encode("utf-8", "surrogatepass"), 6)


def unpack_characters(data: bytes) -> list[PlacedCharacter]:
    """What ``pack_characters`` wrote, each edge to half a step; raises ValueError or zlib.error for anything else."""
    raw = zlib.decompress(data)
    end = _COUNT + 4 * _NUMBER.itemsize * int.from_bytes(raw[:_COUNT], "little")
    columns = np.cumsum(np.frombuffer(raw[_COUNT:end], _NUMBER).reshape(4, -1), axis=1, dtype=np.int32)
    left, top, width, height = columns / _STEPS
    areas = zip(left.tolist(), top.tolist(), (left + width).tolist(), (top + height).tolist(), strict=True)
    text = raw[end:].decode("utf-8", "surrogatepass")
    return [PlacedCharacter(letter, Area(*area)) for letter, area in zip(text, areas, strict=True)]

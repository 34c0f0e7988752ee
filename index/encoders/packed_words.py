"""A table of word embeddings in 4 bits a number, of which only the rows in use are unpacked.

The layout is GGML's Q4_0, in which the base model's words came: blocks of 32 numbers, a float16 scale and
16 bytes; low nibbles are numbers 0-15, high nibbles 16-31, each less 8 and times the scale.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoders.base import FloatArray

BLOCK = 32
"""Numbers that share a scale: Q4_0, the layout of the weights that are unpacked."""
BLOCK_BYTES = 2 + BLOCK // 2


def unpack(raw: npt.NDArray[np.uint8]) -> FloatArray:
    """The numbers of whole blocks, ``(bytes,)`` to ``(bytes // BLOCK_BYTES * BLOCK,)`` float32."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    numbers = np.empty((len(blocks), BLOCK), np.float32)
    np.subtract(blocks[:, 2:] & 0x0F, 8, out=numbers[:, : BLOCK // 2], dtype=np.float32)
    np.subtract(blocks[:, 2:] >> 4, 8, out=numbers[:, BLOCK // 2 :], dtype=np.float32)
    numbers *= scales
    return numbers.reshape(-1)


class PackedWords:
    """The table in ``file``, ``words[ids]`` being rows ``(len(ids), width)`` float32; it stays on disk."""

    def __init__(self, file: Path, width: int) -> None:
        row = width // BLOCK * BLOCK_BYTES
        self._rows: npt.NDArray[np.uint8] = np.memmap(file, np.uint8, "r").reshape(-1, row)
        self.width = width

    def __getitem__(self, ids: npt.NDArray[np.int64]) -> FloatArray:
        return unpack(self._rows[ids]).reshape(len(ids), self.width)

"""Late interaction: each token of a question meets the most similar token of a passage (MaxSim).

Of a passage are kept the vectors that the encoder gives its tokens in their context (Khattab and Zaharia
2020, ColBERT). They differ little from their mean, so what is left without it needs four bits a number;
that ranked as float32 did.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.encoders.base import FloatArray

_LEVELS = 16
"""Four bits a number."""
_STEP = 0.33
"""Width of a level in standard deviations: the 16 of them span ±2.6."""


def pack(tokens: FloatArray) -> bytes:
    """The vectors of a passage's tokens, ``(tokens, dimension)`` with an even dimension, as bytes."""
    if not len(tokens):
        return b""
    mean = tokens.mean(axis=0).astype(np.float16)
    width = np.maximum(tokens.std(axis=0) * _STEP, 1e-4).astype(np.float16)
    levels = np.floor((tokens - mean) / width) + _LEVELS // 2
    codes = levels.clip(0, _LEVELS - 1).astype(np.uint8)
    pairs = (codes[:, 0::2] | codes[:, 1::2] << 4).astype(np.uint8)
    return b"".join((mean.tobytes(), width.tobytes(), pairs.tobytes()))


def max_similarities(queries: FloatArray, packed: bytes) -> FloatArray:
    """The similarity of each row of ``queries`` (unit vectors) to the passage's token nearest to it."""
    if not packed:
        return np.zeros(len(queries), np.float32)
    found: FloatArray = token_similarities(queries, packed).max(axis=0)
    return found


def token_similarities(queries: FloatArray, packed: bytes) -> FloatArray:
    """The similarity of each of the passage's tokens to each row of ``queries``, ``(tokens, queries)``."""
    size = queries.shape[1]
    if not packed:
        return np.zeros((0, len(queries)), np.float32)
    means: npt.NDArray[np.float16] = np.frombuffer(packed, np.float16, 2 * size)
    mean, width = means[:size].astype(np.float32), means[size:].astype(np.float32)
    codes = np.frombuffer(packed, np.uint8, offset=4 * size).reshape(-1, size // 2)
    # Products with the tokens first and rows of questions contiguous take OpenBLAS half the time.
    scaled = np.multiply(queries.T, width[:, None], order="C")
    products = (codes & 15).astype(np.float32) @ scaled[0::2]
    products += (codes >> 4).astype(np.float32) @ scaled[1::2]
    products += queries @ mean - (_LEVELS - 1) / 2 * scaled.sum(axis=0)
    return products

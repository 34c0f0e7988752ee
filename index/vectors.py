"""Dense search with FAISS: cosine over unit vectors, higher is better."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from index.encoder import FloatArray

Rows = Sequence[tuple[int, int]]
"""Half-open ranges of rows a search is limited to."""


class VectorIndex:
    """Unit vectors in row order, searched exactly by inner product."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: FloatArray) -> VectorIndex:
        """An index of ``vectors``, float32, shape ``(n, dimension)``, of unit length."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """The index saved at ``path``, memory-mapped; raises RuntimeError where it is damaged."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        """Raises OSError."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(str(error)) from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: FloatArray, k: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """The ``k`` best ``(row, cosine)`` for ``vector`` of shape ``(dimension,)``, best first."""
        k = min(k, len(self))
        if k <= 0 or rows == []:
            return []
        params = None if rows is None else faiss.SearchParameters(sel=_selector(rows, len(self)))  # type: ignore[call-arg]
        scores, found = self._index.search(vector.reshape(1, -1).astype(np.float32), k, params=params)
        return [(int(r), float(s)) for r, s in zip(found[0], scores[0], strict=True) if r >= 0]

    def take(self, rows: Sequence[int]) -> FloatArray:
        """The vectors of ``rows``, float32, shape ``(len(rows), dimension)``."""
        vectors: FloatArray = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return vectors


def _selector(rows: Rows, size: int) -> faiss.IDSelector:
    if len(rows) == 1:
        return faiss.IDSelectorRange(*rows[0])
    mask = np.zeros(size, dtype=bool)
    for start, end in rows:
        mask[start:end] = True
    return faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))  # type: ignore[call-arg,arg-type]

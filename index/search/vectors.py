"""Dense search with FAISS: cosine over unit vectors, higher is better.

Vectors are kept in half precision. All are compared with the question while that is fast; beyond
``EXHAUSTIVE`` they lie in inverted lists of which the nearest are searched (an IVF index), because
rows can be added to and taken from lists without training again, which a graph (HNSW) cannot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import faiss
import numpy as np
import numpy.typing as npt

from index.encoders import FloatArray

Rows = Sequence[tuple[int, int]]
"""Half-open ranges of rows a search is limited to."""
HalfArray = npt.NDArray[np.float16]
IntArray = npt.NDArray[np.int64]

EXHAUSTIVE = 200_000
"""So many vectors at most are searched exhaustively."""
PROBED = 0.25
"""The share of the inverted lists searched for a question: recall@10 is 0.997 at a million vectors."""
_SAMPLE = 64
"""Vectors a list that the lists' centres are trained on."""
_BLOCK = 1 << 16
"""Vectors compared with the centres at a time, so that memory stays bounded."""
_HALF = faiss.ScalarQuantizer.QT_fp16
_COSINE = faiss.METRIC_INNER_PRODUCT


class VectorIndex:
    """Unit vectors, one a row."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = cast(Any, index)  # FAISS's own types leave out what the kinds of index add
        if not self._exhaustive:
            self._index.make_direct_map()  # tells in which list each row lies

    @classmethod
    def build(cls, vectors: npt.NDArray[np.floating]) -> VectorIndex:
        """An index of ``vectors``, shape ``(n, dimension)``, of unit length."""
        half = np.ascontiguousarray(vectors, dtype=np.float16)
        if len(half) <= EXHAUSTIVE:
            flat = faiss.IndexScalarQuantizer(half.shape[1], _HALF, _COSINE)
            flat.add_sa_codes(half.view(np.uint8))
            return cls(flat)
        centres = _centres(half)
        return cls(_inverted(centres, half, _nearest(centres, half)))

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """The index saved at ``path``, memory-mapped; raises RuntimeError where it is damaged."""
        with path.open("rb") as file:
            inverted = file.read(4) == b"IwSq"
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP if inverted else faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        """Raises OSError."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(str(error)) from error

    @property
    def _exhaustive(self) -> bool:
        return not isinstance(self._index, faiss.IndexIVF)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def merged(self, moved: IntArray, vectors: npt.NDArray[np.floating], rows: IntArray) -> VectorIndex:
        """This index with row ``i`` as row ``moved[i]`` (-1: dropped) and ``vectors`` as ``rows``."""
        kept = moved >= 0
        size = int(kept.sum()) + len(rows)
        old, lists = self._content()
        half = np.empty((size, self._index.d), np.float16)
        half[moved[kept]], half[rows] = old[kept], vectors
        if lists is None or size <= EXHAUSTIVE or _list_count(size) >= 2 * self._index.nlist:
            return VectorIndex.build(half)
        centres = self._index.quantizer.reconstruct_n(0, self._index.nlist)
        placed = np.empty(size, np.int64)
        placed[moved[kept]], placed[rows] = lists[kept], _nearest(centres, half[rows])
        return VectorIndex(_inverted(centres, half, placed))

    def _content(self) -> tuple[HalfArray, IntArray | None]:
        """The vectors in row order, and the inverted list of each where there are lists."""
        index, width = self._index, 2 * self._index.d
        if self._exhaustive:
            codes = faiss.rev_swig_ptr(index.codes.data(), len(self) * width)
            return codes.reshape(-1, width).view(np.float16), None
        half, lists = np.empty((len(self), index.d), np.float16), np.empty(len(self), np.int64)
        for n in range(index.nlist):
            if count := index.invlists.list_size(n):
                ids = faiss.rev_swig_ptr(index.invlists.get_ids(n), count)
                codes = faiss.rev_swig_ptr(index.invlists.get_codes(n), count * width)
                half[ids], lists[ids] = codes.reshape(count, width).view(np.float16), n
        return half, lists

    def search(self, vector: FloatArray, k: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """The ``k`` best ``(row, cosine)`` for ``vector`` of shape ``(dimension,)``, best first."""
        k = min(k, len(self))
        if k <= 0 or rows == []:
            return []
        query = vector.reshape(1, -1).astype(np.float32)
        # One question is one thread's work, yet FAISS wakes all and waits for them; set for this thread.
        faiss.omp_set_num_threads(1)
        scores, found = self._index.search(query, k, params=self._parameters(rows))
        return [(int(r), float(s)) for r, s in zip(found[0], scores[0], strict=True) if r >= 0]

    def _parameters(self, rows: Rows | None) -> faiss.SearchParameters | None:
        selector = None if rows is None else _selector(rows, len(self))
        if not self._exhaustive:
            # Chosen reports may lie in any list; few of their rows must be compared.
            probed = int(self._index.nlist * (PROBED if selector is None else 1))
            return faiss.SearchParametersIVF(sel=selector, nprobe=probed)  # type: ignore[call-arg]
        return None if selector is None else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]

    def take(self, rows: Sequence[int]) -> FloatArray:
        """The vectors of ``rows``, float32, shape ``(len(rows), dimension)``."""
        vectors: FloatArray = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return vectors


def _list_count(size: int) -> int:
    """About the square root: as many centres to compare as vectors in a list."""
    return 1 << round(math.log2(size) / 2)


def _centres(half: HalfArray) -> FloatArray:
    """The centres of the inverted lists, trained on an even sample."""
    count = _list_count(len(half))
    sample = half[:: max(1, len(half) // (count * _SAMPLE))].astype(np.float32)
    means = faiss.Kmeans(
        half.shape[1], count, niter=10, spherical=True, seed=1, max_points_per_centroid=2 * _SAMPLE
    )
    means.train(sample)
    return np.asarray(means.centroids, np.float32)


def _nearest(centres: FloatArray, half: HalfArray) -> IntArray:
    """The inverted list each vector belongs to."""
    lists = np.empty(len(half), np.int64)
    for start in range(0, len(half), _BLOCK):
        block = half[start : start + _BLOCK].astype(np.float32)
        lists[start : start + _BLOCK] = (block @ centres.T).argmax(axis=1)
    return lists


def _inverted(centres: FloatArray, half: HalfArray, lists: IntArray) -> Any:
    """An IVF index in which row ``i`` lies in list ``lists[i]``."""
    count, dimension = centres.shape
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(centres)
    index: Any = faiss.IndexIVFScalarQuantizer(quantizer, dimension, count, _HALF, _COSINE, False)
    index.is_trained = True
    order = np.argsort(lists, kind="stable")
    bounds = np.searchsorted(lists[order], np.arange(count + 1))
    for n in range(count):
        rows = order[bounds[n] : bounds[n + 1]]
        codes = half[rows]
        index.invlists.add_entries(n, len(rows), faiss.swig_ptr(rows), faiss.swig_ptr(codes.view(np.uint8)))
    index.ntotal = len(half)
    return index


def _selector(rows: Rows, size: int) -> faiss.IDSelector:
    if len(rows) == 1:
        return faiss.IDSelectorRange(*rows[0])
    mask = np.zeros(size, dtype=bool)
    for start, end in rows:
        mask[start:end] = True
    return faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))  # type: ignore[call-arg,arg-type]

"""Passages that share words with a text: TF-IDF over pairs of characters, for mining only."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

_WORDS = re.compile(r"[^\W\d_]+")


class Terms:
    """The texts of a corpus as unit vectors of their character pairs; figures do not count."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(_pairs(text)) for text in texts]
        frequency = Counter(pair for own in counts for pair in own)
        self._columns = {pair: i for i, pair in enumerate(frequency)}
        self._idf = [math.log(len(texts) / n) for n in frequency.values()]
        self._matrix = self._vectors(counts)

    def nearest(self, text: str, rows: npt.NDArray[np.int64], most: int) -> list[int]:
        """The ``most`` of ``rows`` most like ``text``, best first."""
        similarity = (self._matrix[rows] @ self._vectors([Counter(_pairs(text))]).T).toarray()[:, 0]
        return [int(rows[i]) for i in np.argsort(-similarity, kind="stable")[:most]]

    def _vectors(self, counts: Sequence[Counter[str]]) -> csr_matrix:
        values, columns, starts = [], [], [0]
        for own in counts:
            known = [pair for pair in own if pair in self._columns]
            weights = np.array([(1 + math.log(own[p])) * self._idf[self._columns[p]] for p in known])
            values.append(weights / (np.linalg.norm(weights) or 1.0))
            columns += [self._columns[pair] for pair in known]
            starts.append(len(columns))
        return csr_matrix((np.concatenate(values), columns, starts), shape=(len(counts), len(self._columns)))


def _pairs(text: str) -> list[str]:
    return [run[i : i + 2] for run in _WORDS.findall(text) for i in range(len(run) - 1)]

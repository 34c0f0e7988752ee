"""Lexical search: BM25 (Lucene's variant, by bm25s) over character bigrams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np

from index.folding import tokenize
from index.vectors import Rows

K1 = 1.2
B = 0.5
"""Passages are of even length, so length counts for less than in whole documents."""


class LexicalIndex:
    """BM25 scores of passages, in row order."""

    def __init__(self, index: bm25s.BM25) -> None:
        self._index = index

    @classmethod
    def build(cls, texts: Iterable[str]) -> LexicalIndex:
        """An index of ``texts``, one a row."""
        index = bm25s.BM25(method="lucene", k1=K1, b=B)
        index.index([tokenize(text) for text in texts], show_progress=False)
        return cls(index)

    @classmethod
    def open(cls, directory: Path) -> LexicalIndex:
        """The index saved in ``directory``, memory-mapped."""
        return cls(bm25s.BM25.load(str(directory), mmap=True, show_progress=False))

    def save(self, directory: Path) -> None:
        self._index.save(str(directory), show_progress=False)

    def search(self, question: str, k: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """The ``k`` best ``(row, score)`` with a score above 0, best first."""
        known = [term for term in tokenize(question) if term in self._index.vocab_dict]
        if not known or k <= 0 or rows == []:
            return []
        scores = self._index.get_scores(known)
        if rows is not None:
            allowed = np.zeros(len(scores), dtype=bool)
            for start, end in rows:
                allowed[start:end] = True
            scores = np.where(allowed, scores, 0)
        best = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(int(row), float(scores[row])) for row in best if scores[row] > 0]

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many texts each term stands; 0 for one never seen."""
        starts, vocabulary = self._index.scores["indptr"], self._index.vocab_dict
        known = [vocabulary.get(term) for term in terms]
        return [0 if i is None else int(starts[i + 1] - starts[i]) for i in known]

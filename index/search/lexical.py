"""Lexical search: BM25 in Lucene's variant, over the terms of ``index.text.tokenize``.

Postings are five flat arrays, so that an index is opened by mapping it into memory, and adding a
report or taking one away moves postings without reading any text again.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.files import write_array
from index.search.vectors import IntArray, Rows
from index.text import tokenize

K1 = 1.2
"""How soon more of one term counts for nothing: the default of Lucene and of Milvus."""
B = 0.5
"""Passages are of even length, so length counts for less than in whole documents."""
_MOST = 255
"""A count is kept in one byte."""


@dataclass(frozen=True)
class LexicalIndex:
    """``terms`` are sorted 64-bit hashes; the postings of term ``t`` are ``[starts[t], starts[t + 1])``
    of ``rows`` and ``counts``, a row standing once a term; ``lengths`` counts the terms of each row."""

    terms: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int32]

    @classmethod
    def build(cls, texts: Iterable[str]) -> LexicalIndex:
        """An index of ``texts``, one a row."""
        known: dict[str, int] = {}
        ids, counts, widths, lengths = array("i"), array("B"), array("i"), array("i")
        for text in texts:
            terms = tokenize(text)
            found = Counter(terms)
            ids.extend(known.setdefault(term, len(known)) for term in found)
            counts.extend(min(count, _MOST) for count in found.values())
            widths.append(len(found))
            lengths.append(len(terms))
        hashes = np.fromiter(map(term_hash, known), np.uint64, len(known))
        rank = np.argsort(np.argsort(hashes)).astype(np.int32)
        terms_of = rank[np.frombuffer(ids, np.int32)] if ids else np.empty(0, np.int32)
        order = np.argsort(terms_of, kind="stable")
        sizes = np.bincount(terms_of, minlength=len(known))
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), np.array(widths, dtype=np.int32))
        return cls(
            np.sort(hashes), _bounds(sizes), rows[order], np.array(counts)[order], np.array(lengths)
        )  # fmt: skip

    def merged(self, moved: IntArray, other: LexicalIndex, rows: IntArray) -> LexicalIndex:
        """This index with row ``i`` as row ``moved[i]`` (-1: dropped), and ``other``'s rows as ``rows``."""
        kept = moved[self.rows] >= 0
        terms = np.union1d(self.terms, other.terms)
        before, after = np.zeros(len(terms), np.int64), np.zeros(len(terms), np.int64)
        before[np.searchsorted(terms, self.terms)] = np.diff(_bounds(kept)[self.starts])
        after[np.searchsorted(terms, other.terms)] = np.diff(other.starts)
        # The new postings of a term follow its old ones.
        at = np.repeat(np.cumsum(before), after)
        lengths = np.empty(int((moved >= 0).sum()) + len(rows), np.int32)
        lengths[moved[moved >= 0]], lengths[rows] = self.lengths[moved >= 0], other.lengths
        sizes = before + after
        return LexicalIndex(
            terms[sizes > 0],
            _bounds(sizes[sizes > 0]),
            np.insert(moved[self.rows[kept]].astype(np.int32), at, rows[other.rows]),
            np.insert(self.counts[kept], at, other.counts),
            lengths,
        )

    @classmethod
    def open(cls, directory: Path) -> LexicalIndex:
        """The index saved in ``directory``, memory-mapped; raises OSError, ValueError."""
        return cls(*(np.load(directory / f"{field.name}.npy", mmap_mode="r") for field in fields(cls)))

    def save(self, directory: Path) -> None:
        """Raises OSError."""
        directory.mkdir()
        for field in fields(self):
            write_array(directory / f"{field.name}.npy", getattr(self, field.name))

    def search(self, question: str, k: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """The ``k`` best ``(row, score)`` with a score above 0, best first."""
        if k <= 0 or rows == []:
            return []
        scores = np.zeros(len(self.lengths), np.float32)
        for term, times in Counter(tokenize(question)).items():
            self._score(term, times, scores)
        if rows is not None:
            allowed = np.zeros(len(scores), bool)
            for start, end in rows:
                allowed[start:end] = True
            scores[~allowed] = 0
        best = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
        best = best[np.lexsort((best, -scores[best]))]
        return [(int(row), float(scores[row])) for row in best if scores[row] > 0]

    def frequencies(self, terms: Iterable[str]) -> list[int]:
        """In how many texts each term stands; 0 for one never seen."""
        return [end - start for start, end in map(self._find, terms)]

    def rows_holding(self, terms: Iterable[str]) -> list[IntArray]:
        """The rows of the texts in which each term stands, ascending."""
        return [np.sort(self.rows[start:end]).astype(np.int64) for start, end in map(self._find, terms)]

    def _find(self, term: str) -> tuple[int, int]:
        """Where the postings of ``term`` begin and end."""
        wanted = np.uint64(term_hash(term))
        t = int(np.searchsorted(self.terms, wanted))
        if t == len(self.terms) or self.terms[t] != wanted:
            return 0, 0
        return int(self.starts[t]), int(self.starts[t + 1])

    def _score(self, term: str, times: int, scores: npt.NDArray[np.float32]) -> None:
        """Add the BM25 weight of ``term``, asked for so many ``times``, to the rows that hold it."""
        start, end = self._find(term)
        rows, counts = self.rows[start:end], self.counts[start:end].astype(np.float32)
        idf = np.log(1 + (len(scores) - len(rows) + 0.5) / (len(rows) + 0.5))
        scores[rows] += times * idf * counts / (counts + self._norms[rows])

    @cached_property
    def _norms(self) -> npt.NDArray[np.float32]:
        """The part of BM25's denominator that depends on the passage's length."""
        mean = self.lengths.sum() / max(1, len(self.lengths))
        norms: npt.NDArray[np.float32] = K1 * (1 - B + B * self.lengths / max(1.0, mean))
        return norms.astype(np.float32)


def term_hash(term: str) -> int:
    """What stands for ``term`` in an index: 64 bits."""
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _bounds(sizes: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Where runs of ``sizes`` begin, and the end."""
    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=bounds[1:])
    return bounds

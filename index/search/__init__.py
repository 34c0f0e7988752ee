"""The two searches over the passages of a library: vectors (FAISS) and terms (BM25).
Both number the passages by rows, open from disk without being read whole, and merge without starting over.
"""

from index.search.lexical import K1, B, LexicalIndex, term_hash
from index.search.vectors import HalfArray, IntArray, Rows, VectorIndex

__all__ = ["K1", "B", "HalfArray", "IntArray", "LexicalIndex", "Rows", "VectorIndex", "term_hash"]

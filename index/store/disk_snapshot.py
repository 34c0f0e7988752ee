"""A snapshot in a directory: written whole, checked when opened."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.encoders import FloatArray
from index.errors import LibraryDamaged
from index.files import SharedHold, checksums, new_directory
from index.search import HalfArray, IntArray, LexicalIndex, Rows, VectorIndex
from index.store.manifest import EMPTY, MANIFEST, Entry, Manifest
from index.store.parsed_report import Parsed
from index.store.segment import Segment, open_segment, passages, token_ends, tokens
from index.store.snapshot import Encoders, Snapshot, first_rows
from index.store.tables import TABLES, Tables, write_tables
from index.types import Passage

VECTORS, TERMS, SOURCES = "vectors.faiss", "terms", "sources"


class DiskSnapshot(Snapshot):
    """A snapshot whose reports are segments in the directory ``segments``."""

    def __init__(self, manifest: Manifest, segments: Path, encoders: Encoders) -> None:
        super().__init__(manifest, encoders)
        self._segments = segments
        self._sources = segments.parent / SOURCES
        self._opened: dict[int, Segment] = {}
        self._vectors: VectorIndex | None = None
        self._terms: LexicalIndex | None = None
        self._opened_tables: Tables | None = None

    @classmethod
    def empty(cls, encoders: Encoders) -> DiskSnapshot:
        """The state of a library that was never written to."""
        snapshot = cls(EMPTY, Path(), encoders)
        snapshot._opened_tables = Tables(None)
        return snapshot

    @classmethod
    def open(
        cls, directory: Path, segments: Path, digest: str, hold: SharedHold, encoders: Encoders
    ) -> DiskSnapshot:
        """The snapshot in ``directory``, whose manifest has SHA-256 ``digest``.

        ``hold`` is released with the snapshot. Raises LibraryDamaged, LibraryMismatch.
        """
        snapshot = cls(Manifest.read(directory, digest), segments, encoders)
        weakref.finalize(snapshot, hold.release)
        snapshot._open_parts(directory)
        return snapshot

    def _open_parts(self, directory: Path) -> None:
        found = checksums(directory)
        found.pop(MANIFEST)
        try:
            if found != self.manifest.parts:
                raise ValueError("checksum")
            self._opened_tables = Tables(directory / TABLES, self.reports)
            if self.size:
                self._vectors = VectorIndex.open(directory / VECTORS)
                self._terms = LexicalIndex.open(directory / TERMS)
        except (RuntimeError, OSError, ValueError) as error:
            raise LibraryDamaged("文库的索引文件已损坏或丢失，请运行 wenbao rebuild 重建。") from error

    @property
    def _tables(self) -> Tables:
        if self._opened_tables is None:
            raise ValueError("the snapshot's parts were not opened")
        return self._opened_tables

    def original(self, report: str) -> bytes:
        info = self.report(report)
        try:
            data = (self._sources / info.sha256).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != info.sha256:
            raise LibraryDamaged(f"报告“{report}”保存的原文件已丢失或损坏，请重新加入这个文件。")
        return data

    def original_facts(self, report: str) -> tuple[int, float]:
        try:
            status = (self._sources / self.report(report).sha256).stat()
        except OSError:
            return 0, 0.0
        return status.st_size, status.st_mtime

    def _placed(self, report: str, page: int) -> bytes | None:
        return self._segment(self._ordinal(report)).placed(page)

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        return passages(self._places(rows))

    def token_ends(self, rows: Sequence[int]) -> Sequence[Sequence[int]] | None:
        found = token_ends(self._places(rows))
        known = [ends for ends in found if ends is not None]
        return known if len(known) == len(found) else None

    def rows_holding(self, terms: Sequence[str]) -> list[IntArray] | None:
        return self._terms.rows_holding(terms) if self._terms else [np.empty(0, np.int64) for _ in terms]

    def search_dense(
        self, vector: FloatArray, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        ranges = self._ranges(reports)
        return self._vectors.search(vector, k, ranges) if self._vectors else []

    def search_lexical(
        self, text: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        ranges = self._ranges(reports)
        return self._terms.search(text, k, ranges) if self._terms else []

    def vectors(self, rows: Sequence[int]) -> FloatArray:
        vectors = self._vectors.take(rows) if self._vectors and len(rows) else None
        return np.empty((0, self.manifest.dimension), np.float32) if vectors is None else vectors

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        return self._terms.frequencies(terms) if self._terms else [0] * len(terms)

    def segment_rows(self) -> dict[str, range]:
        """The rows that hold each segment."""
        return {
            entry.segment: range(start, start + entry.info.passages)
            for entry, start in zip(self.manifest.entries, self._starts, strict=False)
        }

    def merged(
        self, moved: IntArray, vectors: HalfArray, terms: LexicalIndex, rows: IntArray
    ) -> tuple[VectorIndex, LexicalIndex]:
        """The indexes with row ``i`` as row ``moved[i]`` (-1: dropped) and the new ones as ``rows``."""
        if self._vectors is None or self._terms is None:
            raise ValueError("an empty snapshot has no rows to move")
        return self._vectors.merged(moved, vectors, rows), self._terms.merged(moved, terms, rows)

    def _parsed(self, report: str) -> Parsed:
        return self._segment(self._ordinal(report)).parsed

    def _tokens(self, rows: Sequence[int]) -> list[bytes]:
        return tokens(self._places(rows))

    def _places(self, rows: Sequence[int]) -> list[tuple[Segment, int]]:
        """In which segment each row stands, and as its which passage."""
        return [(self._segment(ordinal), n) for ordinal, n in map(self._locate, rows)]

    def _ranges(self, reports: Collection[str] | None) -> Rows | None:
        if reports is None:
            return None
        ordinals = sorted({self._ordinal(report) for report in reports})
        return [(self._starts[i], self._starts[i + 1]) for i in ordinals]

    def _segment(self, ordinal: int) -> Segment:
        if (segment := self._opened.get(ordinal)) is None:
            segment = self._opened[ordinal] = _segment(self._segments, self.manifest.entries[ordinal])
        return segment


def _segment(segments: Path, entry: Entry) -> Segment:
    return open_segment(segments / entry.segment, tuple(entry.parts.items()), entry.info.id)


def _unshared(segments: Path, entry: Entry) -> Segment:
    """A segment read once: what a writer goes through must not fill the memory of questions."""
    return Segment(segments / entry.segment, entry.parts, entry.info.id)


def write_snapshot(
    target: Path,
    segments: Path,
    manifest: Manifest,
    previous: DiskSnapshot | None,
    beside: Mapping[str, bytes],
) -> str:
    """Write the snapshot that ``manifest`` describes, and the files ``beside`` it, to ``target``.

    Rows that ``previous`` holds, of the same encoder, are moved; others are read from their segments.
    Returns the SHA-256 of the manifest. Raises LibraryDamaged, OSError.
    """
    with new_directory(target) as directory:
        if any(entry.info.passages for entry in manifest.entries):
            vectors, terms = _indexes(segments, manifest, previous)
            vectors.save(directory / VECTORS)
            terms.save(directory / TERMS)
        write_tables(
            directory / TABLES,
            manifest.entries,
            lambda entry: _unshared(segments, entry).read_parsed(),
            previous._tables if previous else None,
        )
        for name, data in beside.items():
            (directory / name).write_bytes(data)
        written = replace(manifest, parts=checksums(directory)).to_json()
        (directory / MANIFEST).write_bytes(written)
    return hashlib.sha256(written).hexdigest()


def _indexes(
    segments: Path, manifest: Manifest, previous: DiskSnapshot | None
) -> tuple[VectorIndex, LexicalIndex]:
    """The indexes of the reports of ``manifest``, with what ``previous`` has of them."""
    held = previous.segment_rows() if previous else {}
    moved = np.full(previous.size if previous else 0, -1, np.int64)
    new: list[tuple[Entry, range]] = []
    for entry, start in zip(manifest.entries, first_rows(manifest.entries), strict=False):
        if (old := held.pop(entry.segment, None)) is not None:
            moved[old.start : old.stop] = np.arange(start, start + len(old))
        else:
            new.append((entry, range(start, start + entry.info.passages)))
    rows = np.concatenate([np.empty(0, np.int64), *(np.asarray(span) for _, span in new)])
    opened = [_unshared(segments, entry) for entry, _ in new]
    vectors = np.empty((len(rows), manifest.dimension), np.float16)
    at = 0
    for segment, (_, span) in zip(opened, new, strict=True):
        vectors[at : (at := at + len(span))] = segment.read_vectors()
    terms = LexicalIndex.build(text for segment in opened for text in segment.read_parsed().passage_texts())
    if previous is None or not previous.size:
        return VectorIndex.build(vectors), terms
    return previous.merged(moved, vectors, terms, rows)

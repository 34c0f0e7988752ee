"""One immutable, complete state of a library: written whole, checked when opened."""

from __future__ import annotations

import hashlib
import json
import weakref
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from index.encoders import Encoder, FloatArray, max_similarities
from index.errors import LibraryDamaged, LibraryMismatch, UnknownReport
from index.figures import Figure
from index.files import SharedHold, checksums, new_directory
from index.search import HalfArray, IntArray, LexicalIndex, Rows, VectorIndex
from index.store.parsed_report import Parsed
from index.store.segment import Segment, open_segment
from index.types import PageStart, Passage, ReportInfo, Section

FORMAT = 4
MANIFEST, VECTORS, TERMS = "manifest.json", "vectors.faiss", "terms"


@dataclass(frozen=True)
class Entry:
    """A report in a manifest: what is told of it, its segment, and where it came from."""

    info: ReportInfo
    segment: str
    parts: dict[str, str]
    origin: str
    corrections: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Entry:
        years = {key: tuple(value["info"][key]) for key in ("years_reviewed", "years_planned")}
        return cls(**{**value, "info": ReportInfo(**{**value["info"], **years})})


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds and by which encoder; ``parts`` are SHA-256 sums of its files."""

    encoder: str
    model: str
    dimension: int
    entries: tuple[Entry, ...]
    parts: dict[str, str]

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Manifest:
        """The inverse of ``dataclasses.asdict``, also through JSON."""
        return cls(**{**value, "entries": tuple(map(Entry.from_dict, value["entries"]))})

    @classmethod
    def read(cls, directory: Path, digest: str) -> Manifest:
        """The manifest in ``directory`` with SHA-256 ``digest``; raises LibraryDamaged, LibraryMismatch."""
        try:
            data = (directory / MANIFEST).read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                raise ValueError("checksum")
            value = json.loads(data)
            written = value.pop("format")
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise LibraryDamaged("文库的清单文件已损坏或丢失，请运行 wenbao rebuild 重建。") from error
        if written != FORMAT:
            raise LibraryMismatch(
                f"文库的格式版本是 {written}，本程序使用版本 {FORMAT}，请运行 wenbao rebuild 重建。"
            )
        try:
            return cls.from_dict(value)
        except (KeyError, TypeError, AttributeError) as error:
            raise LibraryDamaged("文库的清单文件已损坏，请运行 wenbao rebuild 重建。") from error


EMPTY = Manifest("", "", 0, (), {})
"""The state of a library nothing was added to."""


def write_snapshot(
    target: Path,
    segments: Path,
    entries: Sequence[Entry],
    encoder: str,
    model: str,
    dimension: int,
    previous: Snapshot | None,
    beside: Mapping[str, bytes],
) -> str:
    """Write the snapshot of ``entries`` and the files ``beside`` it to ``target``.

    Rows that ``previous`` holds, of the same encoder, are moved; others are read from their segments.
    Returns the SHA-256 of the manifest. Raises LibraryDamaged, OSError.
    """
    with new_directory(target) as directory:
        if any(entry.info.passages for entry in entries):
            vectors, terms = _indexes(segments, entries, dimension, previous)
            vectors.save(directory / VECTORS)
            terms.save(directory / TERMS)
        for name, data in beside.items():
            (directory / name).write_bytes(data)
        manifest = Manifest(encoder, model, dimension, tuple(entries), checksums(directory)).to_json()
        (directory / MANIFEST).write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()


def _indexes(
    segments: Path, entries: Sequence[Entry], dimension: int, previous: Snapshot | None
) -> tuple[VectorIndex, LexicalIndex]:
    """The indexes of ``entries``, with what ``previous`` has of them."""
    held = previous.segment_rows() if previous else {}
    moved = np.full(previous.size if previous else 0, -1, np.int64)
    new: list[tuple[Entry, range]] = []
    starts = _starts(entries)
    for entry, start in zip(entries, starts, strict=False):
        if (old := held.pop(entry.segment, None)) is not None:
            moved[old.start : old.stop] = np.arange(start, start + len(old))
        else:
            new.append((entry, range(start, start + entry.info.passages)))
    rows = np.concatenate([np.empty(0, np.int64), *(np.asarray(span) for _, span in new)])
    opened = [Segment(segments / entry.segment, entry.parts, entry.info.id) for entry, _ in new]
    vectors = np.empty((len(rows), dimension), np.float16)
    at = 0
    for segment, (_, span) in zip(opened, new, strict=True):
        vectors[at : (at := at + len(span))] = segment.read_vectors()
    terms = LexicalIndex.build(text for segment in opened for text in segment.read_parsed().passage_texts())
    if previous is None or not previous.size:
        return VectorIndex.build(vectors), terms
    return previous.merged(moved, vectors, terms, rows)


def _starts(entries: Sequence[Entry]) -> list[int]:
    """The first row of each report, and the number of rows."""
    return list(accumulate((entry.info.passages for entry in entries), initial=0))


class Snapshot:
    """A snapshot opened for reading, safe to share between threads.

    Rows number the passages from 0 in the order of ``reports`` and of the text. While the object
    lives no cleaner removes its files.
    """

    def __init__(
        self, manifest: Manifest, segments: Path = Path(), *, encoders: Callable[[Manifest], Encoder]
    ) -> None:
        self.manifest = manifest
        self._encoders = encoders
        self.reports: tuple[ReportInfo, ...] = tuple(entry.info for entry in manifest.entries)
        self._ordinals = {info.id: i for i, info in enumerate(self.reports)}
        self._starts = _starts(manifest.entries)
        self.size = self._starts[-1]
        self.id = uuid4().hex
        """Distinct for every snapshot opened; rows are stable within it."""
        self._segments = segments
        self._opened: dict[int, Segment] = {}
        self._vectors: VectorIndex | None = None
        self._terms: LexicalIndex | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        segments: Path,
        digest: str,
        hold: SharedHold,
        encoders: Callable[[Manifest], Encoder],
    ) -> Snapshot:
        """The snapshot in ``directory``, whose manifest has SHA-256 ``digest``.

        ``hold`` is released with the snapshot; ``encoders`` finds the encoder of a manifest.
        Raises LibraryDamaged, LibraryMismatch.
        """
        snapshot = cls(Manifest.read(directory, digest), segments, encoders=encoders)
        weakref.finalize(snapshot, hold.release)
        if snapshot.size:
            snapshot._open_indexes(directory)
        return snapshot

    def _open_indexes(self, directory: Path) -> None:
        found = checksums(directory)
        found.pop(MANIFEST)
        try:
            if found != self.manifest.parts:
                raise ValueError("checksum")
            self._vectors = VectorIndex.open(directory / VECTORS)
            self._terms = LexicalIndex.open(directory / TERMS)
        except (RuntimeError, OSError, ValueError) as error:
            raise LibraryDamaged("文库的索引文件已损坏或丢失，请运行 wenbao rebuild 重建。") from error

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of this snapshot's vectors, also after the library was rebuilt with another.

        Raises EncoderError, LibraryMismatch.
        """
        return self._encoders(self.manifest)

    def text(self, report: str) -> str:
        """The clean text of a report; raises UnknownReport."""
        return self._parsed(report).text

    def outline(self, report: str) -> tuple[Section, ...]:
        """The sections of a report, parents before children; raises UnknownReport."""
        return self._parsed(report).sections

    def page_starts(self, report: str) -> tuple[PageStart, ...]:
        """Where the pages of a report open; empty where its source has none."""
        return self._parsed(report).pages

    def figures(self, report: str) -> tuple[Figure, ...]:
        """The figures of a report, in the order of its text; raises UnknownReport."""
        return self._parsed(report).figures

    @cached_property
    def all_figures(self) -> tuple[Figure, ...]:
        """The figures of every report, in the order of the reports; raises LibraryDamaged."""
        return tuple(chain.from_iterable(self.figures(info.id) for info in self.reports))

    def skipped_figures(self, report: str) -> int:
        """How many figures of a report were left out as unsure; raises UnknownReport."""
        return self._parsed(report).skipped_figures

    def report(self, report: str) -> ReportInfo:
        """What the library tells of a report; raises UnknownReport."""
        return self.reports[self._ordinal(report)]

    def rows(self, report: str) -> range:
        """The rows of a report's passages; raises UnknownReport."""
        ordinal = self._ordinal(report)
        return range(self._starts[ordinal], self._starts[ordinal + 1])

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of ``rows``, in that order."""
        return [self._segment(ordinal).passage(n) for ordinal, n in map(self._locate, rows)]

    def search_dense(
        self, vector: FloatArray, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest passages of ``reports`` (None: all) as ``(row, cosine)``, best first."""
        ranges = self._ranges(reports)
        return self._vectors.search(vector, k, ranges) if self._vectors else []

    def search_lexical(
        self, text: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` best passages of ``reports`` (None: all) as ``(row, BM25 score)``, best first."""
        ranges = self._ranges(reports)
        return self._terms.search(text, k, ranges) if self._terms else []

    def vectors(self, rows: Sequence[int]) -> FloatArray:
        """The passages' own unit vectors, float32, shape ``(len(rows), dimension)``."""
        vectors = self._vectors.take(rows) if self._vectors and len(rows) else None
        return np.empty((0, self.manifest.dimension), np.float32) if vectors is None else vectors

    def late_interaction_scores(self, rows: Sequence[int], query: FloatArray) -> FloatArray | None:
        """How like the passages of ``rows`` are to a question given by its tokens' vectors ``(n, dimension)``.

        The mean over its tokens of the cosine with the passage's nearest, ``(len(rows),)``. None where the
        library has no vectors of tokens.
        """
        packed = self._tokens(rows)
        if not all(packed):
            return None
        return np.array([max_similarities(query, one).mean() for one in packed], np.float32)

    def _tokens(self, rows: Sequence[int]) -> list[bytes]:
        return [self._segment(ordinal).tokens(n) for ordinal, n in map(self._locate, rows)]

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many passages each search term stands; 0 for one never seen."""
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

    def _ordinal(self, report: str) -> int:
        try:
            return self._ordinals[report]
        except KeyError:
            raise UnknownReport(
                f"文库中没有编号为“{report}”的报告，请用 wenbao reports 查看已有的报告。"
            ) from None

    def _ranges(self, reports: Collection[str] | None) -> Rows | None:
        if reports is None:
            return None
        ordinals = sorted({self._ordinal(report) for report in reports})
        return [(self._starts[i], self._starts[i + 1]) for i in ordinals]

    def _parsed(self, report: str) -> Parsed:
        return self._segment(self._ordinal(report)).parsed

    def _locate(self, row: int) -> tuple[int, int]:
        """Which report holds ``row``, and as its which passage."""
        ordinal = bisect_right(self._starts, row) - 1
        return ordinal, row - self._starts[ordinal]

    def _segment(self, ordinal: int) -> Segment:
        if (segment := self._opened.get(ordinal)) is None:
            entry = self.manifest.entries[ordinal]
            parts = tuple(entry.parts.items())
            segment = open_segment(self._segments / entry.segment, parts, entry.info.id)
            self._opened[ordinal] = segment
        return segment

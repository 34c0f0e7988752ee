"""One report on disk: its parsed form and its vectors, immutable and named by their content.

A segment is written once and shared by every snapshot that holds the report, so adding a report
embeds and writes that report only, and a killed build resumes where it stopped. What a question
needs of a passage is one record with a checksum of its own: it is read, and checked, alone.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder, FloatArray
from index.errors import LibraryDamaged
from index.files import checksums, new_directory, sha256, write_array
from index.folding import fold
from index.parsing import Parsed, Span
from index.types import Passage
from index.vectors import HalfArray

REPORT, PASSAGES, RECORDS, TABLE, SUMS = (
    "report.json", "passages.npy", "records.bin", "records.npy", "sums.json",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """What a question needs of a passage: itself, its clause windows and their vectors.

    ``spans`` are offsets within the passage, ``vectors`` (n, dimension) of unit length.
    """

    passage: Passage
    spans: tuple[Span, ...]
    vectors: HalfArray

    def to_bytes(self) -> bytes:
        p = self.passage
        head = [p.start, p.end, p.text, p.section, p.page, p.last_page, p.years, p.stance, self.spans]
        return json.dumps(head, ensure_ascii=False).encode() + b"\n" + self.vectors.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, report: str) -> Record:
        """What ``to_bytes`` wrote, as a passage of ``report``."""
        head, _, vectors = data.partition(b"\n")
        start, end, text, section, page, last, years, stance, spans = json.loads(head)
        passage = Passage(report, start, end, text, tuple(section), page, last, tuple(years), stance)
        return cls(
            passage,
            tuple((a, b) for a, b in spans),
            np.frombuffer(vectors, np.float16).reshape(len(spans), -1),
        )


@dataclass(frozen=True)
class Windows:
    """Clause windows of several passages, end to end.

    ``owner`` (n,) indexes the rows asked for, ``spans`` (n, 2) are offsets within the passage,
    ``vectors`` (n, dimension) float32 are of unit length.
    """

    owner: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    vectors: FloatArray

    @classmethod
    def of(cls, records: Sequence[Record], dimension: int) -> Windows:
        """The windows of ``records``."""
        vectors = [np.empty((0, dimension), np.float16), *(record.vectors for record in records)]
        return cls(
            np.repeat(np.arange(len(records)), [len(record.spans) for record in records]),
            np.array([span for record in records for span in record.spans], np.int64).reshape(-1, 2),
            np.concatenate(vectors, dtype=np.float32),
        )


def segment_id(payload: bytes, encoder: Encoder) -> str:
    """Equal for equal parsed content under the same encoder."""
    return hashlib.sha256(encoder.id.encode() + b"\0" + payload).hexdigest()[:32]


def embed(
    parsed: Parsed, encoder: Encoder, progress: Callable[[int], None]
) -> tuple[HalfArray, list[Record]]:
    """The passages' vectors and their records; ``progress(done)`` counts passages.

    In half precision: vectors are only compared, and the error is far below a score's meaning.
    """
    texts = [fold(text) for text in parsed.passage_texts()]
    window_texts = [fold(text) for text in parsed.window_texts()]
    total = max(1, len(texts) + len(window_texts))

    def share(done: int) -> None:
        progress(done * len(texts) // total)

    vectors = encoder.encode_passages(texts, share).astype(np.float16)
    windows = encoder.encode_passages(window_texts, lambda done: share(len(texts) + done))
    ends = np.cumsum([len(spans) for spans in parsed.windows])
    of_each = np.split(windows.astype(np.float16), ends[:-1])
    return vectors, [Record(*record) for record in zip(parsed.passages, parsed.windows, of_each, strict=True)]


def write_segment(target: Path, parsed: Parsed, vectors: HalfArray, records: Sequence[Record]) -> None:
    """Write a report and what ``embed`` made of it to ``target``; raises OSError."""
    data = [record.to_bytes() for record in records]
    ends = np.cumsum([0, *map(len, data)])
    table = np.stack([ends[:-1], ends[1:], np.array(list(map(zlib.crc32, data)), np.int64)], axis=1)
    with new_directory(target) as directory:
        (directory / REPORT).write_bytes(parsed.to_json())
        write_array(directory / PASSAGES, vectors)
        (directory / RECORDS).write_bytes(b"".join(data))
        write_array(directory / TABLE, table)
        (directory / SUMS).write_text(json.dumps(checksums(directory)))


def segment_sums(directory: Path) -> dict[str, str] | None:
    """The SHA-256 sums of a segment's parts; None where it is absent or damaged."""
    try:
        sums: dict[str, str] = json.loads((directory / SUMS).read_text())
        found = checksums(directory)
    except (OSError, ValueError):
        return None
    found.pop(SUMS)
    return sums if found == sums else None


@lru_cache(maxsize=2048)
def open_segment(directory: Path, sums: tuple[tuple[str, str], ...], report: str) -> Segment:
    """The segment in ``directory``; as it never changes, all snapshots share it."""
    return Segment(directory, dict(sums), report)


@lru_cache(maxsize=32)
def _parsed(segment: Segment) -> Parsed:
    return segment.read_parsed()


class Segment:
    """A segment opened for reading; a part is checked when it is read."""

    def __init__(self, directory: Path, sums: dict[str, str], report: str) -> None:
        self._directory = directory
        self._records = str(directory / RECORDS)
        self._sums = sums
        self._report = report

    @property
    def parsed(self) -> Parsed:
        """The report; raises LibraryDamaged."""
        return _parsed(self)

    def read_parsed(self) -> Parsed:
        """The report, read anew; raises LibraryDamaged."""
        return Parsed.from_json(self._checked(REPORT).read_bytes(), self._report)

    def read_vectors(self) -> HalfArray:
        """The passages' vectors, (n, dimension); raises LibraryDamaged."""
        vectors: HalfArray = np.load(self._checked(PASSAGES))
        return vectors

    def record(self, n: int) -> Record:
        """The record of passage ``n``; raises LibraryDamaged."""
        start, end, checksum = self._table[n].tolist()
        try:
            with open(self._records, "rb", buffering=0) as file:
                file.seek(start)
                data = file.read(end - start)
        except OSError:
            data = b""
        if zlib.crc32(data) != checksum:
            raise self._damaged(RECORDS)
        return Record.from_bytes(data, self._report)

    @cached_property
    def _table(self) -> npt.NDArray[np.int64]:
        """Where each record begins and ends, and its CRC-32."""
        table: npt.NDArray[np.int64] = np.load(self._checked(TABLE))
        return table

    def _checked(self, name: str) -> Path:
        path = self._directory / name
        try:
            sound = sha256(path) == self._sums[name]
        except (OSError, KeyError):
            sound = False
        if not sound:
            raise self._damaged(name)
        return path

    def _damaged(self, name: str) -> LibraryDamaged:
        return LibraryDamaged(
            f"文库中报告“{self._report}”的文件 {name} 已损坏或丢失，请运行 wenbao rebuild 重建。"
        )

"""One report on disk: its parsed form and its vectors, immutable and named by their content.

A segment is written once and shared by every snapshot that holds the report, so adding a report
embeds and writes that report only, and a killed build resumes where it stopped. What a question
needs of a passage is one record with a checksum of its own: it is read, and checked, alone.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder
from index.errors import LibraryDamaged
from index.files import checksums, new_directory, sha256, write_array
from index.folding import fold
from index.parsing import Parsed
from index.types import Passage
from index.vectors import HalfArray

REPORT, PASSAGES, RECORDS, TABLE, SUMS = (
    "report.json", "passages.npy", "records.bin", "records.npy", "sums.json",
)  # fmt: skip


def passage_record(passage: Passage) -> bytes:
    """What a question needs of a passage, the report's id left out."""
    p = passage
    values = [p.start, p.end, p.text, p.section, p.page, p.last_page, p.years, p.stance]
    return json.dumps(values, ensure_ascii=False).encode()


def read_record(data: bytes, report: str) -> Passage:
    """What ``passage_record`` wrote, as a passage of ``report``."""
    start, end, text, section, page, last, years, stance = json.loads(data)
    return Passage(report, start, end, text, tuple(section), page, last, tuple(years), stance)


def segment_id(payload: bytes, encoder: Encoder) -> str:
    """Equal for equal parsed content under the same encoder."""
    return hashlib.sha256(encoder.id.encode() + b"\0" + payload).hexdigest()[:32]


def embed(parsed: Parsed, encoder: Encoder, progress: Callable[[int], None]) -> HalfArray:
    """The passages' vectors, (n, dimension); ``progress(done)`` counts passages.

    In half precision: vectors are only compared, and the error is far below a score's meaning.
    """
    texts = [fold(text) for text in parsed.passage_texts()]
    return encoder.encode_passages(texts, progress).astype(np.float16)


def write_segment(target: Path, parsed: Parsed, vectors: HalfArray) -> None:
    """Write a report and the vectors ``embed`` made of it to ``target``; raises OSError."""
    data = [passage_record(passage) for passage in parsed.passages]
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


@lru_cache(maxsize=20_000)
def _passage(segment: Segment, n: int) -> Passage:
    return segment.read_passage(n)


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

    def passage(self, n: int) -> Passage:
        """Passage ``n``; raises LibraryDamaged."""
        return _passage(self, n)

    def read_passage(self, n: int) -> Passage:
        """Passage ``n``, read anew; raises LibraryDamaged."""
        start, end, checksum = self._table[n].tolist()
        try:
            with open(self._records, "rb", buffering=0) as file:
                file.seek(start)
                data = file.read(end - start)
        except OSError:
            data = b""
        if zlib.crc32(data) != checksum:
            raise self._damaged(RECORDS)
        return read_record(data, self._report)

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

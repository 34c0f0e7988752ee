"""One report on disk: its parsed form, its vectors, the places of its characters; immutable, named by their content.

A segment is written once and shared by every snapshot that holds the report, so adding a report
embeds and writes that report only, and a killed build resumes where it stopped. What a question
needs of a passage is one record with a checksum of its own: it is read, and checked, alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoders import Encoder, TokenEncoder, TokenOffsetEncoder
from index.errors import LibraryDamaged
from index.files import checksums, new_directory, write_array
from index.search import HalfArray
from index.store.parsed_report import Parsed
from index.store.recent import Recent
from index.text import normalize
from index.types import Passage

REPORT, PASSAGES, RECORDS, TOKENS, ENDS, PLACED, SUMS = (
    "report.json", "passages.npy", "records", "tokens", "ends", "placed", "sums.json",
)  # fmt: skip


_NPY_LENGTH = slice(8, 10)
"""Where a file of NumPy's format 1.0 tells how long the header behind it is."""
_END = np.dtype("<i4")
"""Where a token ends in its passage's text; before it, where the context runs on into the first."""


def passage_record(passage: Passage) -> bytes:
    """What a question needs of a passage, the report's id left out."""
    p = passage
    values = [p.start, p.end, p.text, p.section, p.page, p.last_page, p.years, p.mode, p.ocr]
    return json.dumps(values, ensure_ascii=False).encode()


def read_record(data: bytes, report: str) -> Passage:
    """What ``passage_record`` wrote, as a passage of ``report``."""
    start, end, text, section, page, last, years, mode, *ocr = json.loads(data)
    return Passage(report, start, end, text, tuple(section), page, last, tuple(years), mode, any(ocr))


def segment_id(parsed: Parsed, encoder: Encoder) -> str:
    """Equal for equal parsed content, printed in the same places, under the same encoder."""
    content = b"\0".join([encoder.id.encode(), parsed.to_json(), *parsed.placed])
    return hashlib.sha256(content).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """What an encoder makes of a report's passages.

    ``vectors`` (n, dimension); ``tokens`` for late interaction and ``ends``, where in a passage's text each of
    these ends: none of encoders that do not tell them.
    """

    vectors: HalfArray
    tokens: Sequence[bytes] = ()
    ends: Sequence[Sequence[int]] = ()


def embed(parsed: Parsed, encoder: Encoder, progress: Callable[[int], None]) -> Embedded:
    """The passages' vectors and tokens; ``progress(done)`` counts passages.

    In half precision: vectors are only compared, and the error is far below a score's meaning.
    """
    if not isinstance(encoder, TokenEncoder):
        vectors = encoder.encode_passages([normalize(t) for t in parsed.passage_texts()], progress)
        return Embedded(vectors.astype(np.float16))
    pairs = [(normalize(context), normalize(body)) for context, body in parsed.passage_parts()]
    vectors, tokens = encoder.encode_passage_tokens(pairs, progress)
    ends: list[list[int]] = []
    if isinstance(encoder, TokenOffsetEncoder):
        ends = [encoder.passage_token_ends(*pair) for pair in pairs]
    return Embedded(vectors.astype(np.float16), tokens, ends)


def write_segment(target: Path, parsed: Parsed, embedded: Embedded) -> None:
    """Write a report and what ``embed`` made of it to ``target``; raises OSError."""
    with new_directory(target) as directory:
        (directory / REPORT).write_bytes(parsed.to_json())
        write_array(directory / PASSAGES, embedded.vectors)
        _write_records(directory / RECORDS, [passage_record(passage) for passage in parsed.passages])
        _write_records(directory / TOKENS, embedded.tokens)
        if embedded.ends:
            _write_records(directory / ENDS, [write_ends(ends) for ends in embedded.ends])
        if parsed.placed:
            _write_records(directory / PLACED, parsed.placed)
        (directory / SUMS).write_text(json.dumps(checksums(directory)))


def write_ends(ends: Sequence[int]) -> bytes:
    """Where a passage's tokens end, to be kept."""
    return np.array(ends, _END).tobytes()


def read_ends(data: bytes) -> tuple[int, ...]:
    """What ``write_ends`` made bytes of."""
    return tuple(np.frombuffer(data, _END).tolist())


def _write_records(stem: Path, records: Sequence[bytes]) -> None:
    """The records one after another, and beside them where each begins and ends and its CRC-32."""
    ends = np.cumsum([0, *map(len, records)])
    table = np.stack([ends[:-1], ends[1:], np.array(list(map(zlib.crc32, records)), np.int64)], axis=1)
    stem.with_suffix(".bin").write_bytes(b"".join(records))
    write_array(stem.with_suffix(".npy"), table)


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


_Place = tuple["Segment", int]
"""A segment, and which of its records."""
_REPORTS: Recent[Segment, Parsed] = Recent(32)
_RECENT_PASSAGES: Recent[_Place, Passage] = Recent(20_000)
_RECENT_TOKENS: Recent[_Place, bytes] = Recent(2048)
_RECENT_ENDS: Recent[_Place, tuple[int, ...] | None] = Recent(2048)
"""Kept from one question for the next; set by hand: some tens of megabytes."""


def passages(places: Sequence[_Place]) -> list[Passage]:
    """The passages at ``places``; raises LibraryDamaged."""

    def read(lacking: list[_Place]) -> list[Passage]:
        records = _records(RECORDS, lacking)
        return [
            read_record(data, segment.report) for data, (segment, _) in zip(records, lacking, strict=True)
        ]

    return _RECENT_PASSAGES.values(places, read)


def tokens(places: Sequence[_Place]) -> list[bytes]:
    """The tokens of each passage for ``index.encoders.late_interaction``; empty without any; raises LibraryDamaged."""
    return _RECENT_TOKENS.values(places, lambda lacking: _records(TOKENS, lacking))


def token_ends(places: Sequence[_Place]) -> list[tuple[int, ...] | None]:
    """Where in the text of each passage its tokens end; None where it was not kept, as once it was not.

    Raises LibraryDamaged.
    """

    def read(lacking: list[_Place]) -> list[tuple[int, ...] | None]:
        kept = [place for place in lacking if place[0].has(ENDS)]
        records = dict(zip(kept, _records(ENDS, kept), strict=True))
        return [read_ends(records[place]) if place in records else None for place in lacking]

    return _RECENT_ENDS.values(places, read)


def _records(name: str, places: Sequence[_Place]) -> list[bytes]:
    """The records ``name`` at ``places``; those of one segment are read together. Raises LibraryDamaged."""
    wanted: dict[Segment, list[int]] = {}
    for segment, n in places:
        wanted.setdefault(segment, []).append(n)
    read = {
        (segment, n): data
        for segment, own in wanted.items()
        for n, data in zip(own, segment.read_records(name, own), strict=True)
    }
    return [read[place] for place in places]


class Segment:
    """A segment opened for reading; a part is checked when it is read."""

    def __init__(self, directory: Path, sums: dict[str, str], report: str) -> None:
        self._directory = directory
        self._sums = sums
        self._tables: dict[str, npt.NDArray[np.int64]] = {}
        self.report = report

    @property
    def parsed(self) -> Parsed:
        """The report; raises LibraryDamaged."""
        return _REPORTS.value(self, self.read_parsed)

    def read_parsed(self) -> Parsed:
        """The report, read anew; raises LibraryDamaged."""
        return Parsed.from_json(self._checked(REPORT), self.report)

    def read_vectors(self) -> HalfArray:
        """The passages' vectors, (n, dimension); raises LibraryDamaged."""
        vectors: HalfArray = np.load(io.BytesIO(self._checked(PASSAGES)))
        return vectors

    def placed(self, page: int) -> bytes | None:
        """Where the characters of a printed page, from 1, stand; None where it was not kept; raises LibraryDamaged."""
        known = self.has(PLACED) and 1 <= page <= len(self._table(PLACED))
        return self.read_records(PLACED, [page - 1])[0] if known else None

    def has(self, records: str) -> bool:
        """Whether there are ``records`` of this name."""
        return f"{records}.npy" in self._sums

    def read_records(self, name: str, wanted: Sequence[int]) -> list[bytes]:
        """The records of these numbers, of the records ``name``, read anew; empty without any; raises LibraryDamaged."""
        table = self._table(name)
        if not len(table):
            return [b""] * len(wanted)
        found: list[bytes] = []
        try:
            with open(f"{self._directory}/{name}.bin", "rb", buffering=0) as file:
                for start, end, checksum in table[wanted].tolist():
                    file.seek(start)
                    found.append(file.read(end - start))
                    if zlib.crc32(found[-1]) != checksum:
                        raise self._damaged(f"{name}.bin")
        except OSError:
            raise self._damaged(f"{name}.bin") from None
        return found

    def _table(self, name: str) -> npt.NDArray[np.int64]:
        """What ``_write_records`` put beside the records ``name``."""
        if name not in self._tables:
            data = self._checked(f"{name}.npy")
            # As ``write_array`` wrote it; NumPy's reader parses its header as Python, which takes longer than the rest.
            header = _NPY_LENGTH.stop + int.from_bytes(data[_NPY_LENGTH], "little")
            self._tables[name] = np.frombuffer(data, np.int64, offset=header).reshape(-1, 3)
        return self._tables[name]

    def _checked(self, name: str) -> bytes:
        """The file ``name``; raises LibraryDamaged."""
        try:
            with open(f"{self._directory}/{name}", "rb", buffering=0) as file:
                data = file.read()
            sound = hashlib.sha256(data).hexdigest() == self._sums[name]
        except (OSError, KeyError):
            sound = False
        if not sound:
            raise self._damaged(name)
        return data

    def _damaged(self, name: str) -> LibraryDamaged:
        return LibraryDamaged(
            f"文库中报告“{self.report}”的文件 {name} 已损坏或丢失，请运行 wenbao rebuild 重建。"
        )

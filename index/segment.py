"""One report on disk: its parsed form and its vectors, immutable and named by their content.

A segment is written once and shared by every snapshot that holds the report, so adding a report
embeds and writes that report only, and a killed build resumes where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder, FloatArray
from index.errors import LibraryDamaged
from index.files import checksums, new_directory, sha256
from index.folding import fold
from index.parsing import Parsed
from index.types import Passage

REPORT, PASSAGES, WINDOWS, SUMS = "report.json", "passages.npy", "windows.npy", "sums.json"


def segment_id(payload: bytes, encoder: Encoder) -> str:
    """Equal for equal parsed content under the same encoder."""
    return hashlib.sha256(encoder.id.encode() + b"\0" + payload).hexdigest()[:32]


def write_segment(target: Path, parsed: Parsed, encoder: Encoder, progress: Callable[[int], None]) -> None:
    """Embed ``parsed`` and write it to ``target``; ``progress(done)`` counts passages."""
    texts = [fold(text) for text in parsed.passage_texts()]
    window_texts = [fold(text) for text in parsed.window_texts()]
    total = max(1, len(texts) + len(window_texts))

    def share(done: int) -> None:
        progress(done * len(texts) // total)

    vectors = encoder.encode_passages(texts, share)
    windows = encoder.encode_passages(window_texts, lambda done: share(len(texts) + done))
    with new_directory(target) as directory:
        (directory / REPORT).write_bytes(parsed.to_json())
        np.save(directory / PASSAGES, vectors.astype(np.float32))
        # Half precision: only compared with one another, the error is far below a score's meaning.
        np.save(directory / WINDOWS, windows.astype(np.float16))
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


@dataclass(frozen=True)
class Windows:
    """Clause windows of several passages, end to end.

    ``owner`` (n,) indexes the rows asked for, ``spans`` (n, 2) are offsets within the passage,
    ``vectors`` (n, dimension) float32 are of unit length.
    """

    owner: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    vectors: FloatArray


class Segment:
    """A segment opened for reading; a part is checked against its SHA-256 when first used."""

    def __init__(self, directory: Path, sums: dict[str, str], report: str) -> None:
        self._directory = directory
        self._sums = sums
        self._report = report

    def _checked(self, name: str) -> Path:
        path = self._directory / name
        try:
            sound = sha256(path) == self._sums[name]
        except (OSError, KeyError):
            sound = False
        if not sound:
            raise LibraryDamaged(
                f"文库中报告“{self._report}”的文件 {name} 已损坏或丢失，请运行 wenbao rebuild 重建。"
            )
        return path

    @cached_property
    def parsed(self) -> Parsed:
        """The report; raises LibraryDamaged."""
        return Parsed.from_json(self._checked(REPORT).read_bytes(), self._report)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return self.parsed.passages

    @cached_property
    def passage_vectors(self) -> FloatArray:
        """(n, dimension) float32; raises LibraryDamaged."""
        vectors: FloatArray = np.load(self._checked(PASSAGES))
        return vectors

    @cached_property
    def _window_vectors(self) -> npt.NDArray[np.float16]:
        vectors: npt.NDArray[np.float16] = np.load(self._checked(WINDOWS), mmap_mode="r")
        return vectors

    @cached_property
    def _window_starts(self) -> npt.NDArray[np.int64]:
        return np.cumsum([0, *(len(spans) for spans in self.parsed.windows)])

    def window_vectors(self, n: int) -> FloatArray:
        """Vectors of the clause windows of passage ``n``."""
        start, end = self._window_starts[n : n + 2]
        return self._window_vectors[start:end].astype(np.float32)

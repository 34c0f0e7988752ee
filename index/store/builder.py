"""Source files to what a library keeps of them: read, parsed, and stored by whoever writes."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.encoders import Encoder
from index.errors import SourceError
from index.readers import load
from index.store.manifest import Entry
from index.store.parsed_report import Parsed, parse
from index.types import Progress, ReportInfo

_BATCH = 64
"""So many reports are read before they are embedded, to count their passages first."""


@dataclass(frozen=True)
class SourceFile:
    """A source to be indexed: the report's id, the file and its name, where it came from."""

    id: str
    path: Path
    name: str
    origin: str
    corrections: dict[str, Any]


def index_sources(
    sources: Sequence[SourceFile],
    store: Callable[[SourceFile, bytes, Parsed, Encoder, Callable[[int], None]], Entry],
    encoder: Callable[[], Encoder],
    report_progress: Progress,
) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
    """Read and ``store`` every source; the entries made, and the sources that failed with a sentence.

    ``encoder`` is only called where something must be embedded; ``report_progress`` counts passages,
    estimated where sources are many.
    """
    entries: list[Entry] = []
    failed: list[tuple[SourceFile, str]] = []
    done = 0
    for first in range(0, len(sources), _BATCH):
        batch = sources[first : first + _BATCH]
        parsed: list[tuple[SourceFile, bytes, Parsed]] = []
        for i, source in enumerate(batch, first):

            def reading(label: str, at: int = i) -> None:
                report_progress(at, len(sources), label)

            reading(f"正在读取“{source.name}”")
            try:
                data = load(source.path)
                report = parse(data, source.name, source.id, source.corrections, reading)
                report.to_json()  # what cannot be written is told of this file, before anything is stored
                parsed.append((source, data, report))
            except SourceError as error:
                failed.append((source, str(error)))
            except Exception as error:
                failed.append((source, fault(source.name, error)))
        total = done + sum(len(report.passages) for _, _, report in parsed)
        total += (total * (len(sources) - first - len(batch))) // (first + len(batch))
        for source, data, report in parsed:

            def embedded(
                count: int, before: int = done, total: int = total, title: str = report.metadata.title
            ) -> None:
                report_progress(before + count, total, f"正在编码“{title}”")

            embedded(0)
            entries.append(store(source, data, report, encoder(), embedded))
            done += len(report.passages)
    if done:
        report_progress(done, done, "正在写入索引")
    return entries, failed


def fault(name: str, error: Exception) -> str:
    """The sentence for an error of ours inside one file: what and where, for whoever mends it."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return (
        f"“{name}”没有收录：程序读它时内部出错（{what}，{Path(at.filename).name} 第 {at.lineno} 行），"
        "请把这一行发给维护者。"
    )


def report_info(source: SourceFile, data: bytes, report: Parsed) -> ReportInfo:
    """What the library tells of a report read from a source with content ``data``."""
    return ReportInfo(
        id=source.id,
        **asdict(report.metadata),
        pages=len(report.pages) or None,
        passages=len(report.passages),
        characters=len(report.text),
        source=source.name,
        sha256=hashlib.sha256(data).hexdigest(),
    )

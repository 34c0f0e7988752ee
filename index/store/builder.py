"""Sources to a new snapshot: what a writer does while it holds the library's lock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any

from index.encoders import Encoder
from index.errors import LibraryDamaged, SourceError
from index.files import discard, in_use, sha256, sweep, write_file
from index.readers import load
from index.store.parsed_report import Parsed, parse
from index.store.segment import embed, segment_id, segment_sums, write_segment
from index.store.snapshot import MANIFEST, Entry, Manifest, Snapshot, write_snapshot
from index.types import Progress, ReportInfo

CURRENT, CATALOG, SNAPSHOTS, SEGMENTS, SOURCES = "CURRENT", "catalog.json", "snapshots", "segments", "sources"
NOTHING = f"{0:06d} {0:064d}"
"""What CURRENT says of a library that was never written to."""


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


def prepare(root: Path) -> None:
    """Make the directories of a library and clear away what killed writers left unfinished."""
    for name in (SNAPSHOTS, SEGMENTS, SOURCES):
        (root / name).mkdir(exist_ok=True)
        sweep(root / name)
    sweep(root)
    # Written before any snapshot, so that a snapshot without it tells of damage.
    if not (root / CURRENT).exists() and not any((root / SNAPSHOTS).iterdir()):
        write_file(root / CURRENT, NOTHING.encode())


def index_sources(
    root: Path, works: Sequence[SourceFile], encoder: Callable[[], Encoder], progress: Progress
) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
    """Segments for ``works``; returns the manifest entries, and the works that failed with a sentence.

    ``encoder`` is only called where something must be embedded or named.
    """

    def store(work: SourceFile, data: bytes, report: Parsed, tell: Callable[[int], None]) -> Entry:
        return _store(root, work, data, report, encoder(), tell)

    return each_report(works, store, progress)


def each_report(
    works: Sequence[SourceFile],
    store: Callable[[SourceFile, bytes, Parsed, Callable[[int], None]], Entry],
    progress: Progress,
) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
    """Read and ``store`` every source; ``progress`` counts passages, estimated where works are many."""
    entries: list[Entry] = []
    failed: list[tuple[SourceFile, str]] = []
    done = 0
    for first in range(0, len(works), _BATCH):
        batch = works[first : first + _BATCH]
        parsed, bad = _parse_all(batch, lambda i, name: progress(i, len(works), f"正在读取“{name}”"), first)
        failed += bad
        total = done + sum(len(report.passages) for _, _, report in parsed)
        total += (total * (len(works) - first - len(batch))) // (first + len(batch))
        for work, data, report in parsed:
            label = f"正在编码“{report.metadata.title}”"
            progress(done, total, label)
            entries.append(store(work, data, report, partial(_tell, progress, done, total, label)))
            done += len(report.passages)
    if done:
        progress(done, done, "正在写入索引")
    return entries, failed


def _parse_all(
    works: Sequence[SourceFile], tell: Callable[[int, str], None], first: int
) -> tuple[list[tuple[SourceFile, bytes, Parsed]], list[tuple[SourceFile, str]]]:
    parsed, failed = [], []
    for i, work in enumerate(works, first):
        tell(i, work.name)
        try:
            data = load(work.path)
            parsed.append((work, data, parse(data, work.name, work.id, work.corrections)))
        except SourceError as error:
            failed.append((work, str(error)))
    return parsed, failed


def _tell(progress: Progress, before: int, total: int, label: str, done: int) -> None:
    progress(before + done, total, label)


def _store(
    root: Path,
    work: SourceFile,
    data: bytes,
    report: Parsed,
    encoder: Encoder,
    progress: Callable[[int], None],
) -> Entry:
    """Write the segment and keep the source, unless they are there already."""
    segment = _usable(root / SEGMENTS / segment_id(report.to_json(), encoder))
    if not segment.exists():
        write_segment(segment, report, embed(report, encoder, progress))
    sums = segment_sums(segment)
    if sums is None:
        raise LibraryDamaged("刚写入的文件与内存中的内容不一致，请检查磁盘后重试。")
    info = report_info(work, data, report)
    source = root / SOURCES / info.sha256
    if not source.exists() or sha256(source) != info.sha256:
        write_file(source, data)
    return Entry(info, segment.name, sums, work.origin, work.corrections)


def report_info(work: SourceFile, data: bytes, report: Parsed) -> ReportInfo:
    """What the library tells of a report read from a source with content ``data``."""
    return ReportInfo(
        id=work.id,
        **asdict(report.metadata),
        pages=len(report.pages) or None,
        passages=len(report.passages),
        characters=len(report.text),
        source=work.name,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _usable(segment: Path) -> Path:
    """``segment``, whole or absent; a damaged one stays for its readers and another name is taken."""
    names = chain([segment], (segment.with_name(f"{segment.name}-{n}") for n in count(2)))
    return next(path for path in names if not path.exists() or segment_sums(path))


def commit(
    root: Path,
    entries: Sequence[Entry],
    encoder_id: str,
    model: str,
    dimension: int,
    previous: Snapshot | None,
) -> None:
    """Make ``entries`` the library's current state; what ``previous`` holds is taken from there."""
    name = f"{max(_numbers(root), default=0) + 1:06d}"
    digest = write_snapshot(
        root / SNAPSHOTS / name, root / SEGMENTS, entries, encoder_id, model, dimension,
        previous, {CATALOG: json.dumps(asdict(_catalog(model, entries)), ensure_ascii=False).encode()},
    )  # fmt: skip
    write_file(root / CURRENT, f"{name} {digest}\n".encode())


def _numbers(root: Path) -> list[int]:
    return [int(path.name) for path in (root / SNAPSHOTS).iterdir() if path.name.isdigit()]


@dataclass(frozen=True)
class Catalog:
    """What a rebuild needs to know; kept beside the manifest in case that is damaged."""

    model: str
    reports: Sequence[dict[str, Any]]


def _catalog(model: str, entries: Sequence[Entry]) -> Catalog:
    return Catalog(
        model,
        [
            {
                "id": entry.info.id,
                "sha256": entry.info.sha256,
                "name": entry.info.source,
                "origin": entry.origin,
                "corrections": entry.corrections,
            }
            for entry in entries
        ],
    )


def read_catalog(root: Path, manifest: Manifest | None) -> Catalog:
    """What ``manifest`` holds, or the newest snapshot where it cannot be read; raises LibraryDamaged."""
    if manifest is not None:
        return _catalog(manifest.model, manifest.entries)
    try:
        newest = root / SNAPSHOTS / f"{max(_numbers(root)):06d}"
        return Catalog(**json.loads((newest / CATALOG).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise LibraryDamaged(
            f"文库“{root}”的清单和目录文件都已损坏，无法重建，请新建文库并重新加入原始文件。"
        ) from error


def kept_sources(root: Path, catalog: Catalog) -> tuple[list[SourceFile], list[str]]:
    """The sources of every report, and the ids of those whose kept file is lost or damaged."""
    works, lost = [], []
    for item in catalog.reports:
        path = root / SOURCES / item["sha256"]
        if path.is_file() and sha256(path) == item["sha256"]:
            works.append(SourceFile(item["id"], path, item["name"], item["origin"], item["corrections"]))
        else:
            lost.append(item["id"])
    return works, lost


def clean(root: Path) -> None:
    """Delete snapshots no reader holds, then the segments and sources no snapshot names."""
    current = (root / CURRENT).read_text().split()[0]
    segments, sources = set(), set()
    for snapshot in (root / SNAPSHOTS).iterdir():
        manifest = snapshot / MANIFEST
        if snapshot.name != current and not in_use(manifest):
            discard(snapshot)
            continue
        try:
            entries = json.loads(manifest.read_bytes())["entries"]
        except (OSError, ValueError, KeyError):
            return  # damaged in a reader's hands: what it uses cannot be told
        segments |= {entry["segment"] for entry in entries}
        sources |= {entry["info"]["sha256"] for entry in entries}
    for directory, named in ((root / SEGMENTS, segments), (root / SOURCES, sources)):
        for path in directory.iterdir():
            if path.name not in named:
                discard(path)

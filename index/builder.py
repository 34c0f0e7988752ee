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

from index.encoder import Encoder
from index.errors import LibraryDamaged, SourceError
from index.files import discard, in_use, sweep, write_file
from index.parsing import Parsed, parse
from index.segment import embed, segment_id, segment_sums, write_segment
from index.snapshot import MANIFEST, Entry, Manifest, Snapshot, write_snapshot
from index.types import Progress, ReportInfo

CURRENT, CATALOG, SNAPSHOTS, SEGMENTS, SOURCES = "CURRENT", "catalog.json", "snapshots", "segments", "sources"
NOTHING = f"{0:06d} {0:064d}"
"""What CURRENT says of a library that was never written to."""


@dataclass(frozen=True)
class Work:
    """A source to be indexed: the report's id, the file's bytes and name, where it came from."""

    id: str
    data: bytes
    name: str
    origin: str
    corrections: dict[str, Any]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


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
    root: Path, works: Sequence[Work], encoder: Callable[[], Encoder], progress: Progress
) -> tuple[list[Entry], list[tuple[Work, str]]]:
    """Segments for ``works``; returns the manifest entries, and the works that failed with a sentence.

    ``encoder`` is only called where something must be embedded or named.
    """
    parsed: list[tuple[Work, Parsed]] = []
    failed: list[tuple[Work, str]] = []
    for i, work in enumerate(works):
        progress(i, len(works), f"正在读取“{work.name}”")
        try:
            parsed.append((work, parse(work.data, work.name, work.id, work.corrections)))
        except SourceError as error:
            failed.append((work, str(error)))
    total = sum(len(report.passages) for _, report in parsed)
    entries, done = [], 0
    for work, report in parsed:
        label = f"正在编码“{report.metadata.title}”"
        progress(done, total, label)
        entries.append(_index(root, work, report, encoder(), partial(_tell, progress, done, total, label)))
        done += len(report.passages)
    if parsed:
        progress(total, total, "正在写入索引")
    return entries, failed


def _tell(progress: Progress, before: int, total: int, label: str, done: int) -> None:
    progress(before + done, total, label)


def _index(
    root: Path, work: Work, report: Parsed, encoder: Encoder, progress: Callable[[int], None]
) -> Entry:
    """Write the segment and keep the source, unless they are there already."""
    segment = _usable(root / SEGMENTS / segment_id(report.to_json(), encoder))
    if not segment.exists():
        write_segment(segment, report, *embed(report, encoder, progress))
    sums = segment_sums(segment)
    if sums is None:
        raise LibraryDamaged("刚写入的文件与内存中的内容不一致，请检查磁盘后重试。")
    source = root / SOURCES / work.sha256
    if not source.exists() or hashlib.sha256(source.read_bytes()).hexdigest() != work.sha256:
        write_file(source, work.data)
    metadata = asdict(report.metadata)
    info = ReportInfo(
        id=work.id,
        **metadata,
        pages=len(report.pages) or None,
        passages=len(report.passages),
        characters=len(report.text),
        source=work.name,
        sha256=work.sha256,
    )
    return Entry(info, segment.name, sums, work.origin, work.corrections)


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


def kept_sources(root: Path, catalog: Catalog) -> tuple[list[Work], list[str]]:
    """The sources of every report, and the ids of those whose kept file is lost or damaged."""
    works, lost = [], []
    for item in catalog.reports:
        path = root / SOURCES / item["sha256"]
        data = path.read_bytes() if path.is_file() else b""
        work = Work(item["id"], data, item["name"], item["origin"], item["corrections"])
        if work.sha256 == item["sha256"]:
            works.append(work)
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

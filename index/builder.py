"""Sources to a new snapshot: what a writer does while it holds the library's lock."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from index.encoder import Encoder
from index.errors import LibraryDamaged, SourceError
from index.files import in_use, write_file
from index.parsing import Parsed, parse
from index.segment import segment_id, segment_sums, write_segment
from index.snapshot import MANIFEST, Entry, Manifest, write_snapshot
from index.types import Progress, ReportInfo

CURRENT, CATALOG, SNAPSHOTS, SEGMENTS, SOURCES = "CURRENT", "catalog.json", "snapshots", "segments", "sources"


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
    name = segment_id(report.to_json(), encoder)
    segment = root / SEGMENTS / name
    sums = segment_sums(segment)
    if sums is None:
        write_segment(segment, report, encoder, progress)
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
    return Entry(info, name, sums, work.origin, work.corrections)


def commit(root: Path, entries: Sequence[Entry], encoder_id: str, model: str, dimension: int) -> None:
    """Make ``entries`` the library's current state."""
    snapshots = root / SNAPSHOTS
    taken = [int(path.name) for path in snapshots.iterdir() if path.name.isdigit()]
    name = f"{max(taken, default=0) + 1:06d}"
    digest = write_snapshot(snapshots / name, root / SEGMENTS, entries, encoder_id, model, dimension)
    write_file(root / CATALOG, json.dumps([_catalog_item(e) for e in entries], ensure_ascii=False).encode())
    write_file(root / CURRENT, f"{name} {digest}\n".encode())


def _catalog_item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.info.id,
        "sha256": entry.info.sha256,
        "name": entry.info.source,
        "origin": entry.origin,
        "corrections": entry.corrections,
    }


def kept_sources(root: Path, manifest: Manifest | None) -> tuple[list[Work], list[str]]:
    """The sources of every report, and the ids of those whose kept file is lost or damaged.

    Without a readable ``manifest`` the catalog written beside it is used; raises LibraryDamaged
    when that is lost too.
    """
    try:
        items = (
            [_catalog_item(e) for e in manifest.entries]
            if manifest
            else json.loads((root / CATALOG).read_bytes())
        )
    except (OSError, ValueError) as error:
        raise LibraryDamaged(
            f"文库“{root}”的清单和目录文件都已损坏，无法重建，请新建文库并重新加入原始文件。"
        ) from error
    works, lost = [], []
    for item in items:
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
        if snapshot.name != current and (snapshot.name.startswith(".tmp-") or not in_use(manifest)):
            shutil.rmtree(snapshot, ignore_errors=True)
            continue
        for entry in json.loads(manifest.read_bytes())["entries"]:
            segments.add(entry["segment"])
            sources.add(entry["info"]["sha256"])
    for path in (root / SEGMENTS).iterdir():
        if path.name not in segments:
            shutil.rmtree(path, ignore_errors=True)
    for path in [*(root / SOURCES).iterdir(), *root.glob(".tmp-*")]:
        if path.name not in sources:
            path.unlink(missing_ok=True)

"""A library in a directory.

``CURRENT`` names a snapshot directory and its manifest's SHA-256. Segments hold one report each,
``sources`` the files as they were given. A writer writes beside what is there and replaces ``CURRENT``
in one step; readers go on with the snapshot they have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain, count
from pathlib import Path

from index.encoders import Encoder
from index.errors import LibraryDamaged, LibraryMismatch, StorageError
from index.files import SharedHold, discard, in_use, sha256, storage_errors, sweep, write_file
from index.store.builder import SourceFile, report_info
from index.store.disk_snapshot import SOURCES, DiskSnapshot, write_snapshot
from index.store.lock import file_lock
from index.store.manifest import EMPTY, MANIFEST, Catalog, Entry, Manifest, to_json
from index.store.parsed_report import Parsed
from index.store.segment import embed, segment_id, segment_sums, write_segment
from index.store.snapshot import Encoders, Snapshot
from index.types import Progress

CURRENT, CATALOG, SNAPSHOTS, SEGMENTS = "CURRENT", "catalog.json", "snapshots", "segments"
NEVER_WRITTEN = f"{0:06d} {0:064d}"
"""What CURRENT says of a library that no writer has committed to."""


class DiskStorage:
    """The directory ``root``; see above."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self) -> None:
        """Make the directory unless it is there; raises StorageError."""
        with storage_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)

    def read_current(self) -> str:
        """What CURRENT says, ``<snapshot> <SHA-256 of its manifest>``; empty before the first writer."""
        try:
            current = (self._root / CURRENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            if not any((self._root / SNAPSHOTS).glob("[0-9]*")):
                return ""
            raise LibraryDamaged(
                f"文库“{self._root}”的 CURRENT 文件已丢失，请运行 wenbao rebuild 重建。"
            ) from None
        except NotADirectoryError:
            raise StorageError(f"“{self._root}”不是目录，请换一个目录作为文库。") from None
        except OSError as error:
            raise StorageError(
                f"无法读取文库“{self._root}”的 CURRENT 文件（{error.strerror}），请检查权限和磁盘。"
            ) from error
        except ValueError:
            current = ""
        if not re.fullmatch(r"\d{6,} [0-9a-f]{64}", current):
            raise LibraryDamaged(f"文库“{self._root}”的 CURRENT 文件已损坏，请运行 wenbao rebuild 重建。")
        return current

    def hold(self, current: str) -> HeldDirectory:
        """Hold the state so named; raises FileNotFoundError where its files are gone."""
        return HeldDirectory(self._root, current)

    @contextmanager
    def write(self, report_progress: Progress) -> Iterator[DiskWriter]:
        """Wait for other writers, then write; raises LibraryLocked, StorageError."""
        with storage_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            with file_lock(self._root, report_progress):
                _prepare(self._root)
                writer = DiskWriter(self._root, self.read_current)
                yield writer
                if writer.committed:
                    _clean(self._root)


class HeldDirectory:
    """A state whose files stay while this, or the snapshot opened from it, lives."""

    def __init__(self, root: Path, current: str) -> None:
        self._root = root
        self._name, _, self._digest = current.partition(" ")
        written = current not in ("", NEVER_WRITTEN)
        self._hold = SharedHold(root / SNAPSHOTS / self._name / MANIFEST) if written else None

    def open(self, encoders: Encoders) -> DiskSnapshot:
        """The state, opened for reading; raises LibraryDamaged, LibraryMismatch."""
        if self._hold is None:
            return DiskSnapshot.empty(encoders)
        directory = self._root / SNAPSHOTS / self._name
        return DiskSnapshot.open(directory, self._root / SEGMENTS, self._digest, self._hold, encoders)


class DiskWriter:
    """What a writer does while it holds the library's lock."""

    def __init__(self, root: Path, read_current: Callable[[], str]) -> None:
        self._root = root
        self._read_current = read_current
        self.committed = False

    def manifest(self) -> Manifest | None:
        """The current state's; None where it is damaged or of another format."""
        try:
            current = self._read_current()
            if current in ("", NEVER_WRITTEN):
                return EMPTY
            name, _, digest = current.partition(" ")
            return Manifest.read(self._root / SNAPSHOTS / name, digest)
        except (LibraryDamaged, LibraryMismatch):
            return None

    def catalog(self) -> Catalog:
        """What the manifest holds, or the newest snapshot where it cannot be read; raises LibraryDamaged."""
        if (manifest := self.manifest()) is not None:
            return Catalog.of(manifest.model, manifest.entries)
        try:
            newest = self._root / SNAPSHOTS / f"{max(_numbers(self._root)):06d}"
            return Catalog(**json.loads((newest / CATALOG).read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise LibraryDamaged(
                f"文库“{self._root}”的清单和目录文件都已损坏，无法重建，请新建文库并重新加入原始文件。"
            ) from error

    def kept_sources(self, catalog: Catalog) -> tuple[list[SourceFile], list[str]]:
        """The kept files of the catalog's reports, and the ids of those whose file is lost or damaged."""
        sources, lost = [], []
        for item in catalog.reports:
            path = self._root / SOURCES / item["sha256"]
            if path.is_file() and sha256(path) == item["sha256"]:
                name, origin, corrections = item["name"], item["origin"], item["corrections"]
                sources.append(SourceFile(item["id"], path, name, origin, corrections))
            else:
                lost.append(item["id"])
        return sources, lost

    def store(
        self,
        source: SourceFile,
        data: bytes,
        report: Parsed,
        encoder: Encoder,
        embedded: Callable[[int], None],
    ) -> Entry:
        """Write the report's segment and keep its source, unless they are there already."""
        segment = _usable(self._root / SEGMENTS / segment_id(report, encoder))
        if not segment.exists():
            write_segment(segment, report, embed(report, encoder, embedded))
        sums = segment_sums(segment)
        if sums is None:
            raise LibraryDamaged("刚写入的文件与内存中的内容不一致，请检查磁盘后重试。")
        info = report_info(source, data, report)
        kept = self._root / SOURCES / info.sha256
        if not kept.exists() or sha256(kept) != info.sha256:
            write_file(kept, data)
        return Entry(info, segment.name, sums, source.origin, source.corrections)

    def is_whole(self, entry: Entry, encoder: Encoder) -> bool:
        """Whether the report's segment is sound."""
        return segment_sums(self._root / SEGMENTS / entry.segment) == entry.parts

    def commit(self, manifest: Manifest, previous: Snapshot | None) -> None:
        """Make ``manifest`` the current state; rows that ``previous`` holds are taken from there."""
        name = f"{max(_numbers(self._root), default=0) + 1:06d}"
        catalog = to_json(asdict(Catalog.of(manifest.model, manifest.entries)))
        digest = write_snapshot(
            self._root / SNAPSHOTS / name,
            self._root / SEGMENTS,
            manifest,
            previous if isinstance(previous, DiskSnapshot) else None,
            {CATALOG: catalog},
        )
        write_file(self._root / CURRENT, f"{name} {digest}\n".encode())
        self.committed = True


def _prepare(root: Path) -> None:
    """Make the directories of a library and clear away what killed writers left unfinished."""
    for name in (SNAPSHOTS, SEGMENTS, SOURCES):
        (root / name).mkdir(exist_ok=True)
        sweep(root / name)
    sweep(root)
    # Written before any snapshot, so that a snapshot without it tells of damage.
    if not (root / CURRENT).exists() and not any((root / SNAPSHOTS).iterdir()):
        write_file(root / CURRENT, NEVER_WRITTEN.encode())


def _usable(segment: Path) -> Path:
    """``segment``, whole or absent; a damaged one stays for its readers and another name is taken."""
    names = chain([segment], (segment.with_name(f"{segment.name}-{n}") for n in count(2)))
    return next(path for path in names if not path.exists() or segment_sums(path))


def _numbers(root: Path) -> list[int]:
    return [int(path.name) for path in (root / SNAPSHOTS).iterdir() if path.name.isdigit()]


def _clean(root: Path) -> None:
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

"""The library: every report of a set, on disk, kept whole whatever happens.

``CURRENT`` names a snapshot directory and its manifest's SHA-256. Segments hold one report each,
``sources`` the files as they were given. Writers queue at a lock, write beside what is there and
replace ``CURRENT`` in one step; readers go on with the snapshot they have.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

from index.encoders import Encoder, load_encoder
from index.errors import (
    LibraryDamaged,
    LibraryLocked,
    LibraryMismatch,
    LibraryNotFound,
    SourceError,
    StorageError,
)
from index.figures import Figure, Mode, select
from index.files import SharedHold, storage_errors
from index.store.builder import (
    CURRENT,
    NOTHING,
    SEGMENTS,
    SNAPSHOTS,
    Catalog,
    SourceFile,
    clean,
    commit,
    index_sources,
    kept_sources,
    prepare,
    read_catalog,
)
from index.store.milvus_client import is_address
from index.store.segment import segment_sums
from index.store.snapshot import EMPTY, MANIFEST, Entry, Manifest, Snapshot
from index.store.source_files import gone, plan_sources
from index.types import Metadata, Progress, ReportInfo

StrPath = str | os.PathLike[str]
LOCK_SECONDS = 600.0
"""How long a writer waits for another one."""
CORRECTABLE = frozenset(field.name for field in fields(Metadata))
"""The metadata that ``set_metadata`` accepts."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a ``sync`` did; ``failed`` pairs a file's path with one Chinese sentence."""

    added: tuple[ReportInfo, ...] = ()
    updated: tuple[ReportInfo, ...] = ()
    unchanged: tuple[ReportInfo, ...] = ()
    removed: tuple[ReportInfo, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class Library:
    """Reports in a directory, see above; safe to share between threads.

    The constructor checks nothing, so that a damaged library can be rebuilt; ``open`` checks.
    """

    def __init__(self, path: StrPath, *, model: str | None = None, encoder: Encoder | None = None) -> None:
        self.path = Path(path)
        self._model = model or os.environ.get("WENBAO_MODEL") or None
        self._encoder = encoder
        self._replaceable = encoder is None and self._model is None
        self._snapshot: Snapshot | None = None
        self._opened = ""
        self._lock = threading.RLock()
        self._loading = threading.Lock()

    def __new__(cls, path: StrPath, **_: Any) -> Library:
        """A MilvusLibrary where ``path`` is the address of a Milvus server."""
        if cls is Library and is_address(path):
            from index.store.milvus import MilvusLibrary

            return super().__new__(MilvusLibrary)
        return super().__new__(cls)

    @classmethod
    def open(
        cls,
        path: StrPath,
        *,
        model: str | None = None,
        encoder: Encoder | None = None,
        create: bool = True,
    ) -> Library:
        """The library at ``path``; an empty one is made where there is none and ``create`` is set.

        ``model`` names a sentence-transformers model; without it (and WENBAO_MODEL) the library's own
        is used, or the default. Raises LibraryNotFound, LibraryDamaged, StorageError, and LibraryMismatch
        for another format; that the encoder fits is checked when it is first needed.
        """
        library = cls(path, model=model, encoder=encoder)
        if not library._read_current():
            if not create:
                raise LibraryNotFound(
                    f"没有找到文库“{path}”，请先运行 wenbao add 文件 --library {path} 加入报告。"
                )
            library._create()
        library._current()
        return library

    def _create(self) -> None:
        with storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)

    # reading

    @property
    def encoder(self) -> Encoder:
        """The current snapshot's encoder, loaded when first needed; raises EncoderError, LibraryMismatch."""
        return self._current().encoder

    def snapshot(self) -> Snapshot:
        """The current state: take one a question and use it, and its ``encoder``, throughout.

        Raises LibraryDamaged, and LibraryMismatch when the encoder asked for did not write it.
        """
        snapshot = self._current()
        if self._encoder is not None and not self._replaceable:
            _check_encoder(snapshot.manifest, self._encoder)
        return snapshot

    def reports(self) -> list[ReportInfo]:
        """The reports, in the order they were added."""
        return list(self._current().reports)

    def text(self, report_id: str) -> str:
        """The clean text of a report; raises UnknownReport."""
        return self._current().text(report_id)

    def _current(self) -> Snapshot:
        with self._lock:
            while (current := self._read_current()) != self._opened or self._snapshot is None:
                # Once the snapshot is held, CURRENT still naming it proves that no cleaner is at it.
                try:
                    hold = self._hold(current)
                except FileNotFoundError:
                    if self._read_current() == current:
                        raise LibraryDamaged(
                            f"文库“{self.path}”的当前快照已丢失，请运行 wenbao rebuild 重建。"
                        ) from None
                    continue
                if self._read_current() == current:
                    self._snapshot = self._open_snapshot(current, hold)
                    self._opened = current
            return self._snapshot

    def _read_current(self) -> str:
        """What CURRENT says, ``<snapshot> <SHA-256 of its manifest>``; empty before the first writer."""
        try:
            current = (self.path / CURRENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            if not any((self.path / SNAPSHOTS).glob("[0-9]*")):
                return ""
            raise LibraryDamaged(
                f"文库“{self.path}”的 CURRENT 文件已丢失，请运行 wenbao rebuild 重建。"
            ) from None
        except NotADirectoryError:
            raise StorageError(f"“{self.path}”不是目录，请换一个目录作为文库。") from None
        except (OSError, ValueError):
            current = ""
        if not re.fullmatch(r"\d{6,} [0-9a-f]{64}", current):
            raise LibraryDamaged(f"文库“{self.path}”的 CURRENT 文件已损坏，请运行 wenbao rebuild 重建。")
        return current

    def _hold(self, current: str) -> Any:
        """Keeps the snapshot's files while it is in use; raises FileNotFoundError where they are gone."""
        if current in ("", NOTHING):
            return None
        return SharedHold(self.path / SNAPSHOTS / current.split()[0] / MANIFEST)

    def _open_snapshot(self, current: str, hold: Any) -> Snapshot:
        if hold is None:
            return Snapshot(EMPTY, encoders=self._encoder_of)
        name, _, digest = current.partition(" ")
        return Snapshot.open(
            self.path / SNAPSHOTS / name, self.path / SEGMENTS, digest, hold, self._encoder_of
        )

    def _encoder_of(self, manifest: Manifest, progress: Progress | None = None) -> Encoder:
        """The encoder that wrote ``manifest``; raises EncoderError, LibraryMismatch."""
        encoder = self._load_encoder(manifest, progress)
        _check_encoder(manifest, encoder)
        return encoder

    def _load_encoder(self, manifest: Manifest, progress: Progress | None = None) -> Encoder:
        """The encoder asked for, or else the one ``manifest`` names."""
        with self._loading:
            other = self._encoder is not None and self._encoder.id != manifest.encoder
            if self._encoder is None or (self._replaceable and manifest.entries and other):
                self._encoder = load_encoder(self._model or manifest.model or None, progress=progress)
            return self._encoder

    def indicators(
        self,
        name: str | None = None,
        report: str | None = None,
        year: int | None = None,
        mode: Mode | None = None,
    ) -> list[Figure]:
        """The figures of the reports that match all of what is given, in the order of the reports.

        ``name`` is an indicator under any of its names (GDP, 地区生产总值). Raises UnknownReport.
        """
        snapshot = self._current()
        reports = [info.id for info in snapshot.reports] if report is None else [report]
        figures = chain.from_iterable(map(snapshot.figures, reports))
        return select(figures, name, year=year, mode=mode)

    # writing

    def add(self, files: Iterable[StrPath], *, progress: Progress | None = None) -> list[ReportInfo]:
        """Add files, and what is in folders, replacing what has changed; returns their reports.

        Unchanged files cost a hash. Where some files cannot be read the others are added all the same,
        and then SourceError tells which failed. Raises LibraryLocked, LibraryMismatch, StorageError.
        """
        files = [files] if isinstance(files, str | os.PathLike) else files
        result = self.sync(files, progress=progress)
        if result.failed:
            raise SourceError("".join(reason for _, reason in result.failed))
        return [*result.added, *result.updated, *result.unchanged]

    def sync(
        self, paths: Iterable[StrPath], *, prune: bool = False, progress: Progress | None = None
    ) -> SyncResult:
        """Like ``add``, but tells what was done, and a bad file is told and not raised.

        ``prune`` also removes the reports that came from inside the given folders and whose file is gone.
        """
        sources = [Path(path) for path in paths]
        with self._writing(progress) as tell:
            manifest = self._current().manifest
            held = {entry.info.id: entry for entry in manifest.entries}
            works, unchanged, failed = plan_sources(sources, held)
            made, bad = self._index(works, manifest, tell)
            removed = [entry.info for entry in held.values() if prune and gone(entry, sources)]
            self._commit(manifest, made, {info.id for info in removed})
        return SyncResult(
            added=tuple(entry.info for entry in made if entry.info.id not in held),
            updated=tuple(entry.info for entry in made if entry.info.id in held),
            unchanged=tuple(unchanged),
            removed=tuple(removed),
            failed=(*failed, *((work.origin, reason) for work, reason in bad)),
        )

    def remove(self, *report_ids: str) -> None:
        """Remove reports; raises UnknownReport, and removes nothing, when one is not held."""
        with self._writing(None):
            for report_id in report_ids:
                self._current().report(report_id)
            self._commit(self._current().manifest, [], set(report_ids))

    def set_metadata(self, report_id: str, **values: Any) -> ReportInfo:
        """Correct metadata by hand (the fields of ``Metadata``); None takes a correction back.

        Raises UnknownReport, LibraryDamaged; ValueError for a field that is not one of CORRECTABLE.
        """
        if unknown := set(values) - CORRECTABLE:
            raise ValueError(f"not correctable: {', '.join(sorted(unknown))}")
        with self._writing(None) as tell:
            self._current().report(report_id)
            manifest = self._current().manifest
            catalog = read_catalog(self.path, manifest)
            item = [item for item in catalog.reports if item["id"] == report_id]
            works, lost = self._kept(replace(catalog, reports=item))
            if lost:
                raise LibraryDamaged(f"报告“{report_id}”保存的原文件已丢失或损坏，请重新加入这个文件。")
            merged = {**works[0].corrections, **values}
            corrections = {key: value for key, value in merged.items() if value is not None}
            made, _ = self._index([replace(works[0], corrections=corrections)], manifest, tell)
            self._commit(manifest, made, set())
            return made[0].info

    def rebuild(self, *, progress: Progress | None = None) -> list[ReportInfo]:
        """Read every kept source again and index it, with the encoder this library was opened with.

        Vectors of unchanged passages are reused. Where a kept source is lost, the report's last state
        is kept if it is whole; otherwise LibraryDamaged is raised after the others are rebuilt.
        """
        with self._writing(progress) as tell:
            manifest = self._readable_manifest()
            catalog = read_catalog(self.path, manifest)
            encoder = self._load_encoder(manifest or replace(EMPTY, model=catalog.model), tell)
            works, lost = self._kept(catalog)
            made, bad = index_sources(self.path, works, lambda: encoder, tell)
            lost += [work.id for work, _ in bad]

            def usable(entry: Entry) -> bool:
                segment = self.path / SEGMENTS / entry.segment
                return encoder.id == (manifest or EMPTY).encoder and segment_sums(segment) == entry.parts

            saved = [e for e in (manifest or EMPTY).entries if e.info.id in lost and usable(e)]
            lost = [report for report in lost if report not in {entry.info.id for entry in saved}]
            order = {item["id"]: i for i, item in enumerate(catalog.reports)}
            entries = sorted([*made, *saved], key=lambda entry: order[entry.info.id])
            self._replace(entries, encoder.id, self._model or catalog.model, encoder.dimension)
        if lost:
            raise LibraryDamaged(
                f"报告“{'”“'.join(lost)}”保存的原文件已丢失或损坏，请重新加入这些文件；其余报告已重建。"
            )
        return self.reports()

    @contextmanager
    def _writing(self, progress: Progress | None) -> Iterator[Progress]:
        """Hold the writer's lock, waiting for another writer; gives what tells the progress."""
        tell = progress or (lambda done, total, label: None)
        from filelock import FileLock, Timeout

        with storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / ".lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                tell(0, 0, "另一个进程正在更新这个文库，正在等待它完成")
                try:
                    lock.acquire(timeout=LOCK_SECONDS)
                except Timeout:
                    raise LibraryLocked(
                        f"另一个进程一直在更新文库“{self.path}”，请等它结束后重试。"
                    ) from None
            try:
                prepare(self.path)
                yield tell
            finally:
                lock.release()

    def _index(
        self, works: Sequence[SourceFile], manifest: Manifest, tell: Progress
    ) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
        return index_sources(self.path, works, lambda: self._encoder_of(manifest, tell), tell)

    def _kept(self, catalog: Catalog) -> tuple[list[SourceFile], list[str]]:
        """The sources of every report, and the ids of those whose kept file is lost or damaged."""
        return kept_sources(self.path, catalog)

    def _commit(self, manifest: Manifest, made: Sequence[Entry], removed: Collection[str]) -> None:
        """Write the snapshot in which ``made`` replace or follow the old entries; none if nothing changed."""
        if not made and not removed:
            return
        entries = {entry.info.id: entry for entry in (*manifest.entries, *made)}
        kept = [entry for report, entry in entries.items() if report not in removed]
        if made:
            encoder = self._load_encoder(manifest)
            model = self._model or manifest.model
            self._replace(kept, encoder.id, model, encoder.dimension, self._snapshot)
        else:
            self._replace(kept, manifest.encoder, manifest.model, manifest.dimension, self._snapshot)

    def _replace(
        self,
        entries: Sequence[Entry],
        encoder_id: str,
        model: str,
        dimension: int,
        previous: Snapshot | None = None,
    ) -> None:
        commit(self.path, entries, encoder_id, model, dimension, previous)
        self._snapshot = previous = None  # lets go of the old one, so that it can be cleaned
        clean(self.path)

    def _readable_manifest(self) -> Manifest | None:
        """The current manifest; None where it is damaged or of another format."""
        try:
            current = self._read_current()
            if current in ("", NOTHING):
                return EMPTY
            name, _, digest = current.partition(" ")
            return Manifest.read(self.path / SNAPSHOTS / name, digest)
        except (LibraryDamaged, LibraryMismatch):
            return None


def _check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    if manifest.entries and encoder.id != manifest.encoder:
        raise LibraryMismatch(
            f"这个文库是用模型“{manifest.encoder}”建立的，现在使用的是“{encoder.id}”，"
            "请改用原来的模型，或运行 wenbao rebuild 用现在的模型重建。"
        )

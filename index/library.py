"""The library: every report of a set, in a directory or in Milvus, kept whole whatever happens."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.arguments import StrPath, check_corrections, check_filter, checked_files, checked_place
from index.encoders import Encoder, load_encoder
from index.errors import LibraryDamaged, LibraryMismatch, LibraryNotFound, SourceError
from index.figures import Figure, Mode
from index.store import (
    EMPTY,
    Entry,
    Manifest,
    Snapshot,
    SourceFile,
    Writer,
    index_sources,
    open_storage,
    plan_sources,
    readable_path,
    source_is_missing,
)
from index.types import Progress, ReportInfo


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a ``sync`` did.

    ``duplicates`` pairs a file's path with the id of the report that has its content; ``failed``, and
    ``skipped`` for what was met in a folder and left alone, pair it with one Chinese sentence.
    """

    added: tuple[ReportInfo, ...] = ()
    updated: tuple[ReportInfo, ...] = ()
    unchanged: tuple[ReportInfo, ...] = ()
    removed: tuple[ReportInfo, ...] = ()
    duplicates: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class Library:
    """Reports in a directory or at the address of a Milvus server; safe to share between threads.

    The constructor checks nothing, so that a damaged library can be rebuilt; ``open`` checks.
    """

    def __init__(self, path: StrPath, *, model: str | None = None, encoder: Encoder | None = None) -> None:
        place = checked_place(path)
        self.path = Path(place)
        self._storage = open_storage(place)
        self._model = model or os.environ.get("WENBAO_MODEL") or None
        self._encoder = encoder
        self._replaceable = encoder is None and self._model is None
        self._snapshot: Snapshot | None = None
        self._opened = ""
        self._lock = threading.RLock()
        self._loading = threading.Lock()

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
        if not library._storage.read_current():
            if not create:
                raise LibraryNotFound(
                    f"没有找到文库“{path}”，请先运行 wenbao add 文件 --library {path} 加入报告。"
                )
            library._storage.create()
        library._current()
        return library

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
        read_current = self._storage.read_current
        with self._lock:
            while (current := read_current()) != self._opened or self._snapshot is None:
                # Once the state is held, its still being the current one proves that no cleaner is at it.
                try:
                    held = self._storage.hold(current)
                except FileNotFoundError:
                    if read_current() == current:
                        raise LibraryDamaged(
                            f"文库“{self.path}”的当前快照已丢失，请运行 wenbao rebuild 重建。"
                        ) from None
                    continue
                if read_current() == current:
                    self._snapshot = held.open(self._encoder_of)
                    self._opened = current
            return self._snapshot

    def _encoder_of(self, manifest: Manifest, report_progress: Progress | None = None) -> Encoder:
        """The encoder that wrote ``manifest``; raises EncoderError, LibraryMismatch."""
        encoder = self._load_encoder(manifest, report_progress)
        _check_encoder(manifest, encoder)
        return encoder

    def _load_encoder(self, manifest: Manifest, report_progress: Progress | None = None) -> Encoder:
        """The encoder asked for, or else the one ``manifest`` names."""
        with self._loading:
            other = self._encoder is not None and self._encoder.id != manifest.encoder
            if self._encoder is None or (self._replaceable and manifest.entries and other):
                self._encoder = load_encoder(self._model or manifest.model or None, progress=report_progress)
            return self._encoder

    def indicators(
        self,
        name: str | None = None,
        report: str | None = None,
        year: int | None = None,
        mode: Mode | None = None,
    ) -> list[Figure]:
        """The figures of the reports that match all of what is given, in the order of the reports.

        ``name`` is an indicator under any of its names (GDP, 地区生产总值). Raises UnknownReport, QuestionError.
        """
        check_filter(name, year, mode)
        snapshot = self._current()
        reports = None if report is None else [snapshot.report(report).id]
        years = None if year is None else [year]
        named = (
            None
            if name is None
            else snapshot.indicators_called(name, years=years, reports=reports, mode=mode)
        )
        return snapshot.figures_where(named, years=years, reports=reports, mode=mode)

    # writing

    def add(
        self, files: StrPath | Iterable[StrPath], *, replace: bool = False, progress: Progress | None = None
    ) -> list[ReportInfo]:
        """Add files, and what is in folders, replacing what has changed; returns their reports.

        Two files of one name are two reports unless ``replace`` is set; two of one content are one.
        Unchanged files cost a hash. Where some files cannot be read the others are added all the same,
        and then SourceError tells which failed. Raises LibraryLocked, LibraryMismatch, StorageError.
        """
        result = self.sync(files, replace=replace, progress=progress)
        if result.failed:
            raise SourceError("".join(reason for _, reason in result.failed))
        return [*result.added, *result.updated, *result.unchanged]

    def sync(
        self,
        paths: StrPath | Iterable[StrPath],
        *,
        replace: bool = False,
        prune: bool = False,
        progress: Progress | None = None,
    ) -> SyncResult:
        """Like ``add``, but tells what was done, and a bad file is told and not raised.

        ``prune`` also removes the reports that came from inside the given folders and whose file is gone.
        """
        given = checked_files(paths)
        with self._writing(progress) as (writer, report_progress):
            manifest = self._current().manifest
            held = {entry.info.id: entry for entry in manifest.entries}
            plan = plan_sources(given, held, replace)
            made, bad = self._index(plan.sources, manifest, writer, report_progress)
            there = {**held, **plan.moved}
            removed = [entry.info for entry in there.values() if prune and source_is_missing(entry, given)]
            moved = list(plan.moved.values())
            self._commit(writer, manifest, made, {info.id for info in removed}, moved)
        why = {source.id: reason for source, reason in bad}
        return SyncResult(
            added=tuple(entry.info for entry in made if entry.info.id not in held),
            updated=tuple(entry.info for entry in made if entry.info.id in held),
            unchanged=tuple(plan.unchanged.values()),
            removed=tuple(removed),
            duplicates=tuple((path, report) for path, report in plan.duplicates if report not in why),
            skipped=tuple(plan.skipped),
            failed=(
                *plan.failed,
                *((readable_path(Path(source.origin)), reason) for source, reason in bad),
                *((path, why[report]) for path, report in plan.duplicates if report in why),
            ),
        )

    def remove(self, *report_ids: str) -> None:
        """Remove reports; raises UnknownReport, and removes nothing, when one is not held."""
        with self._writing(None) as (writer, _):
            for report_id in report_ids:
                self._current().report(report_id)
            self._commit(writer, self._current().manifest, [], set(report_ids))

    def set_metadata(self, report_id: str, **values: Any) -> ReportInfo:
        """Correct metadata by hand (the fields of ``Metadata``); None takes a correction back.

        Raises UnknownReport, LibraryDamaged, SourceError; WenbaoError for a field that is not one of ``Metadata``
        and for a value that cannot be one.
        """
        check_corrections(values)
        with self._writing(None) as (writer, report_progress):
            self._current().report(report_id)
            manifest = self._current().manifest
            catalog = writer.catalog()
            item = [item for item in catalog.reports if item["id"] == report_id]
            sources, lost = writer.kept_sources(dataclasses.replace(catalog, reports=item))
            if lost:
                raise LibraryDamaged(f"报告“{report_id}”保存的原文件已丢失或损坏，请重新加入这个文件。")
            merged = {**sources[0].corrections, **values}
            corrections = {key: value for key, value in merged.items() if value is not None}
            corrected = [dataclasses.replace(sources[0], corrections=corrections)]
            made, bad = self._index(corrected, manifest, writer, report_progress)
            if bad:
                raise SourceError(bad[0][1])
            self._commit(writer, manifest, made, set())
            return made[0].info

    def rebuild(self, *, progress: Progress | None = None) -> list[ReportInfo]:
        """Read every kept source again and index it, with the encoder this library was opened with.

        Vectors of unchanged passages are reused. Where a kept source is lost, the report's last state
        is kept if it is whole; otherwise LibraryDamaged is raised after the others are rebuilt.
        """
        with self._writing(progress) as (writer, report_progress):
            manifest = writer.manifest()
            catalog = writer.catalog()
            encoder = self._load_encoder(
                manifest or dataclasses.replace(EMPTY, model=catalog.model), report_progress
            )
            sources, lost = writer.kept_sources(catalog)
            made, bad = index_sources(sources, writer.store, lambda: encoder, report_progress)
            lost += [source.id for source, _ in bad]
            whole = [
                entry
                for entry in (manifest or EMPTY).entries
                if entry.info.id in lost
                and encoder.id == (manifest or EMPTY).encoder
                and writer.is_whole(entry, encoder)
            ]
            lost = [report for report in lost if report not in {entry.info.id for entry in whole}]
            order = {item["id"]: i for i, item in enumerate(catalog.reports)}
            entries = tuple(sorted([*made, *whole], key=lambda entry: order[entry.info.id]))
            model = self._model or catalog.model
            writer.commit(Manifest(encoder.id, model, encoder.dimension, entries, {}), None)
            self._snapshot = None
        if lost:
            raise LibraryDamaged(
                f"报告“{'”“'.join(lost)}”保存的原文件已丢失或损坏，请重新加入这些文件；其余报告已重建。"
            )
        return self.reports()

    @contextmanager
    def _writing(self, progress: Progress | None) -> Iterator[tuple[Writer, Progress]]:
        """A write, once no other writer is at it, and what is told of its progress."""
        report_progress = progress or (lambda done, total, label: None)
        with self._storage.write(report_progress) as writer:
            yield writer, report_progress

    def _index(
        self, sources: Sequence[SourceFile], manifest: Manifest, writer: Writer, report_progress: Progress
    ) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
        def encoder() -> Encoder:
            return self._encoder_of(manifest, report_progress)

        return index_sources(sources, writer.store, encoder, report_progress)

    def _commit(
        self,
        writer: Writer,
        manifest: Manifest,
        made: Sequence[Entry],
        removed: Collection[str],
        moved: Sequence[Entry] = (),
    ) -> None:
        """Write the state in which ``made`` and ``moved`` replace or follow the old entries.

        None if nothing changed.
        """
        if not made and not removed and not moved:
            return
        entries = {entry.info.id: entry for entry in (*manifest.entries, *moved, *made)}
        kept = tuple(entry for report, entry in entries.items() if report not in removed)
        changed = dataclasses.replace(manifest, entries=kept)
        if made:
            encoder = self._load_encoder(manifest)
            model = self._model or manifest.model
            changed = dataclasses.replace(
                changed, encoder=encoder.id, model=model, dimension=encoder.dimension
            )
        writer.commit(changed, self._current())
        self._snapshot = None  # lets go of the old one, so that it can be cleaned


def _check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    if manifest.entries and encoder.id != manifest.encoder:
        raise LibraryMismatch(
            f"这个文库是用模型“{manifest.encoder}”建立的，现在使用的是“{encoder.id}”，"
            "请改用原来的模型，或运行 wenbao rebuild 用现在的模型重建。"
        )

"""What a library needs of the place it is kept in; who adds such a place implements this.

A place has one current state, named by a string, and any number of readers that go on with the state
they have. A writer is alone, and what it stores is seen by nobody until it commits.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from index.encoders import Encoder
from index.store.builder import SourceFile
from index.store.disk import DiskStorage
from index.store.manifest import Catalog, Entry, Manifest
from index.store.milvus import MilvusStorage
from index.store.milvus_client import is_address
from index.store.parsed_report import Parsed
from index.store.snapshot import Encoders, Snapshot
from index.types import Progress


class HeldState(Protocol):
    """A state that no cleaner removes while this object, or the snapshot it opened, lives."""

    def open(self, encoders: Encoders) -> Snapshot:
        """The state, opened for reading; raises LibraryDamaged, LibraryMismatch."""


class Writer(Protocol):
    """One write, begun from the current state; its methods raise OSError or StorageError."""

    def manifest(self) -> Manifest | None:
        """The current state's; None where it is damaged or of another format."""

    def catalog(self) -> Catalog:
        """What a rebuild starts from, also where the manifest cannot be read; raises LibraryDamaged."""

    def kept_sources(self, catalog: Catalog) -> tuple[list[SourceFile], list[str]]:
        """The kept files of the catalog's reports, and the ids of those whose file is lost or damaged."""

    def store(
        self,
        source: SourceFile,
        data: bytes,
        report: Parsed,
        encoder: Encoder,
        embedded: Callable[[int], None],
    ) -> Entry:
        """Keep a report and its source; ``embedded(n)`` is told when ``n`` passages are embedded."""

    def is_whole(self, entry: Entry, encoder: Encoder) -> bool:
        """Whether all that is kept of a report of the current state is there and sound."""

    def commit(self, manifest: Manifest, previous: Snapshot | None) -> None:
        """Make the entries of ``manifest`` the current state; its ``parts`` are left to the storage.

        What ``previous``, the current state opened, already holds of them may be taken from there.
        """


class Storage(Protocol):
    """Where the states of one library are kept; raises StorageError where the place refuses."""

    def create(self) -> None:
        """Make the place ready for an empty library unless it is there."""

    def read_current(self) -> str:
        """The name of the current state, empty before the first writer; raises LibraryDamaged."""

    def hold(self, current: str) -> HeldState:
        """Hold the state so named; raises FileNotFoundError where it is gone."""

    def write(self, report_progress: Progress) -> AbstractContextManager[Writer]:
        """Wait for other writers, then write; raises LibraryLocked.

        On leaving, what no reader needs any more is removed, as far as it can be told now.
        """


def open_storage(place: str | os.PathLike[str]) -> Storage:
    """The storage for a directory, or for the address of a Milvus server or a file of Milvus Lite."""
    return MilvusStorage(str(place)) if is_address(place) else DiskStorage(Path(place))

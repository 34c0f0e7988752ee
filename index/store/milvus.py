"""A library in Milvus, for more reports or readers than one machine serves.

Everything is in the engine, so that any number of processes can ask without a disk of their own:
vectors and BM25 terms in a collection of rows; records, reports, sources and the manifest in a
collection of named values. What a writer adds stays invisible until the one row ``CURRENT`` names
the new manifest; what it takes away is deleted by a later writer, when no question needs it any more.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from index.encoders import Encoder, TokenEncoder, TokenOffsetEncoder
from index.errors import LibraryDamaged
from index.search import LexicalIndex
from index.store.builder import SourceFile, report_info
from index.store.lease import Lease
from index.store.manifest import EMPTY, FORMAT, Catalog, Entry, Manifest, check_format, to_json
from index.store.milvus_client import ROWS, MilvusClient
from index.store.milvus_snapshot import (
    MilvusSnapshot,
    coded,
    missing,
    placed_key,
    read_counts,
    tables_keys,
    write_counts,
)
from index.store.parsed_report import Parsed
from index.store.segment import embed, passage_record, segment_id, write_ends
from index.store.snapshot import Encoders, Snapshot
from index.store.tables import TABLES, write_tables
from index.text import tokenize
from index.types import Progress

CURRENT = "CURRENT"
GRACE = 60.0
"""Seconds that what was taken away is kept for questions in flight."""
_PIECE = 4_000_000
"""Bytes of the tables that are read and written at once."""
_OF_REPORT = 3
"""Values kept of a report once, beside those of each passage: its text, its source, its terms."""
_NEVER_WRITTEN: dict[str, Any] = {
    "format": FORMAT, "number": 0, "rows": "", "dead": [], "dead_rows": [], "tables": 0, "dead_tables": [],
    "manifest": asdict(EMPTY),
}  # fmt: skip


class MilvusStorage:
    """The engine at ``address``, see above; its token is WENBAO_MILVUS_TOKEN."""

    def __init__(self, address: str) -> None:
        self._client = MilvusClient(address)

    def create(self) -> None:
        """Make the collection of values unless it is there."""
        self._client.create_values()

    def read_current(self) -> str:
        """The number of the current state, empty before the first writer."""
        return self._client.get([CURRENT]).get(CURRENT, b"").decode()

    def hold(self, current: str) -> HeldValues:
        """Hold the state so numbered; raises FileNotFoundError where a writer has replaced it."""
        return HeldValues(self._client, current)

    @contextmanager
    def write(self, report_progress: Progress) -> Iterator[MilvusWriter]:
        """Wait for other writers, then write; raises LibraryLocked, StorageError."""
        self._client.create_values()
        with Lease(self._client, report_progress) as lease, tempfile.TemporaryDirectory() as folder:
            writer = MilvusWriter(self._client, lease, Path(folder), self.read_current())
            writer.purge()
            yield writer


class HeldValues:
    """A state as read from the engine, where what it needs is kept for ``GRACE`` seconds at least."""

    def __init__(self, client: MilvusClient, current: str) -> None:
        self._client = client
        self._state, self._counts = _NEVER_WRITTEN, dict[int, int]()
        if not current:
            return
        keys = (f"manifest:{current}", f"terms:{current}")
        found = client.get(keys)
        if len(found) < len(keys):
            raise FileNotFoundError(current)
        self._state, self._counts = json.loads(found[keys[0]]), read_counts(found[keys[1]])

    def open(self, encoders: Encoders) -> MilvusSnapshot:
        """The state, opened for reading; raises LibraryMismatch."""
        check_format(self._state.get("format"))
        return MilvusSnapshot(self._client, self._state, self._counts, encoders)


class MilvusWriter:
    """What a writer does while it has the lease."""

    def __init__(self, client: MilvusClient, lease: Lease, folder: Path, current: str) -> None:
        """``folder`` is for files needed during the write; ``current`` is the state's number."""
        self._client, self._lease, self._folder = client, lease, folder
        key = f"manifest:{current}"
        data = client.get([key]).get(key) if current else b""
        self._lost = data is None
        self._state: dict[str, Any] = json.loads(data) if data else _NEVER_WRITTEN
        self._held = {entry.info.id: entry for entry in self._entries()}
        self._before = time.time() - GRACE
        """What was taken away before then is needed by no question any more."""

    def _entries(self) -> tuple[Entry, ...]:
        return Manifest.from_dict(self._state["manifest"]).entries

    def purge(self) -> None:
        """Delete what killed writers left and what was taken away long enough ago."""
        if self._lost:
            return
        state, before = self._state, self._before
        self._client.delete_values(f"born > {state['number']}")
        self._client.delete_values(f'owner == "manifest" and born < {state["number"]}')
        gone = [name for name, since in state["dead"] if since < before]
        if gone:
            self._client.delete_values(f"owner in {json.dumps([*gone, *map(_placed_owner, gone)])}")
        if state["rows"]:
            unseen = f"born > {state['number']}"
            here = f"{unseen} or segment in {json.dumps(gone)}" if gone else unseen
            self._client.delete_rows(state["rows"], here)
        for number, since in state.get("dead_tables", []):
            if since < before:
                self._client.delete_values(f'owner == "{_owner(number)}"')
        old = {name for name, since in state["dead_rows"] if since >= before}
        self._client.drop_rows_except({state["rows"], *old})

    def manifest(self) -> Manifest | None:
        """The current state's; None where it is lost or of another format."""
        readable = not self._lost and self._state.get("format") == FORMAT
        return Manifest.from_dict(self._state["manifest"]) if readable else None

    def catalog(self) -> Catalog:
        """What the manifest holds; raises LibraryDamaged where it is lost."""
        if self._lost:
            raise LibraryDamaged(
                f"Milvus“{self._client.address}”中文库的清单已丢失，无法重建，请新建文库并重新加入原始文件。"
            )
        return Catalog.of(self._state["manifest"]["model"], self._entries())

    def kept_sources(self, catalog: Catalog) -> tuple[list[SourceFile], list[str]]:
        """The kept files of the catalog's reports, and the ids of those whose file is lost."""
        sources: list[SourceFile] = []
        lost: list[str] = []
        for item in catalog.reports:
            key = f"source:{self._held[item['id']].segment}"
            data = self._client.get([key]).get(key)
            if data is None:
                lost.append(item["id"])
                continue
            path = self._folder / f"{len(sources)}"
            path.write_bytes(data)
            name, origin, corrections = item["name"], item["origin"], item["corrections"]
            sources.append(SourceFile(item["id"], path, name, origin, corrections))
        return sources, lost

    def store(
        self,
        source: SourceFile,
        data: bytes,
        report: Parsed,
        encoder: Encoder,
        embedded: Callable[[int], None],
    ) -> Entry:
        """Put the report's values and rows into the engine, unless they are there already."""
        number = self._state["number"] + 1
        content = segment_id(report, encoder)
        info = report_info(source, data, report)
        old = self._held.get(source.id)
        whole = old and old.segment.startswith(content) and self.is_whole(old, encoder)
        if old and whole and self._client.owned(_placed_owner(old.segment)) >= len(report.placed):
            return Entry(info, old.segment, {}, source.origin, source.corrections)
        segment = f"{content}-{number}-{uuid.uuid4().hex[:8]}"
        made = embed(report, encoder, embedded)
        rows = self._rows_for(encoder)
        self._client.put(f"source:{segment}", data, segment, number)
        self._client.put(f"report:{segment}", report.to_json(), segment, number)
        terms = LexicalIndex.build(report.passage_texts())
        counts = dict(zip(terms.terms.tolist(), np.diff(terms.starts).tolist(), strict=True))
        self._client.put(f"terms:{segment}", write_counts(counts), segment, number)
        records = {f"record:{segment}:{n}": passage_record(p) for n, p in enumerate(report.passages)}
        late = {f"tokens:{segment}:{n}": packed for n, packed in enumerate(made.tokens)}
        ends = {f"ends:{segment}:{n}": write_ends(own) for n, own in enumerate(made.ends)}
        self._client.put_all(records | late | ends, segment, number)
        placed = {placed_key(segment, page): packed for page, packed in enumerate(report.placed, start=1)}
        self._client.put_all(placed, _placed_owner(segment), number)
        self._client.insert(
            rows,
            [
                {
                    "id": f"{segment}:{n}",
                    "segment": segment,
                    "born": number,
                    "terms": coded(tokenize(text)) or "none",
                    "vector": vector.astype(np.float32),
                }
                for n, (text, vector) in enumerate(zip(report.passage_texts(), made.vectors, strict=True))
            ],
        )
        return Entry(info, segment, {}, source.origin, source.corrections)

    def is_whole(self, entry: Entry, encoder: Encoder) -> bool:
        """Whether the engine still holds all values of a report: passages, tokens, their ends, text, source, terms."""
        each = 1 + isinstance(encoder, TokenEncoder) + isinstance(encoder, TokenOffsetEncoder)
        return self._client.owned(entry.segment) >= each * entry.info.passages + _OF_REPORT

    def commit(self, manifest: Manifest, previous: Snapshot | None) -> None:
        """Make ``manifest`` the current state."""
        state, before, now = self._state, self._before, time.time()
        number = state["number"] + 1
        same = bool(state["rows"]) and state["manifest"]["encoder"] == manifest.encoder
        rows = state["rows"] if same or not manifest.entries else f"{ROWS}{number}"
        held = {entry.segment for entry in self._held.values()}
        kept = {entry.segment for entry in manifest.entries}
        recent = [item for item in state["dead"] if item[1] >= before]
        old = [item for item in state["dead_rows"] if item[1] >= before]
        dead_tables = [item for item in state.get("dead_tables", []) if item[1] >= before]
        value = {
            "format": FORMAT,
            "number": number,
            "rows": rows,
            "dead": recent + [[segment, now] for segment in sorted(held - kept)],
            "dead_rows": old + ([[state["rows"], now]] if state["rows"] and rows != state["rows"] else []),
            "tables": self._put_tables(number, manifest, previous),
            "dead_tables": dead_tables + ([[state["number"], now]] if state.get("tables") else []),
            "manifest": asdict(manifest),
        }
        counts = self._counted(previous, held, kept)
        self._client.put(f"terms:{number}", write_counts(counts), "manifest", number)
        self._client.put(f"manifest:{number}", to_json(value), "manifest", number)
        self._lease.check()
        self._client.put(CURRENT, str(number).encode(), "", 0)

    def _put_tables(self, number: int, manifest: Manifest, previous: Snapshot | None) -> int:
        """Write the tables of figures and sections; returns in how many parts."""

        def read(entry: Entry) -> Parsed:
            key = f"report:{entry.segment}"
            data = self._client.get([key]).get(key)
            if data is None:
                raise missing(entry.info.id)
            return Parsed.from_json(data, entry.info.id)

        path = self._folder / TABLES
        held = previous._tables if isinstance(previous, MilvusSnapshot) else None
        write_tables(path, manifest.entries, read, held)
        keys = tables_keys(number, -(-path.stat().st_size // _PIECE))
        with path.open("rb") as file:
            for key in keys:
                self._client.put(key, file.read(_PIECE), _owner(number), number)
        return len(keys)

    def _rows_for(self, encoder: Encoder) -> str:
        """The collection of rows for vectors of ``encoder``; a new one where the current is another's."""
        state = self._state
        if state["rows"] and state["manifest"]["encoder"] == encoder.id:
            return str(state["rows"])
        name = f"{ROWS}{state['number'] + 1}"
        self._client.create_rows(name, encoder.dimension)
        return name

    def _counted(self, previous: Snapshot | None, held: set[str], kept: set[str]) -> dict[int, int]:
        """In how many passages of the segments ``kept`` each term stands.

        Where ``previous`` is given, its counts of the segments ``held`` are changed; else all are counted.
        """
        known = isinstance(previous, MilvusSnapshot)
        counts = Counter(previous.counts if isinstance(previous, MilvusSnapshot) else {})
        added, removed = (kept - held, held - kept) if known else (kept, set[str]())
        for segment in sorted(added | removed):
            key = f"terms:{segment}"
            own = read_counts(self._client.get([key]).get(key, b""))
            (counts.update if segment in added else counts.subtract)(own)
        return {term: count for term, count in counts.items() if count > 0}


def _placed_owner(segment: str) -> str:
    """Who owns the places of a segment's characters, which are not counted among what it cannot be without."""
    return f"placed-{segment}"


def _owner(number: int) -> str:
    """Who owns the tables of state ``number``."""
    return f"tables-{number}"

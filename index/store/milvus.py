"""The same library in Milvus, for more reports or readers than one machine serves.

Everything is in the engine, so that any number of processes can ask without a disk of their own:
vectors and BM25 terms in a collection of rows; records, reports, sources and the manifest in a
collection of named values. What a writer adds stays invisible until the one row ``CURRENT`` names
the new manifest; what it takes away is deleted by a later writer, when no question needs it any more.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.encoders import Encoder, FloatArray, TokenEncoder
from index.errors import LibraryDamaged
from index.library import Library, StrPath
from index.search import LexicalIndex, term_hash
from index.store.builder import Catalog, SourceFile, each_report, read_catalog, report_info
from index.store.lease import Lease
from index.store.milvus_client import MilvusClient
from index.store.parsed_report import Parsed
from index.store.segment import embed, passage_record, read_record, segment_id
from index.store.snapshot import EMPTY, Entry, Manifest, Snapshot
from index.text import tokenize
from index.types import Passage, Progress, ReportInfo

Value = TypeVar("Value")

CURRENT = "CURRENT"
GRACE = 60.0
"""Seconds that what was taken away is kept for questions in flight."""
_REMEMBERED = 4096
_NOTHING: dict[str, Any] = {
    "number": 0, "rows": "", "dead": [], "dead_rows": [], "manifest": asdict(EMPTY),
}  # fmt: skip


def _coded(terms: Sequence[str]) -> str:
    """Terms as words of letters and digits, which every analyzer leaves whole."""
    return " ".join("t" + term.encode("utf-8", "surrogatepass").hex() for term in terms)


class MilvusSnapshot(Snapshot):
    """A state of a library in Milvus; its rows are searched and read in the engine."""

    def __init__(
        self,
        client: MilvusClient,
        state: dict[str, Any],
        counts: dict[int, int],
        encoders: Callable[[Manifest], Encoder],
    ) -> None:
        """``counts`` tells in how many passages each term stands."""
        super().__init__(Manifest.from_dict(state["manifest"]), encoders=encoders)
        self.state = state
        self._client = client
        self._first = {e.segment: s for e, s in zip(self.manifest.entries, self._starts, strict=False)}
        self._recent: OrderedDict[int, Passage] = OrderedDict()
        self._recent_tokens: OrderedDict[int, bytes] = OrderedDict()
        self._recent_reports: OrderedDict[str, Parsed] = OrderedDict()
        self.counts = counts
        self._lock = threading.Lock()

    def search_dense(
        self, vector: FloatArray, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        return self._search("vector", vector.tolist(), k, reports)

    def search_lexical(
        self, text: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        terms = tokenize(text)
        return self._search("sparse", _coded(terms), k, reports) if terms else []

    def _search(
        self, field: str, query: Any, k: int, reports: Collection[str] | None
    ) -> list[tuple[int, float]]:
        chosen = None if reports is None else {self._ordinal(report) for report in reports}
        if k <= 0 or not self.size or chosen == set():
            return []
        where = self._visible
        if chosen is not None:
            where = f"segment in {json.dumps([self.manifest.entries[i].segment for i in chosen])}"
        hits = self._client.search(self.state["rows"], field, query, min(k, self.size), where)
        return [(self._row(name), score) for name, score in hits if score > 0 or field == "vector"]

    @cached_property
    def _visible(self) -> str:
        """The filter for the rows of this state."""
        born = f"born <= {self.state['number']}"
        dead = [name for name, _ in self.state["dead"]]
        return f"{born} and segment not in {json.dumps(dead)}" if dead else born

    def _row(self, name: str) -> int:
        segment, _, n = name.rpartition(":")
        return self._first[segment] + int(n)

    def _name(self, row: int) -> str:
        ordinal, n = self._locate(row)
        return f"{self.manifest.entries[ordinal].segment}:{n}"

    def vectors(self, rows: Sequence[int]) -> FloatArray:
        names = [self._name(row) for row in rows]
        found = self._client.vectors(self.state["rows"], names)
        return np.array([found[name] for name in names], np.float32).reshape(len(names), -1)

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        return [self.counts.get(term_hash(term), 0) for term in terms]

    def _parsed(self, report: str) -> Parsed:
        key = f"report:{self.manifest.entries[self._ordinal(report)].segment}"
        with self._lock:
            parsed = self._recent_reports.get(report)
        if parsed is None:
            data = self._client.get([key]).get(key)
            if data is None:
                raise _missing(report)
            parsed = Parsed.from_json(data, report)
            with self._lock:
                _remember(self._recent_reports, report, parsed, 32)
        return parsed

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of ``rows``, in that order."""

        def read(row: int, data: bytes | None) -> Passage:
            report = self.reports[self._locate(row)[0]].id
            if data is None:
                raise _missing(report)
            return read_record(data, report)

        return self._values("record", rows, self._recent, read, _REMEMBERED)

    def _tokens(self, rows: Sequence[int]) -> list[bytes]:
        return self._values("tokens", rows, self._recent_tokens, lambda row, data: data or b"", 2048)

    def _values(
        self,
        kind: str,
        rows: Sequence[int],
        recent: OrderedDict[int, Value],
        read: Callable[[int, bytes | None], Value],
        most: int,
    ) -> list[Value]:
        """What the engine keeps of each row under ``kind``, the ``most`` last ones from memory."""
        with self._lock:
            found = {row: recent[row] for row in rows if row in recent}
        keys = {row: f"{kind}:{self._name(row)}" for row in rows if row not in found}
        values = self._client.get(list(keys.values()))
        new = {row: read(row, values.get(key)) for row, key in keys.items()}
        with self._lock:
            for row, value in new.items():
                _remember(recent, row, value, most)
        found |= new
        return [found[row] for row in rows]


def _write_counts(counts: dict[int, int]) -> bytes:
    return np.array(list(counts.items()), np.uint64).tobytes()


def _read_counts(data: bytes) -> dict[int, int]:
    pairs = np.frombuffer(data, np.uint64).reshape(-1, 2)
    return dict(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True))


def _remember(recent: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    recent[key] = value
    if len(recent) > most:
        recent.popitem(last=False)


def _missing(report: str) -> LibraryDamaged:
    return LibraryDamaged(f"Milvus 中报告“{report}”的内容不完整，请运行 wenbao rebuild 重建。")


class MilvusLibrary(Library):
    """A library in Milvus: ``Library.open("http://host:19530")``; the token is WENBAO_MILVUS_TOKEN."""

    def __init__(self, path: StrPath, *, model: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(path, model=model, encoder=encoder)
        self._client = MilvusClient(str(path))
        self._folder = Path()
        self._state = _NOTHING
        self._counts: dict[int, int] = {}
        self._held: dict[str, Entry] = {}

    def _create(self) -> None:
        self._client.create_values()

    # reading

    def _read_current(self) -> str:
        return self._client.get([CURRENT]).get(CURRENT, b"").decode()

    def _hold(self, current: str) -> Any:
        """The state named ``current``; raises FileNotFoundError where a writer has replaced it."""
        if not current:
            return None
        keys = (f"manifest:{current}", f"terms:{current}")
        found = self._client.get(keys)
        if len(found) < len(keys):
            raise FileNotFoundError(current)
        return json.loads(found[keys[0]]), _read_counts(found[keys[1]])

    def _open_snapshot(self, current: str, hold: Any) -> Snapshot:
        state, counts = hold or (_NOTHING, {})
        return MilvusSnapshot(self._client, state, counts, self._encoder_of)

    # writing

    @contextmanager
    def _writing(self, progress: Progress | None) -> Iterator[Progress]:
        tell = progress or (lambda done, total, label: None)
        self._client.create_values()
        with Lease(self._client, tell) as self._lease, tempfile.TemporaryDirectory() as folder:
            self._folder = Path(folder)
            before = self._current()
            assert isinstance(before, MilvusSnapshot)
            self._state = before.state
            self._counts = before.counts
            self._held = {entry.info.id: entry for entry in before.manifest.entries}
            self._purge()
            yield tell

    def _purge(self) -> None:
        """Delete what killed writers left and what was taken away long enough ago."""
        state, before = self._state, time.time() - GRACE
        self._client.delete_values(f"born > {state['number']}")
        self._client.delete_values(f'owner == "manifest" and born < {state["number"]}')
        gone = [name for name, since in state["dead"] if since < before]
        if gone:
            self._client.delete_values(f"owner in {json.dumps(gone)}")
        if state["rows"]:
            unseen = f"born > {state['number']}"
            here = f"{unseen} or segment in {json.dumps(gone)}" if gone else unseen
            self._client.delete_rows(state["rows"], here)
        old = {name for name, since in state["dead_rows"] if since >= before}
        self._client.drop_rows_except({state["rows"], *old})

    def _index(
        self, works: Sequence[SourceFile], manifest: Manifest, tell: Progress
    ) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
        return self._store_all(works, lambda: self._encoder_of(manifest), tell)

    def _store_all(
        self, works: Sequence[SourceFile], encoder: Callable[[], Encoder], tell: Progress
    ) -> tuple[list[Entry], list[tuple[SourceFile, str]]]:
        def store(work: SourceFile, data: bytes, report: Parsed, share: Callable[[int], None]) -> Entry:
            return self._store(work, data, report, encoder(), share)

        return each_report(works, store, tell)

    def _store(
        self, work: SourceFile, data: bytes, report: Parsed, encoder: Encoder, share: Callable[[int], None]
    ) -> Entry:
        state = self._state
        number = state["number"] + 1
        content = segment_id(report.to_json(), encoder)
        info = report_info(work, data, report)
        old = self._held.get(work.id)
        if old and old.segment.startswith(content) and self._whole(old, encoder):
            return Entry(info, old.segment, {}, work.origin, work.corrections)
        segment = f"{content}-{number}-{uuid.uuid4().hex[:8]}"
        vectors, tokens = embed(report, encoder, share)
        rows = self._rows_for(encoder)
        self._client.put(f"source:{segment}", data, segment, number)
        self._client.put(f"report:{segment}", report.to_json(), segment, number)
        terms = LexicalIndex.build(report.passage_texts())
        counts = dict(zip(terms.terms.tolist(), np.diff(terms.starts).tolist(), strict=True))
        self._client.put(f"terms:{segment}", _write_counts(counts), segment, number)
        records = {f"record:{segment}:{n}": passage_record(p) for n, p in enumerate(report.passages)}
        late = {f"tokens:{segment}:{n}": packed for n, packed in enumerate(tokens)}
        self._client.put_all(records | late, segment, number)
        self._client.insert(
            rows,
            [
                {
                    "id": f"{segment}:{n}",
                    "segment": segment,
                    "born": number,
                    "terms": _coded(tokenize(text)) or "none",
                    "vector": vector.astype(np.float32),
                }
                for n, (text, vector) in enumerate(zip(report.passage_texts(), vectors, strict=True))
            ],
        )
        return Entry(info, segment, {}, work.origin, work.corrections)

    def _whole(self, entry: Entry, encoder: Encoder) -> bool:
        """Whether the engine still holds all values of a report: passages, tokens, text, source, terms."""
        each = 2 if isinstance(encoder, TokenEncoder) else 1
        return self._client.owned(entry.segment) >= each * entry.info.passages + 3

    def _rows_for(self, encoder: Encoder) -> str:
        """The collection of rows for vectors of ``encoder``; a new one where the current is another's."""
        state = self._state
        if state["rows"] and state["manifest"]["encoder"] == encoder.id:
            return str(state["rows"])
        name = f"wenbao_rows_{state['number'] + 1}"
        self._client.create_rows(name, encoder.dimension)
        return name

    def _kept(self, catalog: Catalog) -> tuple[list[SourceFile], list[str]]:
        works: list[SourceFile] = []
        lost: list[str] = []
        for item in catalog.reports:
            key = f"source:{self._held[item['id']].segment}"
            data = self._client.get([key]).get(key)
            if data is None:
                lost.append(item["id"])
                continue
            path = self._folder / f"{len(works)}"
            path.write_bytes(data)
            works.append(SourceFile(item["id"], path, item["name"], item["origin"], item["corrections"]))
        return works, lost

    def rebuild(self, *, progress: Progress | None = None) -> list[ReportInfo]:
        with self._writing(progress) as tell:
            manifest = self._current().manifest
            encoder = self._load_encoder(manifest)
            works, lost = self._kept(read_catalog(Path(), manifest))
            made, bad = self._store_all(works, lambda: encoder, tell)
            lost += [work.id for work, _ in bad]
            saved = [e for e in manifest.entries if e.info.id in lost and encoder.id == manifest.encoder]
            lost = [report for report in lost if report not in {entry.info.id for entry in saved}]
            order = {report: i for i, report in enumerate(self._held)}
            entries = sorted([*made, *saved], key=lambda entry: order[entry.info.id])
            self._replace(entries, encoder.id, self._model or manifest.model, encoder.dimension)
        if lost:
            raise LibraryDamaged(
                f"报告“{'”“'.join(lost)}”在 Milvus 中保存的原文件已丢失，请重新加入这些文件；其余报告已重建。"
            )
        return self.reports()

    def _counted(self, added: set[str], removed: set[str]) -> dict[int, int]:
        """In how many passages each term stands once segments are ``added`` and ``removed``."""
        counts = Counter(self._counts)
        for segment in sorted(added | removed):
            key = f"terms:{segment}"
            own = _read_counts(self._client.get([key]).get(key, b""))
            (counts.update if segment in added else counts.subtract)(own)
        return {term: count for term, count in counts.items() if count > 0}

    def _replace(
        self,
        entries: Sequence[Entry],
        encoder_id: str,
        model: str,
        dimension: int,
        previous: Snapshot | None = None,
    ) -> None:
        state, now = self._state, time.time()
        number = state["number"] + 1
        same = bool(state["rows"]) and state["manifest"]["encoder"] == encoder_id
        rows = state["rows"] if same or not entries else f"wenbao_rows_{number}"
        held = {entry.segment for entry in self._held.values()}
        kept = {entry.segment for entry in entries}
        recent = [item for item in state["dead"] if item[1] >= now - GRACE]
        old = [item for item in state["dead_rows"] if item[1] >= now - GRACE]
        manifest = Manifest(encoder_id, model, dimension, tuple(entries), {})
        value = {
            "number": number,
            "rows": rows,
            "dead": recent + [[segment, now] for segment in sorted(held - kept)],
            "dead_rows": old + ([[state["rows"], now]] if state["rows"] and rows != state["rows"] else []),
            "manifest": asdict(manifest),
        }
        counts = self._counted(added=kept - held, removed=held - kept)
        self._client.put(f"terms:{number}", _write_counts(counts), "manifest", number)
        self._client.put(
            f"manifest:{number}", json.dumps(value, ensure_ascii=False).encode(), "manifest", number
        )
        self._lease.check()
        self._client.put(CURRENT, str(number).encode(), "", 0)
        self._snapshot = None

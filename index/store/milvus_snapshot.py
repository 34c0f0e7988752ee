"""A state of a library in Milvus, searched and read in the engine."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.encoders import FloatArray
from index.errors import LibraryDamaged
from index.search import IntArray, term_hash
from index.store.manifest import Manifest
from index.store.milvus_client import MOST_HITS, MilvusClient
from index.store.parsed_report import Parsed
from index.store.recent import Recent
from index.store.segment import read_ends, read_record
from index.store.snapshot import Encoders, Snapshot
from index.store.tables import TABLES, Tables
from index.text import tokenize
from index.types import Passage

Value = TypeVar("Value")


def coded(terms: Sequence[str]) -> str:
    """Terms as words of letters and digits, which every analyzer leaves whole."""
    return " ".join("t" + term.encode("utf-8", "surrogatepass").hex() for term in terms)


class MilvusSnapshot(Snapshot):
    """A state of a library in Milvus; its rows are searched and read in the engine."""

    def __init__(
        self,
        client: MilvusClient,
        state: dict[str, Any],
        counts: dict[int, int],
        encoders: Encoders,
    ) -> None:
        """``counts`` tells in how many passages each term stands."""
        super().__init__(Manifest.from_dict(state["manifest"]), encoders)
        self.state = state
        self._client = client
        self._first = {e.segment: s for e, s in zip(self.manifest.entries, self._starts, strict=False)}
        self._recent: Recent[int, Passage] = Recent(4096)
        self._recent_tokens: Recent[int, bytes] = Recent(2048)
        self._recent_ends: Recent[int, bytes] = Recent(2048)
        self._recent_reports: Recent[str, Parsed] = Recent(32)
        self.counts = counts

    @cached_property
    def _tables(self) -> Tables:
        """Fetched when first needed, into a file that goes with the snapshot."""
        if not self.manifest.entries:
            return Tables(None)
        folder = tempfile.mkdtemp(prefix="wenbao-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        path = Path(folder) / TABLES
        with path.open("wb") as file:
            for key in tables_keys(self.state["number"], self.state["tables"]):
                data = self._client.get([key]).get(key)
                if data is None:
                    raise LibraryDamaged("Milvus 中指标和章节的表不完整，请运行 wenbao rebuild 重建。")
                file.write(data)
        return Tables(path, self.reports)

    def original(self, report: str) -> bytes:
        key = f"source:{self.manifest.entries[self._ordinal(report)].segment}"
        data: bytes | None = self._client.get([key]).get(key)
        if data is None:
            raise LibraryDamaged(f"报告“{report}”保存的原文件已丢失，请重新加入这个文件。")
        return data

    def original_facts(self, report: str) -> tuple[int, float]:
        self.report(report)
        return 0, 0.0

    def _placed(self, report: str, page: int) -> bytes | None:
        key = placed_key(self.manifest.entries[self._ordinal(report)].segment, page)
        return self._client.get([key]).get(key)

    def search_dense(
        self, vector: FloatArray, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        return self._search("vector", vector.tolist(), k, reports)

    def search_lexical(
        self, text: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        terms = tokenize(text)
        return self._search("sparse", coded(terms), k, reports) if terms else []

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

    def rows_holding(self, terms: Sequence[str]) -> list[IntArray] | None:
        counts = self.frequencies(terms)
        if max(counts, default=0) > MOST_HITS:
            return None
        rows = [np.empty(0, np.int64) for _ in terms]
        asked = [n for n, count in enumerate(counts) if count]
        queries = [coded([terms[n]]) for n in asked]
        found = self._client.search_each(
            self.state["rows"], "sparse", queries, max(counts, default=0), self._visible
        )
        for n, hits in zip(asked, found, strict=True):
            rows[n] = np.sort(np.array([self._row(name) for name, score in hits if score > 0], np.int64))
        return rows

    def token_ends(self, rows: Sequence[int]) -> Sequence[Sequence[int]] | None:
        kept = self._values("ends", rows, self._recent_ends, lambda row, data: data or b"")
        return [read_ends(data) for data in kept] if all(kept) else None

    def _parsed(self, report: str) -> Parsed:
        key = f"report:{self.manifest.entries[self._ordinal(report)].segment}"

        def read() -> Parsed:
            data = self._client.get([key]).get(key)
            if data is None:
                raise missing(report)
            return Parsed.from_json(data, report)

        return self._recent_reports.value(report, read)

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        def read(row: int, data: bytes | None) -> Passage:
            report = self.reports[self._locate(row)[0]].id
            if data is None:
                raise missing(report)
            return read_record(data, report)

        return self._values("record", rows, self._recent, read)

    def _tokens(self, rows: Sequence[int]) -> list[bytes]:
        return self._values("tokens", rows, self._recent_tokens, lambda row, data: data or b"")

    def _values(
        self,
        kind: str,
        rows: Sequence[int],
        recent: Recent[int, Value],
        made: Callable[[int, bytes | None], Value],
    ) -> list[Value]:
        """What is ``made`` of what the engine keeps of each row under ``kind``, the last ones from memory."""

        def read(lacking: list[int]) -> list[Value]:
            keys = [f"{kind}:{self._name(row)}" for row in lacking]
            values = self._client.get(keys)
            return [made(row, values.get(key)) for row, key in zip(lacking, keys, strict=True)]

        return recent.values(rows, read)


def placed_key(segment: str, page: int) -> str:
    """Under which key it is kept where the characters of a printed page stand."""
    return f"placed:{segment}:{page}"


def tables_keys(number: int, parts: int) -> list[str]:
    """Under which keys the parts of the tables of state ``number`` are kept."""
    return [f"tables:{number}:{n}" for n in range(parts)]


def write_counts(counts: dict[int, int]) -> bytes:
    return np.array(list(counts.items()), np.uint64).tobytes()


def read_counts(data: bytes) -> dict[int, int]:
    pairs = np.frombuffer(data, np.uint64).reshape(-1, 2)
    return dict(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True))


def missing(report: str) -> LibraryDamaged:
    return LibraryDamaged(f"Milvus 中报告“{report}”的内容不完整，请运行 wenbao rebuild 重建。")

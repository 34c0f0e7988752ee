"""Milvus as a store of named values and of rows that are searched (sole importer of pymilvus)."""

from __future__ import annotations

import base64
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import Any

from index.errors import StorageError
from index.search import K1, B

VALUES, ROWS = "wenbao_values", "wenbao_rows_"
_CHUNK = 60_000
"""Characters of a part of a value: below the 65,535 that Milvus allows a string."""
_BATCH = 200
"""Rows or names a request; set by hand: with parts of values as long as they may be, one is 12 MB."""
MOST_HITS = 16_384
"""Milvus answers a search with no more."""


_SERVER = re.compile(r"(https?|milvus):/+")
"""http://milvus.example, milvus://a; not ./library."""


def is_address(path: str | os.PathLike[str]) -> bool:
    """Whether ``path`` is a Milvus server (``http://host:19530``) or a file of Milvus Lite (``x.db``)."""
    return _SERVER.match(str(path)) is not None or str(path).endswith(".db")


class MilvusClient:
    """A Milvus server, or a file of Milvus Lite; every method raises StorageError where it fails."""

    def __init__(self, address: str) -> None:
        self.address = _SERVER.sub(r"\1://", address, count=1)  # a Path merges slashes

    @cached_property
    def _client(self) -> Any:
        token = os.environ.get("WENBAO_MILVUS_TOKEN", "")
        with self._errors():
            return _pymilvus().MilvusClient(self.address.replace("milvus://", "http://", 1), token=token)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        pymilvus = _pymilvus()
        try:
            yield
        except (pymilvus.MilvusException, OSError) as error:
            reason = str(getattr(error, "message", error)).strip().splitlines() or [type(error).__name__]
            raise StorageError(
                f"Milvus“{self.address}”无法使用（{reason[0]}），请检查地址、网络和 WENBAO_MILVUS_TOKEN。"
            ) from error

    # named values

    def create_values(self) -> None:
        """Make the collection of values unless it is there."""
        data_type = _pymilvus().DataType
        with self._errors():
            if self._client.has_collection(VALUES):
                return
            schema = _pymilvus().MilvusClient.create_schema()
            schema.add_field("id", data_type.VARCHAR, is_primary=True, max_length=256)
            schema.add_field("key", data_type.VARCHAR, max_length=256)
            schema.add_field("owner", data_type.VARCHAR, max_length=128)
            schema.add_field("born", data_type.INT64)
            schema.add_field("part", data_type.INT64)
            schema.add_field("parts", data_type.INT64)
            schema.add_field("data", data_type.VARCHAR, max_length=65_535)
            schema.add_field("unused", data_type.FLOAT_VECTOR, dim=2)  # Milvus asks for a vector
            index = self._client.prepare_index_params()
            index.add_index("unused", index_type="FLAT", metric_type="L2")
            self._client.create_collection(
                VALUES, schema=schema, index_params=index, consistency_level="Strong"
            )

    def put(self, key: str, data: bytes, owner: str, born: int) -> None:
        """Set one value; a short one is set in one step."""
        self.put_all({key: data}, owner, born)

    def put_all(self, values: Mapping[str, bytes], owner: str, born: int) -> None:
        """Set values; ``owner`` and ``born`` tell later which to delete."""
        rows = []
        for key, data in values.items():
            text = base64.b64encode(zlib.compress(data, 1)).decode()
            parts = [text[i : i + _CHUNK] for i in range(0, len(text), _CHUNK)]
            for n, part in enumerate(parts):
                rows.append(
                    {
                        "id": f"{key}#{n}", "key": key, "owner": owner, "born": born,
                        "part": n, "parts": len(parts), "data": part, "unused": [0.0, 0.0],
                    }
                )  # fmt: skip
        with self._errors():
            for batch in _batches(rows):
                self._client.upsert(VALUES, batch)

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of ``keys``, without those that are missing or incomplete."""
        with self._errors():
            if not keys or not self._has_values:
                return {}
            rows: list[dict[str, Any]] = []
            for batch in _batches(keys):
                rows += self._client.query(
                    VALUES,
                    filter=f"key in {json.dumps(list(batch), ensure_ascii=False)}",
                    output_fields=["key", "part", "parts", "data"],
                    limit=MOST_HITS,
                )
        parts: dict[str, dict[int, str]] = {}
        wanted = {row["key"]: row["parts"] for row in rows if row["part"] == 0}
        for row in rows:
            parts.setdefault(row["key"], {})[row["part"]] = row["data"]
        return {
            key: zlib.decompress(base64.b64decode("".join(parts[key][n] for n in range(count))))
            for key, count in wanted.items()
            if all(n in parts[key] for n in range(count))
        }

    @property
    def _has_values(self) -> bool:
        if not self.__dict__.get("_made"):
            self._made = bool(self._client.has_collection(VALUES))
        return self._made

    def owned(self, owner: str) -> int:
        """How many values ``owner`` has."""
        with self._errors():
            where = f'owner == "{owner}" and part == 0'
            return int(self._client.query(VALUES, filter=where, output_fields=["count(*)"])[0]["count(*)"])

    def delete_values(self, where: str) -> None:
        """Delete the values that fulfil a filter."""
        with self._errors():
            self._client.delete(VALUES, filter=where)

    # rows

    def create_rows(self, name: str, dimension: int) -> None:
        """Make a collection of rows unless it is there."""
        pymilvus = _pymilvus()
        data_type = pymilvus.DataType
        with self._errors():
            if self._client.has_collection(name):
                return
            schema = pymilvus.MilvusClient.create_schema()
            schema.add_field("id", data_type.VARCHAR, is_primary=True, max_length=256)
            schema.add_field("segment", data_type.VARCHAR, max_length=128)
            schema.add_field("born", data_type.INT64)
            schema.add_field(
                "terms",
                data_type.VARCHAR,
                max_length=65_535,
                enable_analyzer=True,
                analyzer_params={"tokenizer": "standard"},
            )
            schema.add_field("sparse", data_type.SPARSE_FLOAT_VECTOR)
            schema.add_field("vector", data_type.FLOAT_VECTOR, dim=dimension)
            schema.add_function(
                pymilvus.Function(
                    name="bm25",
                    function_type=pymilvus.FunctionType.BM25,
                    input_field_names=["terms"],
                    output_field_names=["sparse"],
                )
            )
            index = self._client.prepare_index_params()
            local = self.address.endswith(".db")
            index.add_index("vector", index_type="FLAT" if local else "AUTOINDEX", metric_type="IP")
            index.add_index(
                "sparse",
                index_type="SPARSE_INVERTED_INDEX",
                metric_type="BM25",
                # Servers read these either way, Milvus Lite only inside "params".
                params={"params": {"bm25_k1": K1, "bm25_b": B}},
            )
            self._client.create_collection(
                name, schema=schema, index_params=index, consistency_level="Strong"
            )

    def insert(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows; their terms are indexed by the engine."""
        with self._errors():
            for batch in _batches(rows):
                self._client.insert(name, batch)

    def search(self, name: str, field: str, query: Any, k: int, where: str) -> list[tuple[str, float]]:
        """The ``k`` best ``(id, score)`` that fulfil a filter, best first: cosine, or BM25 as ours."""
        return self.search_each(name, field, [query], k, where)[0]

    def search_each(
        self, name: str, field: str, queries: Sequence[Any], k: int, where: str
    ) -> list[list[tuple[str, float]]]:
        """What ``search`` finds for each of ``queries``."""
        found: list[Any] = []
        with self._errors():
            for batch in _batches(queries):
                found += self._client.search(
                    name,
                    data=batch,
                    anns_field=field,
                    limit=min(k, MOST_HITS),
                    filter=where,
                    search_params={"metric_type": "IP" if field == "vector" else "BM25"},
                )
        # Milvus keeps the constant that Lucene leaves out; Milvus Lite gives the negative score.
        return [
            [
                (
                    str(hit["id"]),
                    float(hit["distance"]) if field == "vector" else abs(float(hit["distance"])) / (K1 + 1),
                )
                for hit in hits
            ]
            for hits in found
        ]

    def vectors(self, name: str, ids: Sequence[str]) -> dict[str, list[float]]:
        """The vectors of ``ids``."""
        with self._errors():
            rows = [
                row
                for batch in _batches(ids)
                for row in self._client.get(name, ids=list(batch), output_fields=["vector"])
            ]
        return {str(row["id"]): row["vector"] for row in rows}

    def delete_rows(self, name: str, where: str) -> None:
        """Delete the rows that fulfil a filter."""
        with self._errors():
            self._client.delete(name, filter=where)

    def drop_rows_except(self, kept: set[str]) -> None:
        """Drop the collections of rows that no state uses."""
        with self._errors():
            for name in self._client.list_collections():
                if name.startswith(ROWS) and name not in kept:
                    self._client.drop_collection(name)


def _pymilvus() -> Any:
    """The package; raises StorageError, which says how to get it, where it is not installed."""
    try:
        import pymilvus  # type: ignore[import-untyped]
    except ImportError as error:
        raise StorageError("使用 Milvus 需要先安装：pip install 'wenbao[milvus]'。") from error
    return pymilvus


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch

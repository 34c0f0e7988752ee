"""What a state of a library holds, as it is written down: the manifest, and the catalog for a rebuild."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index.errors import LibraryDamaged, LibraryMismatch
from index.types import ReportInfo

FORMAT = 6
"""Raised whenever what is stored changes; a library of another format asks to be rebuilt."""
MANIFEST = "manifest.json"


def to_json(value: Any, indent: int | None = None) -> bytes:
    """JSON for what holds paths: half a surrogate pair stands for a byte that is no text; ``json`` reads it."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Entry:
    """A report in a manifest: what is told of it, its segment, and where it came from."""

    info: ReportInfo
    segment: str
    parts: dict[str, str]
    origin: str
    corrections: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Entry:
        years = {key: tuple(value["info"][key]) for key in ("years_reviewed", "years_planned")}
        return cls(**{**value, "info": ReportInfo(**{**value["info"], **years})})


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds and by which encoder; ``parts`` are SHA-256 sums of its files."""

    encoder: str
    model: str
    dimension: int
    entries: tuple[Entry, ...]
    parts: dict[str, str]

    def to_json(self) -> bytes:
        return to_json({"format": FORMAT, **asdict(self)}, indent=1)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Manifest:
        """The inverse of ``dataclasses.asdict``, also through JSON."""
        return cls(**{**value, "entries": tuple(map(Entry.from_dict, value["entries"]))})

    @classmethod
    def read(cls, directory: Path, digest: str) -> Manifest:
        """The manifest in ``directory`` with SHA-256 ``digest``; raises LibraryDamaged, LibraryMismatch."""
        try:
            data = (directory / MANIFEST).read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                raise ValueError("checksum")
            value = json.loads(data)
            written = value.pop("format")
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise LibraryDamaged("文库的清单文件已损坏或丢失，请运行 wenbao rebuild 重建。") from error
        check_format(written)
        try:
            return cls.from_dict(value)
        except (KeyError, TypeError, AttributeError) as error:
            raise LibraryDamaged("文库的清单文件已损坏，请运行 wenbao rebuild 重建。") from error


EMPTY = Manifest("", "", 0, (), {})
"""The state of a library nothing was added to."""


def check_format(written: object) -> None:
    """Raises LibraryMismatch for a state that another version of the program wrote."""
    if written != FORMAT:
        raise LibraryMismatch(
            f"文库的格式版本是 {written}，本程序使用版本 {FORMAT}，请运行 wenbao rebuild 重建。"
        )


@dataclass(frozen=True)
class Catalog:
    """What a rebuild needs to know; kept beside the manifest in case that is damaged."""

    model: str
    reports: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, model: str, entries: Sequence[Entry]) -> Catalog:
        """The catalog of the reports of ``entries``."""
        return cls(
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

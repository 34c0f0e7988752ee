"""The user's files and folders to the work there is for a library."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, count
from pathlib import Path

from index.errors import SourceError
from index.readers import load, suffixes
from index.store.builder import SourceFile
from index.store.manifest import Entry
from index.types import ReportInfo

_MACHINE_MADE = re.compile(r"[0-9a-f]{16,}")
"""A folder named by a program, such as an upload's, tells a reader nothing."""


def plan_sources(
    paths: Iterable[Path], held: Mapping[str, Entry]
) -> tuple[list[SourceFile], list[ReportInfo], list[tuple[str, str]]]:
    """Which files must be indexed, which are unchanged, which cannot be read."""
    sources: list[SourceFile] = []
    unchanged: dict[str, ReportInfo] = {}
    failed: list[tuple[str, str]] = []
    origins = {entry.origin: report for report, entry in held.items()}
    claimed: set[str] = set()
    for path in _files(paths):
        try:
            digest = hashlib.sha256(load(path)).hexdigest()
        except SourceError as error:
            failed.append((str(path), str(error)))
            continue
        report = origins.get(str(path.resolve())) or _new_id(path, digest, held, claimed)
        claimed.add(report)
        old = held.get(report)
        if old and old.info.sha256 == digest:
            unchanged[report] = old.info
        else:
            corrections = old.corrections if old else {}
            sources.append(SourceFile(report, path, path.name, str(path.resolve()), corrections))
    return sources, list(unchanged.values()), failed


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as given; of folders every file below of a readable kind, in a stable order."""
    seen = set()
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
            if path.is_dir() and (hidden or file.suffix.lower() not in suffixes()):
                continue
            if (resolved := file.resolve()) not in seen:
                seen.add(resolved)
                yield file


def _new_id(path: Path, digest: str, held: Mapping[str, Entry], claimed: Collection[str]) -> str:
    """An id for the report of a new file: its stem, made distinct where that is taken.

    A held report of its name is the same one where the content is the same, and an older version of
    it where the file it came from no longer exists.
    """

    def same(entry: Entry) -> bool:
        return entry.info.sha256 == digest or not Path(entry.origin).exists()

    stem, folder = _slug(path.stem), _slug(path.resolve().parent.name)
    named = [] if _MACHINE_MADE.fullmatch(folder) else [f"{folder}-{stem}"]
    names = chain([stem], named, (f"{stem}-{n}" for n in count(2)))
    return next(name for name in names if name not in claimed and (name not in held or same(held[name])))


def _slug(stem: str) -> str:
    """A stem without white space at its ends, control characters and path separators."""
    text = unicodedata.normalize("NFC", stem)
    return re.sub(r"[\s/\\\x00-\x1f\x7f]+", "-", text.strip()).strip("-.") or "report"


def gone(entry: Entry, paths: Iterable[Path]) -> bool:
    """Whether a report came from inside one of the folders and its file is not there any more."""
    origin = Path(entry.origin)
    return not origin.exists() and any(
        path.is_dir() and origin.is_relative_to(path.resolve()) for path in paths
    )

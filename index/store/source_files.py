"""The user's files and folders to the work there is for a library."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path

from index.errors import SourceError
from index.readers import how_to_convert, load, suffixes
from index.store.builder import SourceFile, fault
from index.store.manifest import Entry
from index.types import ReportInfo

_MACHINE_MADE = re.compile(r"[0-9a-f]{16,}")
"""A folder named by a program, such as an upload's, tells a reader nothing: 0123456789abcdef; not 2024."""
_HIDDEN = (".", "~$")
_NAMED = 5
"""Kinds of files named of those that no reader is for; the rest is “等”."""

Told = list[tuple[str, str]]
"""Paths, each with one Chinese sentence."""


@dataclass(slots=True)
class Plan:
    """What is to be done with the files given.

    ``sources`` are to be indexed; ``moved`` are held reports whose file now lies elsewhere. ``duplicates``
    pairs a path with the id of the report, held or planned, that has its content already. ``skipped`` was
    met in a folder and left alone, ``failed`` cannot be read.
    """

    sources: list[SourceFile] = field(default_factory=list)
    unchanged: dict[str, ReportInfo] = field(default_factory=dict)
    moved: dict[str, Entry] = field(default_factory=dict)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    skipped: Told = field(default_factory=list)
    failed: Told = field(default_factory=list)


def plan_sources(paths: Iterable[str], held: Mapping[str, Entry], replacing: bool) -> Plan:
    """What to do with ``paths``, files and folders, for a library that has ``held``.

    A report is itself by its content: a file with the content of a held report is that report, whatever
    its name, and a held report's own file is its new version. Any other file is a new report, or with
    ``replacing`` takes the place of the report that has its name for an id.
    """
    plan = Plan()
    found: list[tuple[Path, str, str]] = []
    for path in _files(paths, plan):
        try:
            found.append((path, os.path.realpath(path), hashlib.sha256(load(path)).hexdigest()))
        except SourceError as error:
            plan.failed.append((readable_path(path), str(error).replace(path.name, readable(path.name))))
        except Exception as error:
            plan.failed.append((readable_path(path), fault(readable(path.name), error)))
    origins = {entry.origin: report for report, entry in held.items()}
    changing = {
        origins[origin]
        for _, origin, digest in found
        if origin in origins and held[origins[origin]].info.sha256 != digest
    }
    contents = {entry.info.sha256: report for report, entry in held.items() if report not in changing}
    claimed: set[str] = set()
    for path, origin, digest in found:
        report = origins.get(origin)
        if report is None and (same := contents.get(digest)):
            _same_content(plan, path, origin, same, held)
            continue
        report = report or _new_id(path, held, claimed, replacing)
        claimed.add(report)
        old = held.get(report)
        if old and old.info.sha256 == digest:
            plan.unchanged[report] = old.info
            continue
        if old:
            contents.pop(old.info.sha256, None)
        contents[digest] = report
        corrections = old.corrections if old else {}
        plan.sources.append(SourceFile(report, path, readable(path.name), origin, corrections))
    return plan


def _same_content(plan: Plan, path: Path, origin: str, report: str, held: Mapping[str, Entry]) -> None:
    """The file has the content of ``report``: a copy, or the report's own file in a new place."""
    plan.duplicates.append((readable_path(path), report))
    if (entry := held.get(report)) is None:
        return
    if not os.path.exists(entry.origin) and report not in plan.moved:
        info = replace(entry.info, source=readable(path.name))
        plan.moved[report] = replace(entry, origin=origin, info=info)
    plan.unchanged[report] = (plan.moved.get(report) or entry).info


def _files(paths: Iterable[str], plan: Plan) -> Iterator[Path]:
    """Files as given; of folders every file below of a readable kind, in a stable order; each once."""
    seen = set()
    for given in paths:
        if not given:
            plan.failed.append(("", "给出的文件名是空的，请写出文件或文件夹的名称。"))
            continue
        path = Path(given)
        for file in sorted(_inside(path, plan.skipped)) if os.path.isdir(path) else [path]:
            if (resolved := os.path.realpath(file)) not in seen:
                seen.add(resolved)
                yield file


def _inside(folder: Path, skipped: Told) -> Iterator[Path]:
    """The readable files below ``folder``; links that lead out of it, or back up, are not followed, and a library
    is no folder of reports. Documents of other kinds are told one by one, what is no document in one sentence.
    """
    root = Path(os.path.realpath(folder))
    kinds = suffixes()

    def refused(error: OSError) -> None:
        skipped.append((readable_path(Path(error.filename)), "没有权限打开这个文件夹，其中的文件没有收录。"))

    others: Counter[str] = Counter()
    for where, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [n for n in folders if not n.startswith(_HIDDEN) and not _is_library(Path(where, n))]
        names = [name for name in names if not name.startswith(_HIDDEN)]
        files = [name for name in names if Path(name).suffix.lower() in kinds]
        for name in sorted(set(names) - set(files)):
            suffix = Path(name).suffix.lower()
            if advice := how_to_convert(suffix):
                skipped.append((readable_path(Path(where, name)), advice))
            else:
                others[readable(suffix) or "没有扩展名"] += 1
        for path in (Path(where, name) for name in (*folders, *files)):
            if reason := _why_not(path, root):
                skipped.append((readable_path(path), reason))
            elif path.name in files:
                yield path
    if others:
        most = "、".join(suffix for suffix, _ in others.most_common(_NAMED))
        reason = f"里有 {others.total()} 个文件不是能读的格式（{most}{'等' if len(others) > _NAMED else ''}），没有收录。"
        skipped.append((readable_path(folder), reason))


def _is_library(folder: Path) -> bool:
    """Whether a library is kept in ``folder``."""
    return all(os.path.lexists(folder / name) for name in ("CURRENT", "snapshots", "segments"))


def _why_not(path: Path, root: Path) -> str:
    """Why ``path``, met in a folder, is left alone; empty for a file or folder to be taken."""
    try:
        kind = os.stat(path).st_mode
    except OSError:
        return "是失效的链接或无法打开，没有收录。"
    if path.is_symlink():
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return "是指向文件夹之外的链接，没有跟随；要收录请直接添加它指向的文件。"
        if Path(os.path.realpath(path.parent)).is_relative_to(target):
            return "是指回上级文件夹的链接，没有跟随。"
    return (
        "" if stat.S_ISREG(kind) or stat.S_ISDIR(kind) else "是管道、设备或套接字，不是普通文件，没有收录。"
    )


def _new_id(path: Path, held: Mapping[str, Entry], claimed: Collection[str], replacing: bool) -> str:
    """An id for the report of a new file: its stem, made distinct where that is taken."""
    folder = _slug(readable(os.path.basename(os.path.dirname(os.path.realpath(path)))))
    stem = _slug(os.path.splitext(readable(path.name))[0])
    named = [] if _MACHINE_MADE.fullmatch(folder) else [f"{folder}-{stem}"]
    names = chain([stem], named, (f"{stem}-{n}" for n in count(2)))
    return next(name for name in names if name not in claimed and (replacing or name not in held))


def _slug(stem: str) -> str:
    """A stem without white space at its ends, control characters and path separators."""
    text = unicodedata.normalize("NFC", stem)
    return re.sub(r"[\s/\\\x00-\x1f\x7f]+", "-", text.strip()).strip("-.") or "report"


def readable(name: str) -> str:
    """A file's name as text; one that is no UTF-8 is read as GB18030, as Chinese systems wrote it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(name).decode("gb18030")
        except UnicodeDecodeError:
            return os.fsencode(name).decode(errors="replace")
    return name


def readable_path(path: Path) -> str:
    """A path as text, see ``readable``."""
    return str(Path(*map(readable, path.parts)))


def source_is_missing(entry: Entry, paths: Iterable[str]) -> bool:
    """Whether a report came from inside one of the folders and its file is not there any more."""
    return not os.path.exists(entry.origin) and any(
        os.path.isdir(path) and Path(entry.origin).is_relative_to(os.path.realpath(path))
        for path in paths
        if path
    )

"""The room that knows reports: from files to a searchable library on disk."""

from index import quiet_openblas  # noqa: F401  # isort: skip
from index.encoders import Encoder
from index.errors import (
    EncoderError,
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    LibraryMismatch,
    LibraryNotFound,
    QuestionError,
    SourceError,
    StorageError,
    UnknownReport,
    WenbaoError,
)
from index.figures import Figure
from index.library import Library, SyncResult
from index.store import Snapshot
from index.types import PageStart, Passage, ReportInfo, Section

__all__ = [
    "Encoder",
    "EncoderError",
    "Figure",
    "Library",
    "LibraryDamaged",
    "LibraryError",
    "LibraryLocked",
    "LibraryMismatch",
    "LibraryNotFound",
    "PageStart",
    "Passage",
    "QuestionError",
    "ReportInfo",
    "Section",
    "Snapshot",
    "SourceError",
    "StorageError",
    "SyncResult",
    "UnknownReport",
    "WenbaoError",
]

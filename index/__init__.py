"""The room that knows reports: from files to a searchable library on disk."""

from . import quiet_openblas  # noqa: F401  # isort: skip
from .encoder import Encoder
from .errors import (
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
from .figures import Figure
from .library import Library, SyncResult
from .snapshot import Snapshot
from .types import PageStart, Passage, ReportInfo, Section

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

"""The one error tree of wenbao.

WenbaoError                 everything wenbao raises on purpose; ``str(error)`` is one Chinese
│                           sentence that says what happened and what to do
├── SourceError             a source file cannot be read: missing, empty, scanned, wrong format
├── EncoderError            the embedding model is missing, damaged or not a model
├── LibraryError            the library directory cannot be used
│   ├── LibraryNotFound     there is no library where one was asked for
│   ├── LibraryDamaged      a part of the snapshot fails its check
│   ├── LibraryMismatch     written by another encoder or another format version
│   ├── LibraryLocked       another process is writing and did not finish in time
│   └── StorageError        the disk is full, read-only or failing
├── UnknownReport           a report id that the library does not hold
└── QuestionError           a question that cannot be asked: empty, too long
"""

from __future__ import annotations


class WenbaoError(Exception):
    """Base of all errors a user can cause; the message is one Chinese sentence for that user."""


class SourceError(WenbaoError):
    """A source file cannot be read as a report."""


class EncoderError(WenbaoError):
    """The embedding model cannot be loaded or used."""


class LibraryError(WenbaoError):
    """The library directory cannot be used."""


class LibraryNotFound(LibraryError):
    """No library at the given place."""


class LibraryDamaged(LibraryError):
    """A part of the current snapshot is missing or fails its checksum."""


class LibraryMismatch(LibraryError):
    """The library was written by another encoder or another format version."""


class LibraryLocked(LibraryError):
    """Another writer holds the library's lock."""


class StorageError(LibraryError):
    """The file system refused to write (full, read-only, failing)."""


class UnknownReport(WenbaoError):
    """A report id the library does not hold."""


class QuestionError(WenbaoError):
    """A question that cannot be asked."""

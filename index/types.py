"""Frozen values that travel between the rooms of ``index`` and out of it.

Offsets are code-point offsets into a report's clean text; every pair is half open, ``[start, end)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Progress = Callable[[int, int, str], None]
"""``progress(done, total, label)``: counted work, the label in Chinese for the user."""

SectionMode = Literal["actual", "target", ""]
"""What a section does with its years: tells results, sets targets, or neither."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the source file has it, without its line end; leading spaces are kept as evidence.

    ``level`` is the heading level the file itself declares (a Word style, ``<h2>``, ``##``, larger
    type), 1 being the top; 0 means body text or unknown. ``room`` is the free space, in ems, between
    the line's end and the right margin where the page's geometry shows it, else None. ``table`` marks
    a row of a table, cells apart by a full-width space: it is no heading and joins no other line.
    """

    text: str
    level: int = 0
    room: float | None = None
    table: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page; ``number`` as a reader would count it, None where there are no pages.

    ``scanned`` says that the text was recognised in a picture.
    """

    number: int | None
    lines: tuple[Line, ...]
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: its pages, before any rejoining; ``wrapped`` where lines are cut at a page's width.

    ``placed`` tells of each printed page where its characters stand (``index.readers.unpack_characters``
    reads it); none where the file has no printed pages.
    """

    kind: str
    pages: tuple[Page, ...]
    wrapped: bool = False
    placed: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class PageStart:
    """Page ``number`` opens at offset ``start`` of the clean text."""

    start: int
    number: int


@dataclass(frozen=True, slots=True)
class DeclaredHeading:
    """A paragraph ``[start, end)`` of the clean text that the source file declared a heading."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class CleanText:
    """Whole paragraphs separated by one ``"\\n"``, and where the pages open (empty: no pages).

    ``table_rows`` are the offsets at which a paragraph begins that is a row of a table; ``scanned`` the
    stretches, in order, that were recognised in pictures of pages.
    """

    text: str
    pages: tuple[PageStart, ...] = ()
    headings: tuple[DeclaredHeading, ...] = ()
    table_rows: frozenset[int] = frozenset()
    scanned: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it.

    ``start`` is where the heading (or run-in title) begins, ``body`` where its own text begins (for
    a run-in title ``body == start``: the title stays in the text), ``own_end`` where its first
    subsection begins (``end`` when it has none), ``end`` where the section ends. ``path`` holds the
    headings from the top down to and including this one, ``level`` is ``len(path)``. ``years`` are
    the years the section is about; ``mode`` says whether it reviews or plans them. The text before
    the first heading belongs to a section with an empty path, title and level 0. Text that goes on
    with a section after its subsections is a section again, ``continued``: same path, no heading of
    its own; count sections without these.
    """

    start: int
    body: int
    own_end: int
    end: int
    level: int
    title: str
    path: tuple[str, ...]
    years: tuple[int, ...] = ()
    mode: SectionMode = ""
    run_in: bool = False
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the report says of itself; empty or None where it does not say."""

    title: str
    place: str = ""
    issuer: str = ""
    date: str = ""
    speaker: str = ""
    years_reviewed: tuple[int, ...] = ()
    years_planned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of whole sentences inside one section, the unit that is retrieved and cited.

    ``ocr`` says that some of it was recognised in a picture of a page.
    """

    report: str
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    page: int | None
    last_page: int | None
    years: tuple[int, ...] = ()
    mode: SectionMode = ""
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """What the library tells of one report.

    ``date`` is ISO (``2025-01-07``, ``2025-01``, ``2025``) or ``""``; ``pages`` is None where the
    source has no pages; ``passages`` and ``characters`` are counts; ``sha256`` is the source's.
    """

    id: str
    title: str
    place: str
    issuer: str
    date: str
    speaker: str
    years_reviewed: tuple[int, ...]
    years_planned: tuple[int, ...]
    pages: int | None
    passages: int
    characters: int
    source: str
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict."""
        return asdict(self)

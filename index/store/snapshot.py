"""One immutable, complete state of a library, opened for reading."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from itertools import accumulate

import numpy as np

from index.encoders import Encoder, FloatArray, max_similarities, token_similarities
from index.errors import UnknownReport
from index.figures import Figure, FigureKey, Mode, normalize_indicator
from index.readers import PlacedCharacter, unpack_characters
from index.search import IntArray
from index.store.manifest import Entry, Manifest
from index.store.parsed_report import Parsed
from index.store.tables import Tables
from index.types import PageStart, Passage, ReportInfo, Section

Encoders = Callable[[Manifest], Encoder]
"""Finds the encoder that wrote a manifest; raises EncoderError, LibraryMismatch."""


def first_rows(entries: Sequence[Entry]) -> list[int]:
    """The first row of each report, and the number of rows."""
    return list(accumulate((entry.info.passages for entry in entries), initial=0))


class Snapshot(ABC):
    """A snapshot opened for reading, safe to share between threads.

    Rows number the passages from 0 in the order of ``reports`` and of the text. While the object
    lives no cleaner removes what it reads.
    """

    def __init__(self, manifest: Manifest, encoders: Encoders) -> None:
        self.manifest = manifest
        self._encoders = encoders
        self.reports: tuple[ReportInfo, ...] = tuple(entry.info for entry in manifest.entries)
        self._ordinals = {info.id: i for i, info in enumerate(self.reports)}
        self._starts = first_rows(manifest.entries)
        self.size = self._starts[-1]

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of this snapshot's vectors, also after the library was rebuilt with another.

        Raises EncoderError, LibraryMismatch.
        """
        return self._encoders(self.manifest)

    # reports

    def report(self, report: str) -> ReportInfo:
        """What the library tells of a report; raises UnknownReport."""
        return self.reports[self._ordinal(report)]

    def text(self, report: str) -> str:
        """The clean text of a report; raises UnknownReport."""
        return self._parsed(report).text

    def outline(self, report: str) -> tuple[Section, ...]:
        """The sections of a report, parents before children; raises UnknownReport."""
        return self._tables.sections(self.report(report).id)

    def page_starts(self, report: str) -> tuple[PageStart, ...]:
        """Where the pages of a report open; empty where its source has none."""
        return self._parsed(report).pages

    def scanned(self, report: str) -> tuple[tuple[int, int], ...]:
        """The stretches of a report's text that were recognised in pictures of pages."""
        return self._parsed(report).scanned

    @abstractmethod
    def original(self, report: str) -> bytes:
        """The file a report was read from, as it was given; raises UnknownReport, LibraryDamaged."""

    @abstractmethod
    def original_facts(self, report: str) -> tuple[int, float]:
        """Its size in bytes and when it was first kept, in seconds since 1970; 0 for what is not known.

        Raises UnknownReport.
        """

    def placed_characters(self, report: str, page: int) -> list[PlacedCharacter] | None:
        """Where the characters of a printed page, from 1, stand, as they were found when the file was read.

        None where that was not kept: there is no such page, or an older program wrote the library.
        Raises UnknownReport, LibraryDamaged.
        """
        packed = self._placed(report, page)
        return None if packed is None else unpack_characters(packed)

    @abstractmethod
    def _placed(self, report: str, page: int) -> bytes | None:
        """The same, packed."""

    @abstractmethod
    def _parsed(self, report: str) -> Parsed:
        """A report as parsed; raises UnknownReport, LibraryDamaged."""

    # figures and sections of all reports, asked of tables with indexes on names, years and places

    @property
    @abstractmethod
    def _tables(self) -> Tables:
        """The tables of figures and sections; raises LibraryDamaged."""

    def figures(self, report: str) -> tuple[Figure, ...]:
        """The figures of a report, in the order of its text; raises UnknownReport."""
        return tuple(self._tables.figures(reports=[self.report(report).id]))

    def skipped_figures(self, report: str) -> int:
        """How many figures of a report were left out as unsure; raises UnknownReport."""
        return self._tables.skipped[self.report(report).id]

    def figures_where(
        self,
        indicators: Collection[str] | None = None,
        *,
        years: Collection[int] | None = None,
        places: Collection[str] | None = None,
        reports: Collection[str] | None = None,
        mode: Mode | None = None,
        limit: int | None = None,
    ) -> list[Figure]:
        """The figures that match all of what is given, in the order of the reports and of their text.

        ``indicators`` are names as figures carry them (``normalize_indicator``, ``indicators_called``),
        ``places`` the reports' own. An empty collection matches none. ``years`` keeps the figures of one
        such year, with ``mode="cumulative"`` the spans that hold one. At most ``limit`` are read.
        """
        return self._tables.figures(indicators, years, places, reports, mode, limit)

    def count_figures(
        self,
        indicators: Collection[str] | None = None,
        *,
        years: Collection[int] | None = None,
        places: Collection[str] | None = None,
        reports: Collection[str] | None = None,
        mode: Mode | None = None,
    ) -> int:
        """How many figures match, as ``figures_where`` takes it."""
        return self._tables.count(indicators, years, places, reports, mode)

    def indicators_called(
        self,
        name: str,
        *,
        years: Collection[int] | None = None,
        places: Collection[str] | None = None,
        reports: Collection[str] | None = None,
        mode: Mode | None = None,
    ) -> list[str]:
        """The indicators that ``name`` (GDP, 地区生产总值) means among the figures that match the rest.

        The one it is a name of; where none of those figures is called so, all whose name holds it.
        """
        wanted = normalize_indicator(name)
        if self._tables.count([wanted], years, places, reports, mode):
            return [wanted]
        return self._tables.indicator_names(wanted)

    def indicator_names(self, containing: str = "", *, in_order: str = "") -> list[str]:
        """The names of all indicators, the most told first.

        ``containing`` keeps those that hold it, ``in_order`` those that hold all its letters one after
        another with any others between them (高速铁路里程: 高速铁路运营里程).
        """
        return self._tables.indicator_names(containing, in_order)

    def indicators_of(self, reports: Collection[str]) -> list[str]:
        """The names of the indicators that ``reports`` have figures of."""
        return self._tables.indicators_of(reports)

    def indicator_years(
        self, indicators: Collection[str], *, reports: Collection[str] | None = None
    ) -> dict[str, set[int]]:
        """The single years that ``reports`` (None: all) tell of each indicator; without those told of none."""
        return self._tables.indicator_years(indicators, reports)

    def years_by_place(self, indicators: Collection[str]) -> dict[str, dict[str, set[int]]]:
        """The whole single years that the reports of each place tell of each indicator."""
        return self._tables.years_by_place(indicators)

    def count_years(self, indicators: Collection[str]) -> dict[str, dict[str, int]]:
        """For how many whole single years the reports of each place tell each indicator."""
        return self._tables.count_years(indicators)

    def figure_keys(self, indicator: str) -> list[FigureKey]:
        """What tells where in a course each figure of ``indicator`` stands, in the order of ``figures_where``."""
        return self._tables.figure_keys(indicator)

    def reports_telling(self, indicator: str) -> list[str]:
        """The ids of the reports with a figure of ``indicator``, in their order."""
        return self._tables.reports_telling(indicator)

    def figure_years(self) -> list[int]:
        """The years that figures of one year are for, the last first."""
        return self._tables.figure_years()

    def report_years(self) -> dict[str, int]:
        """The year each report was given in, as its figures tell; without those whose figures do not."""
        return self._tables.report_years

    # passages

    def rows(self, report: str) -> range:
        """The rows of a report's passages; raises UnknownReport."""
        ordinal = self._ordinal(report)
        return range(self._starts[ordinal], self._starts[ordinal + 1])

    @abstractmethod
    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of ``rows``, in that order."""

    @abstractmethod
    def search_dense(
        self, vector: FloatArray, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest passages of ``reports`` (None: all) as ``(row, cosine)``, best first."""

    @abstractmethod
    def search_lexical(
        self, text: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` best passages of ``reports`` (None: all) as ``(row, BM25 score)``, best first."""

    @abstractmethod
    def vectors(self, rows: Sequence[int]) -> FloatArray:
        """The passages' own unit vectors, float32, shape ``(len(rows), dimension)``."""

    @abstractmethod
    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many passages each search term stands; 0 for one never seen."""

    def late_interaction_scores(self, rows: Sequence[int], query: FloatArray) -> FloatArray | None:
        """How like the passages of ``rows`` are to a question given by its tokens' vectors ``(n, dimension)``.

        The mean over its tokens of the cosine with the passage's nearest, ``(len(rows),)``. None where the
        library has no vectors of tokens.
        """
        packed = self._tokens(rows)
        if not all(packed):
            return None
        return np.array([max_similarities(query, one).mean() for one in packed], np.float32)

    def token_similarities(self, rows: Sequence[int], query: FloatArray) -> list[FloatArray]:
        """Of each passage of ``rows`` the cosine of its tokens with a question's ``(n, dimension)``, ``(tokens, n)``.

        No tokens where the library has no vectors of them.
        """
        return [token_similarities(query, packed) for packed in self._tokens(rows)]

    @abstractmethod
    def token_ends(self, rows: Sequence[int]) -> Sequence[Sequence[int]] | None:
        """Where in the text of each passage of ``rows`` its tokens end; None where the library does not keep it."""

    @abstractmethod
    def rows_holding(self, terms: Sequence[str]) -> list[IntArray] | None:
        """The rows of the passages in which each search term stands, ascending; None where the store cannot tell."""

    @abstractmethod
    def _tokens(self, rows: Sequence[int]) -> list[bytes]:
        """The packed token vectors of ``rows``, empty without any."""

    def _ordinal(self, report: str) -> int:
        try:
            return self._ordinals[report]
        except (KeyError, TypeError):
            raise UnknownReport(
                f"文库中没有编号为“{report}”的报告，请用 wenbao reports 查看已有的报告。"
            ) from None

    def _locate(self, row: int) -> tuple[int, int]:
        """Which report holds ``row``, and as its which passage."""
        ordinal = bisect_right(self._starts, row) - 1
        return ordinal, row - self._starts[ordinal]

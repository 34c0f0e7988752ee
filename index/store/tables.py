"""The figures and sections of all reports as tables with indexes: one SQLite file of a snapshot.

It is written whole with the snapshot, from a copy of the one before so that adding a report reads that
report only, and opened read-only. A report keeps its key, and keys ascend in the order of the reports.
"""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
import threading
import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from index.errors import LibraryDamaged
from index.figures import Figure, FigureKey, Mode, report_years
from index.store.manifest import Entry
from index.store.parsed_report import Parsed
from index.store.recent import Recent
from index.types import ReportInfo, Section

TABLES = "tables.sqlite"

_FIGURE = (
    "indicator", "name", "measure", "mode", "first_year", "last_year", "months", "value", "high", "unit",
    "qualifier", "written", "start", "end", "value_start", "value_end", "section", "page", "heading_unit",
)  # fmt: skip
_SECTION = (
    "start", "body", "own_end", "end", "level", "title", "path", "years", "mode", "run_in", "continued",
)  # fmt: skip


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


# ``given`` is the year a report was given in as its figures tell; ``indicators`` and ``years`` count the figures
# of each name and of each single year.
_SCHEMA = f"""
CREATE TABLE reports (key INTEGER PRIMARY KEY, id UNIQUE, place, segment, given, skipped);
CREATE TABLE figures (report, n, {_columns(_FIGURE)}, PRIMARY KEY (report, n)) WITHOUT ROWID;
CREATE TABLE sections (report, n, {_columns(_SECTION)}, PRIMARY KEY (report, n)) WITHOUT ROWID;
CREATE TABLE indicators (name PRIMARY KEY, figures) WITHOUT ROWID;
CREATE TABLE years (year INTEGER PRIMARY KEY, figures);
"""
_COURSES = "CREATE TABLE courses (indicator, place, years, PRIMARY KEY (indicator, place)) WITHOUT ROWID"
_YEARS_TOLD = """
SELECT indicator, place, count(DISTINCT first_year) AS years FROM figures JOIN reports ON key = report
WHERE first_year = last_year AND months = ''{} GROUP BY indicator, place
"""
"""For how many whole single years the reports of each place tell each indicator: what ``courses`` holds."""
_INDEXES = """
DROP INDEX IF EXISTS figures_by_name;
CREATE INDEX IF NOT EXISTS figures_by_indicator
    ON figures (indicator, first_year, last_year, months, mode, measure);
CREATE INDEX IF NOT EXISTS figures_by_year ON figures (first_year, last_year, mode);
CREATE INDEX IF NOT EXISTS reports_by_place ON reports (place);
"""


class Tables:
    """The tables in a file, opened for reading; safe to share between threads."""

    def __init__(self, path: Path | None, reports: Sequence[ReportInfo] = ()) -> None:
        """``path`` None: no reports. Raises LibraryDamaged where it is no such file."""
        self.path = path
        self._titles = {info.id: info.title for info in reports}
        self._lock = threading.Lock()
        self._recent: Recent[tuple[Any, ...], list[Figure]] = Recent(8)
        place = f"{path.absolute().as_uri()}?mode=ro&immutable=1" if path else ":memory:"
        with _damage():
            self._connection = sqlite3.connect(place, uri=True, check_same_thread=False)
            weakref.finalize(self, self._connection.close)
            if path is None:
                self._connection.executescript(f"{_SCHEMA}{_COURSES};{_INDEXES}")
            elif not _has_courses(self._connection):
                self._connection.execute(f"CREATE TEMP VIEW courses AS {_YEARS_TOLD.format('')}")
        told = self._all("SELECT key, id, place FROM reports")
        self._ids: dict[int, str] = {key: id for key, id, _ in told}
        self._places: dict[int, str] = {key: place for key, _, place in told}

    def figures(
        self,
        indicators: Collection[str] | None = None,
        years: Collection[int] | None = None,
        places: Collection[str] | None = None,
        reports: Collection[str] | None = None,
        mode: Mode | None = None,
        limit: int | None = None,
    ) -> list[Figure]:
        """The figures that match all of what is given, in the order of the reports and of their text.

        An empty collection matches none. ``years`` keeps figures of one such year, with
        ``mode="cumulative"`` the spans that hold one.
        """
        limiting = reports if indicators is None else self._limiting(reports)
        where, values = _filter(indicators, years, places, limiting, mode)
        query = where, *values, -1 if limit is None else limit

        def read() -> list[Figure]:
            sql = f"SELECT report, {_columns(_FIGURE)} FROM figures{where} ORDER BY report, n LIMIT ?"
            return [self._figure(row) for row in self._all(sql, query[1:])]

        # One way of answering after another asks for the figures of an indicator, a chart for those of its table.
        return read() if indicators is None else list(self._recent.value(query, read))

    def count(
        self,
        indicators: Collection[str] | None = None,
        years: Collection[int] | None = None,
        places: Collection[str] | None = None,
        reports: Collection[str] | None = None,
        mode: Mode | None = None,
    ) -> int:
        """How many figures match, as ``figures`` takes it."""
        where, values = _filter(indicators, years, places, reports, mode)
        if not where:
            return int(self._all("SELECT coalesce(sum(figures), 0) FROM indicators")[0][0])
        return int(self._all(f"SELECT count(*) FROM figures{where}", values)[0][0])

    def reports_telling(self, indicator: str) -> list[str]:
        """The ids of the reports with a figure of ``indicator``, in their order."""
        rows = self._all(
            "SELECT DISTINCT report FROM figures WHERE indicator = ? ORDER BY report", [indicator]
        )
        return [self._ids[key] for (key,) in rows]

    def indicator_names(self, containing: str = "", in_order: str = "") -> list[str]:
        """The names of all indicators, the most told first.

        ``containing`` keeps those that hold it, ``in_order`` those that hold all its letters one after
        another, others between them (高速铁路里程: 高速铁路运营里程).
        """
        rows = self._all(
            "SELECT name FROM indicators WHERE instr(name, ?) AND name LIKE ? ESCAPE '\\' "
            "ORDER BY figures DESC, name",
            [containing, "%".join(["", *map(_literal, in_order), ""])],
        )
        return [name for (name,) in rows]

    def indicators_of(self, reports: Collection[str]) -> list[str]:
        """The names of the indicators that ``reports`` have figures of."""
        if self._limiting(reports) is None:
            return self.indicator_names()
        where, values = _filter(None, None, None, reports, None)
        return [name for (name,) in self._all(f"SELECT DISTINCT indicator FROM figures{where}", values)]

    def indicator_years(
        self, indicators: Collection[str], reports: Collection[str] | None = None
    ) -> dict[str, set[int]]:
        """The single years that ``reports`` (None: all) tell of each indicator, without those of none."""
        where, values = _filter(indicators, None, None, self._limiting(reports), None)
        found: dict[str, set[int]] = {}
        sql = f"SELECT DISTINCT indicator, first_year FROM figures{where} AND first_year = last_year"
        for name, year in self._all(sql, values):
            found.setdefault(name, set()).add(year)
        return found

    def years_by_place(self, indicators: Collection[str]) -> dict[str, dict[str, set[int]]]:
        """The whole single years that the reports of each place tell of each indicator."""
        where, values = _filter(indicators, None, None, None, None)
        found: dict[str, dict[str, set[int]]] = {}
        # All of it stands in the index by name; a join would go through the reports for every figure.
        sql = (
            f"SELECT indicator, report, first_year FROM figures{where} "
            "AND first_year = last_year AND months = ''"
        )
        last, own = "", dict[str, set[int]]()
        for name, report, year in self._all(sql, values):
            if name != last:  # they come name by name
                last, own = name, found.setdefault(name, defaultdict(set))
            own[self._places[report]].add(year)
        return found

    def count_years(self, indicators: Collection[str]) -> dict[str, dict[str, int]]:
        """For how many whole single years the reports of each place tell each indicator."""
        where, values = _filter(indicators, None, None, None, None)
        found: dict[str, dict[str, int]] = {}
        for name, place, years in self._all(f"SELECT indicator, place, years FROM courses{where}", values):
            found.setdefault(name, {})[place] = years
        return found

    def figure_keys(self, indicator: str) -> list[FigureKey]:
        """What tells where in a course each figure of ``indicator`` stands, in the order of ``figures``."""
        sql = (
            "SELECT report, measure, mode, first_year, last_year, months FROM figures "
            "WHERE indicator = ? ORDER BY report, n"
        )
        return [FigureKey(self._ids[report], *rest) for report, *rest in self._all(sql, [indicator])]

    def figure_years(self) -> list[int]:
        """The years that figures of one year are for, the last first."""
        return [year for (year,) in self._all("SELECT year FROM years ORDER BY year DESC")]

    @cached_property
    def report_years(self) -> dict[str, int]:
        """The year each report was given in, as its figures tell; without those whose figures do not."""
        return dict(self._all("SELECT id, given FROM reports WHERE given IS NOT NULL"))

    @cached_property
    def skipped(self) -> dict[str, int]:
        """How many figures of each report were left out as unsure."""
        return dict(self._all("SELECT id, skipped FROM reports"))

    def sections(self, report: str) -> tuple[Section, ...]:
        """The sections of a report, parents before children."""
        where, values = _filter(None, None, None, [report], None)
        sql = f"SELECT {_columns(_SECTION)} FROM sections{where} ORDER BY n"
        return tuple(_section(row) for row in self._all(sql, values))

    def _limiting(self, reports: Collection[str] | None) -> Collection[str] | None:
        """``reports``, or None where they are all there are: SQLite need not look each of them up."""
        everything = reports is not None and set(self._ids.values()) <= set(reports)
        return None if everything else reports

    def _figure(self, row: Sequence[Any]) -> Figure:
        report = self._ids[row[0]]
        *values, section, page, heading_unit = row[1:]
        fields = (report, *values, _strings(section), self._titles[report], page, heading_unit)
        return Figure(*fields)

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        # A question may hold half a surrogate pair, which SQLite does not take.
        sound = [v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in values]
        with self._lock, _damage():
            return self._connection.execute(sql, sound).fetchall()


def _filter(
    indicators: Collection[str] | None,
    years: Collection[int] | None,
    places: Collection[str] | None,
    reports: Collection[str] | None,
    mode: Mode | None,
) -> tuple[str, list[Any]]:
    """The WHERE clause for what is given, and its values."""
    clauses: list[str] = []
    values: list[Any] = []

    def among(expression: str, wanted: Iterable[Any]) -> None:
        clauses.append(expression.format("(SELECT value FROM json_each(?))"))
        values.append(json.dumps(list(wanted)))

    # A plus sign keeps SQLite, which knows nothing of the figures' distribution, from a worse index; before a key
    # it takes its type away, without which a column that has none is not looked up in its index but read whole.
    by_name, by_report = indicators is not None, reports is not None or places is not None
    report = "+report" if by_name else "report"
    year = "+first_year" if by_report and not by_name else "first_year"
    if indicators is not None:
        among("indicator IN {}", indicators)
    if reports is not None:
        among(f"{report} IN (SELECT +key FROM reports WHERE id IN {{}})", reports)
    if places is not None:
        among("report IN (SELECT +key FROM reports WHERE place IN {})", places)
    if years is not None and mode == "cumulative":
        among("EXISTS (SELECT 1 FROM {} WHERE value BETWEEN first_year AND last_year)", years)
    elif years is not None:
        among(f"{year} IN {{}} AND first_year = last_year", years)
    if mode is not None:
        clauses.append("mode = ?")
        values.append(mode)
    return f" WHERE {' AND '.join(clauses)}" if clauses else "", values


def _literal(letter: str) -> str:
    return f"\\{letter}" if letter in "%_\\" else letter


@lru_cache(maxsize=4096)
def _strings(data: str) -> tuple[str, ...]:
    return tuple(json.loads(data))


@lru_cache(maxsize=4096)
def _years(data: str) -> tuple[int, ...]:
    return tuple(json.loads(data))


def _section(row: Sequence[Any]) -> Section:
    start, body, own_end, end, level, title, path, years, mode, run_in, continued = row
    return Section(
        start, body, own_end, end, level, title, _strings(path), _years(years), mode,
        bool(run_in), bool(continued),
    )  # fmt: skip


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryDamaged("文库的指标和章节表已损坏或丢失，请运行 wenbao rebuild 重建。") from error


# ---------------------------------------------------------------- writing


def write_tables(
    target: Path, entries: Sequence[Entry], read: Callable[[Entry], Parsed], previous: Tables | None
) -> None:
    """Write the tables of ``entries`` to the new file ``target``; raises OSError.

    What ``previous`` holds of them is copied; the others are ``read``.
    """
    kept_file = previous.path if previous is not None else None
    if kept_file is not None:
        shutil.copyfile(kept_file, target)
    with _refusals(), closing(sqlite3.connect(target, isolation_level=None)) as connection:
        # The file is nobody's until its directory is renamed: no journal, no waiting for the disk.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
            connection.execute(f"PRAGMA {pragma}")
        # What was removed must not stay readable in free pages.
        connection.execute("PRAGMA secure_delete = ON")
        if kept_file is None:
            connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        held = {
            id: (key, segment, place)
            for key, id, segment, place in _rows(connection, "SELECT key, id, segment, place FROM reports")
        }
        kept = {e.info.id for e in entries if e.info.id in held and held[e.info.id][1] == e.segment}
        keys = _keys(entries, {id: key for id, (key, _, _) in held.items()})
        if keys is None:
            # The order changed: every report is read anew.
            kept, keys = set(), {entry.info.id: n for n, entry in enumerate(entries)}
        changed: set[str] = set()
        for id, (key, _, place) in held.items():
            if id not in kept:
                _delete(connection, key)
                changed.add(place)
        for entry in entries:
            if entry.info.id not in kept:
                _insert(connection, keys[entry.info.id], entry, read(entry))
                changed.add(entry.info.place)
        _count_years(connection, changed)
        connection.execute("DELETE FROM indicators WHERE figures <= 0")
        connection.execute("DELETE FROM years WHERE figures <= 0")
        connection.execute("COMMIT")
        connection.executescript(_INDEXES)


def _keys(entries: Sequence[Entry], held: dict[str, int]) -> dict[str, int] | None:
    """A key for each report, its own where it has one; None where they would not ascend."""
    new = max(held.values(), default=-1) + 1
    keys: dict[str, int] = {}
    for entry in entries:
        keys[entry.info.id] = key = held.get(entry.info.id, new)
        new += key == new
    order = list(keys.values())
    return keys if order == sorted(order) else None


def _delete(connection: sqlite3.Connection, key: int) -> None:
    _count(connection, key, -1)
    for table, column in (("figures", "report"), ("sections", "report"), ("reports", "key")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [key])


def _insert(connection: sqlite3.Connection, key: int, entry: Entry, parsed: Parsed) -> None:
    given = report_years(parsed.figures).get(entry.info.id)
    connection.execute(
        "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?)",
        [key, entry.info.id, entry.info.place, entry.segment, given, parsed.skipped_figures],
    )
    connection.executemany(
        f"INSERT INTO figures VALUES (?, ?{', ?' * len(_FIGURE)})",
        (
            [key, n, *(_as_column(getattr(figure, name)) for name in _FIGURE)]
            for n, figure in enumerate(parsed.figures)
        ),
    )
    connection.executemany(
        f"INSERT INTO sections (report, n, {_columns(_SECTION)}) VALUES (?, ?{', ?' * len(_SECTION)})",
        (
            [key, n, *(_as_column(getattr(section, name)) for name in _SECTION)]
            for n, section in enumerate(parsed.sections)
        ),
    )
    _count(connection, key, 1)


def _count(connection: sqlite3.Connection, key: int, sign: int) -> None:
    """Add a report's figures to the counts, or with ``sign`` -1 take them away."""
    figures = _rows(
        connection, "SELECT indicator, first_year, last_year FROM figures WHERE report = ?", [key]
    )
    names = Counter(name for name, _, _ in figures)
    years = Counter(first for _, first, last in figures if first == last)
    for table, column, counts in (("indicators", "name", names), ("years", "year", years)):
        connection.executemany(
            f"INSERT INTO {table} VALUES (?, ?) ON CONFLICT ({column}) DO UPDATE SET figures = figures + excluded.figures",
            [(value, sign * count) for value, count in counts.items()],
        )


def _has_courses(connection: sqlite3.Connection) -> bool:
    """Whether the tables have what an older program did not write."""
    return bool(_rows(connection, "SELECT 1 FROM sqlite_master WHERE name = 'courses'"))


def _count_years(connection: sqlite3.Connection, places: Collection[str]) -> None:
    """Count the years anew that the reports of ``places`` tell; of all places where they were never counted."""
    if not _has_courses(connection):
        connection.execute(_COURSES)
        connection.execute(f"INSERT INTO courses {_YEARS_TOLD.format('')}")
        return
    for place in places:
        connection.execute("DELETE FROM courses WHERE place = ?", [place])
        of_place = " AND report IN (SELECT +key FROM reports WHERE place = ?)"
        connection.execute(f"INSERT INTO courses {_YEARS_TOLD.format(of_place)}", [place])


def _as_column(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value


def _rows(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values).fetchall()


@contextmanager
def _refusals() -> Iterator[None]:
    """SQLite's word for a full or failing disk as the system's."""
    try:
        yield
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if full else errno.EIO
        raise OSError(number, str(error)) from error

"""The tables of figures and sections give what going through every report gives, whatever was done before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Encoder, Library, LibraryDamaged, Snapshot
from index.figures import Figure, FigureKey, Mode, normalize_indicator, report_years
from index.store import tables as tables_module
from index.store.manifest import Entry
from index.store.parsed_report import Parsed
from index.store.tables import Tables, write_tables
from index.types import Metadata, ReportInfo, Section
from tests.conftest import SAMPLE
from tests.index.states import write_report

NAMES = ("生产总值", "粮食产量", "人均生产总值", "100%达标率")
YEARS = (2019, 2020, 2021)


def figure(report: str, indicator: str, first: int, last: int, mode: Any, n: int) -> Figure:
    return Figure(
        report, indicator, indicator, "amount", mode, first, last, "", n + 0.5, None, "吨", "", f"{n}吨",
        n, n + 5, n, n + 2, ("一、工作", "（一）粮食"), f"{report}的报告", None,
    )  # fmt: skip


def info(report: str, place: str) -> ReportInfo:
    return ReportInfo(report, f"{report}的报告", place, "", "", "", (), (), None, 0, 0, "", "")


@st.composite
def contents(draw: st.DrawFn, report: str) -> Parsed:
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(NAMES),
                st.sampled_from(YEARS),
                st.integers(0, 2),
                st.sampled_from(["actual", "target", "cumulative"]),
            ),
            max_size=6,
        )
    )
    figures = tuple(
        figure(report, name, year, year + more, mode, n) for n, (name, year, more, mode) in enumerate(told)
    )
    titles = draw(st.lists(st.sampled_from(["教育工作", "教育改革和就业", "就业"]), max_size=3))
    sections = tuple(Section(n, n, n + 1, n + 1, 1, title, (title,)) for n, title in enumerate(titles))
    return Parsed("", (), Metadata(""), sections, (), figures, draw(st.integers(0, 9)))


@st.composite
def states(draw: st.DrawFn) -> list[dict[str, tuple[str, str, Parsed]]]:
    """States of a library one after another: report → its place, its segment, its content."""
    found: list[dict[str, tuple[str, str, Parsed]]] = []
    for state in range(draw(st.integers(1, 4))):
        held = found[-1] if found else {}
        new = {}
        for report in draw(st.lists(st.sampled_from("甲乙丙丁"), unique=True)):
            if report in held and draw(st.booleans()):
                new[report] = held[report]
            else:
                content = draw(contents(report))
                new[report] = (draw(st.sampled_from(["市", "县"])), f"{report}{state}", content)
        found.append(new)
    return found


class Reports(Snapshot):
    """A snapshot of nothing but its tables."""

    def __init__(self, tables: Tables) -> None:
        self._own = tables
        self._ordinals = {id: n for n, id in enumerate(tables._ids.values())}

    @property
    def _tables(self) -> Tables:
        return self._own

    original = original_facts = _parsed = passages = search_dense = search_lexical = None  # type: ignore[assignment]
    vectors = frequencies = rows_holding = token_ends = _tokens = _placed = None  # type: ignore[assignment]


@given(states())
def test_queries_are_what_a_walk_through_all_reports_finds(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, tuple[str, str, Parsed]]]
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    previous: Tables | None = None
    for n, state in enumerate(history):
        entries = [Entry(info(r, place), segment, {}, "") for r, (place, segment, _) in state.items()]
        write_tables(folder / f"{n}", entries, lambda entry: state[entry.info.id][2], previous)  # noqa: B023
        previous = Tables(folder / f"{n}", [entry.info for entry in entries])
        check(Reports(previous), state)


def select(
    figures: list[Figure], name: str | None, report: str | None, year: int | None, mode: Mode | None
) -> list[Figure]:
    """What a walk finds: of the indicator called so, or where there is none, of those whose names hold it."""

    def is_of(f: Figure) -> bool:
        spans = f.first_year <= (year or 0) <= f.last_year
        return year is None or (spans if mode == "cumulative" else f.first_year == f.last_year == year)

    found = [f for f in figures if report in (None, f.report) and mode in (None, f.mode) and is_of(f)]
    if name is None:
        return found
    wanted = normalize_indicator(name)
    return [f for f in found if f.indicator == wanted] or [f for f in found if wanted in f.indicator]


def check(snapshot: Snapshot, state: dict[str, tuple[str, str, Parsed]]) -> None:
    told = [f for _, _, parsed in state.values() for f in parsed.figures]
    assert snapshot.figures_where() == told
    assert snapshot.figures_where(limit=2) == told[:2]
    assert snapshot.count_figures() == len(told)
    for year in (None, *YEARS):
        years = None if year is None else [year]
        for mode in (None, "actual", "target", "cumulative"):
            for report in (None, *state):
                reports = None if report is None else [report]
                wanted = select(told, None, report, year, mode)  # type: ignore[arg-type]
                filters: dict[str, Any] = {"years": years, "reports": reports, "mode": mode}
                assert snapshot.figures_where(**filters) == wanted
                assert snapshot.count_figures(**filters) == len(wanted)
                for name in ("GDP", "生产", "达标"):
                    named = snapshot.indicators_called(name, **filters)
                    assert snapshot.figures_where(named, **filters) == select(
                        told,
                        name,
                        report,
                        year,
                        mode,  # type: ignore[arg-type]
                    )
    for place in ("市", "县"):
        there = {report for report, (at, _, _) in state.items() if at == place}
        assert snapshot.figures_where(places=[place]) == [f for f in told if f.report in there]
    assert snapshot.figures_where(reports=[]) == snapshot.figures_where([], mode="actual") == []
    assert set(snapshot.indicator_names()) == {f.indicator for f in told}
    counts = [sum(f.indicator == name for f in told) for name in snapshot.indicator_names()]
    assert counts == sorted(counts, reverse=True)
    assert set(snapshot.indicator_names("生产")) == {f.indicator for f in told if "生产" in f.indicator}
    assert set(snapshot.indicator_names(in_order="100%率")) == {"100%达标率"} & {f.indicator for f in told}
    for some in ([], list(state)[:1], list(state)):
        assert set(snapshot.indicators_of(some)) == {f.indicator for f in told if f.report in some}
    single = [f for f in told if f.first_year == f.last_year]
    assert snapshot.figure_years() == sorted({f.first_year for f in single}, reverse=True)
    for name in NAMES:
        years_of = {f.first_year for f in single if f.indicator == name}
        assert snapshot.indicator_years([name]) == ({name: years_of} if years_of else {})
        own = [f for f in told if f.indicator == name]
        assert snapshot.figure_keys(name) == [
            FigureKey(f.report, f.measure, f.mode, f.first_year, f.last_year, f.months) for f in own
        ]
        by_place: dict[str, set[int]] = {}
        for f in own:
            if f.first_year == f.last_year and not f.months:
                by_place.setdefault(state[f.report][0], set()).add(f.first_year)
        assert snapshot.years_by_place([name]).get(name, {}) == by_place
        counts_of = {place: len(years) for place, years in by_place.items()}
        assert snapshot.count_years([name]) == ({name: counts_of} if counts_of else {})
        assert snapshot.reports_telling(name) == list(
            dict.fromkeys(f.report for f in told if f.indicator == name)
        )
    assert snapshot.report_years() == report_years(told)


@pytest.fixture
def library(tmp_path: Path, fake_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=fake_encoder)


def test_a_report_comes_back_from_the_tables_as_it_was_parsed(library: Library) -> None:
    library.add([SAMPLE])
    snapshot = library.snapshot()
    parsed = snapshot._parsed("tianqiao-2025")
    assert snapshot.figures("tianqiao-2025") == parsed.figures != ()
    assert snapshot.outline("tianqiao-2025") == parsed.sections != ()
    assert snapshot.skipped_figures("tianqiao-2025") == parsed.skipped_figures


def test_adding_reads_no_other_report(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i, name in enumerate("ab"):
        library.add([write_report(tmp_path / f"{name}.txt", f"{name}市", i + 5)])
    read: list[str] = []
    whole: Callable[..., None] = tables_module._insert

    def insert(connection: Any, key: int, entry: Entry, parsed: Parsed) -> None:
        read.append(entry.info.id)
        whole(connection, key, entry, parsed)

    monkeypatch.setattr(tables_module, "_insert", insert)
    library.add([write_report(tmp_path / "c.txt", "c市", 9)])
    library.remove("a")
    library.set_metadata("b", place="某市")
    assert read == ["c", "b"]
    assert [f.report for f in library.snapshot().figures_where(places=["某市"])] == ["b"] * len(
        library.snapshot().figures("b")
    )
    assert [info.id for info in library.reports()] == ["b", "c"]


def test_what_is_asked_of_one_report_or_indicator_reads_no_whole_table(library: Library) -> None:
    library.add([SAMPLE])
    snapshot = library.snapshot()
    connection = snapshot._tables._connection
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    snapshot.outline("tianqiao-2025")
    snapshot.figures("tianqiao-2025")
    snapshot.figures_where(["生产总值"], reports=["tianqiao-2025"])
    snapshot.figures_where(["生产总值"], places=["天桥区"], years=[2024])
    snapshot.figures_where(places=["天桥区"], mode="target")
    snapshot.figures_where(years=[2024], limit=5)
    snapshot.count_figures(["生产总值"], reports=["tianqiao-2025"])
    snapshot._tables.indicators_of(["tianqiao-2025"])
    snapshot.indicator_years(["生产总值"], reports=["tianqiao-2025"])
    snapshot.years_by_place(["生产总值"])
    snapshot.reports_telling("生产总值")
    snapshot.count_years(["生产总值"])
    snapshot.figure_keys("生产总值")
    connection.set_trace_callback(None)
    assert len(asked) == 13
    for sql in asked:
        plan = [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [
            step for step in plan if step.startswith(("SCAN figures", "SCAN sections", "SCAN courses"))
        ], (sql, plan)


def test_the_tables_of_an_older_program_are_read_and_brought_up_to_date(
    library: Library, tmp_path: Path
) -> None:
    library.add([SAMPLE])
    told = library.snapshot().count_years(["生产总值"])
    assert told
    old = tmp_path / "old"
    old.write_bytes(library.snapshot()._tables.path.read_bytes())  # type: ignore[union-attr]
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript("DROP TABLE courses; DROP INDEX figures_by_indicator;")
    entries = library.snapshot().manifest.entries
    tables = Tables(old, library.reports())
    assert tables.count_years(["生产总值"]) == told
    write_tables(tmp_path / "new", entries, lambda entry: pytest.fail("read anew"), tables)
    with closing(sqlite3.connect(tmp_path / "new")) as connection:
        kept = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert {"courses", "figures_by_indicator"} <= kept


def test_what_is_removed_is_not_left_in_the_file(library: Library, tmp_path: Path) -> None:
    library.add([SAMPLE, write_report(tmp_path / "a.txt", "甲市", 5)])
    library.remove("tianqiao-2025")
    (path,) = library.path.rglob(tables_module.TABLES)
    assert "棚户区".encode() not in path.read_bytes()


def test_tables_damaged_under_an_open_snapshot_are_said(tmp_path: Path) -> None:
    told = Parsed(
        "",
        (),
        Metadata(""),
        (),
        (),
        tuple(figure("甲", "生产总值", 2020, 2020, "actual", n) for n in range(900)),
        0,
    )
    write_tables(tmp_path / "t", [Entry(info("甲", "市"), "s", {}, "")], lambda _: told, None)
    opened = Tables(tmp_path / "t", [info("甲", "市")])
    (tmp_path / "t").write_bytes(b"")
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        opened.figures()
    (tmp_path / "no").write_bytes(b"no database" * 100)
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        Tables(tmp_path / "no")


def test_half_a_surrogate_pair_in_a_question_finds_nothing(library: Library) -> None:
    library.add([SAMPLE])
    assert library.indicators("\ud800") == []

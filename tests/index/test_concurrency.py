"""Asking from threads and processes while others write: no failed question, no torn state."""

from __future__ import annotations

import multiprocessing
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from index import Library, LibraryLocked, library
from index.store import lock
from tests.conftest import FakeEncoder
from tests.index.states import QUESTION, write_report

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.index.test_concurrency", "tests.index.warm"])


STATES = 5
"""So many states every asker must have seen before the writer stops."""


def ask(opened: Library) -> int:
    """One question, every part of the answer checked against the others; returns what it saw."""
    snapshot = opened.snapshot()
    ids = {info.id for info in snapshot.reports}
    vector = snapshot.encoder.encode_queries([QUESTION])[0]
    for hits in (snapshot.search_dense(vector, 8), snapshot.search_lexical(QUESTION, 8)):
        rows = [row for row, _ in hits]
        assert bool(rows) == bool(ids)
        assert len(snapshot.vectors(rows)) == len(rows)
        for passage in snapshot.passages(rows):
            assert passage.report in ids
            assert snapshot.text(passage.report)[passage.start : passage.end] == passage.text
            # All reports of one write carry one figure: two figures at once would be a torn state.
    figures = {snapshot.text(report).split("新建学校")[1].split("所")[0] for report in ids}
    assert len(figures) <= 1
    return int(figures.pop()) if figures else 0


def ask_until(path: Path, stop: Any, states: Any, failures: Any) -> None:
    """Ask until ``stop``; ``states`` counts the states seen, ``failures`` receives at most one."""
    try:
        opened, seen = Library.open(path, encoder=FakeEncoder()), set()
        while not stop.is_set():
            seen.add(ask(opened))
            states.value = len(seen)
    except BaseException as error:
        failures.put(repr(error))


def write_all(folder: Path, schools: int) -> None:
    for name in ("a", "b", "c"):
        write_report(folder / f"{name}.txt", f"{name}市", schools)


@pytest.mark.timeout(600)
def test_no_question_fails_while_others_write(tmp_path: Path) -> None:
    folder, path = tmp_path / "reports", tmp_path / "library"
    folder.mkdir()
    write_all(folder, 1)
    writer = Library.open(path, encoder=FakeEncoder())
    writer.add([folder])
    stop, failures = FORKS.Event(), FORKS.Queue()
    counts = [FORKS.Value("i", 0) for _ in range(4)]
    askers: list[Any] = [
        kind(target=ask_until, args=(path, stop, count, failures))
        for kind, count in zip(
            [FORKS.Process, FORKS.Process, threading.Thread, threading.Thread], counts, strict=True
        )
    ]
    for asker in askers:
        asker.start()
    until, writes = time.monotonic() + 300, 0
    while failures.empty() and time.monotonic() < until and min(c.value for c in counts) < STATES:
        writes += 1
        write_all(folder, writes + 1)
        writer.add([folder])
        writer.rebuild()
        if writes % 3 == 0:
            writer.remove("a", "b", "c")
            writer.add([folder])
    stop.set()
    for asker in askers:
        asker.join()
    assert failures.empty(), failures.get()
    assert min(count.value for count in counts) >= STATES
    assert len(list((path / "snapshots").iterdir())) <= 6


class SecondEncoder(FakeEncoder):
    id = "second-32"
    dimension = 32


def test_a_question_in_flight_keeps_its_encoder_and_the_next_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {None: FakeEncoder, "second": SecondEncoder}
    monkeypatch.setattr(library, "load_encoder", lambda name=None, **_: known[name]())
    write_report(tmp_path / "a.txt", "甲市", 5)
    reader = Library.open(tmp_path / "library")
    reader.add([tmp_path / "a.txt"])
    for encoder in ("second", None):
        in_flight = reader.snapshot()
        Library.open(tmp_path / "library", model=encoder).rebuild() if encoder else None
        assert reader.encoder.dimension == reader.snapshot().manifest.dimension
        vector = in_flight.encoder.encode_queries([QUESTION])[0]
        assert len(in_flight.search_dense(vector, 3)) == 3
    assert reader.encoder.id == "second-32"


def add_one(path: Path, source: Path) -> None:
    Library.open(path, encoder=FakeEncoder()).add([source])


def test_writers_of_several_processes_queue(tmp_path: Path) -> None:
    sources = [write_report(tmp_path / f"r{i}.txt", f"{i}市", i + 2) for i in range(4)]
    writers = [FORKS.Process(target=add_one, args=(tmp_path / "library", source)) for source in sources]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert {info.id for info in Library.open(tmp_path / "library").reports()} == {"r0", "r1", "r2", "r3"}


def test_a_writer_that_waits_is_told_why_and_gives_up_clearly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LOCK_SECONDS", 0.2)
    source = write_report(tmp_path / "a.txt", "甲市", 5)
    labels: list[str] = []

    def also_write(done: int, total: int, label: str) -> None:
        if not labels:
            labels.append(label)
            second = Library.open(tmp_path / "library", encoder=FakeEncoder())
            with pytest.raises(LibraryLocked, match="另一个进程"):
                second.add([source], progress=lambda done, total, label: labels.append(label))

    Library.open(tmp_path / "library", encoder=FakeEncoder()).add([source], progress=also_write)
    assert any("正在等待" in label for label in labels)

"""Kills, full and read-only disks, damaged files: nothing is lost, and what is wrong is said."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index import Library, LibraryDamaged, StorageError
from tests.conftest import FakeEncoder
from tests.index.samples import a_pdf
from tests.index.states import read, state, write_report

KILLS = [2, pytest.param(int(os.environ.get("WENBAO_TEST_KILLS", "40")), marks=pytest.mark.torture)]
"""How often each operation is killed: twice, at a file it touches; or many times, by the clock too."""
DAMAGES = [1, pytest.param(int(os.environ.get("WENBAO_TEST_DAMAGES", "10")), marks=pytest.mark.torture)]
"""How many files suffer each kind of damage."""
needs_mounts = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux can mount"
)

# A server that has imported everything and started no threads: its children start in milliseconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.index.test_faults", "tests.index.warm"])


def operate(library: Path, sources: Path, operation: str) -> None:
    """One writer's work; each operation does the same whenever it is run again."""
    opened = Library.open(library, encoder=FakeEncoder())
    if operation == "rebuild":
        opened.rebuild()
    elif operation == "remove":
        opened.remove("a")
    elif operation == "correct":
        opened.set_metadata("a", place="某市")
    else:
        opened.sync([sources / operation], replace=True)


def die_at_file_access(library: Path, sources: Path, operation: str, nth: int, count: Any = None) -> None:
    """Run ``operation``, and be killed at the ``nth`` time Python touches a file of the library, if it comes
    to that; ``count`` (a shared integer) is set to how often it was."""
    touched = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal touched
        if event.split(".")[0] in ("open", "os", "shutil") and str(library) in str(arguments[:1]):
            touched += 1
            if touched == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    operate(library, sources, operation)
    if count is not None:
        count.value = touched


def run(target: Callable[..., None], *arguments: Any, kill_after: float | None = None) -> int | None:
    """The exit code of ``target`` in a process of its own."""
    process = FORKS.Process(target=target, args=arguments)
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
    process.join()
    return process.exitcode


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A library of three reports, and a folder of sources to go on with; in memory where possible."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as root:
        yield make_place(Path(root))


def make_place(root: Path) -> tuple[Path, Path]:
    sources = root / "sources"
    for folder in ("start", "new", "changed"):
        (sources / folder).mkdir(parents=True)
    for i, name in enumerate("abc"):
        write_report(sources / "start" / f"{name}.txt", f"{name}市", i + 5)
    for i, name in enumerate("def"):
        write_report(sources / "new" / f"{name}.txt", f"{name}市", i + 50)
    library = root / "library"
    operate(library, sources, "start")
    for path in (sources / "start").iterdir():
        path.unlink()  # what comes under these names next is their new version
    for i, name in enumerate("abc"):
        write_report(sources / "changed" / f"{name}.txt", f"{name}市", i + 500)
    return library, sources


OPERATIONS = ("new", "changed", "rebuild", "remove", "correct")


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kills", KILLS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_at_any_instant_the_last_complete_state_opens(
    place: tuple[Path, Path], operation: str, kills: int
) -> None:
    library, sources = place
    before, trial = state(library), library.with_name("trial")
    shutil.copytree(library, trial)
    run(operate, trial, sources, "start")  # the server's own start is not to be timed
    touched, began = FORKS.Value("i", 0), time.perf_counter()
    assert run(die_at_file_access, trial, sources, operation, 0, touched) == 0
    duration = time.perf_counter() - began
    after = state(trial)
    draw = random.Random(operation)
    for kill in range(kills):
        if kill == 0 or before != (found := state(trial)):
            assert kill == 0 or found == after
            shutil.rmtree(trial)
            shutil.copytree(library, trial)
        if kill > 2 and kill % 2:
            code = run(operate, trial, sources, operation, kill_after=draw.uniform(0, duration))
        else:  # in each part of the work once; the next writer meets the remains of this one
            nth = 1 + int(touched.value * (kill + draw.random()) / kills)
            code = run(die_at_file_access, trial, sources, operation, nth)
        assert code in (0, -signal.SIGKILL)
        assert kill > 0 or code != 0
        assert state(trial) in ((before, after) if code else (after,))
        assert code or not list(trial.rglob(".tmp-*"))
    if before == after or state(trial) == before:
        assert run(operate, trial, sources, operation) == 0
    assert state(trial) == after


def test_a_killed_build_resumes_with_the_segments_it_finished(place: tuple[Path, Path]) -> None:
    library, sources = place
    held = set((library / "segments").iterdir())
    for nth in range(30, 400, 10):
        run(die_at_file_access, library, sources, "new", nth)
        if done := set((library / "segments").glob("[0-9a-f]*")) - held:
            break
    kept = {path: path.stat().st_ino for path in done}
    operate(library, sources, "new")
    assert {path: path.stat().st_ino for path in kept} == kept
    assert len(state(library)["reports"]) == 6


@pytest.mark.parametrize("step", [24, pytest.param(3, marks=pytest.mark.torture)])
def test_a_killed_first_build_leaves_an_empty_library(tmp_path: Path, step: int) -> None:
    (tmp_path / "new").mkdir()
    write_report(tmp_path / "new" / "a.txt", "甲市", 5)
    for nth in range(1, 100, step):
        library = tmp_path / f"library-{nth}"
        run(die_at_file_access, library, tmp_path, "new", nth)
        assert set(state(library)["reports"]) <= {"a"}
        operate(library, tmp_path, "new")
        assert set(state(library)["reports"]) == {"a"}


@contextmanager
def mounted(target: Path, *options: str) -> Iterator[None]:
    target.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(target)], check=True)


def refused(library: Path, sources: Path, operation: str) -> str | None:
    """What the user is told where the operation could not be done."""
    try:
        operate(library, sources, operation)
    except StorageError as error:
        return one_sentence(error)
    return None


def one_sentence(error: Exception) -> str:
    assert re.fullmatch(r"[^\n]*。", str(error))
    return str(error)


@needs_mounts
@pytest.mark.parametrize("operation", ["new", "changed", "rebuild"])
def test_a_full_disk_is_said_and_loses_nothing(
    place: tuple[Path, Path], tmp_path: Path, operation: str
) -> None:
    library, sources = place
    before = state(library)
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=64m", "tmpfs"):
        shutil.copytree(library, disk := tmp_path / "disk" / "library")
        full = 0
        for spare in range(0, 1_000_000, 16_384):
            filler = tmp_path / "disk" / "filler"
            filler.touch()
            room = shutil.disk_usage(disk).free - spare
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, room)
            said = refused(disk, sources, operation)
            filler.unlink()
            if said is None:
                break
            full += 1
            assert "磁盘已满" in said
            assert state(disk) == before
        assert full > 1
        operate(disk, sources, operation)
        assert len(state(disk)["reports"]) == (6 if operation == "new" else 3)


def limited(library: Path, sources: Path, operation: str, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    sys.exit(7 if refused(library, sources, operation) else 0)


def test_a_file_size_limit_is_said_and_loses_nothing(place: tuple[Path, Path]) -> None:
    library, sources = place
    before = state(library)
    codes = []
    for size in (100, 3000, 12_000, 10**7):
        codes.append(run(limited, library, sources, "new", size))
        if codes[-1] == 7:
            assert state(library) == before
    assert set(codes[:2]) == {7}
    assert codes[-1] == 0


@needs_mounts
def test_a_read_only_library_is_asked_and_refuses_writers(place: tuple[Path, Path], tmp_path: Path) -> None:
    library, sources = place
    before = state(library)
    with mounted(tmp_path / "view", "--bind", "-o", "ro", str(library)):
        assert state(tmp_path / "view") == before
        for operation in OPERATIONS:
            assert "只读" in (refused(tmp_path / "view", sources, operation) or "")
        with pytest.raises(StorageError, match="只读"):
            Library.open(tmp_path / "view" / "inner")


def _flip(data: bytearray, draw: random.Random) -> None:
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _truncate(data: bytearray, draw: random.Random) -> None:
    del data[draw.randrange(len(data)) :]


def _grow(data: bytearray, draw: random.Random) -> None:
    data += draw.randbytes(draw.randint(1, 64))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    root = tmp_path_factory.mktemp("whole")
    for i, name in enumerate("ab"):
        write_report(root / f"{name}.txt", f"{name}市", i + 5)
    (root / "c.pdf").write_bytes(a_pdf())
    library = Library.open(root / "library", encoder=FakeEncoder())
    library.add([root / "a.txt", root / "b.txt", root / "c.pdf"])
    return library.path, state(library.path)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("files", DAMAGES)
@pytest.mark.parametrize("damage", [_flip, _truncate, _grow, None])
def test_any_damaged_file_is_said_or_harmless_and_rebuilt(
    whole: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    damage: Callable[[bytearray, random.Random], None] | None,
    files: int,
) -> None:
    library, intact = whole
    copy = tmp_path / "copy"
    draw = random.Random(damage.__name__ if damage else "delete")
    held = sorted(path.relative_to(library) for path in library.rglob("*") if path.is_file())
    for name in draw.choices(held, k=files):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(library, copy)
        if damage is None or not (data := bytearray((copy / name).read_bytes())):
            (copy / name).unlink()
        else:
            damage(data, draw)
            (copy / name).write_bytes(data)
        try:
            assert state(copy) == intact, name
        except LibraryDamaged as error:
            said = one_sentence(error)
            assert "wenbao rebuild" in said
        Library(copy, encoder=FakeEncoder()).rebuild()
        assert state(copy) == intact, name


def test_damage_met_by_an_open_library_is_said_and_healed_by_rebuild(
    whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    shutil.copytree(whole[0], copy := tmp_path / "copy")
    library = Library.open(copy, encoder=FakeEncoder())
    for path in (copy / "segments").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        read(library)
    library.rebuild()
    assert read(library) == whole[1]


def test_an_interrupted_writer_leaves_nothing_behind_and_can_go_on(place: tuple[Path, Path]) -> None:
    library, sources = place
    before = state(library)
    files = {path for path in library.rglob("*") if path.is_file()}

    def interrupt(done: int, total: int, label: str) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Library.open(library, encoder=FakeEncoder()).add([sources / "new"], progress=interrupt)
    assert state(library) == before
    left = {path for path in library.rglob("*") if path.is_file()} - files
    assert {path.relative_to(library).parts[0] for path in left} <= {"segments", "sources"}
    operate(library, sources, "new")
    assert len(state(library)["reports"]) == 6

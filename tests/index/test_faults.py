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
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from index import Library, LibraryDamaged, StorageError
from tests.conftest import FakeEncoder
from tests.index.states import read, state, write_report

KILLS = int(os.environ.get("WENBAO_TEST_KILLS", "200"))
DAMAGES = int(os.environ.get("WENBAO_TEST_DAMAGES", "60"))
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


def die_at_file_access(library: Path, sources: Path, operation: str, nth: int) -> None:
    """Run ``operation``, and be killed at the ``nth`` time Python touches a file of the library."""
    left = nth

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event.split(".")[0] in ("open", "os", "shutil") and str(library) in str(arguments[:1]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    operate(library, sources, operation)


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


@pytest.mark.timeout(600)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_at_any_instant_the_last_complete_state_opens(
    place: tuple[Path, Path], operation: str
) -> None:
    library, sources = place
    before, trial = state(library), library.with_name("trial")
    shutil.copytree(library, trial)
    run(operate, trial, sources, "start")  # the server's own start is not to be timed
    began = time.perf_counter()
    assert run(operate, trial, sources, operation) == 0
    duration = time.perf_counter() - began
    after = state(trial)
    draw = random.Random(operation)
    killed = 0
    while killed < KILLS / len(OPERATIONS):
        shutil.rmtree(trial)
        shutil.copytree(library, trial)
        while (found := state(trial)) != after or before == after:
            assert found == before
            if killed % 2:
                code = run(operate, trial, sources, operation, kill_after=draw.uniform(0, duration))
            else:
                code = run(die_at_file_access, trial, sources, operation, draw.randint(1, 160))
            if code != -signal.SIGKILL:
                assert code == 0
                break
            killed += 1  # the next writer meets the remains of this one
        assert state(trial) in ((before, after) if code else (after,))
        assert code or not list(trial.rglob(".tmp-*"))


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


def test_a_killed_first_build_leaves_an_empty_library(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    write_report(tmp_path / "new" / "a.txt", "甲市", 5)
    for nth in range(1, 100, 6):
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
    for size in (100, 1000, 3000, 6000, 12_000, 24_000, 10**7):
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


def damage(path: Path, draw: random.Random) -> str:
    """Do one kind of damage to ``path``; tells which."""
    data = bytearray(path.read_bytes())
    kind = draw.choice(["flip", "flip", "truncate", "delete", "grow"])
    if kind == "delete":
        path.unlink()
        return f"delete {path}"
    if kind == "flip" and data:
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    elif kind == "truncate":
        del data[draw.randrange(len(data) + 1) :]
    else:
        data += draw.randbytes(draw.randint(1, 64))
    path.write_bytes(data)
    return f"{kind} {path}"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    root = tmp_path_factory.mktemp("whole")
    for i, name in enumerate("ab"):
        write_report(root / f"{name}.txt", f"{name}市", i + 5)
    library = Library.open(root / "library", encoder=FakeEncoder())
    library.add([root / "a.txt", root / "b.txt"])
    return library.path, state(library.path)


@settings(max_examples=DAMAGES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_damaged_file_is_said_or_harmless_and_rebuilt(
    whole: tuple[Path, dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    library, intact = whole
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(library, copy)
    draw = random.Random(seed)
    files = sorted(path.relative_to(copy) for path in copy.rglob("*") if path.is_file())
    note(damage(copy / draw.choice(files), draw))
    try:
        assert state(copy) == intact
    except LibraryDamaged as error:
        said = one_sentence(error)
        assert "wenbao rebuild" in said
    Library(copy, encoder=FakeEncoder()).rebuild()
    assert state(copy) == intact


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

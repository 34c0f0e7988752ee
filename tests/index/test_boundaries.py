"""A writer stopped at every system call that changes its library, and a disk that is full at every write.

The writer runs under ``ptrace``: it is held after each such call, and what then lies on the disk is what a
kill at that instant would leave, the instant of the commit among them. At a write the kernel's answer is
replaced by "no space left". Part of ``make torture``.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import pickle
import platform
import random
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index import LibraryDamaged, StorageError
from tests.index.states import state
from tests.index.test_faults import OPERATIONS, one_sentence, operate, place, run, whole

__all__ = ["place", "whole"]

STEP = int(os.environ.get("WENBAO_TEST_STEP", "1"))
"""Every so many of the states found is gone on from, and so many writes fail: 1 takes all."""
RANGE = int(os.environ.get("WENBAO_TEST_RANGE", "64"))
"""Bytes of a file of which one has a bit flipped."""

# System calls of x86-64 that change files.
CREATES = {2: "open", 257: "openat", 85: "creat", 83: "mkdir", 258: "mkdirat", 86: "link", 265: "linkat"}
WRITES = {1: "write", 18: "pwrite64", 20: "writev", 285: "fallocate", 77: "ftruncate", 40: "sendfile"}
WRITES |= {326: "copy_file_range", 296: "pwritev", 328: "pwritev2"}
MOVES = {82: "rename", 264: "renameat", 316: "renameat2", 87: "unlink", 263: "unlinkat", 84: "rmdir"}
CHANGES = CREATES | WRITES | MOVES | {76: "truncate"}

ENOSPC = 28
TRACEME, SETREGS, GETREGS, SYSCALL, SETOPTIONS, SYSCALL_INFO = 0, 13, 12, 24, 0x4200, 0x420E
OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x100000  # system calls marked; forks and threads too; killed with us

pytestmark = [
    pytest.mark.torture,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64",
        reason="the system calls are x86-64 Linux's",
    ),
]


REGISTERS = (
    *("r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi"),
    *("orig_rax", "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs"),
)


class Registers(ctypes.Structure):
    """``user_regs_struct`` of x86-64."""

    _fields_ = [(name, ctypes.c_ulonglong) for name in REGISTERS]


@dataclass(slots=True)
class Call:
    """A change that a traced process is about to make, or has made."""

    name: str
    registers: Registers
    thread: int

    def fail(self) -> None:
        """Make it fail before it is made: the kernel does not know system call -1."""
        self.registers.orig_rax = ctypes.c_ulonglong(-1).value
        _ptrace(SETREGS, self.thread, self.registers)

    def answer(self, error: int) -> None:
        """Let the process see ``error`` as its outcome."""
        self.registers.rax = ctypes.c_ulonglong(-error).value
        _ptrace(SETREGS, self.thread, self.registers)


def _ptrace(request: int, thread: int, data: Any = None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    size = ctypes.sizeof(data) if request == SYSCALL_INFO else 0
    pointer = data if data is None or isinstance(data, int) else ctypes.addressof(data)
    if libc.ptrace(request, thread, size, pointer) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _entering(thread: int) -> bool:
    """Whether a thread that stopped at a system call is about to make it, and not back from it."""
    info = (ctypes.c_uint8 * 128)()
    _ptrace(SYSCALL_INFO, thread, info)
    return info[0] == 1


def traced(work: Callable[[], int], before: Callable[[Call], bool], after: Callable[[Call], None]) -> int:
    """The exit code of ``work`` in a process of its own; ``before`` and ``after`` see each of ``CHANGES``.

    Where ``before`` returns True the change is not made, and fails as on a full disk.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            _ptrace(TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            code = work()
        finally:
            os._exit(code)
    os.waitpid(child, 0)
    _ptrace(SETOPTIONS, child, OPTIONS)
    _ptrace(SYSCALL, child)
    failing: dict[int, bool] = {}
    while True:
        thread, status = os.waitpid(-1, 0x40000000)  # __WALL: threads too
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            failing.pop(thread, None)
            if thread == child:
                return os.waitstatus_to_exitcode(status)
            continue
        stopped = os.WSTOPSIG(status)
        passed_on = 0
        if stopped == signal.SIGTRAP | 0x80:
            registers = Registers()
            _ptrace(GETREGS, thread, registers)
            call = Call(CHANGES.get(registers.orig_rax, ""), registers, thread)
            if _entering(thread):
                failing[thread] = bool(call.name) and before(call)
                if failing[thread]:
                    call.fail()
            elif failing.pop(thread, False):
                call.answer(ENOSPC)
            elif call.name:
                after(call)
        elif stopped not in (signal.SIGTRAP, signal.SIGSTOP):
            passed_on = stopped
        _ptrace(SYSCALL, thread, passed_on)


def contents(root: Path) -> dict[str, bytes]:
    """Every file below ``root``; folders end in a slash."""
    return {
        str(path.relative_to(root)) + "/" * path.is_dir(): b"" if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
    }


def record_instants(library: Path, sources: Path, operation: str, told: Path) -> None:
    """Writes to ``told`` what a kill after each change would leave of ``library``, each state once."""
    found: dict[str, dict[str, bytes]] = {}

    def look(_call: Call) -> None:
        held = contents(library)
        digest = hashlib.sha256()
        for name, data in held.items():
            digest.update(f"{name}\0{len(data)}\0".encode())
            digest.update(data)
        found.setdefault(digest.hexdigest(), held)

    assert traced(lambda: succeed(library, sources, operation), lambda _call: False, look) == 0
    told.write_bytes(pickle.dumps(list(found.values())))


def lay_out(held: dict[str, bytes], root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for name, data in held.items():
        if name.endswith("/"):
            (root / name).mkdir(parents=True, exist_ok=True)
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)


def succeed(library: Path, sources: Path, operation: str) -> int:
    operate(library, sources, operation)
    return 0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_at_every_change_the_state_before_or_after_opens(
    place: tuple[Path, Path], operation: str
) -> None:
    library, sources = place
    before, trial, told = state(library), library.with_name("trial"), library.with_name("told")
    shutil.copytree(library, trial)
    assert run(record_instants, trial, sources, operation, told) == 0
    states = pickle.loads(told.read_bytes())
    after = state(trial)
    opened, gone_on = [], 0
    for number, held in enumerate(states):
        lay_out(held, trial)
        opened.append(state(trial) == after)
        assert opened[-1] or state(trial) == before, number
        if number % STEP == 0 and not (operation == "remove" and opened[-1]):
            assert run(operate, trial, sources, operation) == 0
            assert state(trial) == after, number
            gone_on += 1
    assert before == after or opened == sorted(opened)  # one instant at which the old state becomes the new
    assert before == after or set(opened) == {False, True}
    print(f"{operation}: {len(states)} instants opened, {gone_on} gone on from, 0 lost")


def full(library: Path, sources: Path, operation: str) -> int:
    """7 where the full disk was said in one sentence."""
    try:
        operate(library, sources, operation)
    except StorageError as error:
        return 7 if "磁盘已满" in one_sentence(error) else 8
    return 0


def write_on_a_full_disk(library: Path, sources: Path, operation: str, first: int, told: Path) -> None:
    """Writes to ``told`` the exit code where every write from the ``first`` on fails, and how many there were."""
    writes = 0

    def fails(call: Call) -> bool:
        nonlocal writes
        ours = call.name in WRITES.values() and _is_below(call, library)
        writes += ours
        return ours and 0 < first <= writes

    code = traced(lambda: full(library, sources, operation), fails, lambda _call: None)
    told.write_bytes(pickle.dumps((code, writes)))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_disk_full_at_any_write_is_said_and_loses_nothing(place: tuple[Path, Path], operation: str) -> None:
    library, sources = place
    before, trial, told = state(library), library.with_name("trial"), library.with_name("told")

    def attempt(first: int) -> tuple[int, int]:
        shutil.rmtree(trial, ignore_errors=True)
        shutil.copytree(library, trial)
        assert run(write_on_a_full_disk, trial, sources, operation, first, told) == 0
        code, writes = pickle.loads(told.read_bytes())
        return code, writes

    code, count = attempt(0)
    assert code == 0
    after = state(trial)
    refused = 0
    for first in range(1, count + 1, STEP):
        code, _ = attempt(first)
        assert code in (0, 7), first
        refused += code == 7
        assert state(trial) == (before if code else after), first
        operate(trial, sources, operation if state(trial) == before else "rebuild")
        assert state(trial) == after, first
    assert refused
    print(f"{operation}: {count} writes, {len(range(1, count + 1, STEP))} failed, {refused} said, 0 lost")


def _is_below(call: Call, root: Path) -> bool:
    """Whether the file that ``call`` writes to, its first argument, lies below ``root``."""
    try:
        return os.readlink(f"/proc/{call.thread}/fd/{call.registers.rdi}").startswith(str(root))
    except OSError:
        return False


def test_a_bit_flipped_in_any_range_of_any_file_is_said_or_harmless(
    whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    library, intact = whole
    copy = Path(shutil.copytree(library, tmp_path / "copy"))
    draw = random.Random(0)
    flips = told = said = 0
    files = [path for path in sorted(copy.rglob("*")) if path.is_file()]
    for path in files:
        data = path.read_bytes()
        for start in range(0, len(data), RANGE):
            flipped = bytearray(data)
            flipped[draw.randrange(start, min(start + RANGE, len(data)))] ^= 1 << draw.randrange(8)
            path.write_bytes(flipped)
            flips += 1
            try:
                assert state(copy) == intact, (path, start)
            except LibraryDamaged as error:
                said += "wenbao rebuild" in one_sentence(error)
                told += 1
        path.write_bytes(data)
    assert state(copy) == intact
    assert said == told  # each damage with what to do
    print(f"{flips} flips in {len(files)} files: {said} said, {flips - said} harmless, 0 unnoticed")

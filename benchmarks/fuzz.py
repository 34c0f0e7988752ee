"""Damaged copies of real files: each is read or refused in a sentence, within limits of time and memory.

    python -m benchmarks.fuzz 报告.pdf 报告.docx --copies 200

Prints a line a file: how many copies were read, refused, ended by the worker's limits, or met a fault of
ours; the slowest, and the most memory the worker took.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from index.errors import SourceError
from index.readers import read_in_worker, worker_process

SECONDS = 10.0
"""No copy may take longer."""


def damaged(data: bytes, seed: int) -> bytes:
    """A copy with bytes changed in one place or many, now and then cut short."""
    dice = random.Random(seed)
    copy = bytearray(data)
    for _ in range(dice.choice([1, 8, 64, 512, 4096])):
        copy[dice.randrange(8, len(copy))] = dice.randrange(256)
    return bytes(copy[: dice.randrange(len(copy) // 2, len(copy))] if dice.random() < 0.1 else copy)


def outcome(data: bytes, name: str) -> str:
    """What became of a copy."""
    try:
        read_in_worker(data, name, lambda label: None)
    except SourceError as error:
        sentence = str(error)
        if "程序出错" in sentence:
            return "fault: " + sentence
        return "ended" if "读不下去" in sentence or "还没有读完" in sentence else "refused"
    return "read"


def peak() -> int:
    """The most memory, in MB, that the worker has had; 0 where none waits."""
    for worker in worker_process._workers:
        status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) // 1000
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--copies", type=int, default=200)
    chosen = parser.parse_args(arguments)
    worker_process.SILENCE = SECONDS
    for path in chosen.files:
        data, counts, slowest, memory = path.read_bytes(), Counter[str](), 0.0, 0
        for seed in range(chosen.copies):
            started = time.monotonic()
            counts[outcome(damaged(data, seed), path.name)] += 1
            slowest, memory = max(slowest, time.monotonic() - started), max(memory, peak())
        print(f"{path.name}: {dict(counts)}, slowest {slowest:.1f} s, {memory} MB", flush=True)


if __name__ == "__main__":
    main()

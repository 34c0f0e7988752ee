"""Start-up, warm questions, building and memory: each figure from a process of its own.

python -m benchmarks.start
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import OWN, SAMPLE, SHARED, questions, save, spread, table
from qa.evaluation import load_questions

ROUNDS = 5
COMMAND = str(Path(sys.executable).with_name("wenbao"))
FALLBACK = ["2024年社会消费品零售总额是多少？", "2025年新增城镇就业目标是多少？", "改造了多少个老旧小区？"]
BEFORE = 20
"""Other questions that a warm process has answered: OpenVINO takes 15 ms for every new length of text."""
WARM = """
import json, sys, time
from qa import Assistant
assistant = Assistant.open(sys.argv[1])
before, asked = json.load(sys.stdin)
for question in before:
    assistant.ask(question)
found = []
for _ in range(2):
    times = []
    for question in asked:
        started = time.perf_counter()
        assistant.ask(question)
        times.append(time.perf_counter() - started)
    times.sort()
    found += [times[len(times) // 2], times[int(len(times) * 0.95)]]
print(json.dumps(found))
"""


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""What Python made of the modules is kept, as on any machine: else each start compiles them anew, 0.7 s."""


def measured(args: list[str], given: str = "") -> tuple[float, float, str]:
    """``(seconds, MiB, stdout)`` of a fresh process; raises CalledProcessError when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(given)
    process.stdin.close()
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise subprocess.CalledProcessError(process.returncode, args, out)
    return time.perf_counter() - started, usage.ru_maxrss / 1024, out


def rounds(args: list[str], given: str = "", times: int = ROUNDS) -> dict[str, Any]:
    """A first, uncounted round, then ``times`` of them."""
    measured(args, given)
    runs = [measured(args, given) for _ in range(times)]
    return {"seconds": [r[0] for r in runs], "mib": [r[1] for r in runs], "out": [r[2] for r in runs]}


def run() -> dict[str, Any]:
    """Every figure of this page."""
    wenbao = [COMMAND]
    asked = [question["question"] for question in questions("tianqiao_dev")] or FALLBACK * 10
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder) / "library")
        measured([*wenbao, "add", str(SAMPLE), "--library", library])
        found = {"add": measure_add([str(SAMPLE)], folder)}
        found["help"] = rounds([*wenbao, "--help"])
        found["ask"] = rounds([*wenbao, "ask", asked[0], "--json", "--library", library])
        before = [question["question"] for question in load_questions(OWN / "sample.jsonl")[:BEFORE]]
        found["warm"] = rounds([sys.executable, "-c", WARM, library], json.dumps([before, asked]), 3)
        found["again"] = rounds([*wenbao, "add", str(SAMPLE), "--library", library])
        national = sorted(map(str, (SHARED / "data" / "national").glob("*.txt")))
        if national:
            found["national"] = measure_add(national, folder)
    return found


def measure_add(files: list[str], folder: str) -> dict[str, Any]:
    """``wenbao add`` into a library that is not there yet, three times."""
    runs = []
    for number in range(3):
        library = Path(folder) / f"new-{len(files)}-{number}"
        runs.append(measured([COMMAND, "add", *files, "--library", str(library)]))
    return {"seconds": [run[0] for run in runs], "mib": [run[1] for run in runs], "files": len(files)}


def page(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    names = {
        "help": "`wenbao --help`, a fresh process",
        "ask": "`wenbao ask`, a fresh process on the sample report",
        "again": "`wenbao add`, the sample report unchanged",
        "add": "`wenbao add`, the sample report from nothing",
        "national": "`wenbao add`, the 19 national reports from nothing",
    }
    rows = [
        [text, spread(found[name]["seconds"]), spread(found[name]["mib"], 0)]
        for name, text in names.items()
        if name in found
    ]
    warm = [json.loads(out.splitlines()[-1]) for out in found["warm"]["out"]]
    rows.append(
        [
            "a process that asks the questions, start to end",
            *(spread(found["warm"][k], d) for k, d in (("seconds", 1), ("mib", 0))),
        ]
    )
    first50, first95, p50, p95 = (spread([run[i] * 1000 for run in warm], 1) for i in range(4))
    return (
        table(["", "seconds", "peak MiB"], rows)
        + f"\n\nWarm `ask` on the sample report, all features on: p50 {first50} ms, p95 {first95} ms where each "
        f"question is asked for the first time after {BEFORE} others, p50 {p50} ms, p95 {p95} ms where all were asked before: "
        "clauses read once are kept."
    )


if __name__ == "__main__":
    figures = run()
    save("start", figures)
    print(page(figures))

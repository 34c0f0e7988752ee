"""The fast encoder beside plain sentence-transformers: same model, same texts, one process each.

    python -m benchmarks.encoder [--rounds 3] [REPORT.txt]

Prints a markdown table. The processes alternate, and each figure is the best of the rounds, because on a
busy machine the slower runs measure the neighbours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

REPORT = Path(__file__).parents[1] / "reports" / "tianqiao-2025.txt"
KINDS = {"plain": "sentence-transformers float32", "fast": "OpenVINO int8"}
PASSAGES, LENGTH, QUERIES = 64, 200, 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path, nargs="?", default=REPORT)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--vectors", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measure(args.measure, args.report, args.vectors)))
    else:
        print(table(args.report, args.rounds))


def measure(kind: str, report: Path, vectors: Path) -> dict[str, float]:
    """One encoder in this process, timed from before its import."""
    start, cpu = time.perf_counter(), time.process_time()
    encoder = load(kind)
    encoder.encode_queries(["全年主要目标是什么？"])
    loaded, loaded_cpu, memory = time.perf_counter() - start, time.process_time() - cpu, memory_mib("VmRSS")
    passages, queries = texts(report)
    times = [timed(lambda query=query: encoder.encode_queries([query])) for query in queries]
    encoder.encode_passages(queries)  # opens what indexing needs, and only it
    start, cpu = time.perf_counter(), time.process_time()
    np.save(vectors, encoder.encode_passages(passages))
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    return {
        "load_s": loaded,
        "load_cpu_s": loaded_cpu,
        "memory_mib": memory,
        "peak_mib": memory_mib("VmHWM"),
        "query_ms": 1000 * statistics.median(times),
        "passage_ms": 1000 * wall / len(passages),
        "passage_cpu_ms": 1000 * used / len(passages),
    }


def load(kind: str) -> Any:
    from index.encoders import load_encoder
    from index.encoders.sentence_transformers import SentenceTransformerEncoder
    from training.base_model import base_model

    folder = base_model()
    return load_encoder() if kind == "fast" or folder is None else SentenceTransformerEncoder(folder, name="")


def texts(report: Path) -> tuple[list[str], list[str]]:
    """Passages of 200 characters and queries of 10 to 40, cut from the report."""
    text = "".join(report.read_text(encoding="utf-8").split())
    starts = range(0, len(text) - LENGTH, max(LENGTH, (len(text) - LENGTH) // PASSAGES))
    passages = [text[start : start + LENGTH] for start in starts][:PASSAGES]
    queries = [text[7 * row : 7 * row + 10 + row % 31] for row in range(QUERIES)]
    return passages, queries


def timed(action: Any) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def memory_mib(entry: str) -> float:
    """This process's ``VmRSS`` (now) or ``VmHWM`` (peak); getrusage's peak would include the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{entry}:")[1].split()[0]) / 1024


def table(report: Path, rounds: int) -> str:
    load("fast")  # prepared once, so that no round pays for it
    results: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: Path(folder) / f"{kind}.npy" for kind in KINDS}
        for _ in range(rounds):
            for kind, file in files.items():
                results[kind].append(run(kind, report, file))
        cosines = (np.load(files["plain"]) * np.load(files["fast"])).sum(axis=1)
    best = {kind: {key: min(run[key] for run in runs) for key in runs[0]} for kind, runs in results.items()}
    lines = [
        "| encoder | passages/s | passages per CPU second | query, ms | load + query, s (CPU s) "
        "| memory, MiB | peak, MiB |",
        "|---|---|---|---|---|---|---|",
        *(row(KINDS[kind], figures) for kind, figures in best.items()),
        "",
        f"Passages of {LENGTH} characters; cosine between the two: least {cosines.min():.4f}, "
        f"mean {cosines.mean():.4f}.",
    ]
    return "\n".join(lines)


def run(kind: str, report: Path, vectors: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.encoder", str(report), "--measure", kind]
    done = subprocess.run(
        [*command, "--vectors", str(vectors)], stdout=subprocess.PIPE, check=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def row(name: str, f: dict[str, float]) -> str:
    rates = f"{1000 / f['passage_ms']:.1f} | {1000 / f['passage_cpu_ms']:.1f} | {f['query_ms']:.1f}"
    start = f"{f['load_s']:.2f} ({f['load_cpu_s']:.2f})"
    return f"| {name} | {rates} | {start} | {f['memory_mib']:.0f} | {f['peak_mib']:.0f} |"


if __name__ == "__main__":
    main()

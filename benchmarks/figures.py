"""How long reading the figures of a report takes, and its share of indexing.

    python -m benchmarks.figures [--no-index] [FILE…]

Prints a line a report: characters, figures, quantities left out as unsure, CPU seconds to read the
figures (the median of five runs), then the wall-clock seconds of the whole indexing of
all files, so that the share can be told; without files, of the sample report.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index import Library
from index.figures import Extraction, extract
from index.store import parse
from index.text import report_year


def seconds(run: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    run()
    return clock() - start


def measure(path: Path) -> tuple[int, Extraction, float]:
    """Characters, what is read, and the median seconds of five runs."""
    parsed = parse(path.read_bytes(), path.name, path.stem, {})
    year = report_year(parsed.metadata)

    def run() -> Extraction:
        return extract(parsed.text, parsed.sections, path.stem, year)

    return len(parsed.text), run(), statistics.median(seconds(run, time.process_time) for _ in range(5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[Path("reports/tianqiao-2025.txt")])
    parser.add_argument("--index", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    total = 0.0
    print("report  characters  figures  skipped  seconds")
    for path in options.files:
        size, extraction, took = measure(path)
        total += took
        print(f"{path.stem}  {size}  {len(extraction.figures)}  {extraction.skipped}  {took:.3f}")
    print(f"all  {total:.2f} s")
    if options.index:
        with tempfile.TemporaryDirectory() as directory:
            library = Library.open(Path(directory) / "library", create=True)
            whole = seconds(lambda: library.add(options.files), time.perf_counter)
        print(f"indexing  {whole:.1f} s, figures {total / whole:.1%} of it")


if __name__ == "__main__":
    main()

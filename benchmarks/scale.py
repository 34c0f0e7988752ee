"""How a library grows: 10³ to 10⁶ passages on one machine.

Reports are varied from real ones (other digits, some characters exchanged), their vectors mixed from
real ones; their tokens' are those of the passages they vary, so that nothing need be embedded and a subject is
told where the real report tells it. Everything else is what wenbao does.

    python -m benchmarks.scale                        # 10³, 10⁴, 10⁵; writes benchmarks/SCALE.md
    python -m benchmarks.scale --sizes 1000000        # adds a row; needs about 30 GB of disk
    python -m benchmarks.scale --first --sizes 100000 # only what the first broad questions cost, printed
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

from benchmarks.common import ROOT, SAMPLE, WORK, machine, national_reports, questions, save, table
from index import Library, files
from index.encoders import FloatArray, TokenOffsetEncoder, load_encoder
from index.store import Entry, Manifest, Parsed, SourceFile, open_storage, parse
from index.store.builder import report_info
from index.store.disk import SEGMENTS
from index.store.segment import Embedded, segment_sums, write_segment
from index.text import normalize

PAGE = ROOT / "benchmarks" / "SCALE.md"
SIZES = (1_000, 10_000, 100_000)
ASKED = 60


class Instant:
    """The library's encoder by name; gives some unit vectors without embedding anything."""

    def __init__(self, like: str, dimension: int) -> None:
        self.id, self.dimension = like, dimension

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return unit(np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimension)))

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        return self.encode_queries(texts)


def unit(vectors: Any) -> FloatArray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class Base:
    """Real reports, parsed, with real passage vectors; kept between runs."""

    def __init__(self) -> None:
        texts = {SAMPLE.stem: SAMPLE.read_text("utf-8"), **dict(list(national_reports().items())[-7:])}
        self.reports = [parse(text.encode(), f"{name}.txt", name, {}) for name, text in texts.items()]
        self.questions = [
            row["question"] for name in ("tianqiao_dev", "national_dev") for row in questions(name)
        ]
        self.questions = random.Random(1).sample(self.questions or ["地区生产总值增长多少？"] * ASKED, ASKED)
        encoder = load_encoder()
        assert isinstance(encoder, TokenOffsetEncoder)
        parts = [(normalize(a), normalize(b)) for report in self.reports for a, b in report.passage_parts()]
        cache = WORK / f"scale-{encoder.id.rpartition('/')[2]}.npz"
        if not cache.exists():
            vectors, tokens = encoder.encode_passage_tokens(parts)
            WORK.mkdir(parents=True, exist_ok=True)
            np.savez(
                cache,
                vectors=vectors,
                tokens=np.array(tokens, object),
                queries=encoder.encode_queries(self.questions),
            )
        kept = np.load(cache, allow_pickle=True)
        self.tokens: list[bytes] = kept["tokens"].tolist()
        self.ends = [encoder.passage_token_ends(*pair) for pair in parts]
        self.starts = [0, *accumulate(len(report.passages) for report in self.reports)]
        self.encoder, self.vectors, self.queries = encoder.id, kept["vectors"], kept["queries"]
        self.letters = sorted({c for report in self.reports for c in report.text if "一" <= c <= "龥"})


def varied(report: Parsed, n: int, letters: Sequence[str], place: str) -> Parsed:
    """``report`` as one of ``place``, with other digits and thirty characters exchanged; every offset stays."""
    draw = random.Random(n)
    exchanged = dict(zip(map(ord, draw.sample(letters, 30)), draw.sample(letters, 30), strict=True))
    text = re.sub(r"\d", lambda _: draw.choice("0123456789"), report.text).translate(exchanged)
    return replace(
        report,
        text=text,
        metadata=replace(report.metadata, title=f"{place}{report.metadata.title}{n}", place=place),
        passages=tuple(replace(p, text=text[p.start : p.end]) for p in report.passages),
    )


def place_name(n: int) -> str:
    """A county of its own for each ``n``: 甲一县, 甲二县, …; its reports are of several years."""
    first, second = divmod(n, 100)
    return f"{chr(0x5D00 + first)}{chr(0x6C00 + second)}县"


def mixed(base: Base, count: int, draw: np.random.Generator) -> FloatArray:
    """Vectors between two real ones each, with noise."""
    first, second = base.vectors[draw.integers(0, len(base.vectors), (2, count))]
    share = draw.uniform(0, 1, (count, 1))
    noise = draw.normal(size=first.shape) * (0.25 / np.sqrt(first.shape[1]))
    return unit(share * first + (1 - share) * second + noise)


@contextmanager
def unsynced() -> Iterator[None]:
    """Thousands of synthetic segments need not survive a power cut."""
    kept, files._sync_file = files._sync_file, lambda path: None
    try:
        yield
    finally:
        files._sync_file = kept


def write_segments(root: Path, base: Base, size: int) -> list[Entry]:
    """Segments of ``size`` passages in all."""
    draw = np.random.default_rng(size)
    dimension = base.vectors.shape[1]
    entries: list[Entry] = []
    done = n = 0
    while done < size:
        place = place_name(n // len(base.reports))
        report = varied(base.reports[n % len(base.reports)], n, base.letters, place)
        left = size - done
        report = replace(report, passages=report.passages[:left])
        name = f"{n:032x}"
        vectors = mixed(base, len(report.passages), draw).astype(np.float16).reshape(-1, dimension)
        first = base.starts[n % len(base.reports)]
        own = slice(first, first + len(vectors))
        write_segment(root / SEGMENTS / name, report, Embedded(vectors, base.tokens[own], base.ends[own]))
        info = report_info(SourceFile(f"r{n}", root, f"r{n}.txt", "", {}), report.text.encode(), report)
        entries.append(Entry(info, name, segment_sums(root / SEGMENTS / name) or {}, "", {}))
        done, n = done + len(report.passages), n + 1
    return entries


def peak_memory() -> float:
    """The most memory this process ever had, MB; it counts mapped files as far as they were touched."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def built(size: int, base: Base) -> tuple[Path, dict[str, Any]]:
    """A library of ``size`` passages, and what building its indexes took."""
    root = WORK / f"scale-{size}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    with open_storage(root).write(lambda done, total, label: None) as writer:
        with unsynced():
            entries = write_segments(root, base, size)
        manifest = Manifest(base.encoder, "", base.vectors.shape[1], tuple(entries), {})
        found: dict[str, Any] = {"size": size, "reports": len(entries)}
        found["build"] = timed(lambda: writer.commit(manifest, None))
    return root, found | {"build_rss": peak_memory()}


def measure(size: int, base: Base) -> dict[str, Any]:
    """All figures of one size."""
    root, found = built(size, base)
    dimension = base.vectors.shape[1]
    snapshot = next((root / "snapshots").iterdir())
    found["index_disk"], found["disk"] = size_of(snapshot), size_of(root)
    one = root.with_suffix(".txt")
    one.write_text(varied(base.reports[0], size + 1, base.letters, place_name(size)).text, "utf-8")
    library = Library.open(root, encoder=Instant(base.encoder, dimension))
    found["add"] = timed(lambda: library.add([one]))
    found["remove"] = timed(lambda: library.remove(one.stem))
    library = None  # type: ignore[assignment]
    found |= in_a_process("--reader", str(root)) | first_answers(root)
    shutil.rmtree(root)
    one.unlink()
    return found


def in_a_process(*arguments: str) -> dict[str, Any]:
    """What this script prints last when it is started with ``arguments``."""
    script = [sys.executable, "-m", "benchmarks.scale", *arguments]
    run = subprocess.run(script, capture_output=True, text=True, check=True, cwd=ROOT)
    told: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return told


FIRST = {
    "course": ("历年 of a place", "{place}历年粮食产量"),
    "courses": ("历年 of no place", "历年粮食产量"),
    "indicators": ("tab 指标 opened", ""),
    "overview": ("a subject at a place", "{place}养老方面做了哪些工作？"),
    "overviews": ("a subject at no place", "养老方面做了哪些工作？"),
    "summary": ("a report as a whole", "{place}的报告主要讲了什么？"),
}
"""What is asked first of a process, and how; in no words that warming up has encoded."""
TRIES = 3


def first_answers(root: Path) -> dict[str, Any]:
    """What the first answer of each kind of ``FIRST`` takes, each in ``TRIES`` fresh processes: the medians, in ms, of
    the time on the clock and of the processor's."""
    found: dict[str, Any] = {}
    for kind in FIRST:
        runs = [in_a_process("--first-of", kind, str(root)) for _ in range(TRIES)]
        found[f"first_{kind}"] = median(run["ms"] for run in runs)
        found[f"first_{kind}_cpu"] = median(run["cpu_ms"] for run in runs)
    return found


def first_answer(root: Path, kind: str) -> dict[str, Any]:
    """The time of one answer in a process that has loaded its models and searched the library once, as a page that is
    ready has, and no more."""
    from qa import Assistant
    from ui.indicators import Indicators

    library = Library(root)
    assistant, tab = Assistant(library), Indicators(library)
    assistant.warm()
    snapshot = library.snapshot()
    question = FIRST[kind][1].format(place=snapshot.reports[0].place)

    def work() -> None:
        if question:
            assistant.ask(question)
        else:
            tab.choices({})
            tab.figures({})
            tab.course({})

    cpu = time.process_time()
    return {"ms": timed(work) * 1000, "cpu_ms": (time.process_time() - cpu) * 1000}


def size_of(root: Path) -> float:
    """MB of the files below ``root``."""
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / 1e6


def read(root: Path) -> dict[str, Any]:
    """What a fresh reader process measures."""
    from qa import Assistant

    base = Base()
    found: dict[str, Any] = {}
    library = Library(root)
    found["open"] = timed(library.reports)
    snapshot = library.snapshot()
    dense = [timed(lambda q=q: snapshot.search_dense(q, 60)) for q in base.queries]
    lexical = [timed(lambda q=q: snapshot.search_lexical(q, 60)) for q in base.questions]
    found["recall"] = recall(snapshot, base.queries)
    found["search_rss"] = peak_memory()
    library.encoder.encode_queries(["政府工作报告"])
    assistant = Assistant(library)
    assistant.ask("地区生产总值增长多少？")
    asked = [timed(lambda q=q: assistant.ask(q)) for q in base.questions]
    found["ask_rss"] = peak_memory()
    for name, values in (("dense", dense), ("lexical", lexical), ("ask", asked)):
        cuts = quantiles([value * 1000 for value in values], n=20)
        found[f"{name}_p50"], found[f"{name}_p95"] = cuts[9], cuts[18]
    return found


def recall(snapshot: Any, queries: FloatArray) -> float:
    """Recall@10 against exact search over the same half-precision vectors."""
    best = np.full((len(queries), 10), -1.0)
    rows = np.zeros((len(queries), 10), np.int64)
    for start in range(0, snapshot.size, 50_000):
        block = range(start, min(start + 50_000, snapshot.size))
        scores = np.hstack([best, queries @ snapshot.vectors(block).T])
        numbers = np.hstack([rows, np.tile(np.asarray(block), (len(queries), 1))])
        top = np.argsort(-scores, axis=1)[:, :10]
        best, rows = np.take_along_axis(scores, top, 1), np.take_along_axis(numbers, top, 1)
    hits = [
        len({row for row, _ in snapshot.search_dense(query, 10)} & set(exact))
        for query, exact in zip(queries, rows.tolist(), strict=True)
    ]
    return sum(hits) / (10 * len(queries))


def _first(row: dict[str, Any], kind: str) -> str:
    """The time of a first answer and the processor's; a dash where it was not measured."""
    found = row.get(f"first_{kind}")
    return "—" if found is None else f"{found:.0f} ({row[f'first_{kind}_cpu']:.0f})"


def page(results: Sequence[dict[str, Any]]) -> str:
    """The Markdown page."""
    heads = ["passages", *(f"{row['size']:,}" for row in results)]
    lines: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("reports", lambda r: f"{r['reports']:,}"),
        ("indexes built from all segments, s", lambda r: f"{r['build']:.1f}"),
        ("memory of that, MB", lambda r: f"{r['build_rss']:.0f}"),
        ("one report added, without embedding, s", lambda r: f"{r['add']:.2f}"),
        ("one report removed, s", lambda r: f"{r['remove']:.2f}"),
        ("library on disk, MB", lambda r: f"{r['disk']:.0f}"),
        ("of that the indexes, MB", lambda r: f"{r['index_disk']:.0f}"),
        ("opened and checked, s", lambda r: f"{r['open']:.2f}"),
        ("dense search p50 / p95, ms", lambda r: f"{r['dense_p50']:.1f} / {r['dense_p95']:.1f}"),
        ("lexical search p50 / p95, ms", lambda r: f"{r['lexical_p50']:.1f} / {r['lexical_p95']:.1f}"),
        ("recall@10 of dense search", lambda r: f"{r['recall']:.3f}"),
        ("`ask` p50 / p95, ms", lambda r: f"{r['ask_p50']:.0f} / {r['ask_p95']:.0f}"),
        *(
            (
                f"first answer, {name}, ms (of the processor)",
                lambda r, kind=kind: _first(r, kind),
            )
            for kind, (name, _) in FIRST.items()
        ),
        ("memory of the asking process, MB", lambda r: f"{r['ask_rss']:.0f}"),
        ("machine load when started", lambda r: r["machine"]["load"].split()[0]),
    ]
    rows = [[name, *(show(row) for row in results)] for name, show in lines]
    notes = "".join(f"\n{row['note']}\n" for row in results if "note" in row)
    about = "\n".join(
        f"- {name}: {value}" for name, value in results[-1]["machine"].items() if name != "load"
    )
    return f"""# How a library grows

Written by `python -m benchmarks.scale`. Reports are varied from real ones and their vectors mixed
from real ones; embedding, which takes most of a real build, is left out. Memory is the process's
peak resident size and counts the memory-mapped indexes that were touched.

{about}

{table(heads, rows)}
{notes}
Up to 200,000 passages every vector is compared; beyond, they lie in inverted lists (FAISS IVF) of
which the nearest quarter is searched. An inverted list takes and loses rows without training again; a
graph (HNSW) would have to be built anew for every report removed.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--reader", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help="only the first answers")
    parser.add_argument("--first-of", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.reader:
        print(json.dumps(read(arguments.reader)))
        return
    if arguments.first_of:
        kind, root = arguments.first_of
        print(json.dumps(first_answer(Path(root), kind)))
        return
    if arguments.first:
        for size in arguments.sizes:
            print(size, first_answers(built(size, Base())[0]), flush=True)
        return
    kept = WORK / "scale.json"
    results = {row["size"]: row for row in (json.loads(kept.read_text("utf-8")) if kept.exists() else [])}
    base = Base()
    for size in arguments.sizes:
        about = machine()
        results[size] = measure(size, base) | {"machine": about}
        print(results[size], flush=True)
        rows = [results[size] for size in sorted(results)]
        save("scale", rows)
        PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()

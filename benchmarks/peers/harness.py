"""What every peer script does: load, build, ask; nothing beyond the standard library.

    python SCRIPT.py SPEC.json

SPEC holds ``model`` (a SentenceTransformer folder), ``prompts`` (``query``, ``passage``), ``texts``
(``{report id: text as in the file}``), ``questions`` (``[{"id", "question"}]``) and ``top_k``. The
environment variable BENCH_STARTED is the wall clock when the process was started. One JSON object is
printed: seconds, bytes, versions, and the ranked passages of each question.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Ask = Callable[[str, int], list[tuple[str, str]]]
"""``ask(question, k)``: ``(passage text, report id)`` pairs, best first."""


def main(
    name: str, packages: list[str], load: Callable[[dict[str, Any]], Callable[[dict[str, str]], Ask]]
) -> None:
    """Times ``load(spec)``, which returns ``build(texts)``, which returns ``ask``."""
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    build = load(spec)
    load_s = time.time() - float(os.environ["BENCH_STARTED"])
    started = time.perf_counter()
    ask = build(spec["texts"])
    build_s = time.perf_counter() - started
    questions = spec["questions"]
    for question in questions[:3]:
        ask(question["question"], spec["top_k"])
    results = []
    for question in questions:
        started = time.perf_counter()
        found = ask(question["question"], spec["top_k"])
        seconds = time.perf_counter() - started
        passages = [{"text": text, "report": report} for text, report in found]
        results.append({"id": question["id"], "passages": passages, "answered": True, "seconds": seconds})
    report = {
        "name": name,
        "versions": {package: version(package) for package in packages},
        "load_s": load_s,
        "build_s": build_s,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "results": results,
    }
    print("\n" + json.dumps(report, ensure_ascii=False))

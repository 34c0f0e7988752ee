"""wenbao beside LangChain, LlamaIndex, txtai and Haystack: the same model, texts and questions.

    python -m benchmarks.stacks

Each stack runs with its recommended settings in an environment of its own below ``build/peers``, made
on the first run; one that cannot be installed is skipped with a line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import ROOT, SAMPLE, WORK, national_reports, questions, save, spread, table
from qa.evaluation import tabulate
from training.base_model import PROMPTS, base_model

PEERS = Path(__file__).with_name("peers")
TOP_K = 10
ROUNDS = {"sample": 3, "national": 1}


@dataclass(frozen=True, slots=True)
class Stack:
    """A script below ``peers`` and the environment it runs in (empty: this one)."""

    script: str
    environment: str = ""
    options: tuple[str, ...] = ()


STACKS = (
    Stack("wenbao_ask.py"),
    Stack("langchain_faiss.py", "langchain"),
    Stack("langchain_faiss.py", "langchain", ("--ensemble",)),
    Stack("llamaindex.py", "llamaindex"),
    Stack("txtai_dense.py", "txtai"),
    Stack("haystack_dense.py", "haystack"),
)


def python_of(environment: str) -> str | None:
    """The interpreter of a peer's environment, made when it is not there; None where it cannot be."""
    if not environment:
        return sys.executable
    folder = ROOT / "build" / "peers" / environment
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if not stamp.exists():
        install = [str(python), "-m", "pip", "install", "-q", "-r", str(PEERS / f"{environment}.txt")]
        for command in ([sys.executable, "-m", "venv", str(folder)], install):
            if subprocess.run(command, check=False).returncode:
                return None
        stamp.touch()
    return str(python)


def measure(stack: Stack, spec: Path) -> dict[str, Any] | None:
    """What the stack's script prints; None, after a line saying why, where it cannot be run."""
    label = " ".join([stack.script, *stack.options])
    python = python_of(stack.environment)
    if python is None:
        print(f"skipped: {label} (its environment could not be installed)", file=sys.stderr)
        return None
    environment = {
        **os.environ,
        "BENCH_STARTED": str(time.time()),
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONPATH": str(ROOT),
    }
    command = [python, str(PEERS / stack.script), str(spec), *stack.options]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"skipped: {label}: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


def run() -> dict[str, Any]:
    """Every stack on every set: ``{set: {stack name: [a report a round]}}``."""
    sets = {
        "sample": ({SAMPLE.stem: SAMPLE.read_text(encoding="utf-8")}, questions("tianqiao_dev")),
        "national": (national_reports(), questions("national_dev")),
    }
    found: dict[str, Any] = {}
    for name, (texts, asked) in sets.items():
        if not texts or not asked:
            print(f"skipped: {name} (the development data is not here)", file=sys.stderr)
            continue
        spec = {
            "model": str(base_model()),
            "prompts": {kind: PROMPTS[kind] for kind in ("query", "passage")},
            "texts": texts,
            "questions": asked,
            "top_k": TOP_K,
        }
        WORK.mkdir(parents=True, exist_ok=True)
        file = WORK / f"spec-{name}.json"
        file.write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
        found[name] = {}
        for _ in range(ROUNDS[name]):
            for stack in STACKS:
                if report := measure(stack, file):
                    report["scores"] = tabulate(asked, report.pop("results"))["ALL"]
                    found[name].setdefault(report["name"], []).append(report)
                    save("stacks", found)
    return found


def page(found: dict[str, Any]) -> str:
    """The figures as Markdown, a table a set."""
    titles = {"sample": "The sample report", "national": "The 19 national reports in one library"}
    heads = [
        "",
        "top1",
        "read@300",
        "read@600",
        "right report",
        "load s",
        "build s",
        "ask p50 ms",
        "p95",
        "MiB",
    ]
    parts = [
        f"### {titles[name]}\n\n" + table(heads, [row(*item) for item in stacks.items()])
        for name, stacks in found.items()
    ]
    seen = {
        f"{k} {v}"
        for stacks in found.values()
        for runs in stacks.values()
        for k, v in runs[0]["versions"].items()
    }
    return "\n\n".join([*parts, f"Versions: {', '.join(sorted(seen))}."])


def row(name: str, runs: list[dict[str, Any]]) -> list[str]:
    scores = runs[0]["scores"]
    quality = [
        "–" if scores.get(column) is None else f"{scores[column]:.2f}"
        for column in ("top1", "r@300", "r@600", "rep@1")
    ]
    cost = [
        spread([run["load_s"] for run in runs], 1),
        spread([run["build_s"] for run in runs], 1),
        spread([run["scores"]["p50"] * 1000 for run in runs], 1),
        spread([run["scores"]["p95"] * 1000 for run in runs], 1),
        f"{median(run['rss'] for run in runs) / 2**20:.0f}",
    ]
    return [name, *quality, *cost]


if __name__ == "__main__":
    print(page(run()))

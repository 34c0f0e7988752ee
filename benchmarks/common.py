"""What the benchmarks share: where things are, what machine this is, how figures are told."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "bench"
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "reports" / "tianqiao-2025.txt"
OWN = ROOT / "benchmarks" / "questions"
"""Questions of our own, written without knowing the system, and an invented report."""
VERSIONS = ("numpy", "torch", "sentence-transformers", "faiss-cpu", "gradio")


def machine() -> dict[str, str]:
    """Processor, memory, system, versions and commit of this run."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {version(name)}" for name in VERSIONS),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else ""),
        "date": datetime.now(UTC).date().isoformat(),
        "load": f"{os.getloadavg()[0]:.1f} when started",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _git(*args: str) -> str:
    run = subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


def spread(values: Sequence[float], digits: int = 2) -> str:
    """``median (lowest–highest)``."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def save(name: str, value: Any) -> None:
    """Keep a section's raw figures beside the page."""
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def national_reports() -> dict[str, str]:
    """``{id: text}`` of the development set's national reports; empty where it is not here."""
    files = sorted((SHARED / "data" / "national").glob("*.txt"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def questions(name: str) -> list[dict[str, Any]]:
    """The development questions ``name``; empty where they are not here."""
    file = SHARED / "eval" / f"{name}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line.strip()]

"""Pictures of the kept figures: cost against size, quality against time beside the other stacks.

python -m benchmarks.plots      # reads build/bench, writes benchmarks/plots/*.svg
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from benchmarks.common import ROOT, WORK

PLOTS = ROOT / "benchmarks" / "plots"
# The same figures give the same file, its letters left as text.
matplotlib.rcParams.update({"svg.hashsalt": "wenbao", "svg.fonttype": "none"})


def growth(rows: list[dict[str, Any]]) -> None:
    """Milliseconds a question, seconds a change and megabytes, over passages."""
    sizes = [row["size"] for row in rows]
    panels = {
        "milliseconds (median)": {
            "ask": "ask_p50",
            "dense search": "dense_p50",
            "lexical search": "lexical_p50",
        },
        "seconds": {
            "indexes built": "build",
            "report added": "add",
            "report removed": "remove",
            "opened": "open",
        },
        "MB": {"library on disk": "disk", "asking process": "ask_rss"},
    }
    figure = Figure(figsize=(13, 4), layout="constrained")
    axes = figure.subplots(1, len(panels))
    for axis, (unit, lines) in zip(axes, panels.items(), strict=True):
        for label, key in lines.items():
            axis.loglog(sizes, [row[key] for row in rows], marker="o", label=label)
        axis.set(xlabel="passages", ylabel=unit)
        axis.grid(alpha=0.3)
        axis.legend()
    save(figure, "growth")


def stacks(found: dict[str, Any]) -> None:
    """Each stack's share of questions answered by the first passage, over its time a question."""
    figure = Figure(figsize=(6.5 * len(found), 4), layout="constrained")
    axes = figure.subplots(1, len(found), squeeze=False)
    for axis, (name, peers) in zip(axes[0], found.items(), strict=True):
        for label, runs in peers.items():
            spent = median(run["scores"]["p50"] for run in runs) * 1000
            axis.scatter(spent, runs[0]["scores"]["top1"], s=60)
            axis.annotate(label, (spent, runs[0]["scores"]["top1"]), (6, 4), textcoords="offset points")
        axis.set(xlabel="ms a question (median)", ylabel="top1", title=name, ylim=(0, 1), xscale="log")
        axis.margins(x=0.4)
        axis.grid(alpha=0.3)
    save(figure, "stacks")


def save(figure: Figure, name: str) -> None:
    PLOTS.mkdir(exist_ok=True)
    figure.savefig(PLOTS / f"{name}.svg", metadata={"Date": None})


def read(name: str) -> Any:
    file: Path = WORK / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def draw() -> list[str]:
    """Draws what there are figures for; the names of all pictures there are."""
    if rows := read("scale"):
        growth(rows)
    if found := read("stacks"):
        stacks(found)
    return sorted(file.stem for file in PLOTS.glob("*.svg"))


if __name__ == "__main__":
    print(*draw())

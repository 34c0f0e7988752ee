"""Every benchmark, one after the other, and the page benchmarks/RESULTS.md made of them.

    make bench                          # all of them
    python -m benchmarks.run start      # some of them again; the page keeps the others' last figures

A section that cannot run here is named on the page with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.common import ROOT, WORK, machine, save, table
from benchmarks.plots import draw

PAGE = ROOT / "benchmarks" / "RESULTS.md"
LIMIT_S = 3600


@dataclass(frozen=True, slots=True)
class Part:
    """A benchmark: the module that prints its figures, or writes a page of its own, and its heading."""

    module: str
    title: str
    text: str
    page: str = ""
    plot: str = ""


PARTS = (
    Part("start", "Start-up, building, memory", "Fresh processes; median (lowest–highest) of the rounds."),
    Part("encoder", "Encoder", "The default encoder beside plain sentence-transformers in float32."),
    Part("serve", "Twenty people at once", "Through the page's own door, over the sample report."),
    Part("page", "The web page", "Headless Chromium, warm; every picture drawn anew, 1300 pixels across."),
    Part(
        "quality",
        "Quality",
        "The questions of shared/eval and our own; each part switched off in turn.",
        "QUALITY.md",
    ),
    Part("cmrc", "Other texts", "The context of a question among all of CMRC 2018's development set."),
    Part("figures", "Reading figures", "Extraction of indicators, and its share of indexing."),
    Part(
        "stacks",
        "Beside other stacks",
        "Same model, texts and questions, each with its recommended settings. top1: the evidence stands in "
        "the first passage; read@N: within the first N characters of the ranked passages laid end to end. "
        "wenbao's time of a question includes quotes and the decision to refuse; a refused question counts "
        "here by its ranked passages, since the other stacks never refuse.",
        plot="stacks",
    ),
    Part("milvus", "Milvus", "Milvus Lite in a file, beside the library on disk."),
    Part("scale", "Growth", "From a thousand passages up.", "SCALE.md", plot="growth"),
)


def run_part(part: Part) -> dict[str, Any]:
    """What ``python -m benchmarks.<module>`` prints, or why it could not run."""
    found: dict[str, Any] = {"machine": machine()}
    if not (ROOT / "benchmarks" / f"{part.module}.py").exists():
        return {**found, "skipped": "not written yet"}
    command = [sys.executable, "-m", f"benchmarks.{part.module}"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return {**found, "skipped": str(error)}
    return {**found, "said": done.stdout.strip()}


def shown(said: str) -> str:
    """A benchmark's output as Markdown: what is Markdown stays, a JSON object becomes a table."""
    last = said.splitlines()[-1] if said else ""
    if last.startswith("{"):
        return table(["", ""], [[f"`{key}`", str(value)] for key, value in json.loads(last).items()])
    return said if "|" in said else f"```text\n{said}\n```"


def page(found: dict[str, dict[str, Any]], plots: Sequence[str]) -> str:
    """RESULTS.md from the kept sections."""
    newest = max(found.values(), key=lambda section: str(section["machine"]["date"]))["machine"]
    rows = [[key, newest[key]] for key in ("processor", "memory", "system", "versions")]
    parts = ["# Results", "Written by `make bench`; the figures are of this machine.", table(["", ""], rows)]
    for part in PARTS:
        if section := found.get(part.module):
            parts += section_of(part, section)
            parts += [f"![{part.title}](plots/{part.plot}.svg)"] * (part.plot in plots)
    return "\n\n".join(parts) + "\n"


def section_of(part: Part, section: dict[str, Any]) -> list[str]:
    at = section["machine"]
    when = f"commit {at['commit']}, {at['date']}, load {at['load']}"
    if "skipped" in section:
        body = f"Skipped: {section['skipped']}."
    else:
        body = f"See [{part.page}]({part.page})." if part.page else shown(section["said"])
    return [f"## {part.title}", part.text, body, f"<sub>`python -m benchmarks.{part.module}`, {when}</sub>"]


def main(chosen: list[str]) -> None:
    for part in PARTS:
        if not chosen or part.module in chosen:
            print(f"== {part.title} ({part.module})", file=sys.stderr, flush=True)
            save(f"part-{part.module}", run_part(part))
    kept = {part.module: WORK / f"part-{part.module}.json" for part in PARTS}
    found = {
        name: json.loads(file.read_text(encoding="utf-8")) for name, file in kept.items() if file.exists()
    }
    PAGE.write_text(page(found, draw()), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])

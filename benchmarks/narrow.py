"""One fact each, asked of held-out reports: what the whole product answers, quotes and refuses.

    python -m benchmarks.narrow            # the tables, kept in QUALITY.md
    python -m benchmarks.narrow FILE…      # other questions of the same form; nothing is kept

A library of the reports of ``training/splits.toml``; each question is asked within its own report, one that names a year
within those of its place. ``narrow_fresh.jsonl`` was written by two authors who saw neither the product nor other
questions, after the reader and the weights were trained; its failures are read by nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import OWN, ROOT, WORK, table
from benchmarks.fitting_questions import (
    KINDS,
    FittingQuestion,
    held_out_reports,
    of_single_reports,
    question_files,
    report_files,
)
from index import Library
from qa import Assistant
from qa.evaluation import squeeze

FRESH = OWN / "narrow_fresh.jsonl"
PAGE = ROOT / "benchmarks" / "QUALITY.md"
HEADS = ["kind", "n", "refused", "first passage right", "answer told", "quote holds", "characters quoted"]
HEAD = "## One fact each, whole product"


def measured(assistant: Assistant, asked: FittingQuestion) -> list[float]:
    """Refused, the first passage right, the answer in the text, in the first quote, and how long this is."""
    answer = assistant.ask(asked.text, reports=asked.reports)
    if not answer.answered or not answer.citations:
        return [float(not answer.answered), 0.0, 0.0, 0.0, np.nan]
    first = answer.citations[0]
    told, quoted = squeeze(answer.text), squeeze(first.quote)
    wanted = [squeeze(one) for one in asked.answers]
    return [
        0.0,
        float(asked.right(first.text, first.report)),
        float(all(one in told for one in wanted)),
        float(all(one in quoted for one in wanted)),
        float(len(first.quote)),
    ]


def rows(assistant: Assistant, asked: Sequence[FittingQuestion]) -> list[list[str]]:
    """Of each kind how many, and the means of what ``measured`` tells."""
    found: dict[str, list[list[float]]] = {}
    for one in asked:
        found.setdefault(one.kind, []).append(measured(assistant, one))
    made = []
    for kind in [kind for kind in KINDS if kind in found]:
        means = [f"{value:.2f}" for value in np.nanmean(found[kind], axis=0)]
        shown = means[:1] + [""] * 4 if kind == "none" else [*means[:4], f"{float(means[4]):.0f}"]
        made.append([kind, str(len(found[kind])), *shown])
    return made


def tables(files: Sequence[Path]) -> str:
    """A table for ``files``, and without any one for the known and one for the fresh questions."""
    library = Library.open(WORK / "narrow")
    library.add(report_files(held_out_reports()))
    assistant, infos = Assistant(library), library.reports()
    sets = {"": files} if files else {"Known questions:": question_files(), "Fresh ones:": [FRESH]}
    parts = []
    for title, own in sets.items():
        asked = of_single_reports(own, infos, lambda report: report in held_out_reports())
        parts += [title, "", table(HEADS, rows(assistant, asked)), ""]
    return "\n".join(parts)


def main() -> None:
    made = tables([Path(name) for name in sys.argv[1:]])
    print(made)
    if not sys.argv[1:]:
        page = PAGE.read_text("utf-8")
        before, _, after = page.partition(HEAD)
        rest = after[after.index("\n## ") + 1 :] if "\n## " in after else ""
        section = f"{HEAD}\n\nMade by `python -m benchmarks.narrow`.\n\n{made}\n"
        PAGE.write_text(f"{before.rstrip()}\n\n{section}{rest}", "utf-8")


if __name__ == "__main__":
    main()

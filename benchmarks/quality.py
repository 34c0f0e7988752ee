"""Quality on the development questions: the full system, each part off, a plain baseline; one run.

python -m benchmarks.quality      # writes benchmarks/QUALITY.md
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import torch
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.common import ROOT, machine, save, table
from benchmarks.fit import NAMES, SEEDS, Problem, assistants, cross_validated, problems, question_sets
from qa import Assistant
from qa.evaluation import Table, run, tabulate

PAGE = ROOT / "benchmarks" / "QUALITY.md"
KINDS = ("fact", "paraphrase", "year", "list", "compare", "colloquial", "ALL", "none")
SHOWN = ("n", "top1", "top1r", "r@300", "r@600", "mrr", "rep@1", "hl", "hllen", "abst", "len")
OFF = {
    "nothing": (),
    "passage vectors": ("passage.dense",),
    "terms in the passage": ("passage.covered",),
    "terms in the clause": ("clause.covered",),
    "what kind of answer": ("clause.answers",),
    "years": ("passage.year", "passage.report"),
    "results or targets": ("passage.stance",),
    "all but passage vectors": tuple(name for name in NAMES if name != "passage.dense"),
    "all but terms": tuple(n for n in NAMES if n not in ("passage.covered", "clause.covered")),
}
SIZE, OVERLAP = 500, 50


def baseline(assistant: Assistant, asked: Sequence[dict[str, Any]]) -> Table:
    """LangChain's splitter at 500/50, FAISS, the same encoder, the best ten chunks."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP)
    library = assistant.library
    chunks = [(c, r.id) for r in library.reports() for c in splitter.split_text(library.text(r.id))]
    vectors = library.encoder.encode_passages([text for text, _ in chunks])
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, rows = index.search(library.encoder.encode_queries([q["question"] for q in asked]), 10)
    results = [
        {
            "id": q["id"],
            "passages": [{"text": chunks[i][0], "report": chunks[i][1]} for i in best],
            "answered": True,
            "highlight": chunks[best[0]][0],
        }
        for q, best in zip(asked, rows.tolist(), strict=True)
    ]
    return tabulate(asked, results)


def ablations(found: Sequence[Problem]) -> list[list[str]]:
    """Held-out top1 with each part off, the same folds for all."""
    return [
        [name, f"{cross_validated(found, frozenset(without), SEEDS[:1])[0]:.3f}"]
        for name, without in OFF.items()
    ]


def cells(values: Table) -> list[list[str]]:
    """Rows of the kinds that are there."""
    return [[kind, *(_cell(values[kind].get(c), c) for c in SHOWN)] for kind in KINDS if kind in values]


def _cell(value: float | int | None, column: str) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if column in ("n", "len", "hllen") else f"{value:.3f}"


def main() -> None:
    torch.set_num_threads(1)
    made, sets = assistants(), question_sets()
    parts = ["# Quality", "", *(f"- {key}: {value}" for key, value in machine().items()), ""]
    parts += [
        "Made by `python -m benchmarks.quality`. Columns: see `qa/evaluation.py`. `abst` is the share refused: "
        "right for the kind none, wrong for every other. The weights were fitted on these questions; "
        "*held out* is what they reach on questions left out of the fit (8 folds, 3 seeds). The glossary was "
        "written with these questions known, so new paraphrases will do worse than these."
    ]
    kept: dict[str, Any] = {}
    found: list[Problem] = []
    for name, assistant in made.items():
        if name not in sets:
            continue
        own = [q for q in sets[name] if not q["id"].startswith("m")]
        assistant.ask(own[0]["question"])
        results = run(assistant, own)
        full = tabulate(own, results)
        plain = baseline(assistant, own)
        mine = problems(assistant, own)
        held_out = cross_validated(mine)
        found += problems(assistant, sets[name])
        kept[name] = {"full": full, "baseline": plain, "held_out": held_out}
        parts += ["", f"## {name}", "", table(["kind", *SHOWN], cells(full))]
        spread = f"{np.mean(held_out):.3f} ({min(held_out):.3f}–{max(held_out):.3f})"
        seconds = 1000 * (full["ALL"]["p50"] or 0.0)
        parts += ["", f"top1 held out, a side at a time: {spread}. A warm `ask`: p50 {seconds:.0f} ms."]
        parts += ["", f"Plain LangChain baseline ({SIZE}/{OVERLAP}, same model, never refuses):", ""]
        parts += [table(["kind", *SHOWN], cells({k: v for k, v in plain.items() if k == "ALL"}))]
    rows = ablations(found)
    kept["ablations"] = rows
    parts += ["", "## Each part switched off", ""]
    parts += [f"Held-out top1 over {len(found)} sides of all questions, refitted without the part.", ""]
    parts += [table(["without", "top1"], rows)]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")
    save("quality", kept)
    print("\n".join(parts))


if __name__ == "__main__":
    main()

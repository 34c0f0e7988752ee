"""Quality on the development questions: the full system, each part off, a plain baseline; one run.

python -m benchmarks.quality      # writes benchmarks/QUALITY.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import faiss
import numpy as np
import torch
from langchain_text_splitters import RecursiveCharacterTextSplitter
from sklearn.metrics import roc_auc_score

from benchmarks.common import OWN, ROOT, SAMPLE, SHARED, WORK, machine, questions, save, table
from benchmarks.fit import (
    NAMES,
    Fitted,
    KeptReader,
    Read,
    Searched,
    confidences,
    data,
    doubts,
    figures,
    fit,
    fit_evidence,
    fit_order,
    problems,
    read,
    refusals,
    reliability,
    top1,
)
from index import Library
from index.encoders import load_encoder
from qa import Assistant
from qa.evaluation import Table, load_questions, run, tabulate
from qa.reading import EVIDENCE, threshold

PAGE = ROOT / "benchmarks" / "QUALITY.md"
KINDS = ("fact", "paraphrase", "year", "list", "compare", "colloquial", "ALL", "none")
SHOWN = ("n", "top1", "top1r", "r@300", "r@600", "mrr", "rep@1", "hl", "hllen", "abst", "len")
OFF = {
    "nothing": (),
    "late interaction": ("passage.late_interaction",),
    "passage vectors": ("passage.dense",),
    "both": ("passage.dense", "passage.late_interaction"),
    "terms in the passage": ("passage.covered",),
    "terms in the clause": ("clause.covered",),
    "what kind of answer": ("clause.answers",),
    "years": ("passage.year", "passage.report"),
    "results or targets": ("passage.mode",),
    "all but passage vectors": tuple(name for name in NAMES if name != "passage.dense"),
    "all but late interaction": tuple(name for name in NAMES if name != "passage.late_interaction"),
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


def assistants() -> dict[str, Assistant]:
    """The sample report, an invented city's, and the national reports where they are; built once."""
    sets = {"sample": [SAMPLE], "city": [OWN / "city.txt"]}
    if national := sorted((SHARED / "data" / "national").glob("*.txt")):
        sets["national"] = national
    made = {}
    for name, files in sets.items():
        library = Library.open(WORK / f"quality-{name}")
        library.add(files)
        made[name] = Assistant(library)
    return made


def question_sets() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The questions by library and by who wrote them; ours also as they are typed into a search box."""
    sets = {
        ("sample", "development"): questions("tianqiao_dev"),
        ("sample", "own"): load_questions(OWN / "sample.jsonl"),
        ("city", "own"): load_questions(OWN / "city.jsonl"),
    }
    if (SHARED / "data" / "national").exists():
        sets["national", "development"] = questions("national_dev")
        sets["national", "own"] = load_questions(OWN / "national.jsonl")
    for (name, author), asked in list(sets.items()):
        if author == "own":
            sets[name, "own, in short"] = [{**item, "question": item["short"]} for item in asked]
    return {key: found for key, found in sets.items() if found}


def ablations(train: Sequence[Searched], out: Sequence[Searched]) -> list[list[str]]:
    """top1 on held-out reports with each part off, refitted without it."""
    fitted_on, asked = problems(train), problems(out)
    return [
        [name, f"{top1(asked, fit_order(fitted_on, frozenset(without))):.3f}"]
        for name, without in OFF.items()
    ]


def cells(values: Table) -> list[list[str]]:
    """Rows of the kinds that are there."""
    return [[kind, *(_cell(values[kind].get(c), c) for c in SHOWN)] for kind in KINDS if kind in values]


def _cell(value: float | int | None, column: str) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if column in ("n", "len", "hllen") else f"{value:.3f}"


def refused_without(train: Sequence[Read], out: Sequence[Read], fitted: Fitted) -> list[list[str]]:
    """AUC of answerable against unanswerable on held-out reports, refitted without each kind of evidence."""
    values, question = doubts([one.ordered(fitted.reading) for one in train])
    others, asked = doubts([one.ordered(fitted.reading) for one in out])
    real = np.array([one.asked.answerable for one in train])[question]
    told = np.array([one.asked.answerable for one in out])
    rows = []
    for name in ("nothing", *EVIDENCE):
        keep = np.array([float(each != name) for each in EVIDENCE])
        sure = confidences(others * keep, asked, fit_evidence(values * keep, real))
        rows.append([name, f"{roc_auc_score(told, sure):.3f}"])
    return rows


def main() -> None:
    torch.set_num_threads(1)
    made, sets = assistants(), question_sets()
    parts = ["# Quality", "", *(f"- {key}: {value}" for key, value in machine().items()), ""]
    parts += [
        "Made by `python -m benchmarks.quality`. Columns: see `qa/evaluation.py`. `abst` is the share refused: "
        "right for the kind none, wrong for every other. The weights were fitted on the questions named own "
        "(`benchmarks/questions`), on `training/questions` and on `../shared/train`, never on those named "
        "development and never on a report of `training/splits.toml`: what they are worth on unknown reports "
        "stands under *held out*. Those *in short* are ours as typed into a search box."
    ]
    kept: dict[str, Any] = {}
    for (name, author), asked in sets.items():
        assistant = made[name]
        full = tabulate(asked, run(assistant, asked))
        plain = baseline(assistant, asked)
        kept[f"{name} {author}"] = {"full": full, "baseline": plain}
        parts += ["", f"## {name}, {author} questions", "", table(["kind", *SHOWN], cells(full))]
        parts += ["", f"Plain LangChain baseline ({SIZE}/{OVERLAP}, same model, never refuses):", ""]
        parts += [table(["kind", *SHOWN], cells({k: v for k, v in plain.items() if k == "ALL"}))]
    encoder = load_encoder()
    train, out, _ = data(encoder)
    if out:
        parts += held_out(train, out, kept)
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")
    save("quality", kept)
    print("\n".join(parts))


def held_out(train: Sequence[Searched], out: Sequence[Searched], kept: dict[str, Any]) -> list[str]:
    """The section on reports that nothing was fitted on; its raw figures go to ``kept``."""
    reader = KeptReader()
    fitted = fit(train, reader)
    found = read(out, fitted.order, reader)
    asked, rows = figures(found, fitted), ablations(train, out)
    unread = figures(found, replace(fitted, reading=0.0))
    kept |= {"held out": asked, "ablations": rows, "refusals": refusals(found, fitted)}
    heads = ["kind", "n", "refused", "first", "in five", "quote holds"]
    parts = ["", "## Held-out reports", "", f"{len(out)} questions, each within its own report.", ""]
    parts += [table(heads, asked), "", "In the order without the reader:", "", table(heads, unread)]
    parts += ["", "Refused at a confidence below …", ""]
    parts += [table(["confidence", "none", "others"], kept["refusals"])]
    parts += [
        "",
        f"`ask` refuses below {threshold()}. Of those told each confidence, answerable in truth:",
        "",
    ]
    parts += [table(["told", "n", "answerable"], reliability(found, fitted))]
    parts += ["", "## Each part switched off", ""]
    parts += ["top1 on held-out reports, by the features alone, refitted without the part:", ""]
    parts += [table(["without", "top1"], rows)]
    parts += ["", "AUC of the decision to answer, refitted without the evidence:", ""]
    return [
        *parts,
        table(["without", "AUC"], refused_without(read(train, fitted.order, reader), found, fitted)),
    ]


if __name__ == "__main__":
    main()

"""Broad questions: the weights of a topic's statements, and how good the answers are on reports left out of the fit.

python -m benchmarks.topics fit      # writes qa/answers/topic.toml
python -m benchmarks.topics          # writes the section "Broad questions" of benchmarks/QUALITY.md

Questions: benchmarks/questions/topics.jsonl and those beside the repository (../shared/train/topics.jsonl,
../shared/eval/topics_dev.jsonl); their reports are in ../shared too, so both commands need it.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.common import ROOT
from index import Library
from qa import Assistant
from qa.answers import MODEL, Asking, topic_terms
from qa.evaluation import format_table, load_questions, run, squeeze, tabulate
from qa.understanding import parse

SHARED = ROOT.parent / "shared"
FILES = (
    ROOT / "benchmarks" / "questions" / "topics.jsonl",
    SHARED / "train" / "topics.jsonl",
    SHARED / "eval" / "topics_dev.jsonl",
)
FITTED_ON = (
    "保定市阜平县-2022", "保定市清苑区-2022", "保定市涞源县-2020", "云南省-2026", "上海市-2024", "A", "安徽省-2026",
    "保定市定兴县-2021",
)  # fmt: skip
"""Half of the reports; the others are in no fit."""
KINDS = ("topic", "progress", "list")
PAGE = ROOT / "benchmarks" / "QUALITY.md"
HEAD = "## Broad questions"


def questions() -> list[dict[str, Any]]:
    """All broad questions at hand."""
    return [question for file in FILES if file.is_file() for question in load_questions(file)]


@cache
def assistant(report: str) -> Assistant:
    """A library of the one report."""
    known = {
        path.stem: path for path in (*SHARED.glob("data/local/*/*.txt"), *SHARED.glob("data/national/*.txt"))
    }
    path = SHARED / "data" / "tianqiao-2025.txt" if report == "A" else known[report]
    library = Library.open(Path(tempfile.mkdtemp()) / "library")
    library.add([path])
    return Assistant(library)


def _labelled(target: str) -> Iterator[tuple[np.ndarray[Any, Any], list[bool]]]:
    """The terms of each clause of a question's report, and whether a good answer holds it."""
    for question in questions():
        if question["kind"] not in KINDS or question["report"] not in FITTED_ON:
            continue
        library = assistant(question["report"]).library
        asking = Asking(parse(question["question"]), library.snapshot())
        wanted = question["must"] + (question["good"] if target == "about" else [])
        clauses = [squeeze(clause) for clause in wanted]
        texts, terms = topic_terms(asking, library.reports()[0])
        shown = [re.sub(r"[，。；：、]+$", "", squeeze(text)) for text in texts]
        yield terms, [any(len(t) > 3 and (t in c or c in t) for c in clauses) for t in shown]


def fit() -> None:
    """Two logistic models: of being told in a good answer (worth), and of belonging to the subject (about)."""
    lines = ["# Fitted by ``python -m benchmarks.topics fit``; names as in MODEL of qa/answers/topic.py."]
    for name in ("worth", "about"):
        rows = list(_labelled(name))
        x = np.concatenate([terms for terms, _ in rows])
        y = np.concatenate([np.array(labels) for _, labels in rows])
        mean, deviation = x.mean(0), x.std(0)
        deviation[deviation < 1e-4] = 1e9
        model = LogisticRegression(C=0.3, max_iter=2000).fit((x - mean) / deviation, y)
        weights = model.coef_[0] / deviation
        lines += ["", f"[{name}]", f"bias = {model.intercept_[0] - weights @ mean:.3f}"]
        lines += [f"{term} = {weight:.3f}" for term, weight in zip(MODEL, weights, strict=True)]
    (ROOT / "qa" / "answers" / "topic.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure() -> str:
    """The tables of the reports fitted on and of the others, by kind."""
    text = f"{HEAD}\n\nMade by `python -m benchmarks.topics`. `must`: share of what a good answer holds; `clean`: share of it that belongs.\n"
    for title, fitted in (("Reports left out of the fit", False), ("Reports fitted on", True)):
        own = [q for q in questions() if (q["report"] in FITTED_ON) == fitted]
        results = [result for q in own for result in run(assistant(q["report"]), [{**q, "report": ""}])]
        text += f"\n{title}:\n\n```\n{format_table(tabulate(own, results))}\n```\n"
    return text


if __name__ == "__main__":
    if not SHARED.is_dir():
        sys.exit("needs the development data (../shared)")
    if sys.argv[1:] == ["fit"]:
        fit()
    else:
        before = PAGE.read_text(encoding="utf-8").split(HEAD)[0].rstrip()
        PAGE.write_text(f"{before}\n\n{measure()}", encoding="utf-8")

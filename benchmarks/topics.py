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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.common import ROOT
from index import Library
from qa import Assistant
from qa.answers import MODELS, Asking, clause_terms, context_terms, scored_clauses
from qa.evaluation import format_table, load_questions, run, squeeze, tabulate
from qa.understanding import parse

Array = NDArray[Any]
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
MORE = ROOT / "benchmarks" / "questions" / "topics_more.jsonl"
"""Forty more on three other reports, their clauses judged before the product was asked."""
FRESH = ROOT / "benchmarks" / "questions" / "topics_fresh.jsonl"
"""Forty on four more reports, their clauses judged before the product was asked."""
UNREAD = ("保定市徐水区-2018", "2014")
"""Two of these four, whose failures nobody read when rules were made."""
PLAIN = ROOT / "benchmarks" / "questions" / "topics_plain.jsonl"
"""Forty-four on four more reports, asked as people type; their failures were read when rules were made."""
UNREAD_FILE = ROOT / "benchmarks" / "questions" / "topics_unread.jsonl"
"""Forty-four on four reports, whose failures nobody has read: leave it so."""
LATER = ROOT / "benchmarks" / "questions" / "topics_later.jsonl"
"""Forty-eight on four more reports, their clauses judged before the product was asked."""
LATER_READ = ("保定市涞源县-2025", "湖北省-2025")
"""Two of these four, whose failures were read afterwards; leave the other two so."""
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
        path.stem: path
        for pattern in ("data/local/*/*.docx", "data/local/*/*.txt", "data/national/*.txt")
        for path in SHARED.glob(pattern)
    }
    path = SHARED / "data" / "tianqiao-2025.txt" if report == "A" else known[report]
    library = Library.open(Path(tempfile.mkdtemp()) / "library")
    library.add([path])
    return Assistant(library)


@dataclass(frozen=True, slots=True)
class Labelled:
    """The clauses of a question's report: their terms, and which a good answer holds and which belong to it."""

    report: str
    scored: Sequence[Any]
    terms: Array
    fitting: Array
    must: Array
    belongs: Array


def _labelled() -> Iterator[Labelled]:
    """The questions that are fitted on."""
    for question in questions():
        if question["kind"] not in KINDS or question["report"] not in FITTED_ON:
            continue
        library = assistant(question["report"]).library
        scored, fitting = scored_clauses(
            Asking(parse(question["question"]), library.snapshot()), library.reports()[0]
        )
        shown = [re.sub(r"[，。；：、]+$", "", squeeze(one.text)) for one in scored]
        told = [
            np.array([any(len(t) > 3 and (t in c or c in t) for c in map(squeeze, clauses)) for t in shown])
            for clauses in (question["must"], question["must"] + question["good"])
        ]
        yield Labelled(question["report"], scored, clause_terms(scored, fitting), fitting > 0, *told)


def _logistic(x: Array, y: Array) -> tuple[Array, float]:
    """The weights and the bias of a logistic model of ``y`` (n,) on ``x`` (n, terms)."""
    mean, deviation = x.mean(0), x.std(0)
    deviation[deviation < 1e-4] = 1e9
    model = LogisticRegression(C=0.3, max_iter=2000).fit((x - mean) / deviation, y)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def _about(rows: Sequence[Labelled]) -> tuple[Array, float]:
    return _logistic(
        np.concatenate([one.terms[one.fitting] for one in rows]),
        np.concatenate([one.belongs[one.fitting] for one in rows]),
    )


FOLDS = 4


def fit() -> None:
    """Two logistic models: of belonging to the subject (about), and of being told in a good answer (worth).

    ``worth`` is fitted on what ``about`` says of reports that it was not fitted on.
    """
    rows = list(_labelled())
    reports = sorted({one.report for one in rows})
    x, y = [], []
    for n in range(FOLDS):
        left_out = reports[n::FOLDS]
        weights, bias = _about([one for one in rows if one.report not in left_out])
        for one in rows:
            if one.report in left_out:
                around = context_terms(one.scored, (one.terms @ weights + bias).astype(np.float32))
                x.append(np.hstack([one.terms, around])[one.fitting])
                y.append(one.must[one.fitting])
    models = {"about": _about(rows), "worth": _logistic(np.concatenate(x), np.concatenate(y))}
    lines = ["# Fitted by ``python -m benchmarks.topics fit``; names as in MODELS of qa/answers/worth.py."]
    for name, (weights, bias) in models.items():
        lines += ["", f"[{name}]", f"bias = {bias:.3f}"]
        lines += [f"{term} = {weight:.3f}" for term, weight in zip(MODELS[name], weights, strict=True)]
    (ROOT / "qa" / "answers" / "topic.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure() -> str:
    """The tables of the reports fitted on and of the others, by kind."""
    text = f"{HEAD}\n\nMade by `python -m benchmarks.topics`. `must`: share of what a good answer holds; `clean`: share of it that belongs.\n"
    sets = {
        "Reports left out of the fit": [q for q in questions() if q["report"] not in FITTED_ON],
        "Three more reports": load_questions(MORE),
        "Four more reports, the two unread": [q for q in load_questions(FRESH) if q["report"] in UNREAD],
        "Four more reports, the two read": [q for q in load_questions(FRESH) if q["report"] not in UNREAD],
        "Four reports asked as people type": load_questions(PLAIN),
        "Four reports whose failures nobody read": load_questions(UNREAD_FILE),
        "Four later reports, the two unread": [
            q for q in load_questions(LATER) if q["report"] not in LATER_READ
        ],
        "Four later reports, the two read": [q for q in load_questions(LATER) if q["report"] in LATER_READ],
        "Reports fitted on": [q for q in questions() if q["report"] in FITTED_ON],
    }
    for title, own in sets.items():
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

"""Fits the weights of ``qa/weights.toml`` and tells, by cross-validation, what they are worth.

    python -m benchmarks.fit      # prints the ranking's weights and their cross-validated top1

A side of a question is one ranking problem: the softmax of its candidates' scores against the passages
that hold its evidence. Folds never split a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from benchmarks.common import ROOT, SAMPLE, SHARED, WORK, questions
from index import Library
from qa import Assistant
from qa.evaluation import load_questions, options, squeeze
from qa.question import parse
from qa.retriever import CLAUSE_FEATURES, PASSAGE_FEATURES, search

EXTRA = ROOT / "benchmarks" / "extra_questions.jsonl"
NAMES = [*(f"passage.{n}" for n in PASSAGE_FEATURES), *(f"clause.{n}" for n in CLAUSE_FEATURES)]
SCALE = torch.tensor([20.0 if name == "passage.dense" else 1.0 for name in NAMES])
"""Cosines of one encoder differ little; scaled, one penalty suits every weight."""
FOLDS, PENALTY, SEEDS = 8, 0.01, (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Problem:
    """Features (n, P) of passages, (m, C) of clauses, the passage of each clause, which passages are right."""

    question: str
    kind: str
    passages: torch.Tensor
    clauses: torch.Tensor
    owner: torch.Tensor
    right: torch.Tensor


def assistants() -> dict[str, Assistant]:
    """The sample report, and the national reports where they are; built once, then kept."""
    sets = {"sample": [SAMPLE]}
    if national := sorted((SHARED / "data" / "national").glob("*.txt")):
        sets["national"] = national
    made = {}
    for name, files in sets.items():
        library = Library.open(WORK / f"quality-{name}")
        library.add(files)
        made[name] = Assistant(library)
    return made


def question_sets() -> dict[str, list[dict[str, Any]]]:
    """The questions by library; the sample's with more of our own."""
    sets = {
        "sample": questions("tianqiao_dev") + load_questions(EXTRA),
        "national": questions("national_dev"),
    }
    return {name: found for name, found in sets.items() if found}


def problems(assistant: Assistant, asked: Sequence[dict[str, Any]]) -> list[Problem]:
    """A problem for each side of each answerable question whose evidence is among the candidates."""
    snapshot = assistant.library.snapshot()
    made = []
    for item in asked:
        question = parse(item["question"])
        for i, side in enumerate(question.sides if item["kind"] != "none" else ()):
            one = search(snapshot, assistant.library.encoder, question, side, None)
            right = [
                _right(item, i, len(question.sides), c.passage.text, c.passage.report) for c in one.candidates
            ]
            if any(right):
                made.append(_problem(item, one.candidates, right))
    return made


def _right(item: dict[str, Any], side: int, sides: int, text: str, report: str) -> bool:
    for option in options(item):
        places = [option[side]] if len(option) == sides else option
        if any(t in squeeze(text) and (not ids or report in ids) for place in places for t, ids in place):
            return True
    return False


def _problem(item: dict[str, Any], candidates: Sequence[Any], right: Sequence[bool]) -> Problem:
    sizes = [len(c.clauses) for c in candidates]
    return Problem(
        item["question"],
        item["kind"],
        torch.tensor(np.array([c.features for c in candidates])),
        torch.tensor(np.concatenate([c.clause_features for c in candidates]).astype(np.float32)),
        torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes)),
        torch.tensor(right),
    )


def scores(problem: Problem, weights: torch.Tensor) -> torch.Tensor:
    """Passage features and the best clause, as ``qa.fusion.rank`` adds them up."""
    cut = len(PASSAGE_FEATURES)
    clauses = problem.clauses @ weights[cut:]
    best = torch.full((len(problem.passages),), -1e9).scatter_reduce(0, problem.owner, clauses, "amax")
    return problem.passages @ weights[:cut] + best


def fit(train: Sequence[Problem], without: frozenset[str] = frozenset()) -> torch.Tensor:
    """The weights in the order of ``NAMES``; those of ``without`` stay 0."""
    mask = torch.tensor([float(name not in without) for name in NAMES]) * SCALE
    free = torch.full((len(NAMES),), 0.5, requires_grad=True)
    optimizer = torch.optim.LBFGS([free], max_iter=30, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = PENALTY * free.pow(2).sum()
        for problem in train:
            s = scores(problem, free * mask)
            total = total - (torch.logsumexp(s[problem.right], 0) - torch.logsumexp(s, 0)) / len(train)
        total.backward()
        return total

    optimizer.step(loss)
    return (free * mask).detach()


def cross_validated(
    found: Sequence[Problem], without: frozenset[str] = frozenset(), seeds: Sequence[int] = SEEDS
) -> list[float]:
    """top1 of held-out problems, one figure a seed."""
    asked = list(dict.fromkeys(p.question for p in found))
    figures = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(asked))
        fold = {asked[i]: n % FOLDS for n, i in enumerate(order)}
        hits = []
        for n in range(FOLDS):
            weights = fit([p for p in found if fold[p.question] != n], without)
            held_out = [p for p in found if fold[p.question] == n]
            hits += [bool(p.right[scores(p, weights).argmax()]) for p in held_out]
        figures.append(float(np.mean(hits)))
    return figures


def main() -> None:
    torch.set_num_threads(1)
    made, asked = assistants(), question_sets()
    found = [p for name in made if name in asked for p in problems(made[name], asked[name])]
    print(f"{len(found)} sides, top1 held out {np.mean(cross_validated(found)):.3f}")
    for name, weight in zip(NAMES, fit(found).tolist(), strict=True):
        print(f"{name} = {weight:.2f}")


if __name__ == "__main__":
    main()

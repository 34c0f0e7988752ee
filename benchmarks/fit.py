"""Fits the weights of ``qa/retrieval/weights.toml`` and tells, by cross-validation, what they are worth.

    python -m benchmarks.fit      # prints the weights, held-out top1, and refusals by threshold

A side of a question is one ranking problem: the softmax of its candidates' scores against the passages
that hold its evidence. Whether the first passage answers is then a logistic regression over the values
of ``qa.reading.evidence.EVIDENCE``. Folds never split a question, nor part it from its short form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.common import OWN, SAMPLE, SHARED, WORK, questions
from index import Library
from qa import Assistant
from qa.evaluation import load_questions, options, squeeze
from qa.reading import EVIDENCE, evidence
from qa.retrieval import CLAUSE_FEATURES, PASSAGE_FEATURES, Weights, rank, search
from qa.understanding import parse

NAMES = [*(f"passage.{n}" for n in PASSAGE_FEATURES), *(f"clause.{n}" for n in CLAUSE_FEATURES)]
LIKENESS = ("passage.dense", "passage.late")
SCALE = torch.tensor([20.0 if name in LIKENESS else 1.0 for name in NAMES])
"""Cosines of one encoder differ little; scaled, one penalty suits every weight."""
SHORT = "own, in short"
"""Questions of a few keywords, most of them in the words of the reports: they tell much about refusing, but
ranking fitted on them would trust in words alone."""
FOLDS, PENALTY, SEEDS = 8, 0.01, (0, 1, 2)
CONFIDENCES = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)


@dataclass(frozen=True, slots=True)
class Problem:
    """Features (n, P) of passages, (m, C) of clauses, the passage of each clause, which passages are right."""

    group: str
    kind: str
    passages: torch.Tensor
    clauses: torch.Tensor
    owner: torch.Tensor
    right: torch.Tensor


def assistants() -> dict[str, Assistant]:
    """The sample report, the national reports where they are, and an invented city's; built once."""
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
            sets[name, SHORT] = [{**item, "question": item["short"]} for item in asked]
    return {key: found for key, found in sets.items() if found}


def problems(assistant: Assistant, asked: Sequence[dict[str, Any]]) -> list[Problem]:
    """A problem for each side of each answerable question whose evidence is among the candidates."""
    snapshot = assistant.library.snapshot()
    made = []
    for item in asked:
        question = parse(item["question"])
        for i, sub_question in enumerate(question.sub_questions if item["kind"] != "none" else ()):
            one = search(snapshot, assistant.library.encoder, question, sub_question)
            right = [
                _right(item, i, len(question.sub_questions), c.passage.text, c.passage.report)
                for c in one.candidates
            ]
            if any(right):
                made.append(_problem(item, one.candidates, right))
    return made


def _right(item: dict[str, Any], sub_question: int, sub_questions: int, text: str, report: str) -> bool:
    for option in options(item):
        places = [option[sub_question]] if len(option) == sub_questions else option
        if any(t in squeeze(text) and (not ids or report in ids) for place in places for t, ids in place):
            return True
    return False


def _problem(item: dict[str, Any], candidates: Sequence[Any], right: Sequence[bool]) -> Problem:
    sizes = [len(c.clauses) for c in candidates]
    return Problem(
        item["id"],
        item["kind"],
        torch.tensor(np.array([c.features for c in candidates])),
        torch.tensor(np.concatenate([c.clause_features for c in candidates]).astype(np.float32)),
        torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes)),
        torch.tensor(right),
    )


def scores(problem: Problem, weights: torch.Tensor) -> torch.Tensor:
    """Passage features and the best clause, as ``qa.retrieval.ranking.rank`` adds them up."""
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
    asked = list(dict.fromkeys(p.group for p in found))
    figures = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(asked))
        normalize = {asked[i]: n % FOLDS for n, i in enumerate(order)}
        hits = []
        for n in range(FOLDS):
            weights = fit([p for p in found if normalize[p.group] != n], without)
            held_out = [p for p in found if normalize[p.group] == n]
            hits += [bool(p.right[scores(p, weights).argmax()]) for p in held_out]
        figures.append(float(np.mean(hits)))
    return figures


def weights_of(fitted: torch.Tensor) -> Weights:
    """What ``fit`` found, as ``qa.retrieval.ranking.rank`` takes it."""
    values = fitted.numpy().astype(np.float32)
    return Weights(values[: len(PASSAGE_FEATURES)], values[len(PASSAGE_FEATURES) :])


@dataclass(frozen=True, slots=True)
class Doubts:
    """The EVIDENCE of every side, ``(n, len(EVIDENCE))``, its question, the id of that, which are answerable."""

    values: np.ndarray
    question: np.ndarray
    group: np.ndarray
    answerable: np.ndarray


def doubts(assistant: Assistant, asked: Sequence[dict[str, Any]], by: Weights) -> Doubts:
    """What there is to judge whether a question is answered at all."""
    snapshot, encoder = assistant.library.snapshot(), assistant.library.encoder
    values, question, group, answerable = [], [], [], []
    for number, item in enumerate(asked):
        parsed = parse(item["question"])
        for sub_question in parsed.sub_questions:
            one = search(snapshot, encoder, parsed, sub_question)
            values.append(evidence(one, rank(one, by), encoder))
            question.append(number)
            group.append(item["id"])
            answerable.append(item["kind"] != "none")
    return Doubts(np.array(values), np.array(question), np.array(group), np.array(answerable))


def joined(parts: Sequence[Doubts]) -> Doubts:
    """All of them, their questions numbered on."""
    starts = np.cumsum([0, *(part.question.max() + 1 for part in parts)])
    return Doubts(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.question + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.group for part in parts]),
        np.concatenate([part.answerable for part in parts]),
    )


def fit_evidence(values: np.ndarray, answerable: np.ndarray) -> dict[str, float]:
    """The logistic model of ``qa.reading.evidence.confidence``."""
    spread = values.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=5000).fit(values / spread, answerable)
    weights = model.coef_[0] / spread
    return {"bias": float(model.intercept_[0]), **dict(zip(EVIDENCE, weights.tolist(), strict=True))}


def held_out_confidence(found: Doubts, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The confidence in every question, of a model that did not see it, and whether it is answerable."""
    count = int(found.question.max()) + 1
    groups, group = np.unique(found.group, return_inverse=True)
    normalize = np.random.default_rng(seed).permutation(len(groups)) % FOLDS
    sure = np.zeros(len(found.values))
    for n in range(FOLDS):
        out = normalize[group] == n
        model = fit_evidence(found.values[~out], found.answerable[~out])
        z = model["bias"] + found.values[out] @ np.array([model[name] for name in EVIDENCE])
        sure[out] = 1 / (1 + np.exp(-z))
    mean = np.bincount(found.question, sure, count) / np.bincount(found.question, minlength=count)
    return mean, np.array([found.answerable[found.question == i][0] for i in range(count)])


def refusals(found: Doubts) -> list[list[str]]:
    """For each confidence asked for: the share refused of those without an answer, and of the others."""
    runs = [held_out_confidence(found, seed) for seed in SEEDS]
    rows = []
    for least in CONFIDENCES:
        shares = [((sure < least)[~real].mean(), (sure < least)[real].mean()) for sure, real in runs]
        rows.append([f"{least:.2f}", *(f"{np.mean(column):.3f}" for column in zip(*shares, strict=True))])
    rows.append(["AUC", f"{np.mean([roc_auc_score(real, sure) for sure, real in runs]):.3f}", ""])
    return rows


def main() -> None:
    torch.set_num_threads(1)
    made, sets = assistants(), question_sets()
    found = [
        p for (name, author), asked in sets.items() if author != SHORT for p in problems(made[name], asked)
    ]
    print(f"{len(found)} sides, top1 held out {np.mean(cross_validated(found)):.3f}")
    fitted = fit(found)
    for name, weight in zip(NAMES, fitted.tolist(), strict=True):
        print(f"{name} = {weight:.2f}")
    by = weights_of(fitted)
    unsure = joined([doubts(made[name], asked, by) for (name, _), asked in sets.items()])
    for name, weight in fit_evidence(unsure.values, unsure.answerable).items():
        print(f"evidence.{name} = {weight:.2f}")
    print("confidence, refused of none, refused of the others (held out):")
    for row in refusals(unsure):
        print(*row)


if __name__ == "__main__":
    main()

"""Fits the weights of ``qa/retrieval/weights.toml`` to an encoder and tells what they are worth.

    python -m benchmarks.fit                       # the default encoder; prints weights and held-out figures
    python -m benchmarks.fit --model DIR --write   # another encoder; weights.toml is written

What is fitted on: ``benchmarks/questions``, ``training/questions``, and ``../shared/train`` with ``--questions``
where they are. No question on a report of ``training/splits.toml`` is fitted on; the figures are of those. The
first run of an encoder indexes the reports (minutes); candidates are kept too, so a second one takes seconds.

A sub-question is one ranking problem: the softmax of its candidates' scores against the passages that hold its
evidence. Whether the first passage answers is a logistic regression over the values of
``qa.reading.EVIDENCE``. The weights of a quote are found by coordinate search over what it is for: the answer
held, in few characters.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.common import ROOT, WORK, table
from benchmarks.fitting_questions import (
    KINDS,
    Asked,
    held_out_reports,
    of_single_reports,
    own_questions,
    question_files,
    report_files,
)
from index import Library
from index.encoders import Encoder, FloatArray, load_encoder
from qa.evaluation import squeeze
from qa.reading import EVIDENCE, SPAN_WEIGHTS, best_span, clause_similarities, evidence, span_weights
from qa.retrieval import CLAUSE_FEATURES, PASSAGE_FEATURES, Ranked, Search, Weights, rank, search
from qa.understanding import parse

NAMES = [*(f"passage.{n}" for n in PASSAGE_FEATURES), *(f"clause.{n}" for n in CLAUSE_FEATURES)]
PENALTY = 0.01
TARGET = 0.08
"""Of the questions that are answered in their report, so many may be refused at the threshold."""
LENGTH_PRICE = 0.25
"""What a quote of the longest length costs, against 1 for holding the answer."""
WEIGHTS = ROOT / "qa" / "retrieval" / "weights.toml"
_DECIDING = (
    "index/text",
    "index/structure",
    "index/encoders",
    "qa/understanding",
    "qa/retrieval",
)


@dataclass(frozen=True, slots=True)
class Searched:
    """A question with the searches of its sub-questions."""

    asked: Asked
    searches: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class Problems:
    """Many ranking problems laid end to end.

    Features (n, P) of passages and (m, C) of clauses, the passage of each clause (m,), the problem of each
    passage (n,), which passages are right (n,), the number of problems.
    """

    passages: torch.Tensor
    clauses: torch.Tensor
    owner: torch.Tensor
    problem: torch.Tensor
    right: torch.Tensor
    count: int


# ---------------------------------------------------------------- what is searched


def searched(library: Library, asked: Sequence[Asked]) -> list[Searched]:
    """Every question with its candidates."""
    snapshot = library.snapshot()
    found = []
    for one in asked:
        question = parse(one.text)
        searches = tuple(
            search(snapshot, snapshot.encoder, question, part, one.reports) for part in question.sub_questions
        )
        found.append(Searched(one, searches))
    return found


def kept(name: str, encoder: Encoder, asked: Sequence[Asked], library: Library) -> list[Searched]:
    """``searched``, kept on disk until the questions, the encoder or the code that decides change."""
    digest = hashlib.sha256(repr((encoder.id, list(asked))).encode())
    for folder in _DECIDING:
        for file in sorted((ROOT / folder).glob("*")):
            if file.is_file() and file.name != WEIGHTS.name:
                digest.update(file.read_bytes())
    path = WORK / f"fit-{name}-{digest.hexdigest()[:12]}.pickle"
    if path.exists():
        with path.open("rb") as file:
            return list(pickle.load(file))
    for old in WORK.glob(f"fit-{name}-*.pickle"):
        old.unlink()
    found = searched(library, asked)
    with path.open("wb") as file:
        pickle.dump(found, file)
    return found


def problems(found: Iterable[Searched]) -> Problems:
    """A problem for each sub-question of each answerable question whose evidence is among the candidates."""
    passages, clauses, owner, problem, right = [], [], [], [], []
    count = 0
    for one in found:
        for i, each in enumerate(one.searches if one.asked.answerable and not one.asked.short else ()):
            told = [
                one.asked.right(c.passage.text, c.passage.report, i, len(one.searches))
                for c in each.candidates
            ]
            if not any(told) or all(told):
                continue
            for candidate, is_right in zip(each.candidates, told, strict=True):
                owner += [len(passages)] * len(candidate.clauses)
                clauses.append(candidate.clause_features)
                passages.append(candidate.features)
                problem.append(count)
                right.append(is_right)
            count += 1
    return Problems(
        torch.tensor(np.array(passages)),
        torch.tensor(np.concatenate(clauses)),
        torch.tensor(owner),
        torch.tensor(problem),
        torch.tensor(right),
        count,
    )


# ---------------------------------------------------------------- order


def fit_order(train: Problems, without: frozenset[str] = frozenset()) -> Weights:
    """The weights of ranking; those of ``without`` stay 0."""
    mask = torch.tensor([float(name not in without) for name in NAMES])
    free = torch.full((len(NAMES),), 0.5, requires_grad=True)
    optimizer = torch.optim.LBFGS([free], max_iter=60, line_search_fn="strong_wolfe")
    cut = len(PASSAGE_FEATURES)

    def log_sum(scores: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        which = train.problem[chosen]
        top = torch.full((train.count,), -1e9).scatter_reduce(0, which, scores[chosen].detach(), "amax")
        sums = torch.zeros(train.count).index_add(0, which, (scores[chosen] - top[which]).exp())
        return top + sums.log()

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        weights = free * mask
        best = torch.full((len(train.passages),), -1e9)
        best = best.scatter_reduce(0, train.owner, train.clauses @ weights[cut:], "amax")
        scores = train.passages @ weights[:cut] + torch.where(best > -1e8, best, 0.0)
        everything = torch.ones_like(train.right)
        missed = (log_sum(scores, everything) - log_sum(scores, train.right)).mean()
        total = missed + PENALTY * free.pow(2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    values = (free * mask).detach().numpy().astype(np.float32)
    return Weights(values[:cut], values[cut:])


def top1(asked: Problems, by: Weights) -> float:
    """The share of problems whose first passage is right."""
    clauses = asked.clauses @ torch.tensor(by.clause)
    best = torch.full((len(asked.passages),), -1e9).scatter_reduce(0, asked.owner, clauses, "amax")
    scores = asked.passages @ torch.tensor(by.passage) + torch.where(best > -1e8, best, 0.0)
    hits = [bool(asked.right[own][scores[own].argmax()]) for own in map(asked.problem.eq, range(asked.count))]
    return float(np.mean(hits))


# ---------------------------------------------------------------- answered or not


def doubts(
    found: Sequence[Searched], encoder: Encoder, by: Weights
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """The EVIDENCE of every sub-question ``(n, len(EVIDENCE))``, and the number of its question ``(n,)``."""
    values, question = [], []
    for number, one in enumerate(found):
        for each in one.searches:
            values.append(evidence(each, rank(each, by), encoder))
            question.append(number)
    return np.array(values, np.float32), np.array(question)


def fit_evidence(values: npt.NDArray[np.generic], answerable: npt.NDArray[np.generic]) -> dict[str, float]:
    """The logistic model of ``qa.reading.confidence``."""
    spread = values.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=5000).fit(values / spread, answerable)
    weights = model.coef_[0] / spread
    return {"bias": float(model.intercept_[0]), **dict(zip(EVIDENCE, weights.tolist(), strict=True))}


def confidences(
    values: npt.NDArray[np.generic], question: npt.NDArray[np.generic], model: dict[str, float]
) -> npt.NDArray[np.generic]:
    """The mean confidence in the parts of every question."""
    z = model["bias"] + values @ np.array([model[name] for name in EVIDENCE])
    sure = 1 / (1 + np.exp(-z))
    count = int(question.max()) + 1
    return np.bincount(question, sure, count) / np.bincount(question, minlength=count)


# ---------------------------------------------------------------- quotes


@dataclass(frozen=True, slots=True)
class Quoting:
    """A right first passage, and what the quote of it should hold."""

    search: Search
    ranked: Ranked
    similarities: FloatArray
    answer: str

    def value(self, weights: Sequence[float]) -> float:
        """1 where the quote holds the answer, less its length."""
        parts = self.ranked.candidate.clauses
        types = range(len(self.search.sub_question.answer_types))
        first, last = best_span(self.search, self.ranked, types, False, self.similarities, weights)
        text = self.ranked.candidate.passage.text[parts[first].start : parts[last].end]
        return float(self.answer in squeeze(text)) - LENGTH_PRICE * len(text) / 60


def quotings(found: Iterable[Searched], encoder: Encoder, by: Weights) -> list[Quoting]:
    made = []
    for one in found:
        if (
            not one.asked.answerable
            or len(one.searches) > 1
            or len(one.asked.answers) != 1
            or one.asked.short
        ):
            continue
        each = one.searches[0]
        first = rank(each, by)[:1]
        if first and one.asked.right(first[0].candidate.passage.text, first[0].candidate.passage.report):
            alike = clause_similarities(each, first[0], encoder)
            made.append(Quoting(each, first[0], alike, squeeze(one.asked.answers[0])))
    return made


def fit_quotes(made: Sequence[Quoting]) -> list[float]:
    """Coordinate search from the weights at hand; a run's length keeps the weight 1."""
    best = list(span_weights())

    def worth(weights: Sequence[float]) -> float:
        return float(np.mean([one.value(weights) for one in made]))

    value = worth(best)
    for _ in range(2):
        for i in range(len(SPAN_WEIGHTS) - 1):
            for factor in (0.0, 0.5, 0.75, 1.5, 2.0):
                tried = [w * factor if n == i else w for n, w in enumerate(best)]
                if (now := worth(tried)) > value + 5e-4:
                    best, value = tried, now
    return best


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything in weights.toml."""

    order: Weights
    evidence: dict[str, float]
    span: list[float]
    threshold: float

    def toml(self) -> str:
        """``weights.toml`` as text."""
        lines = [
            "# Fitted by ``python -m benchmarks.fit --write``; names as in qa/retrieval/retriever.py and qa/reading.",
        ]
        for title, names, values in (
            ("passage", PASSAGE_FEATURES, self.order.passage.tolist()),
            ("clause", CLAUSE_FEATURES, self.order.clause.tolist()),
            ("span", SPAN_WEIGHTS, self.span),
        ):
            lines += ["", f"[{title}]", *(f"{n} = {v:.3f}" for n, v in zip(names, values, strict=True))]
        lines += [
            "",
            '# A logistic model of "this answers", and the probability from which a question is answered.',
        ]
        lines += ["[evidence]", *(f"{name} = {value:.3f}" for name, value in self.evidence.items())]
        return "\n".join([*lines, "", "[answered]", f"threshold = {self.threshold:.2f}", ""])


def figures(found: Sequence[Searched], encoder: Encoder, fitted: Fitted) -> list[list[str]]:
    """By kind: how many, refused, first passage right, right among five, quote holds the answer and answered."""
    values, question = doubts(found, encoder, fitted.order)
    sure = confidences(values, question, fitted.evidence)
    by_kind: dict[str, list[list[float]]] = {}
    for one, certain in zip(found, sure, strict=True):
        each = one.searches[0]
        ranked = rank(each, fitted.order)
        refused = float(certain < fitted.threshold)
        told = [one.asked.right(r.candidate.passage.text, r.candidate.passage.report) for r in ranked[:5]]
        held = 0.0
        if one.asked.answerable and one.asked.answers and ranked and not refused:
            alike = clause_similarities(each, ranked[0], encoder)
            types = range(len(each.sub_question.answer_types))
            a, b = best_span(each, ranked[0], types, False, alike, fitted.span)
            parts = ranked[0].candidate.clauses
            text = squeeze(ranked[0].candidate.passage.text[parts[a].start : parts[b].end])
            held = float(all(squeeze(answer) in text for answer in one.asked.answers))
        row = [refused, float(any(told[:1])), float(any(told)), held]
        by_kind.setdefault(one.asked.kind, []).append(row)
    rows = []
    for kind in [k for k in KINDS if k in by_kind] + sorted(set(by_kind) - set(KINDS)):
        means = np.mean(by_kind[kind], axis=0).tolist()
        shown = means if kind != "none" else means[:1]
        rows.append([kind, str(len(by_kind[kind])), *(f"{m:.2f}" for m in shown), *([""] * (4 - len(shown)))])
    return rows


def data(
    encoder: Encoder, more: Sequence[Path] = (), reports: Path | None = None, every: int = 1
) -> tuple[list[Searched], list[Searched], dict[str, list[Searched]]]:
    """The questions to fit on, those on held-out reports, and ours (they are among the first) by library.

    ``more`` files of questions; ``reports`` is the library of the reports asked about, made where it is None.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    train: list[Searched] = []
    own: dict[str, list[Searched]] = {}
    for name, (file, asked) in own_questions().items():
        library = Library.open(WORK / f"fit-{name}-{_safe(encoder.id)}", encoder=encoder)
        library.add([file])
        own[name] = kept(name, encoder, asked, library)
        train += own[name]
    files = question_files(more)
    if not files:
        return train, [], own
    library = _reports_library(reports, encoder, files)
    infos, held_out = library.reports(), held_out_reports()
    some = of_single_reports(files, infos, lambda report: report not in held_out, every)
    others = of_single_reports(files, infos, lambda report: report in held_out, max(1, every // 2))
    train += kept("train", encoder, some, library)
    return train, kept("held-out", encoder, others, library), own


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", help="a sentence-transformers model; without it the default")
    parser.add_argument("--questions", nargs="*", type=Path, default=[], help="more files of questions")
    parser.add_argument(
        "--library", type=Path, help="of the reports asked about; made in build/bench without it"
    )
    parser.add_argument("--every", type=int, default=1, help="fit on every n-th question only")
    parser.add_argument("--write", action="store_true", help="write weights.toml")
    options = parser.parse_args()
    encoder = load_encoder(options.model)
    train, out, own = data(encoder, options.questions, options.library, options.every)
    fitted = fit(train, encoder)
    heads = ["kind", "n", "refused", "first", "in five", "quote holds"]
    for name, found in (("held out", out), *own.items()):
        if found:
            print(f"\n{name}: {len(found)} questions")
            print(table(heads, figures(found, encoder, fitted)))
    if out:
        print(table(["confidence", "none", "others"], refusals(out, encoder, fitted)))
        print(table(["told", "n", "answerable"], reliability(out, encoder, fitted)))
    print("\n" + fitted.toml())
    if options.write:
        WEIGHTS.write_text(fitted.toml(), "utf-8")


def fit(train: Sequence[Searched], encoder: Encoder) -> Fitted:
    """All weights, from the questions of ``train``."""
    order = fit_order(problems(train))
    values, question = doubts(train, encoder, order)
    real = np.array([one.asked.answerable for one in train])
    model = fit_evidence(values, real[question])
    sure = confidences(values, question, model)
    threshold = float(np.quantile(sure[real], TARGET))
    return Fitted(order, model, fit_quotes(quotings(train, encoder, order)), threshold)


def refusals(found: Sequence[Searched], encoder: Encoder, fitted: Fitted) -> list[list[str]]:
    """For each confidence: the share refused of those without an answer, and of the others; last the AUC."""
    sure, real = _judged(found, encoder, fitted)
    rows = [
        [f"{least:.2f}", f"{(sure < least)[~real].mean():.2f}", f"{(sure < least)[real].mean():.2f}"]
        for least in np.arange(0.3, 0.85, 0.05)
    ]
    return [*rows, ["AUC", f"{roc_auc_score(real, sure):.3f}", ""]]


def reliability(found: Sequence[Searched], encoder: Encoder, fitted: Fitted) -> list[list[str]]:
    """Of the questions told each tenth of confidence, the share that is answerable."""
    sure, real = _judged(found, encoder, fitted)
    rows = []
    for low in np.arange(0, 1, 0.1):
        own = (sure >= low) & (sure < low + 0.1)
        if own.any():
            rows.append([f"{low:.1f}–{low + 0.1:.1f}", str(own.sum()), f"{real[own].mean():.2f}"])
    return rows


def _judged(
    found: Sequence[Searched], encoder: Encoder, fitted: Fitted
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    values, question = doubts(found, encoder, fitted.order)
    sure = confidences(values, question, fitted.evidence)
    return sure, np.array([one.asked.answerable for one in found])


def _reports_library(path: Path | None, encoder: Encoder, files: Sequence[Path]) -> Library:
    library = Library.open(path or WORK / f"fit-reports-{_safe(encoder.id)}", encoder=encoder)
    if path is None:
        names = {
            re.findall(r'"report": "([^"]+)"', line)[0] for f in files for line in f.open(encoding="utf-8")
        }
        library.add(report_files(names))
    return library


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)


if __name__ == "__main__":
    main()

"""Fits the weights of ``qa/retrieval/weights.toml`` to an encoder and tells what they are worth.

    python -m benchmarks.fit                       # the default encoder; prints weights and held-out figures
    python -m benchmarks.fit --model DIR --write   # another encoder; weights.toml is written

What is fitted on: ``benchmarks/questions``, ``training/questions``, and ``../shared/train`` with ``--questions``
where they are. No question on a report of ``training/splits.toml`` is fitted on; the figures are of those. The
first run of an encoder indexes the reports (minutes); candidates are kept too, so a second one takes seconds.

A sub-question is one ranking problem: the softmax of its candidates' scores against the passages that hold its
evidence. Whether the first passage answers is a logistic regression over the values of
``qa.reading.EVIDENCE``. What the reader's score counts for the order is fitted on the passages it reads. The
weights of a quote are found by coordinate search over what it is for: the answer
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
    FittingQuestion,
    held_out_reports,
    of_single_reports,
    own_questions,
    question_files,
    report_files,
)
from index import Library
from index.encoders import Encoder, FloatArray, PairReading, load_encoder, load_reader
from qa.evaluation import squeeze
from qa.reading import (
    EVIDENCE,
    SPAN_WEIGHTS,
    best_span,
    evidence,
    read_first,
    reordered,
    span_weights,
    widened,
)
from qa.retrieval import CLAUSE_FEATURES, PASSAGE_FEATURES, Ranked, Search, Weights, rank, search
from qa.understanding import parse

NAMES = [*(f"passage.{n}" for n in PASSAGE_FEATURES), *(f"clause.{n}" for n in CLAUSE_FEATURES)]
PENALTY = 0.01
EVIDENCE_C = 0.1
"""Inverse strength of the regularization of the logistic model: without it the weights of related values pull
against each other."""
EVEN = 0.5
"""A question is answered from the confidence on at which an answer is likelier than none: so 0.06 of the answerable ones
of held-out reports are refused, and 0.72 of the others."""
LENGTH_PRICE = 0.25
"""What a quote of the longest length costs, against 1 for holding the answer."""
PLAIN_SPANS = ((1, 0, 1, 0.5, 0.5, 1), (2, 1, 9, 1, 1, 1), (1, 0, 9, 2, 2, 1))
"""Where else the search for the weights of a quote begins: one start alone ends beside the best."""
MOST_QUOTED = 800
"""Questions that the weights of a quote are searched over; each step of the search quotes for all of them."""
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

    asked: FittingQuestion
    searches: tuple[Search, ...]
    titles: dict[str, str]
    """Of the library's reports, by id."""


@dataclass(frozen=True, slots=True)
class Read:
    """A question with the ranked candidates of its sub-questions, the first of each read."""

    asked: FittingQuestion
    parts: tuple[tuple[Search, list[Ranked]], ...]

    def ordered(self, weight: float) -> Read:
        """In the order that the reader's score with ``weight`` makes."""
        return Read(self.asked, tuple((one, reordered(ranked, weight)) for one, ranked in self.parts))


class KeptReader:
    """The reader, its readings kept on disk."""

    def __init__(self) -> None:
        self._reader = load_reader()
        self._path = WORK / f"fit-{_safe(self._reader.id)}.pickle"
        self._held: dict[tuple[str, str, str], PairReading] = {}
        if self._path.exists():
            self._held = pickle.loads(self._path.read_bytes())
        self._saved = len(self._held)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PairReading]:
        new = [(c, t) for c, t in passages if (question, c, t) not in self._held]
        for (context, text), reading in zip(new, self._reader.read(question, new), strict=True):
            self._held[question, context, text] = reading
        return [self._held[question, context, text] for context, text in passages]

    def save(self) -> None:
        if len(self._held) > self._saved:
            self._path.write_bytes(pickle.dumps(self._held))
            self._saved = len(self._held)


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


# ---------------------------------------------------------------- what is found for them


def searches_of(library: Library, asked: Sequence[FittingQuestion]) -> list[Searched]:
    """Every question with its candidates."""
    snapshot = library.snapshot()
    titles = {report.id: report.title for report in snapshot.reports}
    found = []
    for one in asked:
        question = parse(one.text)
        searches = tuple(
            search(snapshot, snapshot.encoder, question, part, one.reports) for part in question.sub_questions
        )
        found.append(Searched(one, searches, titles))
    return found


def kept(name: str, encoder: Encoder, asked: Sequence[FittingQuestion], library: Library) -> list[Searched]:
    """``searches_of``, kept on disk until the questions, the encoder or the code that decides change."""
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
    found = searches_of(library, asked)
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


def read(found: Sequence[Searched], by: Weights, reader: KeptReader | None) -> list[Read]:
    """Ranked by ``by``, the first of each read, unless there is no ``reader``; in that order still."""
    made = []
    for one in found:
        parts = [(each, rank(each, by)) for each in one.searches]
        if reader is not None:
            title = one.titles.__getitem__
            parts = [(each, read_first(each, ranked, title, reader)) for each, ranked in parts]
        made.append(Read(one.asked, tuple(parts)))
    if reader is not None:
        reader.save()
    return made


def fit_reading(found: Sequence[Read]) -> float:
    """What the reader's score counts beside that of the features: the likeliest of the right ones among those read."""
    each: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]] = []
    for one in found:
        for i, (_, ranked) in enumerate(one.parts if one.asked.answerable and not one.asked.short else ()):
            first = [(r, r.reading) for r in ranked if r.reading]
            right = np.array(
                [
                    one.asked.right(r.candidate.passage.text, r.candidate.passage.report, i, len(one.parts))
                    for r, _ in first
                ],
                bool,
            )
            if right.any() and not right.all():
                scores = np.array([[r.score, reading.score] for r, reading in first])
                each.append((scores[:, 0], scores[:, 1], right))

    def missed(weight: float) -> float:
        total = 0.0
        for own, told, right in each:
            scores = own + weight * told
            scores = np.exp(scores - scores.max())
            total -= float(np.log(scores[right].sum() / scores.sum()))
        return total

    return float(min(np.arange(0, 2.01, 0.05), key=missed))


# ---------------------------------------------------------------- answered or not


def doubts(found: Sequence[Read]) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """The EVIDENCE of every sub-question ``(n, len(EVIDENCE))``, and the number of its question ``(n,)``."""
    values, question = [], []
    for number, one in enumerate(found):
        for each, ranked in one.parts:
            values.append(evidence(each, ranked))
            question.append(number)
    return np.array(values, np.float32), np.array(question)


def fit_evidence(values: npt.NDArray[np.generic], answerable: npt.NDArray[np.generic]) -> dict[str, float]:
    """The logistic model of ``qa.reading.confidence``."""
    spread = values.std(axis=0) + 1e-9
    model = LogisticRegression(C=EVIDENCE_C, max_iter=5000).fit(values / spread, answerable)
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
    answer: str

    def value(self, weights: Sequence[float]) -> float:
        """1 where the quote holds the answer, less its length."""
        parts = self.ranked.candidate.clauses
        types = range(len(self.search.sub_question.answer_types))
        first, last = widened(self.ranked, best_span(self.search, self.ranked, types, False, weights))
        text = self.ranked.candidate.passage.text[parts[first].start : parts[last].end]
        return float(self.answer in squeeze(text)) - LENGTH_PRICE * len(text) / 60


def quotings(found: Iterable[Read]) -> list[Quoting]:
    made = []
    for one in found:
        if not one.asked.answerable or len(one.parts) > 1 or len(one.asked.answers) != 1 or one.asked.short:
            continue
        [(each, ranked)] = one.parts
        if ranked and one.asked.right(ranked[0].candidate.passage.text, ranked[0].candidate.passage.report):
            made.append(Quoting(each, ranked[0], squeeze(one.asked.answers[0])))
    return made


def fit_quotes(made: Sequence[Quoting]) -> list[float]:
    """The best of coordinate searches from the weights at hand and from plain ones; a run's length keeps 1."""
    made = made[:: -(-len(made) // MOST_QUOTED) or 1]

    def worth(weights: Sequence[float]) -> float:
        return float(np.mean([one.value(weights) for one in made]))

    def climbed(best: list[float]) -> tuple[float, list[float]]:
        value = worth(best)
        for _ in range(3):
            for i in range(len(SPAN_WEIGHTS) - 1):
                for other in {0.0, 0.5, *(best[i] * factor for factor in (0.25, 0.5, 0.75, 1.5, 2.0, 4.0))}:
                    tried = [other if n == i else w for n, w in enumerate(best)]
                    if (now := worth(tried)) > value + 5e-4:
                        best, value = tried, now
        return value, best

    return max(climbed(list(start)) for start in (span_weights(), *PLAIN_SPANS))[1]


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything in weights.toml."""

    order: Weights
    reading: float
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
        lines += ["", "# What the reader's score counts beside the features.", "[reading]"]
        lines += [
            f"score = {self.reading:.3f}",
            "",
            '# A logistic model of "this answers", and the probability from which a question is answered.',
        ]
        lines += ["[evidence]", *(f"{name} = {value:.3f}" for name, value in self.evidence.items())]
        return "\n".join([*lines, "", "[answered]", f"threshold = {self.threshold:.2f}", ""])


def figures(found: Sequence[Read], fitted: Fitted) -> list[list[str]]:
    """By kind: how many, refused, first passage right, right among five, quote holds the answer and answered."""
    found = [one.ordered(fitted.reading) for one in found]
    values, question = doubts(found)
    sure = confidences(values, question, fitted.evidence)
    by_kind: dict[str, list[list[float]]] = {}
    for one, certain in zip(found, sure, strict=True):
        each, ranked = one.parts[0]
        refused = float(certain < fitted.threshold)
        told = [one.asked.right(r.candidate.passage.text, r.candidate.passage.report) for r in ranked[:5]]
        held = 0.0
        if one.asked.answerable and one.asked.answers and ranked and not refused:
            types = range(len(each.sub_question.answer_types))
            a, b = widened(ranked[0], best_span(each, ranked[0], types, False, fitted.span))
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
    reader = KeptReader()
    fitted = fit(train, reader)
    heads = ["kind", "n", "refused", "first", "in five", "quote holds"]
    tried = {
        name: read(found, fitted.order, reader) for name, found in (("held out", out), *own.items()) if found
    }
    for name, found in tried.items():
        print(f"\n{name}: {len(found)} questions")
        print(table(heads, figures(found, fitted)))
    if out:
        bare = fit(train, None)
        unread = read(out, bare.order, None)
        print("\nheld out, all fitted without the reader")
        print(table(heads, figures(unread, bare)))
        print(table(["confidence", "none", "others"], refusals(unread, bare)))
        print("\nheld out, with it")
        print(table(["confidence", "none", "others"], refusals(tried["held out"], fitted)))
        print(table(["told", "n", "answerable"], reliability(tried["held out"], fitted)))
    print("\n" + fitted.toml())
    if options.write:
        WEIGHTS.write_text(fitted.toml(), "utf-8")


def fit(train: Sequence[Searched], reader: KeptReader | None) -> Fitted:
    """All weights, from the questions of ``train``; without a ``reader``, those of its evidence are 0."""
    order = fit_order(problems(train))
    found = read(train, order, reader)
    weight = fit_reading(found)
    found = [one.ordered(weight) for one in found]
    values, question = doubts(found)
    real = np.array([one.asked.answerable for one in train])
    model = fit_evidence(values, real[question])
    return Fitted(order, weight, model, fit_quotes(quotings(found)), EVEN)


def refusals(found: Sequence[Read], fitted: Fitted) -> list[list[str]]:
    """For each confidence: the share refused of those without an answer, and of the others; last the AUC."""
    sure, real = _judged(found, fitted)
    rows = [
        [f"{least:.2f}", f"{(sure < least)[~real].mean():.2f}", f"{(sure < least)[real].mean():.2f}"]
        for least in np.arange(0.1, 0.85, 0.05)
    ]
    return [*rows, ["AUC", f"{roc_auc_score(real, sure):.3f}", ""]]


def reliability(found: Sequence[Read], fitted: Fitted) -> list[list[str]]:
    """Of the questions told each tenth of confidence, the share that is answerable; last the expected error."""
    sure, real = _judged(found, fitted)
    rows, error = [], 0.0
    for low in np.arange(0, 1, 0.1):
        own = (sure >= low) & (sure < low + 0.1)
        if own.any():
            rows.append([f"{low:.1f}–{low + 0.1:.1f}", str(own.sum()), f"{real[own].mean():.2f}"])
            error += own.mean() * abs(sure[own].mean() - real[own].mean())
    return [*rows, ["ECE", "", f"{error:.3f}"]]


def _judged(found: Sequence[Read], fitted: Fitted) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    values, question = doubts([one.ordered(fitted.reading) for one in found])
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

"""What a reader adds to an encoder, on reports held out of training.

    python -m training.measure_reader --shared ../shared --cache DIR --encoder DIR --reader DIR

The reader is given the eight passages of the question's own report that the fine-tuned encoder puts first by
vector and tokens together. Told are the order as found, the reader's, and both added, each standardized over the
candidates; and how well the best score, the finder's, the reader's, and a logistic of both, fitted on half
of the reports and tried on the other, tell questions with an answer from those without.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from training.bert import Bert
from training.data import KINDS, Corpus, Question, arguments, load, plain
from training.reader import Pair, Reader, opened, ranked
from training.texts import Floats, Texts, standard

CANDIDATES = 8
LONGEST_QUOTE = 60
WRONGLY = (0.05, 0.08)
_CLAUSE = re.compile(r"[^，；。：！？,;!?\n]+[，；。：！？,;!?\n]*")


@dataclass(frozen=True, slots=True)
class Found:
    """A question's candidates: rows, the finder's and the reader's scores, the quote of each by the reader."""

    question: Question
    rows: list[int]
    finder: Floats
    reader: Floats
    quotes: list[str]

    def both(self) -> Floats:
        found: Floats = standard(self.finder) + standard(self.reader)
        return found

    def first_right(self, scores: Floats) -> bool:
        return bool(len(scores)) and self.rows[int(scores.argmax())] in self.question.rows

    def features(self) -> list[float]:
        """What a judgement on answering may go by: best scores, and how far the next are behind."""
        best = int(self.both().argmax())
        finder, reader = np.sort(self.finder)[::-1], np.sort(self.reader)[::-1]
        return [self.finder[best], self.reader[best], finder[0] - finder[1:].mean(), reader[0] - reader[1]]


def clauses(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _CLAUSE.finditer(text)]


def quote(text: str, starts: Floats, scores: Floats) -> str:
    """The clause with the best mean token score, and its neighbours that are of the answer too."""
    own = clauses(text)
    means = [
        scores[(starts >= a) & (starts < b)].mean() if ((starts >= a) & (starts < b)).any() else -9.0
        for a, b in own
    ]
    first = last = int(np.argmax(means)) if own else 0
    while own:
        wider = [
            (n, i, j)
            for n, i, j in ((first - 1, first - 1, last), (last + 1, first, last + 1))
            if 0 <= n < len(own)
        ]
        fit = [
            (means[n], i, j) for n, i, j in wider if means[n] > 0 and own[j][1] - own[i][0] <= LONGEST_QUOTE
        ]
        if not fit:
            break
        _, first, last = max(fit)
    return text[own[first][0] : own[last][1]] if own else text


@torch.no_grad()
def read(reader: Reader, texts: Texts, corpus: Corpus, asked: Sequence[Question]) -> list[Found]:
    found = []
    for question, order in ranked(corpus, texts, asked).items():
        best = order[:CANDIDATES]
        passages = [corpus.passages[row] for row, _ in best]
        pairs = [Pair(question.text, p.read_context, p.text, False) for p in passages]
        told = reader(pairs)
        quotes = [
            quote(pair.text, places[:, 0].numpy(), marks[: len(places), 0].cpu().numpy())
            for pair, marks in zip(pairs, told.marks, strict=True)
            for places in [reader.characters(pair)]
        ]
        scores = told.scores.cpu().double().numpy()
        found.append(Found(question, [r for r, _ in best], np.array([s for _, s in best]), scores, quotes))
    return found


def auc(yes: Floats, no: Floats) -> float:
    """The chance that an answerable question scores above one that is not."""
    return float((yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2)


def refused(yes: Floats, no: Floats, wrongly: float) -> float:
    """The share of ``no`` below the threshold that refuses the share ``wrongly`` of ``yes``."""
    return float((no < np.quantile(yes, wrongly)).mean())


def judged(found: Sequence[Found]) -> Floats:
    """The logistic's score of each, fitted on the other half of the reports."""
    reports = sorted({f.question.report for f in found})
    x = np.array([f.features() for f in found])
    x = (x - x.mean(0)) / x.std(0)
    x = np.column_stack([x, np.ones(len(x))])
    y = np.array([f.question.answerable for f in found], float)
    half = np.array([reports.index(f.question.report) % 2 for f in found])
    scores = np.empty(len(x))
    for own in (0, 1):
        train = half != own
        w = np.zeros(x.shape[1])
        for _ in range(50):
            p = 1 / (1 + np.exp(-x[train] @ w))
            hessian = x[train].T @ (x[train] * (p * (1 - p))[:, None]) + 0.5 * np.eye(len(w))
            w += np.linalg.solve(hessian, x[train].T @ (y[train] - p) - 0.5 * w)
        scores[half == own] = x[half == own] @ w
    return scores


def figures(found: Sequence[Found]) -> dict[str, dict[str, float]]:
    told: dict[str, dict[str, float]] = {}
    for kind in (*KINDS[:-1], "all"):
        own = [f for f in found if f.question.answerable and kind in (f.question.kind, "all")]

        def share(hits: Sequence[bool]) -> float:
            return round(float(np.mean(hits)), 3) if hits else float("nan")

        def holds(f: Found) -> bool:
            quoted = f.quotes[int(f.both().argmax())]
            return plain(f.question.answer)[0] in plain(quoted)[0]

        told[kind] = {
            "n": len(own),
            "finder": share([f.first_right(f.finder) for f in own]),
            "reader": share([f.first_right(f.reader) for f in own]),
            "both": share([f.first_right(f.both()) for f in own]),
            "in eight": share([bool(f.question.rows & {*f.rows}) for f in own]),
            "clause holds the answer": share([holds(f) for f in own]),
            "quote length": round(float(np.mean([len(f.quotes[int(f.both().argmax())]) for f in own])), 1),
        }
    answerable = np.array([f.question.answerable for f in found])
    scores = {
        "finder": np.array([f.finder.max() for f in found]),
        "reader": np.array([f.reader.max() for f in found]),
        "both": judged(found),
    }
    for name, each in scores.items():
        yes, no = each[answerable], each[~answerable]
        told[f"answers: {name}"] = {"n": len(no), "auc": round(auc(yes, no), 3)} | {
            f"refused of none at {w}": round(refused(yes, no, w), 3) for w in WRONGLY
        }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments(parser)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True, help="model/ of a reader's run")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_default_device(options.device)
    corpus = load(options.shared, options.cache, *options.questions)
    asked = corpus.asked(held_out=True) + corpus.asked(held_out=True, answerable=False)
    texts = Texts(options.encoder, options.cache)
    found = figures(read(opened(Bert(options.encoder, 0), options.reader), texts, corpus, asked))
    for what, values in found.items():
        print(what, *(f"{key} {value}" for key, value in values.items()), sep=", ")
    if options.out:
        options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()

"""Which clauses of a passage answer, and whether they are enough to answer at all."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from qa.fusion import Ranked
from qa.question import Question
from qa.retriever import Search

LONGEST_QUOTE = 45
"""Characters a quote is meant to keep within; a single longer clause is quoted whole."""

Spans = tuple[tuple[int, int], ...]


def quote(search: Search, ranked: Ranked, listing: bool = False) -> Spans:
    """The shortest run of clauses in the passage that answers ``search.side``, as offsets within it.

    Where several things are asked and no one run answers them all, a run for each.
    """
    candidate = ranked.candidate
    if not candidate.clauses:
        return ((0, len(candidate.passage.text)),)
    asks = range(len(search.side.asks))
    whole = _best_run(search, ranked, asks, listing)
    runs = [whole]
    if len(asks) > 1 and candidate.answers[:, whole[0] : whole[1] + 1].max(axis=1).min() < 0.5:
        runs = [_best_run(search, ranked, [ask], listing) for ask in asks]
    return _joined([(candidate.clauses[a].start, candidate.clauses[b].end) for a, b in runs])


def _best_run(search: Search, ranked: Ranked, asks: Sequence[int], listing: bool) -> tuple[int, int]:
    """First and last clause of the run that says most of what is asked in the fewest characters."""
    candidate = ranked.candidate
    parts = candidate.clauses
    total = float(search.weights.sum()) or 1.0
    limit = LONGEST_QUOTE * (2 if listing else 1)
    best, best_value = (0, 0), -math.inf
    for first in range(len(parts)):
        for last in range(first, len(parts)):
            length = parts[last].end - parts[first].start
            if last > first and (length > limit or parts[last].sentence != parts[first].sentence):
                break
            here = slice(first, last + 1)
            said = float(search.weights @ candidate.found[:, here].max(axis=1)) / total if total else 0.0
            answered = float(candidate.answers[asks, here].max(axis=1).mean()) if len(asks) else 0.5
            value = 3.0 * said + 2.0 * answered + 15.0 * float(candidate.clause_features[here, 0].max())
            value -= length / 60
            if value > best_value:
                best, best_value = (first, last), value
    return best


def _joined(spans: Sequence[tuple[int, int]]) -> Spans:
    """Spans in reading order; those that touch or overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


# ---------------------------------------------------------------- enough to answer?

EVIDENCE = ("dense", "cosine", "covered", "covered_here", "answers", "year", "place", "rest")


def evidence(question: Question, search: Search, ranked: Sequence[Ranked]) -> np.ndarray:
    """What speaks for the first passage as an answer, ``(len(EVIDENCE),)``."""
    first = ranked[0]
    c = first.candidate
    best = int(first.clause_scores.argmax()) if len(first.clause_scores) else 0
    row = c.clause_features[best] if len(c.clause_features) else np.zeros(3)
    total = float(search.weights.sum()) or 1.0
    missing = float(search.weights @ (1 - c.found.max(axis=1))) / total if c.found.size else 1.0
    return np.array(
        [c.features[0], row[0], c.features[2], row[1], row[2], c.features[3], c.features[6], 1 - missing],
        dtype=np.float32,
    )


@cache
def _model() -> dict[str, float]:
    with (files("qa") / "weights.toml").open("rb") as file:
        return dict(tomllib.load(file)["evidence"])


def confidence(question: Question, search: Search, ranked: Sequence[Ranked]) -> float:
    """The estimated probability, 0 to 1, that the first passage answers."""
    if not ranked:
        return 0.0
    model = _model()
    values = evidence(question, search, ranked)
    z = model["bias"] + sum(model[name] * float(v) for name, v in zip(EVIDENCE, values, strict=True))
    return 1 / (1 + math.exp(-z))

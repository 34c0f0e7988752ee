"""Which clauses of a passage answer, and whether they are enough to answer at all."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from index.encoder import FloatArray
from qa.fusion import Ranked
from qa.retriever import PASSAGE_FEATURES, Candidate, Search
from qa.types import Spans

LONGEST_QUOTE = 60
"""A run of clauses is not made longer than this; a single longer clause is quoted whole."""
LONGEST_LIST = 90

_GOES_ON = "：；，"

Run = tuple[int, int]
"""The first and the last clause of a quote."""


def quote(search: Search, ranked: Ranked, listing: bool = False) -> Spans:
    """The shortest run of clauses in the passage that answers ``search.side``, as offsets within it.

    Where several things are asked and no one run answers them all, a run for each.
    """
    candidate = ranked.candidate
    if not candidate.clauses:
        return ((0, len(candidate.passage.text)),)
    asks = range(len(search.side.asks))
    runs = [best_run(search, ranked, asks, listing)]
    if len(asks) > 1 and candidate.answers[:, slice(runs[0][0], runs[0][1] + 1)].max(axis=1).min() < 0.5:
        runs = [best_run(search, ranked, [ask], listing) for ask in asks]
    if listing:
        runs = [_with_items(candidate, run) for run in runs]
    return joined([(candidate.clauses[a].start, candidate.clauses[b].end) for a, b in runs])


def best_run(search: Search, ranked: Ranked, asks: Sequence[int], listing: bool = False) -> Run:
    """The run within one sentence that says most of what is asked in the fewest characters."""
    candidate = ranked.candidate
    parts = candidate.clauses
    limit = LONGEST_LIST if listing else LONGEST_QUOTE
    share = search.weights / (float(search.weights.sum()) or 1.0)
    best, best_value = (0, 0), -math.inf
    for first, opening in enumerate(parts):
        after = first + 1
        while after < len(parts) and parts[after].sentence == opening.sentence:
            if parts[after].end - opening.start > limit:
                break
            after += 1
        here = slice(first, after)  # in what follows, column i stands for the clauses first … first + i
        values = 3.0 * (share @ np.maximum.accumulate(candidate.found[:, here], axis=1))
        values += 15.0 * np.maximum.accumulate(candidate.clause_features[here, 0])
        if len(asks):
            values += 3.0 * np.maximum.accumulate(candidate.answers[asks, here], axis=1).mean(axis=0)
        values -= np.array([part.end - opening.start for part in parts[here]]) / 60
        last = int(values.argmax())
        if values[last] > best_value:
            best, best_value = (first, first + last), float(values[last])
    return best


def said(search: Search, candidate: Candidate, here: slice) -> float:
    """The share of what is looked for, by weight, that the clauses ``here`` hold."""
    total = float(search.weights.sum())
    return float(search.weights @ candidate.found[:, here].max(axis=1)) / total if total else 0.0


def answered(candidate: Candidate, asks: Sequence[int], here: slice) -> float:
    """How well the clauses ``here`` answer ``asks`` on average; 0.5 where it cannot be told."""
    return float(candidate.answers[asks, here].max(axis=1).mean()) if len(asks) else 0.5


def _with_items(candidate: Candidate, run: Run) -> Run:
    """A run that only announces a list (…如下：) goes on to the end of the list."""
    parts, text = candidate.clauses, candidate.passage.text
    first, last = run
    while last + 1 < len(parts) and text[parts[last].end : parts[last].end + 1] in _GOES_ON:
        if parts[last + 1].end - parts[first].start > 2 * LONGEST_LIST:
            break
        if text[parts[last].end] != "：" and "：" not in text[parts[first].start : parts[last].end]:
            break
        last += 1
    return first, last


def joined(spans: Sequence[tuple[int, int]]) -> Spans:
    """Spans in reading order; those that touch or overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


# ---------------------------------------------------------------- enough to answer?

EVIDENCE = ("dense", "topic", "exact", "tight", "unmeasured")
"""What speaks for the first passage as an answer, or against it."""

_EXACT = ("number", "date", "rank")


def evidence(search: Search, ranked: Sequence[Ranked]) -> FloatArray:
    """The values of ``EVIDENCE``, ``(len(EVIDENCE),)`` float32."""
    first = ranked[0]
    candidate = first.candidate
    exact = [i for i, ask in enumerate(search.side.asks) if ask.kind in _EXACT or ask.many]
    asks = exact or range(len(search.side.asks))
    run = best_run(search, first, asks)
    here = slice(run[0], run[1] + 1)
    share, fits = said(search, candidate, here), answered(candidate, asks, here)
    feature = dict(zip(PASSAGE_FEATURES, candidate.features.tolist(), strict=True))
    values = {
        "dense": feature["dense"],
        "topic": 0.0 if exact else share,
        "exact": float(bool(exact)),
        "tight": _tight(search, candidate, exact) if exact else 0.0,
        "unmeasured": float(bool(exact) and fits < 0.3),
    }
    return np.array([values[name] for name in EVIDENCE], dtype=np.float32)


def _tight(search: Search, candidate: Candidate, asks: Sequence[int]) -> float:
    """How much of what is looked for stands in a clause together with a fitting number.

    What only the clause before it says counts half: it may name the subject, or another one.
    """
    total = float(search.weights.sum())
    if not total or not candidate.found.size:
        return 0.0
    found = candidate.found
    before = np.column_stack([np.zeros(len(found), dtype=np.float32), found[:, :-1]])
    near = np.maximum(found, before / 2)
    return float((search.weights @ near / total * candidate.answers[list(asks)].max(axis=0)).max())


def contradicted(search: Search, ranked: Sequence[Ranked]) -> bool:
    """Whether the reports speak of what was asked, but for another time or place.

    Either even the best passage is of another year or place, or one of the same report but another time
    fits far better than the best does.
    """
    best = dict(zip(PASSAGE_FEATURES, ranked[0].candidate.features.tolist(), strict=True))
    if best["year"] < 0 or best["place"] < 0:
        return True
    exact = [i for i, ask in enumerate(search.side.asks) if ask.kind == "number"]
    if not exact or len(search.question.sides) > 1:
        return False
    report = ranked[0].candidate.passage.report
    rivals = [r.candidate for r in ranked[1:] if r.candidate.passage.report == report and _elsewhen(r)]
    elsewhen = max((_tight(search, rival, exact) for rival in rivals), default=0.0)
    return elsewhen >= 0.6 and elsewhen - _tight(search, ranked[0].candidate, exact) >= 0.35


def also_fitting(search: Search, ranked: Sequence[Ranked], most: int = 3) -> list[Ranked]:
    """The first passage, and those of the next ones that say as much of what a list is asked of."""
    first = ranked[0]
    share = float(first.clause_scores.max()) if len(first.clause_scores) else 0.0

    def fits(one: Ranked) -> bool:
        near = len(one.clause_scores) and float(one.clause_scores.max()) > 0.9 * share
        return bool(near and one.score > first.score - 0.5 and not _elsewhen(one))

    return [first, *(one for one in ranked[1:most] if fits(one))]


def _elsewhen(one: Ranked) -> bool:
    year, stance = (one.candidate.features[PASSAGE_FEATURES.index(name)] for name in ("year", "stance"))
    return bool(year < 0 or stance <= -1)


@cache
def _model() -> dict[str, float]:
    with (files("qa") / "weights.toml").open("rb") as file:
        return dict(tomllib.load(file)["evidence"])


def confidence(search: Search, ranked: Sequence[Ranked]) -> float:
    """The estimated probability, 0 to 1, that the first passage answers."""
    if not ranked or contradicted(search, ranked):
        return 0.0
    model = _model()
    values = dict(zip(EVIDENCE, evidence(search, ranked).tolist(), strict=True))
    z = model["bias"] + sum(model[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-z))

"""Whether the first passage is enough to answer at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from index.encoders import FloatArray
from index.text import normalize
from qa.reading.quotes import best_span
from qa.retrieval import PASSAGE_FEATURES, Candidate, Ranked, Search, fitted
from qa.understanding import contradicts

EVIDENCE = (
    "topic",
    "topic_in_passage",
    "number_near_topic",
    "expected_number_missing",
    "unsaid",
    "read_best",
    "read_clause",
    "read_marked",
    "lead",
    "mode",
    "year_conflict",
)
"""What speaks for the first passage as an answer, or against it."""

_EXACT = ("number", "date", "rank")
_NO_NUMBER = 0.3
"""The fit (``qa.understanding``) below which a clause has no number that could be the one asked: a bare one has it."""
_MOST_LEAD = 3.0
"""How far the first passage may lead: more says no more. What a lead is worth is fitted (weights.toml)."""
_AS_MUCH, _AS_GOOD = 0.9, 1.0
"""Of a list a passage is quoted too whose best clause says this share of what the first's does, and whose score is no
more than this below it: set by hand, rather too few than one astray."""
_UNMARKED = -8.0
"""A logit below all that the reader gives, where it marks no clause."""
_ABOUT = (36.0, 0.0, 9.0, 0.5, 0.5, 1.0)
"""``SPAN_WEIGHTS`` of the clauses that speak most of what is asked: whether an answer stands there is the question.

Three times the fitted weight of the concepts, so that hardly anything else chooses the clauses; the logistic model
that judges them was fitted with these (``benchmarks.fit``). What others would change: benchmarks/SENSITIVITY.md.
"""


def evidence(search: Search, ranked: Sequence[Ranked]) -> FloatArray:
    """The values of ``EVIDENCE``, ``(len(EVIDENCE),)`` float32."""
    first = ranked[0]
    candidate = first.candidate
    exact = [i for i, ask in enumerate(search.sub_question.answer_types) if ask.kind in _EXACT or ask.office]
    answer_types = exact or range(len(search.sub_question.answer_types))
    span = best_span(search, first, answer_types, weights=_ABOUT)
    here = slice(span[0], span[1] + 1)
    values = {
        "topic": 0.0 if exact else topic_coverage(search, candidate, here),
        "topic_in_passage": topic_coverage(search, candidate, slice(None)),
        "number_near_topic": _number_near_topic(search, candidate, exact) if exact else 0.0,
        "expected_number_missing": float(
            bool(exact) and answer_fit(candidate, answer_types, here) < _NO_NUMBER
        ),
        "unsaid": _unsaid(search, candidate),
        "read_best": max((one.reading.score for one in ranked if one.reading), default=0.0),
        "read_clause": float(first.reading.clauses.max(initial=_UNMARKED)) if first.reading else 0.0,
        "read_marked": float(first.reading.answers.max(initial=_UNMARKED)) if first.reading else 0.0,
        "lead": min(first.score - ranked[1].score, _MOST_LEAD) if len(ranked) > 1 else 0.0,
        "mode": _feature(first, "mode"),
        "year_conflict": float(conflicts_in_year(first)),
    }
    return np.array([values[name] for name in EVIDENCE], dtype=np.float32)


def topic_coverage(search: Search, candidate: Candidate, here: slice) -> float:
    """The share of what is looked for, by weight, that the clauses ``here`` hold."""
    total = float(search.idf.sum())
    if not total or not candidate.concept_coverage.size:
        return 0.0
    return float(search.idf @ candidate.concept_coverage[:, here].max(axis=1)) / total


def answer_fit(candidate: Candidate, answer_types: Sequence[int], here: slice) -> float:
    """How well the clauses ``here`` answer ``answer_types`` on average; 0.5 where it cannot be told."""
    return float(candidate.answer_fit[answer_types, here].max(axis=1).mean()) if len(answer_types) else 0.5


def _unsaid(search: Search, candidate: Candidate) -> float:
    """The share by weight of the one concept that the passage's clauses miss most."""
    total = float(search.idf.sum())
    if not total or not candidate.concept_coverage.size:
        return 0.0
    missing = 1.0 - candidate.concept_coverage.max(axis=1)
    return float((search.idf * missing).max()) / total


def _number_near_topic(search: Search, candidate: Candidate, answer_types: Sequence[int]) -> float:
    """How much of what is looked for stands in a clause together with a fitting number.

    What only the clause before it says counts half: it may name the subject, or another one.
    """
    total = float(search.idf.sum())
    if not total or not candidate.concept_coverage.size:
        return 0.0
    here = candidate.concept_coverage
    before = np.column_stack([np.zeros(len(here), dtype=np.float32), here[:, :-1]])
    near = np.maximum(here, before / 2)
    return float((search.idf @ near / total * candidate.answer_fit[list(answer_types)].max(axis=0)).max())


def _of_counterpart(search: Search, ranked: Ranked) -> bool:
    """Whether the quote speaks of the counterpart of what was asked: 农村 where the question says 城镇."""
    candidate = ranked.candidate
    first, last = best_span(search, ranked, range(len(search.sub_question.answer_types)))
    return contradicts(
        normalize(search.sub_question.text), " ".join(c.text for c in candidate.clauses[first : last + 1])
    )


def also_fitting(ranked: Sequence[Ranked], most: int = 3) -> list[Ranked]:
    """The first passage, and those of the next ones that say as much of what a list is asked of."""
    first = ranked[0]
    share = float(first.clause_scores.max()) if len(first.clause_scores) else 0.0

    def fits(one: Ranked) -> bool:
        near = len(one.clause_scores) and float(one.clause_scores.max()) > _AS_MUCH * share
        return bool(near and one.score > first.score - _AS_GOOD and not _conflicts_in_time(one))

    return [first, *(one for one in ranked[1:most] if fits(one))]


def conflicts_in_year(one: Ranked) -> bool:
    """Whether the passage is of other years than those asked for."""
    return _feature(one, "year") < 0


def _conflicts_in_time(one: Ranked) -> bool:
    return conflicts_in_year(one) or _feature(one, "mode") <= -1


def _feature(one: Ranked, name: str) -> float:
    return float(one.candidate.features[PASSAGE_FEATURES.index(name)])


def threshold() -> float:
    """The confidence from which a question is answered."""
    return fitted("answered")["threshold"]


def confidence(search: Search, ranked: Sequence[Ranked]) -> float:
    """The estimated probability, 0 to 1, that the first passage answers.

    One of mere punctuation does not, nor one of another place than the one asked about.
    """
    if not ranked or not ranked[0].candidate.clauses or _of_counterpart(search, ranked[0]):
        return 0.0
    if _feature(ranked[0], "place") < 0:
        return 0.0
    model = fitted("evidence")
    values = dict(zip(EVIDENCE, evidence(search, ranked).tolist(), strict=True))
    z = model["bias"] + sum(model[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-z))

"""One score from many features: a linear model whose weights stand in ``weights.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from index.encoders import FloatArray
from qa.retrieval.retriever import CLAUSE_FEATURES, PASSAGE_FEATURES, Candidate, Search


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights in the order of PASSAGE_FEATURES and CLAUSE_FEATURES."""

    passage: FloatArray
    clause: FloatArray


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of a passage (see ``qa.reading.reader``).

    ``score``: the logit of "it answers", comparable between questions; for each of its clauses (n,) logits of
    "it is of what answers" and "it holds the answer itself".
    """

    score: float
    clauses: FloatArray
    answers: FloatArray


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score; ``clause_scores`` (n,) are those of its clauses.

    ``reading`` is None where it was not read: only the first few are.
    """

    candidate: Candidate
    score: float
    clause_scores: FloatArray
    reading: Reading | None = None


RankedSearch = tuple[Search, list[Ranked]]
"""The search of a sub-question and its candidates in order."""


def fitted(part: str) -> dict[str, float]:
    """The fitted numbers of one ``part`` of ``weights.toml``, by name."""
    return dict(_parts()[part])


@cache
def _parts() -> dict[str, dict[str, float]]:
    with (files("qa.retrieval") / "weights.toml").open("rb") as file:
        found: dict[str, dict[str, float]] = tomllib.load(file)
    return found


@cache
def weights() -> Weights:
    """The fitted weights."""
    passage, clause = fitted("passage"), fitted("clause")
    return Weights(
        np.array([passage[name] for name in PASSAGE_FEATURES], dtype=np.float32),
        np.array([clause[name] for name in CLAUSE_FEATURES], dtype=np.float32),
    )


def rank(search: Search, by: Weights | None = None) -> list[Ranked]:
    """The candidates, best first: a passage is worth its own features and its best clause."""
    by = by or weights()
    ranked = []
    for candidate in search.candidates:
        clause_scores = candidate.clause_features @ by.clause
        best = float(clause_scores.max()) if len(clause_scores) else 0.0
        ranked.append(Ranked(candidate, float(candidate.features @ by.passage) + best, clause_scores))
    return sorted(ranked, key=lambda r: -r.score)

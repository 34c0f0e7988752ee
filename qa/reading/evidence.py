"""Which clauses of a passage answer, and whether they are enough to answer at all."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from index import Encoder
from index.encoders import FloatArray
from index.text import normalize
from qa.retrieval import PASSAGE_FEATURES, Candidate, Clause, Ranked, Search
from qa.types import Spans
from qa.understanding import contradicts

LONGEST_QUOTE = 60
"""A run of clauses is not made longer than this; a single longer clause is quoted whole."""
LONGEST_LIST = 90
LONGEST_GROUP = 28
"""Clauses are embedded together up to this length."""
COMPARED = 2
"""Groups of clauses that are embedded for a question."""
UNLIKE = 0.02
"""How much less like the question than these any other clause is taken to be."""

LIKE = 60.0
"""What a clause's cosine with the question counts for."""

_GOES_ON = "：；，"

ClauseSpan = tuple[int, int]
"""The first and the last clause of a quote."""


def quote(search: Search, ranked: Ranked, listing: bool = False, alike: FloatArray | None = None) -> Spans:
    """The shortest run of clauses in the passage that answers ``search.sub_question``, as offsets within it.

    Where several things are asked and no one run answers them all, a run for each. ``alike`` is the
    ``similarity`` of the clauses where it is known.
    """
    candidate = ranked.candidate
    if not candidate.clauses:
        return ((0, len(candidate.passage.text)),)
    answer_types = range(len(search.sub_question.answer_types))
    runs = [best_span(search, ranked, answer_types, listing, alike)]
    if (
        len(answer_types) > 1
        and candidate.answers[:, slice(runs[0][0], runs[0][1] + 1)].max(axis=1).min() < 0.5
    ):
        runs = [best_span(search, ranked, [ask], listing, alike) for ask in answer_types]
    if listing:
        runs = [_with_items(candidate, run) for run in runs]
    return joined([(candidate.clauses[a].start, candidate.clauses[b].end) for a, b in runs])


def best_span(
    search: Search,
    ranked: Ranked,
    answer_types: Sequence[int],
    listing: bool = False,
    alike: FloatArray | None = None,
) -> ClauseSpan:
    """The run within one sentence that says most of what is asked in the fewest characters."""
    candidate = ranked.candidate
    parts = candidate.clauses
    starts, ends, sentences = np.array([(p.start, p.end, p.sentence) for p in parts]).T
    length = ends - starts[:, None]  # of the run from clause i to clause j
    backwards = np.tri(len(parts), k=-1, dtype=bool)
    within = (sentences == sentences[:, None]) & (length <= (LONGEST_LIST if listing else LONGEST_QUOTE))
    allowed = np.eye(len(parts), dtype=bool) | (within & ~backwards)

    def best(each: FloatArray) -> FloatArray:
        """Of each row of values by clause, all above -1, the greatest in the run from i to j, ``(rows, i, j)``."""
        from_here = np.where(backwards, -1.0, each[:, None, :])
        found: FloatArray = np.maximum.accumulate(from_here, axis=2)
        return found

    share = search.weights / (float(search.weights.sum()) or 1.0)
    values = 3.0 * np.tensordot(share, best(candidate.found), 1)
    values += 15.0 * best(candidate.clause_features[None, :, 0])[0]
    if len(answer_types):
        values += 3.0 * best(candidate.answers[answer_types]).mean(axis=0)
    if alike is not None:
        values += LIKE * best(alike[None])[0]
    values = np.where(allowed, values - length / 60, -np.inf)
    first, last = np.unravel_index(values.argmax(), values.shape)
    return int(first), int(last)


def said(search: Search, candidate: Candidate, here: slice) -> float:
    """The share of what is looked for, by weight, that the clauses ``here`` hold."""
    total = float(search.weights.sum())
    return float(search.weights @ candidate.found[:, here].max(axis=1)) / total if total else 0.0


def answered(candidate: Candidate, answer_types: Sequence[int], here: slice) -> float:
    """How well the clauses ``here`` answer ``answer_types`` on average; 0.5 where it cannot be told."""
    return float(candidate.answers[answer_types, here].max(axis=1).mean()) if len(answer_types) else 0.5


def _with_items(candidate: Candidate, run: ClauseSpan) -> ClauseSpan:
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

EVIDENCE = (
    "topic",
    "number_near_topic",
    "expected_number_missing",
    "clause",
    "mode",
    "year_conflict",
    "place_conflict",
)
"""What speaks for the first passage as an answer, or against it."""

_EXACT = ("number", "date", "rank")


def evidence(search: Search, ranked: Sequence[Ranked], encoder: Encoder) -> FloatArray:
    """The values of ``EVIDENCE``, ``(len(EVIDENCE),)`` float32."""
    first = ranked[0]
    candidate = first.candidate
    exact = [i for i, ask in enumerate(search.sub_question.answer_types) if ask.kind in _EXACT or ask.office]
    answer_types = exact or range(len(search.sub_question.answer_types))
    run = best_span(search, first, answer_types)
    here = slice(run[0], run[1] + 1)
    feature = dict(zip(PASSAGE_FEATURES, candidate.features.tolist(), strict=True))
    values = {
        "topic": 0.0 if exact else said(search, candidate, here),
        "number_near_topic": _number_near_topic(search, candidate, exact) if exact else 0.0,
        "expected_number_missing": float(bool(exact) and answered(candidate, answer_types, here) < 0.3),
        "clause": float(similarity(search, first, encoder).max(initial=0.0)),
        "mode": feature["mode"],
        "year_conflict": float(feature["year"] < 0),
        "place_conflict": float(feature["place"] < 0),
    }
    return np.array([values[name] for name in EVIDENCE], dtype=np.float32)


def similarity(search: Search, ranked: Ranked, encoder: Encoder) -> FloatArray:
    """The cosine of the question with the best clauses, read without their passage; ``(clauses,)``.

    It is for the first passage of a question only, and what is not among its best ``COMPARED`` groups of
    clauses counts as a little less like the question than these: to embed all clauses would take as long as
    all else, or when a report is indexed, double that time.
    """
    groups = _groups(ranked.candidate.clauses)
    if not groups:
        return np.zeros(0, np.float32)
    order = sorted(groups, key=lambda group: -float(ranked.clause_scores[group].max()))
    text = ranked.candidate.passage.text
    parts = [ranked.candidate.clauses[group] for group in order[:COMPARED]]
    texts = tuple(normalize(text[part[0].start : part[-1].end]) for part in parts)
    cosines = _vectors(encoder, texts) @ search.vector
    found = np.full(len(ranked.candidate.clauses), cosines.min() - UNLIKE, np.float32)
    for group, cosine in zip(order, cosines, strict=False):
        found[group] = cosine
    return found


def _groups(parts: Sequence[Clause]) -> list[slice]:
    """Clauses that are embedded together: short neighbours of one sentence."""
    groups: list[slice] = []
    for i, clause in enumerate(parts):
        first = parts[groups[-1].start] if groups else None
        if first and first.sentence == clause.sentence and clause.end - first.start <= LONGEST_GROUP:
            groups[-1] = slice(groups[-1].start, i + 1)
        else:
            groups.append(slice(i, i + 1))
    return groups


@lru_cache(maxsize=2048)
def _vectors(encoder: Encoder, texts: tuple[str, ...]) -> FloatArray:
    return encoder.encode_passages(texts)


def _number_near_topic(search: Search, candidate: Candidate, answer_types: Sequence[int]) -> float:
    """How much of what is looked for stands in a clause together with a fitting number.

    What only the clause before it says counts half: it may name the subject, or another one.
    """
    total = float(search.weights.sum())
    if not total or not candidate.found.size:
        return 0.0
    found = candidate.found
    before = np.column_stack([np.zeros(len(found), dtype=np.float32), found[:, :-1]])
    near = np.maximum(found, before / 2)
    return float((search.weights @ near / total * candidate.answers[list(answer_types)].max(axis=0)).max())


def _of_counterpart(search: Search, ranked: Ranked) -> bool:
    """Whether the quote speaks of the counterpart of what was asked: 农村 where the question says 城镇."""
    candidate = ranked.candidate
    first, last = best_span(search, ranked, range(len(search.sub_question.answer_types)))
    return contradicts(
        normalize(search.sub_question.text), " ".join(c.text for c in candidate.clauses[first : last + 1])
    )


def also_fitting(search: Search, ranked: Sequence[Ranked], most: int = 3) -> list[Ranked]:
    """The first passage, and those of the next ones that say as much of what a list is asked of."""
    first = ranked[0]
    share = float(first.clause_scores.max()) if len(first.clause_scores) else 0.0

    def fits(one: Ranked) -> bool:
        near = len(one.clause_scores) and float(one.clause_scores.max()) > 0.9 * share
        return bool(near and one.score > first.score - 0.5 and not _conflicts_in_time(one))

    return [first, *(one for one in ranked[1:most] if fits(one))]


def _conflicts_in_time(one: Ranked) -> bool:
    year, mode = (one.candidate.features[PASSAGE_FEATURES.index(name)] for name in ("year", "mode"))
    return bool(year < 0 or mode <= -1)


@cache
def _model() -> dict[str, float]:
    with (files("qa.retrieval") / "weights.toml").open("rb") as file:
        return dict(tomllib.load(file)["evidence"])


def confidence(search: Search, ranked: Sequence[Ranked], encoder: Encoder) -> float:
    """The estimated probability, 0 to 1, that the first passage answers; one of mere punctuation does not."""
    if not ranked or not ranked[0].candidate.clauses or _of_counterpart(search, ranked[0]):
        return 0.0
    model = _model()
    values = dict(zip(EVIDENCE, evidence(search, ranked, encoder).tolist(), strict=True))
    z = model["bias"] + sum(model[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-z))

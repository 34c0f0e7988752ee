"""Which clauses of a passage answer: the shortest run of them that says what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from index import Encoder
from index.encoders import FloatArray
from index.text import normalize
from qa.retrieval import Candidate, Clause, Ranked, Search, fitted
from qa.types import Spans

LONGEST_QUOTE = 60
"""A run of clauses is not made longer than this; a single longer clause is quoted whole."""
LONGEST_LIST = 90
LONGEST_GROUP = 28
"""Clauses are embedded together up to this length."""
GROUPS_READ = 2
"""Groups of clauses that are embedded for a question."""
UNREAD = 0.8
"""How many standard deviations less similar than those read any other clause is taken to be."""
SPAN_WEIGHTS = ("concepts", "covered", "answers", "similarity", "characters")
"""What a run of clauses is chosen by; ``benchmarks.fit`` fits the weights."""

_GOES_ON = "：；，"

ClauseSpan = tuple[int, int]
"""The first and the last clause of a quote."""


@cache
def span_weights() -> tuple[float, ...]:
    """The fitted weights in the order of ``SPAN_WEIGHTS``."""
    return tuple(fitted("span")[name] for name in SPAN_WEIGHTS)


def quote(
    search: Search, ranked: Ranked, listing: bool = False, similarities: FloatArray | None = None
) -> Spans:
    """The shortest run of clauses in the passage that answers ``search.sub_question``, as offsets within it.

    Where several things are asked and no one run answers them all, a run for each. ``similarities`` are
    what ``clause_similarities`` finds, where that is known.
    """
    candidate = ranked.candidate
    if not candidate.clauses:
        return ((0, len(candidate.passage.text)),)
    answer_types = range(len(search.sub_question.answer_types))
    runs = [best_span(search, ranked, answer_types, listing, similarities)]
    if len(answer_types) > 1 and candidate.answer_fit[:, _slice(runs[0])].max(axis=1).min() < 0.5:
        runs = [best_span(search, ranked, [ask], listing, similarities) for ask in answer_types]
    if listing:
        runs = [_with_items(candidate, run) for run in runs]
    return joined([(candidate.clauses[a].start, candidate.clauses[b].end) for a, b in runs])


def _slice(run: ClauseSpan) -> slice:
    return slice(run[0], run[1] + 1)


def best_span(
    search: Search,
    ranked: Ranked,
    answer_types: Sequence[int],
    listing: bool = False,
    similarities: FloatArray | None = None,
    weights: Sequence[float] | None = None,
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
        """Of each row of values by clause, the greatest in the run from i to j, ``(rows, i, j)``."""
        from_here = np.where(backwards, -1e6, each[:, None, :])
        found: FloatArray = np.maximum.accumulate(from_here, axis=2)
        return found

    concepts, covered, answers, similarity, characters = weights or span_weights()
    share = search.idf / (float(search.idf.sum()) or 1.0)
    values = -characters * length / LONGEST_QUOTE
    values = values + concepts * np.tensordot(share, best(candidate.concept_coverage), 1)
    values = values + covered * best(candidate.clause_features[None, :, 0])[0]
    if len(answer_types):
        values = values + answers * best(candidate.answer_fit[answer_types]).mean(axis=0)
    if similarities is not None:
        values = values + similarity * best(similarities[None])[0]
    values = np.where(allowed, values, -np.inf)
    first, last = np.unravel_index(values.argmax(), values.shape)
    return int(first), int(last)


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


def clause_similarities(search: Search, ranked: Ranked, encoder: Encoder) -> FloatArray:
    """How similar to the question the best clauses are, read without their passage; ``(clauses,)``.

    Standardized as the passages are. It is for the first passage of a question only, and what is not among
    its best ``GROUPS_READ`` groups of clauses counts as ``UNREAD`` less: to embed all clauses would take as
    long as all else, or when a report is indexed, double that time.
    """
    groups = _groups(ranked.candidate.clauses)
    if not groups:
        return np.zeros(0, np.float32)
    order = sorted(groups, key=lambda group: -float(ranked.clause_scores[group].max()))
    text = ranked.candidate.passage.text
    parts = [ranked.candidate.clauses[group] for group in order[:GROUPS_READ]]
    texts = tuple(normalize(text[part[0].start : part[-1].end]) for part in parts)
    read = search.scale.standardized(_vectors(encoder, texts) @ search.vector)
    found = np.full(len(ranked.candidate.clauses), read.min() - UNREAD, np.float32)
    for group, value in zip(order, read, strict=False):
        found[group] = value
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

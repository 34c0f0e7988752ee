"""Which clauses of a passage answer: the shortest span of them that says what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from index.encoders import FloatArray
from qa.retrieval import Candidate, Ranked, Search, fitted
from qa.types import Spans

LONGEST_QUOTE = 60
"""A span of clauses is not made longer than this; a single longer clause is quoted whole."""
LONGEST_LIST = 90
"""The same of a list, whose items are short."""
WIDENED_QUOTE = 45
"""Characters of a quote that is widened so; longer ones say enough."""
NEAR = 2.0
"""A quote takes in the next clause of its sentence where it stays shorter than that and the clause's logits are
less than this below the best one's: so 0.93 of the right passages' quotes hold the answer on held-out reports,
at 28 characters; with 1 in place of it 0.92, at 25 (``benchmarks.fit``)."""
FAR = 4.0
"""Clauses whose logits are this far below the best one's are as good as none: 1 in 55 as likely (see
benchmarks/SENSITIVITY.md)."""
SPAN_WEIGHTS = ("concepts", "covered", "answers", "clause", "answer", "characters")
"""What a span of clauses is chosen by; ``benchmarks.fit`` fits the weights."""

_GOES_ON = "：；，"

ClauseSpan = tuple[int, int]
"""The first and the last clause of a quote."""


@cache
def span_weights() -> tuple[float, ...]:
    """The fitted weights in the order of ``SPAN_WEIGHTS``."""
    return tuple(fitted("span")[name] for name in SPAN_WEIGHTS)


def quote(search: Search, ranked: Ranked, listing: bool = False) -> Spans:
    """The shortest span of clauses in the passage that answers ``search.sub_question``, as offsets within it.

    Where several things are asked and no one span answers them all, a span for each.
    """
    candidate = ranked.candidate
    if not candidate.clauses:
        return ((0, len(candidate.passage.text)),)
    answer_types = range(len(search.sub_question.answer_types))
    chosen = [best_span(search, ranked, answer_types, listing)]
    if len(answer_types) > 1 and candidate.answer_fit[:, _slice(chosen[0])].max(axis=1).min() < 0.5:
        chosen = [best_span(search, ranked, [ask], listing) for ask in answer_types]
    chosen = [_with_items(candidate, span) if listing else widened(ranked, span) for span in chosen]
    return merged_spans([(candidate.clauses[a].start, candidate.clauses[b].end) for a, b in chosen])


def _slice(span: ClauseSpan) -> slice:
    return slice(span[0], span[1] + 1)


def best_span(
    search: Search,
    ranked: Ranked,
    answer_types: Sequence[int],
    listing: bool = False,
    weights: Sequence[float] | None = None,
) -> ClauseSpan:
    """The span within one sentence that says most of what is asked in the fewest characters."""
    candidate = ranked.candidate
    parts = candidate.clauses
    starts, ends, sentences = np.array([(p.start, p.end, p.sentence) for p in parts]).T
    length = ends - starts[:, None]  # of the span from clause i to clause j
    backwards = np.tri(len(parts), k=-1, dtype=bool)
    within = (sentences == sentences[:, None]) & (length <= (LONGEST_LIST if listing else LONGEST_QUOTE))
    allowed = np.eye(len(parts), dtype=bool) | (within & ~backwards)

    def best(each: FloatArray) -> FloatArray:
        """Of each row of values by clause, the greatest in the span from i to j, ``(rows, i, j)``."""
        from_here = np.where(backwards, -1e6, each[:, None, :])
        found: FloatArray = np.maximum.accumulate(from_here, axis=2)
        return found

    concepts, covered, answers, by_clause, by_answer, characters = weights or span_weights()
    share = search.idf / (float(search.idf.sum()) or 1.0)
    values = -characters * length / LONGEST_QUOTE
    values = values + concepts * np.tensordot(share, best(candidate.concept_coverage), 1)
    values = values + covered * best(candidate.clause_features[None, :, 0])[0]
    if len(answer_types):
        values = values + answers * best(candidate.answer_fit[answer_types]).mean(axis=0)
    if ranked.reading is not None:
        read = np.stack([_below_best(ranked.reading.clauses), _below_best(ranked.reading.answers)])
        values = values + np.tensordot(np.array([by_clause, by_answer], np.float32), best(read), 1)
    values = np.where(allowed, values, -np.inf)
    first, last = np.unravel_index(values.argmax(), values.shape)
    return int(first), int(last)


def _below_best(logits: FloatArray) -> FloatArray:
    """How far each clause is below the best one, 0 to -``FAR``."""
    found: FloatArray = np.maximum(logits - logits.max(initial=-np.inf), -FAR)
    return found


def widened(ranked: Ranked, span: ClauseSpan) -> ClauseSpan:
    """``span`` with the clauses beside it that are read as nearly as good, the better one first."""
    parts, reading = ranked.candidate.clauses, ranked.reading
    if reading is None:
        return span
    marked = _below_best(reading.clauses), _below_best(reading.answers)
    near, worth = np.maximum(*marked), np.add(*marked)
    first, last = span
    while True:
        beside = [
            n
            for n, a, b in ((first - 1, first - 1, last), (last + 1, first, last + 1))
            if 0 <= n < len(parts)
            and parts[n].sentence == parts[first].sentence
            and parts[b].end - parts[a].start <= WIDENED_QUOTE
            and near[n] >= -NEAR
        ]
        if not beside:
            return first, last
        best = max(beside, key=lambda n: worth[n])
        first, last = min(first, best), max(last, best)


def _with_items(candidate: Candidate, span: ClauseSpan) -> ClauseSpan:
    """A span that only announces a list (…如下：) goes on to the end of the list."""
    parts, text = candidate.clauses, candidate.passage.text
    first, last = span
    while last + 1 < len(parts) and text[parts[last].end : parts[last].end + 1] in _GOES_ON:
        if parts[last + 1].end - parts[first].start > 2 * LONGEST_LIST:
            break
        if text[parts[last].end] != "：" and "：" not in text[parts[first].start : parts[last].end]:
            break
        last += 1
    return first, last


def merged_spans(spans: Sequence[tuple[int, int]]) -> Spans:
    """Spans in reading order; those that touch or overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)

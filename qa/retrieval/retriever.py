"""Candidate passages for one sub-question, and what speaks for each as numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from index import Encoder, Passage, ReportInfo, Snapshot
from index.encoders import FloatArray, TokenEncoder
from index.structure import context
from index.text import bare_place, find_times, normalize, report_year
from qa.retrieval.background import dense_scale, late_scale
from qa.retrieval.clauses import Clause, clauses
from qa.retrieval.encoding import encoded
from qa.understanding import (
    Concept,
    Question,
    SubQuestion,
    When,
    concepts,
    expanded_query,
    is_nation,
    is_place,
    match,
    official_wording,
)

DEPTH = 50
"""Passages taken from each search, at least."""
KEPT = 32
"""Passages kept of those, at least: of the questions measured, about 1 in 100 has its answer further down."""
_RANK_OFFSET = 10
"""The constant of reciprocal rank fusion (Cormack et al. 2009, who take 60): a smaller one trusts the first ranks of
each search more. Halved or doubled it changes few answers (benchmarks/SENSITIVITY.md)."""
YEAR_AMONG, YEAR_WRITTEN, YEAR_NEAR = 0.7, 0.5, 0.2
"""How far a passage agrees in its year that is not of the very year asked: it is of that year among others, it writes
it, its report was given about then. Only this order is meant, how much the agreement counts is fitted (weights.toml);
what other values would change: benchmarks/SENSITIVITY.md."""
HINTED_MODE = 0.4
"""How far a particle alone (了, 要) asks for results or targets, where 1 is a word for them: it may mean neither. How
much the mode counts is fitted (weights.toml)."""

PASSAGE_FEATURES = ("dense", "late_interaction", "covered", "year", "mode", "report", "place")
CLAUSE_FEATURES = ("covered", "answers")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    ``features`` (len(PASSAGE_FEATURES),); for its clauses ``clause_features`` (n, len(CLAUSE_FEATURES)),
    ``concept_coverage`` (concepts, n) how much of each concept a clause holds, ``answer_fit`` (answer types,
    n) how well it could answer each.
    """

    row: int
    passage: Passage
    features: FloatArray
    clauses: tuple[Clause, ...]
    clause_features: FloatArray
    concept_coverage: FloatArray
    answer_fit: FloatArray


@dataclass(frozen=True, slots=True)
class Search:
    """A sub-question of ``question`` and its candidates.

    ``concepts`` are what is looked for, ``idf`` (len(concepts),) how much each tells.
    """

    question: Question
    sub_question: SubQuestion
    concepts: Sequence[Concept]
    idf: FloatArray
    candidates: list[Candidate]


def search(
    snapshot: Snapshot,
    encoder: Encoder,
    question: Question,
    sub_question: SubQuestion,
    reports: Collection[str] | None = None,
    most: int = KEPT,
) -> Search:
    """Dense and lexical candidates for ``sub_question``, each with its features: ``most``, or ``KEPT``."""
    text = normalize(sub_question.text)
    vector, tokens = encoded(encoder, searched_text(sub_question.text))
    rows = _rows(snapshot, vector, expanded_query(text), sub_question.when, reports, max(most, KEPT))
    wanted = concepts(text, everyday=False)
    idf = idf_weights(snapshot, wanted)
    dense = dense_scale(snapshot, encoder, vector).standardized(snapshot.vectors(rows) @ vector)
    late = None if tokens is None else _late(snapshot, encoder, rows, tokens)
    similarity = np.stack([dense, dense if late is None else late], axis=1).tolist()
    infos = {report.id: report for report in snapshot.reports}
    found = [(row, p, infos[p.report]) for row, p in zip(rows, snapshot.passages(rows), strict=True)]
    candidates = _candidates(question, sub_question, wanted, idf, found, similarity)
    return Search(question, sub_question, wanted, idf, candidates)


def searched_text(text: str, everyday: bool = False) -> str:
    """What is encoded of ``text``, a question, to find passages; of a subject, with ``everyday`` words replaced."""
    return official_wording(normalize(text), everyday)


def _late(snapshot: Snapshot, encoder: Encoder, rows: Sequence[int], tokens: FloatArray) -> FloatArray | None:
    """Late interaction with the passages of ``rows``, standardized; None where the library has no tokens."""
    scores = snapshot.late_interaction_scores(rows, tokens)
    if scores is None or not isinstance(encoder, TokenEncoder):
        return None
    scale = late_scale(snapshot, encoder, tokens)
    return None if scale is None else scale.standardized(scores)


def _rows(
    snapshot: Snapshot,
    vector: FloatArray,
    terms: str,
    when: When,
    reports: Collection[str] | None,
    most: int,
) -> list[int]:
    """The ``most`` best rows by reciprocal rank fusion of the searches.

    Each is also made within the reports of the years asked for.
    """
    depth = max(DEPTH, most)
    scores: dict[int, float] = {}

    def add(depth: int, reports: Collection[str] | None) -> None:
        dense = snapshot.search_dense(vector, depth, reports)
        for found in (dense, snapshot.search_lexical(terms, depth, reports)):
            for rank, (row, _) in enumerate(found):
                scores[row] = scores.get(row, 0.0) + 1 / (_RANK_OFFSET + rank)

    add(depth, reports)
    near = [r.id for r in snapshot.reports if when.years and report_distance(when, r) in (0, 1)]
    near = [id for id in near if reports is None or id in reports]
    if near and len(near) < len(snapshot.reports):
        add(depth // 2, near)
    return sorted(sorted(scores, key=lambda row: (-scores[row], row))[:most])


def report_distance(when: When, report: ReportInfo) -> int | None:
    """How many years after the last year asked for the report was given."""
    year = report_year(report)
    return None if year is None or not when.years else year - when.years[-1]


def idf_weights(snapshot: Snapshot, wanted: Sequence[Concept]) -> FloatArray:
    """The weight of each concept: BM25's IDF of the most usual of its alternatives.

    An alternative is as rare as its rarest term; what stands nowhere weighs most, once a stretch.
    """
    terms = sorted({term for c in wanted for terms in c.alternatives for term in terms})
    counts = dict(zip(terms, snapshot.frequencies(terms), strict=True))
    size = snapshot.size

    def idf(term: str) -> float:
        return 0.5 if len(term) == 1 else math.log(1 + (size - counts[term] + 0.5) / (counts[term] + 0.5))

    found = [min(max(map(idf, terms), default=0.0) for terms in c.alternatives) for c in wanted]
    unknown = [c.term if c.term and not counts[c.term] else "" for c in wanted]
    for i, (before, term) in enumerate(pairwise(unknown), start=1):
        if before and term and before[-1] == term[0]:
            found[i] = 0.0  # a stretch of unknown characters is one thing looked for, not one a bigram
    return np.array(found, dtype=np.float32)


@lru_cache(maxsize=20_000)
def _around(title: str, passage: Passage) -> str:
    return normalize(context(title, passage) + passage.text)


def _candidates(
    question: Question,
    sub_question: SubQuestion,
    wanted: Sequence[Concept],
    idf: FloatArray,
    found: Sequence[tuple[int, Passage, ReportInfo]],
    similarity: Sequence[Sequence[float]],
) -> list[Candidate]:
    """The passages ``found`` with their features; the clauses of all of them are weighed in one array.

    ``similarity`` are the first two features, dense and late interaction, standardized.
    """
    parts = [clauses(passage.text) for _, passage, _ in found]
    ends = list(accumulate(map(len, parts), initial=0))
    whole = _concept_coverage(wanted, [_around(report.title, passage) for _, passage, report in found])
    held = _concept_coverage(wanted, [part.text for own in parts for part in own])
    answers = np.array(
        [
            [match(ask, c.text, c.quantities) for own in parts for c in own]
            for ask in sub_question.answer_types
        ],
        dtype=np.float32,
    ).reshape(len(sub_question.answer_types), ends[-1])
    total = float(idf.sum()) or 1.0
    fits = answers.max(axis=0) if len(answers) else np.full(ends[-1], 0.5, dtype=np.float32)
    clause_features = np.stack([idf @ held / total, fits], axis=1)
    covered = (idf @ whole / total).tolist()
    candidates = []
    for i, (row, passage, report) in enumerate(found):
        features = [
            *similarity[i],
            covered[i],
            _year(sub_question.when, passage, report, _written(parts[i], report)),
            _mode(sub_question.when, passage),
            _report(question, sub_question.when, report),
            _place(question, passage, report),
        ]
        own = slice(ends[i], ends[i + 1])
        candidates.append(
            Candidate(
                row,
                passage,
                np.array(features, dtype=np.float32),
                parts[i],
                clause_features[own],
                held[:, own],
                answers[:, own],
            )
        )
    return candidates


def _concept_coverage(wanted: Sequence[Concept], texts: Sequence[str]) -> FloatArray:
    """How much of each concept every text holds, 0 to 1: the most of any alternative; ``(concepts, texts)``."""
    terms = {term for concept in wanted for terms in concept.alternatives for term in terms}
    stands = {term: np.array([term in text for text in texts], dtype=np.float32) for term in terms}
    held = np.zeros((len(wanted), len(texts)), np.float32)
    for own, concept in zip(held, wanted, strict=True):
        for alternative in filter(None, concept.alternatives):
            share = sum(stands[term] for term in alternative) / len(alternative)
            np.maximum(own, share, out=own)
    return held


def _written(parts: Sequence[Clause], report: ReportInfo) -> frozenset[int]:
    """The years that the clauses name, and the last one where they look back on it among plans."""
    written = frozenset().union(*(part.years for part in parts))
    own = report_year(report)
    if own is not None and any(_looks_back(part.text) for part in parts):
        return written | {own - 1}
    return written


@lru_cache(maxsize=20_000)
def _looks_back(text: str) -> bool:
    """Whether a clause speaks of the year before the report's: 去年, 一年来; 上年 is what it compares with."""
    times = find_times(text) if "年" in text else ()
    return any(t.kind == "relative" and t.first == -1 and text[t.start] != "上" for t in times)


def _year(when: When, passage: Passage, report: ReportInfo, written: frozenset[int]) -> float:
    """Agreement of the years asked for with the passage's, -1 to 1; 0 where none is asked for.

    The very year is 1, another -1; between them that year among others, a passage that writes it, a report given
    about then.
    """
    own = report_year(report)
    asked, told = set(when.years_for(own)), set(passage.years)
    if not asked:
        return 0.0
    if not told:
        near = own is not None and (own in asked or own - 1 in asked)
        agreement = YEAR_NEAR if near else -1.0
    elif len(asked) == 1:
        agreement = 1.0 if told == asked else YEAR_AMONG if asked <= told else -1.0
    else:
        overlap = len(asked & told) / len(asked | told)
        agreement = 2 * overlap - 1 if overlap else -1.0
    return max(agreement, YEAR_WRITTEN) if written & asked else agreement


def _mode(when: When, passage: Passage) -> float:
    """Agreement on results or targets, -1 to 1; less where only a particle hints at one."""
    if not when.mode or not passage.mode:
        return 0.0
    return (1.0 if when.strong else HINTED_MODE) * (1 if when.mode == passage.mode else -1)


def _report(question: Question, when: When, report: ReportInfo) -> float:
    """Whether the report is the one that would say it: of that year for plans, of the next for results."""
    year = report_year(report)
    if year is None:
        return 0.0
    if question.report_years:
        return 2.0 if year in question.report_years else -2.0
    distance = report_distance(when, report)
    if distance is None:
        return 0.0
    fitting = {"target": (0,), "actual": (1,), "": (0, 1)}[when.mode]
    return 1.0 if distance in fitting else -1.0


def _place(question: Question, passage: Passage, report: ReportInfo) -> float:
    """-1 where another place than the report's is asked about and the passage does not name it."""
    if not report.place:
        return 0.0  # the metadata do not say: the passage decides
    others = [p for p in question.places if not is_place(p, report.place)]
    if not others or len(others) < len(question.places):
        return 0.0
    if any(is_nation(p) for p in others):
        return -1.0
    return 1.0 if any(bare_place(p) in passage.text for p in others) else -1.0

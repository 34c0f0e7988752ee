"""Candidate passages for one side of a question, and the evidence for each as numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from index import Encoder, Passage, ReportInfo, Snapshot
from index.encoder import FloatArray
from index.folding import fold
from qa import places
from qa.clauses import Clause, clauses
from qa.measures import match
from qa.question import Question, Side
from qa.terms import Concept, concepts, rewritten, searched
from qa.when import When

DEPTH = 50
"""Passages taken from each search."""

PASSAGE_FEATURES = ("dense", "covered", "year", "stance", "report", "place")
CLAUSE_FEATURES = ("cosine", "covered", "answers")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    ``features`` (len(PASSAGE_FEATURES),); for its clauses ``clause_features`` (n, len(CLAUSE_FEATURES)),
    ``found`` (concepts, n) how much of each concept a clause holds, ``answers`` (asks, n) how well it
    answers each ask.
    """

    row: int
    passage: Passage
    features: FloatArray
    clauses: tuple[Clause, ...]
    clause_features: FloatArray
    found: FloatArray
    answers: FloatArray


@dataclass(frozen=True, slots=True)
class Search:
    """The candidates for one side.

    ``weights`` is the rarity of each concept, ``unknown`` the share of it in concepts of which no
    word stands anywhere in the library.
    """

    side: Side
    weights: FloatArray
    unknown: float
    candidates: list[Candidate]


def search(
    snapshot: Snapshot, encoder: Encoder, question: Question, side: Side, reports: Collection[str] | None
) -> Search:
    """Dense and lexical candidates for ``side``, each with its features."""
    text = fold(side.text)
    vectors = encoder.encode_queries([text, rewritten(text)])
    terms = searched(text)
    lexical = dict(snapshot.search_lexical(terms, snapshot.size, reports))
    rows = _rows(snapshot, vectors, lexical, side.when, reports)
    wanted = concepts(text)
    weights = rarity(snapshot, wanted)
    dense = snapshot.vectors(rows) @ vectors.T
    windows = snapshot.windows(rows)
    cosines = windows.vectors @ vectors.T
    infos = {report.id: report for report in snapshot.reports}
    found = []
    for i, (row, passage) in enumerate(zip(rows, snapshot.passages(rows), strict=True)):
        own = windows.owner == i
        found.append(
            _candidate(
                row, passage, infos[passage.report], question, side, wanted, weights,
                dense[i].mean(), windows.spans[own], cosines[own].mean(axis=1),
            )
        )  # fmt: skip
    return Search(side, weights, _unknown(snapshot, wanted, weights), found)


def _rows(
    snapshot: Snapshot,
    vectors: FloatArray,
    lexical: dict[int, float],
    when: When,
    reports: Collection[str] | None,
) -> list[int]:
    """The best rows of each search; also of each search within the reports of the years asked for."""
    rows = {row for vector in vectors for row, _ in snapshot.search_dense(vector, DEPTH, reports)}
    rows.update(list(lexical)[:DEPTH])
    near = [r.id for r in snapshot.reports if when.years and report_distance(when, r) in (0, 1)]
    near = [id for id in near if reports is None or id in reports]
    if near and len(near) < len(snapshot.reports):
        rows.update(row for vector in vectors for row, _ in snapshot.search_dense(vector, DEPTH // 2, near))
        inside = {row for id in near for row in snapshot.rows(id)}
        rows.update([row for row in lexical if row in inside][: DEPTH // 2])
    return sorted(rows)


def report_year(report: ReportInfo) -> int | None:
    """The year of the report's own date, or the latest it plans for."""
    if report.date[:4].isdigit():
        return int(report.date[:4])
    return max(report.years_planned, default=None)


def report_distance(when: When, report: ReportInfo) -> int | None:
    """How many years after the last year asked for the report was given."""
    year = report_year(report)
    return None if year is None or not when.years else year - when.years[-1]


def rarity(snapshot: Snapshot, wanted: Sequence[Concept]) -> FloatArray:
    """The weight of each concept: BM25's IDF of the most usual of its alternatives.

    An alternative is as rare as its rarest term; what stands nowhere weighs most.
    """
    terms = sorted({term for c in wanted for terms in c.alternatives for term in terms})
    counts = dict(zip(terms, snapshot.frequencies(terms), strict=True))
    size = snapshot.size

    def idf(term: str) -> float:
        return 0.5 if len(term) == 1 else math.log(1 + (size - counts[term] + 0.5) / (counts[term] + 0.5))

    return np.array(
        [min(max(map(idf, terms), default=0.0) for terms in c.alternatives) for c in wanted], dtype=np.float32
    )


def _unknown(snapshot: Snapshot, wanted: Sequence[Concept], weights: FloatArray) -> float:
    terms = sorted({t for c in wanted for alternative in c.alternatives for t in alternative if len(t) > 1})
    known = {t for t, n in zip(terms, snapshot.frequencies(terms), strict=True) if n}
    lost = [not any(t in known or len(t) == 1 for a in c.alternatives for t in a) for c in wanted]
    total = float(weights.sum())
    return float(weights @ np.array(lost, dtype=np.float32)) / total if total else 1.0


def _holds(concept: Concept, text: str) -> float:
    """The largest share of an alternative's terms that stand in ``text``."""
    return max(sum(t in text for t in terms) / len(terms) if terms else 0.0 for terms in concept.alternatives)


def _candidate(
    row: int, passage: Passage, report: ReportInfo, question: Question, side: Side, wanted: list[Concept],
    weights: FloatArray, dense: float, spans: FloatArray, cosines: FloatArray,
) -> Candidate:  # fmt: skip
    parts = clauses(passage.text)
    around = fold(" ".join((report.title, *passage.section, passage.text)))
    total = float(weights.sum()) or 1.0
    covered = sum(w * _holds(c, around) for w, c in zip(weights, wanted, strict=True)) / total
    found = np.array([[_holds(c, part.text) for part in parts] for c in wanted], dtype=np.float32)
    found = found.reshape(len(wanted), len(parts))
    answers = np.array([[match(a, p.text, p.measures) for p in parts] for a in side.asks], dtype=np.float32)
    answers = answers.reshape(len(side.asks), len(parts))
    clause_features = np.column_stack(
        [
            [_cosine_at(part, spans, cosines) for part in parts],
            weights @ found / total if len(wanted) else np.zeros(len(parts)),
            answers.max(axis=0) if len(side.asks) else np.full(len(parts), 0.5),
        ]
    ).astype(np.float32)
    features = [
        dense,
        covered,
        _year(side.when, passage, report, frozenset().union(*(part.years for part in parts))),
        _stance(side.when, passage),
        _report(question, side.when, report),
        _place(question, passage, report),
    ]
    return Candidate(
        row, passage, np.array(features, dtype=np.float32), parts, clause_features, found, answers
    )


def _cosine_at(part: Clause, spans: FloatArray, cosines: FloatArray) -> float:
    """The cosine of the clause window that holds most of ``part``."""
    if not len(cosines):
        return 0.0
    shared = np.minimum(spans[:, 1], part.end) - np.maximum(spans[:, 0], part.start)
    return float(cosines[int(shared.argmax())])


def _year(when: When, passage: Passage, report: ReportInfo, written: frozenset[int]) -> float:
    """Agreement of the years asked for with the passage's, -1 to 1; 0 where none is asked for."""
    own = report_year(report)
    asked, told = set(when.years_for(own)), set(passage.years)
    if not asked:
        return 0.0
    if not told:
        near = own is not None and (own in asked or own - 1 in asked)
        agreement = 0.2 if near else -1.0
    elif len(asked) == 1:
        agreement = 1.0 if told == asked else 0.6 if asked <= told else -1.0
    else:
        overlap = len(asked & told) / len(asked | told)
        agreement = 2 * overlap - 1 if overlap else -1.0
    return max(agreement, 0.5) if written & asked else agreement


def _stance(when: When, passage: Passage) -> float:
    """Agreement on results or targets, -1 to 1; what is said outright counts double."""
    if not when.stance or not passage.stance:
        return 0.0
    return (1.0 if when.strong else 0.5) * (1 if when.stance == passage.stance else -1)


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
    fitting = {"plan": (0,), "review": (1,), "": (0, 1)}[when.stance]
    return 1.0 if distance in fitting else -1.0


def _place(question: Question, passage: Passage, report: ReportInfo) -> float:
    """-1 where another place than the report's is asked about and the passage does not name it."""
    mine = places.names_of(report.place)
    others = [p for p in question.places if not any(n in p or p in n for n in mine)]
    if not others or len(others) < len(question.places):
        return 0.0
    return 1.0 if any(places.bare(p) in passage.text for p in others) else -1.0

"""Order, scale, quotes and confidence, with encoders whose similarities are a function of the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import Library, Passage, Snapshot
from index.encoders import Encoder, FloatArray
from qa.answers.coverage import assumed_year
from qa.reading import EVIDENCE, best_span, confidence, evidence, widened
from qa.retrieval import (
    CLAUSE_FEATURES,
    PASSAGE_FEATURES,
    Candidate,
    Ranked,
    Reading,
    Search,
    Weights,
    rank,
    search,
)
from qa.retrieval.background import Scale
from qa.understanding import parse
from tests.conftest import FakeEncoder

REPORTS = {
    "甲县-2024": """甲县政府工作报告
2024年2月1日
一、2023年工作回顾
全县生产总值完成210亿元，增长6.1%。新建学校3所，改造农村公路40公里。新增城镇就业2100人。
二、2024年工作安排
今年生产总值增长6%左右。新建学校5所，改造农村公路60公里。
""",
    "乙县-2025": """乙县政府工作报告
2025年2月1日
一、2024年工作回顾
全县生产总值完成330亿元，增长5.2%。新建医院2所，粮食产量达到41万吨。
二、2025年工作安排
今年新建医院4所，粮食产量稳定在40万吨以上。
""",
}


class Squeezed(FakeEncoder):
    """Judges as FakeEncoder does, in other cosines: all lie between 0.91 and 1, as some models' do."""

    id = "squeezed"
    dimension = FakeEncoder.dimension + 1

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        own = FakeEncoder().encode_queries(texts) * np.float32(0.3)
        rest = np.full((len(texts), 1), np.sqrt(1 - 0.3**2), np.float32)
        return np.hstack([own, rest]).astype(np.float32)


@pytest.fixture
def library(tmp_path: Path) -> Callable[[Encoder], Snapshot]:
    def made(encoder: Encoder) -> Snapshot:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        for name, text in REPORTS.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        library = Library.open(tmp_path / encoder.id, encoder=encoder)
        library.add(sorted(folder.glob("*.txt")))
        return library.snapshot()

    return made


def searched(snapshot: Snapshot, question: str) -> Search:
    asked = parse(question)
    return search(snapshot, snapshot.encoder, asked, asked.sub_questions[0])


def feature(candidate: Candidate, name: str) -> float:
    return float(candidate.features[PASSAGE_FEATURES.index(name)])


def holding(found: Search, words: str) -> Candidate:
    [candidate] = [c for c in found.candidates if words in c.passage.text]
    return candidate


def candidate(row: int, features: dict[str, float], clauses: Sequence[tuple[float, float]]) -> Candidate:
    passage = Passage(report="甲", start=0, end=1, text=f"第{row}段", section=(), page=None, last_page=None)
    return Candidate(
        row,
        passage,
        np.array([features.get(name, 0.0) for name in PASSAGE_FEATURES], np.float32),
        (),
        np.array(clauses, np.float32).reshape(-1, len(CLAUSE_FEATURES)),
        np.zeros((0, len(clauses)), np.float32),
        np.zeros((0, len(clauses)), np.float32),
    )


def test_a_passage_is_worth_its_features_and_its_best_clause() -> None:
    by = Weights(
        np.array([{"dense": 2.0, "year": 1.0}.get(name, 0.0) for name in PASSAGE_FEATURES], np.float32),
        np.array([3.0, 0.5], np.float32),
    )
    asked = parse("新建了几所学校？")
    candidates = [
        candidate(0, {"dense": 1.0}, [(0.2, 1.0), (0.5, 0.0)]),  # 2 + max(0.6 + 0.5, 1.5)
        candidate(1, {"dense": 0.5, "year": -1.0}, [(1.0, 1.0)]),  # 1 - 1 + 3.5
        candidate(2, {"dense": 2.0}, []),  # 4
    ]
    empty = np.zeros(0, np.float32)
    ranked = rank(Search(asked, asked.sub_questions[0], [], empty, candidates), by)
    assert [(r.candidate.row, r.score) for r in ranked] == [(2, 4.0), (0, 3.5), (1, 3.5)]
    assert ranked[1].clause_scores.tolist() == pytest.approx([1.1, 1.5])


def test_similarities_are_told_in_deviations_of_the_background() -> None:
    scale = Scale.of(np.array([0.7, 0.8, 0.9], np.float32))
    assert scale.mean == pytest.approx(0.8)
    assert scale.standardized(np.array([0.8, 0.8 + scale.spread], np.float32)).tolist() == pytest.approx(
        [0.0, 1.0], abs=1e-5
    )
    assert np.isfinite(Scale.of(np.array([0.5], np.float32)).standardized(np.array([0.6], np.float32))).all()


def test_an_encoder_of_other_cosines_ranks_and_decides_alike(library: Callable[[Encoder], Snapshot]) -> None:
    one, other = library(FakeEncoder()), library(Squeezed())
    for question in ("2024年新建几所学校？", "去年粮食产量是多少？", "机场什么时候通航？"):
        plain, squeezed = searched(one, question), searched(other, question)
        assert [r.candidate.passage for r in rank(plain)] == [r.candidate.passage for r in rank(squeezed)]
        told = [confidence(found, rank(found)) for found in (plain, squeezed)]
        assert told[0] == pytest.approx(told[1], abs=0.02)


def test_years_modes_reports_and_places_are_features(library: Callable[[Encoder], Snapshot]) -> None:
    snapshot = library(FakeEncoder())
    found = searched(snapshot, "甲县2024年计划新建几所学校？")
    planned, done = holding(found, "新建学校5所"), holding(found, "新建学校3所")
    assert feature(planned, "year") == 1.0
    assert feature(done, "year") == -1.0
    assert (feature(planned, "mode"), feature(done, "mode")) == (1.0, -1.0)
    assert feature(planned, "report") == 1.0
    assert feature(holding(found, "新建医院4所"), "report") == -1.0
    elsewhere = searched(snapshot, "青山县2024年新建几所学校？")
    assert feature(holding(elsewhere, "新建学校5所"), "place") == -1.0
    assert feature(holding(searched(snapshot, "新建几所学校？"), "新建学校5所"), "place") == 0.0


def test_the_clause_that_says_it_is_quoted_and_no_more(library: Callable[[Encoder], Snapshot]) -> None:
    snapshot = library(FakeEncoder())
    found = searched(snapshot, "2024年计划改造农村公路多少公里？")
    first = rank(found)[0]
    start, end = best_span(found, first, range(1))
    text = first.candidate.passage.text
    quoted = text[first.candidate.clauses[start].start : first.candidate.clauses[end].end]
    assert quoted == "改造农村公路60公里"


def test_a_quote_takes_in_the_clause_beside_it_that_is_read_as_nearly_as_good(
    library: Callable[[Encoder], Snapshot],
) -> None:
    snapshot = library(FakeEncoder())
    first = rank(searched(snapshot, "2024年计划改造农村公路多少公里？"))[0]
    clauses = first.candidate.clauses
    run = next((i, i) for i, c in enumerate(clauses) if "改造农村公路" in c.text)
    beside = [i for i, c in enumerate(clauses) if c.sentence == clauses[run[0]].sentence and i != run[0]]
    assert beside

    def with_logits(others: float) -> Ranked:
        logits = np.full(len(clauses), -9.0, np.float32)
        logits[run[0]], logits[beside] = 2.0, others
        return replace(first, reading=Reading(1.0, logits, logits))

    assert widened(first, run) == run
    assert widened(with_logits(-2.0), run) == run
    a, b = widened(with_logits(1.5), run)
    assert b - a >= 1
    assert clauses[b].end - clauses[a].start <= 45
    assert {c.sentence for c in clauses[a : b + 1]} == {clauses[run[0]].sentence}


def test_confidence_falls_with_what_speaks_against(library: Callable[[Encoder], Snapshot]) -> None:
    snapshot = library(FakeEncoder())
    asked = {
        q: searched(snapshot, q) for q in ("2024年计划改造农村公路多少公里？", "2019年改造机场跑道多少公里？")
    }
    sure = [confidence(found, rank(found)) for found in asked.values()]
    assert sure[0] > sure[1]
    values = [
        dict(zip(EVIDENCE, evidence(found, rank(found)).tolist(), strict=True)) for found in asked.values()
    ]
    assert (values[0]["year_conflict"], values[1]["year_conflict"]) == (0.0, 1.0)
    assert values[0]["number_near_topic"] > values[1]["number_near_topic"]
    assert confidence(asked["2024年计划改造农村公路多少公里？"], []) == 0.0


@pytest.mark.parametrize(
    ("question", "year", "others"),
    [
        ("去年粮食产量达到多少？", 2024, {2025}),  # a relative word, counted from the report
        ("2024年粮食产量达到多少？", None, set()),  # named, not assumed
        ("新建学校几所？", 2024, {2023}),  # no word at all: another year's passage is nearly as good
    ],
)
def test_the_year_assumed_is_told_with_the_others(
    library: Callable[[Encoder], Snapshot], question: str, year: int | None, others: set[int]
) -> None:
    snapshot = library(FakeEncoder())
    found = searched(snapshot, question)
    assumed, told = assumed_year((found, rank(found)), snapshot, snapshot.reports)
    assert assumed == year
    assert others <= set(told)

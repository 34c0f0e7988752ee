"""Dense and lexical scores are proven against brute force; a filter is never lost."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.search import vectors as vectors_module
from index.search.lexical import K1, B, LexicalIndex
from index.search.vectors import VectorIndex
from index.text.normalization import normalize, tokenize

RANDOM = np.random.default_rng(7)


def unit(n: int, dimension: int = 16) -> np.ndarray:
    vectors = RANDOM.normal(size=(n, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_dense_scores_are_the_cosines_of_brute_force_best_first(tmp_path: Path) -> None:
    vectors, query = unit(300), unit(1)[0]
    index = VectorIndex.build(vectors)
    index.save(tmp_path / "v.faiss")
    expected = sorted(enumerate((vectors @ query).tolist()), key=lambda pair: -pair[1])[:20]
    for found in (index.search(query, 20), VectorIndex.open(tmp_path / "v.faiss").search(query, 20)):
        assert [row for row, _ in found] == [row for row, _ in expected]
        assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-3)


@pytest.mark.parametrize("rows", [[(10, 20)], [(0, 5), (290, 300)]])
def test_dense_search_stays_inside_the_rows_asked_for(rows: list[tuple[int, int]]) -> None:
    found = VectorIndex.build(unit(300)).search(unit(1)[0], 50, rows)
    allowed = {row for start, end in rows for row in range(start, end)}
    assert {row for row, _ in found} == allowed


def test_an_empty_filter_finds_nothing() -> None:
    assert VectorIndex.build(unit(5)).search(unit(1)[0], 3, []) == []
    assert LexicalIndex.build(["经济增长"]).search("经济", 3, []) == []


def test_lexical_scores_follow_the_bm25_formula(tmp_path: Path) -> None:
    texts = ["经济增长", "经济运行平稳", "教育发展"]
    index = LexicalIndex.build(texts)
    index.save(tmp_path / "terms")
    # "经济" stands in 2 of 3 passages, once in each; lengths are 3, 5 and 3 bigrams.
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    mean = (3 + 5 + 3) / 3
    expected = [idf / (1 + K1 * (1 - B + B * length / mean)) for length in (3, 5)]
    for found in (index.search("经济", 3), LexicalIndex.open(tmp_path / "terms").search("经济", 3)):
        assert [row for row, _ in found] == [0, 1]
        assert [score for _, score in found] == pytest.approx(expected, rel=1e-5)


def test_lexical_search_without_a_known_term_finds_nothing() -> None:
    assert LexicalIndex.build(["经济增长"]).search("hello 世界", 3) == []


def test_folding_unites_scripts_widths_and_case() -> None:
    assert normalize("國內生產總值ＧＤＰ增長８％") == normalize("国内生产总值gdp增长8%")


def test_terms_are_bigrams_words_and_numbers() -> None:
    assert tokenize("GDP增长5.6%，好") == ["gdp", "增长", "5.6%", "好"]
    assert tokenize("三保底线") == ["三保", "保底", "底线"]


@given(st.text())
def test_any_text_can_be_tokenized(text: str) -> None:
    assert all(tokenize(text))


def test_vectors_and_frequencies_are_given_by_row_and_term() -> None:
    vectors = unit(9)
    assert VectorIndex.build(vectors).take([4, 0]) == pytest.approx(vectors[[4, 0]], abs=1e-3)
    assert LexicalIndex.build(["经济增长", "经济", "教育"]).frequencies(["经济", "教育", "没有"]) == [2, 1, 0]


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few vectors are enough for inverted lists."""
    monkeypatch.setattr(vectors_module, "EXHAUSTIVE", 500)


@pytest.mark.usefixtures("lists")
def test_inverted_lists_find_what_brute_force_finds_also_after_changes(tmp_path: Path) -> None:
    near = unit(40)
    vectors = near[RANDOM.integers(0, 40, 3000)] + 0.2 * unit(3000)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    VectorIndex.build(vectors).save(tmp_path / "v.faiss")
    kept = RANDOM.random(3000) < 0.8
    moved = np.where(kept, np.cumsum(kept) - 1, -1)
    new = unit(100)
    index = VectorIndex.open(tmp_path / "v.faiss").merged(moved, new, kept.sum() + np.arange(100))
    expected = np.concatenate([vectors[kept], new])
    assert len(index) == len(expected)
    assert index.take([5, len(index) - 1]) == pytest.approx(expected[[5, len(index) - 1]], abs=1e-3)
    recalls = []
    for query in expected[RANDOM.integers(0, len(expected), 50)]:
        exact = np.argsort(-(expected @ query))
        recalls.append(len({row for row, _ in index.search(query, 10)} & set(exact[:10].tolist())) / 10)
        inside = [row for row in exact.tolist() if 100 <= row < 200][:3]
        assert [row for row, _ in index.search(query, 3, [(100, 200)])] == inside
    assert np.mean(recalls) >= 0.95


@given(st.data())
@settings(deadline=None, max_examples=20)
def test_moved_postings_equal_those_built_anew(data: st.DataObject) -> None:
    texts = st.text("经济增长发展教育", max_size=12)
    old = data.draw(st.lists(st.tuples(texts, st.booleans()), max_size=8))
    new = data.draw(st.lists(texts, max_size=4))
    order = data.draw(st.permutations(range(sum(keep for _, keep in old) + len(new))))
    places = iter(order)
    moved = np.array([next(places) if keep else -1 for _, keep in old], dtype=np.int64)
    rows = np.array(list(places), dtype=np.int64)
    final = [text for text, keep in old if keep] + new
    anew = LexicalIndex.build([text for _, text in sorted(zip(order, final, strict=True))])
    index = LexicalIndex.build([text for text, _ in old]).merged(moved, LexicalIndex.build(new), rows)
    assert index.terms.tolist() == anew.terms.tolist()
    for question in ("经济发展", "教育增长", "长发"):
        assert index.search(question, 20) == anew.search(question, 20)


@given(st.lists(st.text(alphabet="甲乙丙a1", max_size=12), min_size=1, max_size=8))
def test_the_rows_that_hold_a_term_are_those_it_is_a_term_of(texts: list[str]) -> None:
    index = LexicalIndex.build(texts)
    terms = sorted({term for text in texts for term in tokenize(text)} | {"丁丁"})
    expected = [[row for row, text in enumerate(texts) if term in tokenize(text)] for term in terms]
    assert [rows.tolist() for rows in index.rows_holding(terms)] == expected

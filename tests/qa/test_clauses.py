"""Clauses of passages, and the glossary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import everyday_words, synonym_lists
from qa.retrieval.clauses import clauses
from qa.understanding.terms import concepts, contradicts, glossary, official_wording

TEXT = st.text(alphabet="全区新增12.5%，。；：、“”（）企业1,000\n ", max_size=80)


@given(TEXT)
def test_clauses_are_slices_in_order_that_leave_only_marks_out(text: str) -> None:
    found = clauses(text)
    at = 0
    for clause in found:
        assert at <= clause.start < clause.end <= len(text)
        assert not set(text[at : clause.start]) - set("，。；：、！？,”’）)】》\n ")
        at = clause.end


def test_a_comma_in_a_number_ends_no_clause() -> None:
    assert [c.text for c in clauses("新增企业1,000家，完成投资20亿元")] == [
        "新增企业1,000家",
        "完成投资20亿元",
    ]


def test_everyday_words_stand_for_official_ones() -> None:
    assert official_wording("社零多少") == "社会消费品零售总额多少"
    [concept] = concepts("gdp")
    assert ("国内", "内生", "生产", "产总", "总值") in concept.alternatives


def test_question_words_are_not_looked_for() -> None:
    words = {term for c in concepts("2024年新增了多少个学位") for terms in c.alternatives for term in terms}
    assert "学位" in words
    assert not words & {"多少", "少个", "2024"}


def test_every_word_of_the_glossary_says_something_new() -> None:
    for word, terms in glossary().equals.items():
        assert set(terms) != {word}, word
        assert all(terms), word


def test_what_stands_for_what_is_written_once() -> None:
    same = [term.lower() for group in synonym_lists().same for term in group]
    assert len(same) == len(set(same))
    assert not set(same) & {word.lower() for word in everyday_words()}
    names = [alias for aliases in synonym_lists().indicators.values() for alias in dict.fromkeys(aliases)]
    assert len(names) == len(set(names))


def test_of_overlapping_words_the_longest_counts() -> None:
    assert [word for _, word in glossary().find("没工作的人")] == ["没工作"]


@pytest.mark.parametrize(
    ("question", "told", "expected"),
    [
        ("农村居民收入增长多少", "城镇居民人均可支配收入增长5%", True),
        ("居民收入增长多少", "城镇居民人均可支配收入增长5%", False),
        ("农村居民收入增长多少", "城镇和农村居民收入分别增长5%和6%", False),
        ("出口额是多少", "进出口总额65亿元", True),
    ],
)
def test_a_counterpart_is_no_answer(question: str, told: str, expected: bool) -> None:
    assert contradicts(question, told) is expected

"""What the rest knows of characters, numerals, units, sentences and places."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import (
    MONEY,
    PIECES,
    UNIT_FAMILY,
    bare_place,
    half_width,
    normalize,
    sentence_spans,
    to_decimal,
    to_int,
)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一千三百六十一万", "13610000"),
        ("一万二千亿", "1200000000000"),
        ("一千零五", "1005"),
        ("二〇二五", "2025"),
        ("二零二五", "2025"),
        ("七点五", "7.5"),
        ("十二点零五", "12.05"),
        ("", "0"),
    ],
)
def test_a_numeral_is_a_number(numeral: str, value: str) -> None:
    assert to_decimal(numeral) == Decimal(value)


@given(st.integers(0, 9999))
def test_each_numeral_below_ten_thousand(number: int) -> None:
    digits, written = "零一二三四五六七八九", ""
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            written += digits[digit] + unit
        elif written and not written.endswith("零"):
            written += "零"
    assert to_int(written.rstrip("零") or "零") == number


def test_units_that_figures_count_are_what_questions_ask_for() -> None:
    assert {UNIT_FAMILY[unit] for unit in PIECES} == {"count", "people"}
    assert {UNIT_FAMILY[unit] for unit in MONEY} == {"money"}


def test_sentences_end_with_their_marks_and_quotes() -> None:
    text = "他说：“好。”增长5%！完"
    assert [text[start:end] for start, end in sentence_spans(text)] == ["他说：“好。”", "增长5%！", "完"]


@given(st.text(alphabet="好。！？”）1,，\n", max_size=60))
def test_no_character_between_sentences_but_marks(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(text[start] not in "。！？" for start, _ in spans)
    kept = set().union(*(range(*span) for span in spans)) if spans else set()
    assert all(text[at] in "。！？”）" for at in range(len(text)) if at not in kept)


@pytest.mark.parametrize(
    ("place", "bare"),
    [("天桥区", "天桥"), ("内蒙古自治区", "内蒙古"), ("沙县", "沙县"), ("延边州", "延边")],
)
def test_a_place_without_its_suffix(place: str, bare: str) -> None:
    assert bare_place(place) == bare


@given(st.text())
def test_half_width_keeps_the_length(text: str) -> None:
    assert len(half_width(text)) == len(text)


def test_marks_of_a_sentence_stay_full_width() -> None:
    assert half_width("ＧＤＰ：５．２％（２０２４），") == "GDP：5.2%（2024），"
    assert normalize("ＧＤＰ～５％") == "gdp~5%"

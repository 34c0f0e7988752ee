"""Passages are exact slices; nothing crosses a section, nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.structure.chunking import MAX_CHARACTERS, page_at, passages
from index.types import CleanText, PageStart, Section

PROSE = st.text(alphabet="发展经济，。；！“”（）\n 增长5%、：1.7万", max_size=600)


def section(start: int, end: int, title: str = "一、工作") -> Section:
    return Section(start, start, end, end, 1, title, (title,), (2024,), "actual")


def cut(text: str, *ends: int) -> list[tuple[str, tuple[str, ...]]]:
    starts = [0, *ends[:-1]]
    sections = [section(s, e, f"{i}") for i, (s, e) in enumerate(zip(starts, ends, strict=True))]
    return [(p.text, p.section) for p in passages(CleanText(text), sections, "r")]


@given(PROSE, st.integers(0, 600))
def test_passages_are_slices_that_lose_no_character_and_stay_in_their_section(text: str, at: int) -> None:
    at = min(at, len(text))
    sections = [section(0, at, "一"), section(at, len(text), "二")]
    found = passages(CleanText(text), sections, "r")
    assert all(p.text == text[p.start : p.end] == p.text.strip() and p.text for p in found)
    assert all(p.end <= at if p.section == ("一",) else p.start >= at for p in found)
    assert "".join("".join(p.text for p in found).split()) == "".join(text.split())


def test_a_long_section_is_cut_evenly_at_sentence_ends() -> None:
    sentence = "完成社会消费品零售总额四百六十四亿元，经济运行稳中向好。"
    found = cut(sentence * 20, len(sentence) * 20)
    sizes = [len(text) for text, _ in found]
    assert all(text.endswith("。") for text, _ in found)
    assert max(sizes) <= MAX_CHARACTERS
    assert max(sizes) - min(sizes) <= 2 * len(sentence)


def test_a_short_section_is_one_passage() -> None:
    assert cut("一句话。两句话。", 8) == [("一句话。两句话。", ("0",))]


def test_a_sentence_longer_than_a_passage_is_cut_at_its_clauses() -> None:
    found = cut("加快建设现代化产业体系，" * 40, 12 * 40)
    assert len(found) > 1
    assert all(text.endswith("，") for text, _ in found)


def test_a_closing_quotation_mark_stays_with_its_sentence() -> None:
    text = "他说：“一定办好。”" + "办好民生实事。" * 40
    assert all(not passage.startswith("”") for passage, _ in cut(text, len(text)))


def test_page_at_names_the_page_that_holds_an_offset() -> None:
    pages = (PageStart(0, 1), PageStart(10, 2), PageStart(20, 5))
    assert [page_at(pages, offset) for offset in (0, 9, 10, 25)] == [1, 1, 2, 5]
    assert page_at((), 3) is None

"""Clauses found again on the printed page, and pages drawn in a process of their own."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Library, LibraryDamaged, SourceError
from index.readers import (
    Area,
    PlacedCharacter,
    characters_in_worker,
    count_in_worker,
    draw_in_worker,
    find_areas,
    is_drawable,
    read_bytes,
)
from index.readers.placed import pack_characters, unpack_characters
from tests.conftest import FakeEncoder
from tests.index.samples import a_pdf

LETTERS = st.text(st.sampled_from("一二三四五2０,。 \u3000"), min_size=1, max_size=60)


def printed(text: str, per_line: int = 10) -> list[PlacedCharacter]:
    """``text`` set in lines of ``per_line`` characters, one a hundredth of the page wide and high."""
    return [
        PlacedCharacter(
            c,
            Area(
                0.01 * (i % per_line),
                0.02 * (i // per_line),
                0.01 * (i % per_line + 1),
                0.02 * (i // per_line) + 0.01,
            ),
        )
        for i, c in enumerate(text)
    ]


@given(LETTERS, LETTERS, LETTERS)
def test_a_clause_is_found_whatever_its_spaces(before: str, quote: str, after: str) -> None:
    page = before + quote + after
    areas = find_areas(printed(page), "".join(quote.split()), before, after)
    visible = [i for i, c in enumerate(page) if not c.isspace()]
    wanted = [i for i in visible if len(before) <= i < len(before) + len(quote)]
    if not wanted:
        assert areas == []
        return
    assert areas
    first = printed(page)[wanted[0]].area
    assert (areas[0].left, areas[0].top) == (first.left, first.top)


def test_of_two_places_the_one_in_the_same_company_is_taken() -> None:
    page = printed("甲县增长5%。乙县增长5%。", per_line=20)
    [area] = find_areas(page, "增长5%", "甲县增长5%。乙县", "。")
    assert area.left == pytest.approx(0.09)


def test_what_stands_in_another_order_is_found_in_pieces_and_what_is_not_there_is_not() -> None:
    page = printed("地区生产总值　　亿元　812　增长　6.1%", per_line=40)
    assert find_areas(page, "地区生产总值（亿元）：812")
    assert find_areas(page, "固定资产投资") == []


def test_pages_are_drawn_and_their_characters_placed() -> None:
    from PIL import Image

    data = a_pdf()
    assert is_drawable(data[:1024])
    assert count_in_worker("k", lambda: data) == 2
    picture = Image.open(io.BytesIO(draw_in_worker("k", lambda: data, 1, 800)))
    assert picture.size == (800, 1200)
    areas = find_areas(characters_in_worker("k", lambda: data, 1), "学校27所")
    assert len(areas) == 1
    assert areas[0].left == pytest.approx((100 + 4 * 16) / 400, abs=0.02)
    assert areas[0].top < 0.5 < areas[0].bottom + 0.01
    turned = Image.open(io.BytesIO(draw_in_worker("k", lambda: data, 2, 900)))
    assert turned.size == (900, 1350)  # reportlab lays the sheet on its side and turns it upright
    up = find_areas(characters_in_worker("k", lambda: data, 2), "新增学位1900个")
    assert up
    assert up[0].bottom - up[0].top > up[0].right - up[0].left


@pytest.mark.parametrize(("data", "number"), [(b"%PDF-1.7\n" + bytes(2000), 1), (None, 3), (None, 0)])
def test_what_cannot_be_drawn_is_said(data: bytes | None, number: int) -> None:
    given: Any = data or a_pdf()
    with pytest.raises(SourceError, match=r"。$"):
        draw_in_worker(f"bad{number}", lambda: given, number, 400)
    assert count_in_worker("good", a_pdf) == 2


def test_after_one_that_cannot_be_opened_the_last_one_is_opened_again() -> None:
    assert count_in_worker("first", a_pdf) == 2
    with pytest.raises(SourceError):
        count_in_worker("broken", lambda: b"%PDF-1.7\n" + bytes(2000))
    assert count_in_worker("first", a_pdf) == 2


SHARES = st.floats(-0.5, 1.5)


@given(st.lists(st.builds(PlacedCharacter, st.characters(), st.builds(Area, SHARES, SHARES, SHARES, SHARES))))
def test_what_is_packed_is_unpacked_to_half_a_step_and_cut_to_the_page(given: list[PlacedCharacter]) -> None:
    kept = unpack_characters(pack_characters(given))
    assert [char.text for char in kept] == [char.text for char in given]
    for now, before in zip(kept, given, strict=True):
        assert now.area == pytest.approx([min(1, max(0, edge)) for edge in before.area], abs=0.51 / 10_000)


def test_a_library_keeps_where_the_characters_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = a_pdf()
    (tmp_path / "学校.pdf").write_bytes(data)
    library = Library.open(tmp_path / "library", encoder=FakeEncoder())
    with monkeypatch.context() as patch:  # as a library that an older program wrote
        patch.setattr("index.readers.read_in_worker", lambda *file: replace(read_bytes(*file), placed=()))
        library.add([tmp_path / "学校.pdf"])
    older = library.snapshot()
    assert older.placed_characters("学校", 1) is None
    library.rebuild()
    snapshot = library.snapshot()
    assert snapshot.text("学校") == older.text("学校")
    for page, quote in ((1, "学校27所"), (2, "学位1900个")):
        kept = snapshot.placed_characters("学校", page)
        assert kept is not None
        [now], [again] = (
            find_areas(found, quote) for found in (kept, characters_in_worker("s", lambda: data, page))
        )
        assert now == pytest.approx(again, abs=0.51 / 10_000)
    assert snapshot.placed_characters("学校", 3) is None
    [file] = (tmp_path / "library").rglob("placed.bin")
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        snapshot.placed_characters("学校", 2)

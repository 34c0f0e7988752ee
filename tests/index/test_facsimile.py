"""Clauses found again on the printed page, and pages drawn in a process of their own."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from index import SourceError
from index.readers import (
    Area,
    PlacedCharacter,
    characters_apart,
    count_apart,
    draw_apart,
    find_areas,
    is_drawable,
)

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


def a_pdf() -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(400, 600))
    for text, turned in (("全县新建学校27所", 0), ("新增学位1900个", 90)):
        canvas.setFont("STSong-Light", 16)
        canvas.drawString(100, 300, text)
        canvas.setPageRotation(turned)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def test_pages_are_drawn_and_their_characters_placed() -> None:
    from PIL import Image

    data = a_pdf()
    assert is_drawable(data[:1024])
    assert count_apart("k", lambda: data) == 2
    picture = Image.open(io.BytesIO(draw_apart("k", lambda: data, 1, 800)))
    assert picture.size == (800, 1200)
    areas = find_areas(characters_apart("k", lambda: data, 1), "学校27所")
    assert len(areas) == 1
    assert areas[0].left == pytest.approx((100 + 4 * 16) / 400, abs=0.02)
    assert areas[0].top < 0.5 < areas[0].bottom + 0.01
    turned = Image.open(io.BytesIO(draw_apart("k", lambda: data, 2, 900)))
    assert turned.size == (900, 1350)  # reportlab lays the sheet on its side and turns it upright
    up = find_areas(characters_apart("k", lambda: data, 2), "新增学位1900个")
    assert up
    assert up[0].bottom - up[0].top > up[0].right - up[0].left


@pytest.mark.parametrize(("data", "number"), [(b"%PDF-1.7\n" + bytes(2000), 1), (None, 3), (None, 0)])
def test_what_cannot_be_drawn_is_said(data: bytes | None, number: int) -> None:
    given: Any = data or a_pdf()
    with pytest.raises(SourceError, match=r"。$"):
        draw_apart(f"bad{number}", lambda: given, number, 400)
    assert count_apart("good", a_pdf) == 2


def test_after_one_that_cannot_be_opened_the_last_one_is_opened_again() -> None:
    assert count_apart("first", a_pdf) == 2
    with pytest.raises(SourceError):
        count_apart("broken", lambda: b"%PDF-1.7\n" + bytes(2000))
    assert count_apart("first", a_pdf) == 2

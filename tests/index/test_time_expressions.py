"""When: the expressions of time, each known in one place, and the year of a report."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import calendar_years, find_times, full_years, report_year, years_in
from index.text.time_expressions import plan_years
from index.types import Metadata


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2021—2023年", (2021, 2022, 2023)),
        ("2021-23年", (2021, 2022, 2023)),
        ("2024、2025年", (2024, 2025)),
        ("二〇一二年", (2012,)),
        ("二〇二一年至二〇二三年", (2021, 2022, 2023)),
        ("2020—2035年远景", tuple(range(2020, 2036))),
        ("2013年起的五年", (2013, 2014, 2015, 2016, 2017)),
        ("去年和今年", (2024, 2025)),
        ("大前年", (2022,)),
        ("前年", (2023,)),
        ("明年", (2026,)),
        ("新的一年工作", (2025,)),
        ("一年来的工作", (2024,)),
        ("第一年来", ()),
        ("过去五年", (2020, 2021, 2022, 2023, 2024)),
        ("五年来", (2020, 2021, 2022, 2023, 2024)),
        ("近十年来", tuple(range(2015, 2025))),
        ("今后三年", (2025, 2026, 2027)),
        ("到2027亿元", ()),
        ("在2020基础上年均增长", ()),
        ("第五年来", ()),
        ("三年行动计划", ()),
    ],
)
def test_the_years_of_an_expression(text: str, years: tuple[int, ...]) -> None:
    assert years_in(text, 2025) == years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("“十五”时期", (2001, 2005)),
        ("十五规划", (2001, 2005)),
        ("“十四五”", (2021, 2025)),
        ("十四五规划", (2021, 2025)),
        ("第十四个五年规划", (2021, 2025)),
        ("“十五五”", (2026, 2030)),
        ("十五五时期", (2026, 2030)),
        ("第十五个五年规划", (2026, 2030)),
        ("“九五”计划", (1996, 2000)),
        ("“十四五”开局之年", (2021, 2021)),
        ("“十三五”收官之年", (2020, 2020)),
        ("“十五五”末", (2030, 2030)),
        ("“十三五”前三年", (2016, 2018)),
        ("“十三五”后两年", (2019, 2020)),
    ],
)
def test_a_five_year_plan(text: str, years: tuple[int, int]) -> None:
    [time] = find_times(text)
    assert time.kind == "plan"
    assert time.bounds(None) == years


@pytest.mark.parametrize(
    "text", ["十五年", "十四五个", "二十四五岁", "十五分钟生活圈", "“八五”普法", "十五五六", "十五个"]
)
def test_what_is_no_five_year_plan(text: str) -> None:
    assert find_times(text) == []


@pytest.mark.parametrize("numeral", range(10, 20))
def test_each_plan_follows_on_the_one_before(numeral: int) -> None:
    assert plan_years(str(numeral + 1))[0] == plan_years(str(numeral))[1] + 1


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("09年卖了多少", "2009年卖了多少"),
        ("98-02年世界冠军", "1998-2002年世界冠军"),
        ("24、25年项目", "2024、2025年项目"),
        ("二〇二四年", "2024年"),
        ("近20年来", "近20年来"),
        ("12年内", "12年内"),
        ("2012年", "2012年"),
    ],
)
def test_two_digit_years_are_written_out(text: str, full: str) -> None:
    assert full_years(text) == full


def test_relative_years_mean_nothing_without_a_report() -> None:
    assert years_in("去年、过去五年和2024年", None) == (2024,)


def test_calendar_years_are_those_in_digits() -> None:
    assert calendar_years("2019—2021年，“十四五”期间，去年") == {2019, 2020, 2021}


@pytest.mark.parametrize(
    ("date", "reviewed", "planned", "year"),
    [
        ("2023-01-15", (), tuple(range(2018, 2023)), 2023),
        ("", tuple(range(2018, 2023)), tuple(range(2023, 2028)), 2023),
        ("", (), tuple(range(2023, 2028)), 2023),
        ("", (2024,), (), 2025),
        ("", (), (), None),
        ("去年", (), (2025,), 2025),
    ],
)
def test_the_year_of_a_report(
    date: str, reviewed: tuple[int, ...], planned: tuple[int, ...], year: int | None
) -> None:
    assert report_year(Metadata("", date=date, years_reviewed=reviewed, years_planned=planned)) == year


@given(
    st.text(alphabet="十五一二三四12029年去今过后第个—至到、“”末前起的 ", max_size=40),
    st.integers(1950, 2050),
)
def test_expressions_stand_in_order_and_name_sound_years(text: str, report: int) -> None:
    times = find_times(text)
    assert all(0 <= time.start < time.end <= len(text) for time in times)
    assert all(one.end <= other.start for one, other in pairwise(times))
    for time in times:
        assert time.first <= time.last
        assert all(1900 <= year <= 2099 for year in time.years(report) if time.kind in ("year", "range"))

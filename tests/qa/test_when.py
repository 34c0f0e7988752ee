"""Times in questions: calendar years, years relative to a report, results or targets."""

from collections.abc import Sequence

import pytest

from qa.understanding.time import When, in_report, parse_when


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2024年新增了多少学位", (2024,)),
        ("那19年的目标呢", (2019,)),
        ("二〇二四年全区生产总值", (2024,)),
        ("2013到2017年办了哪些活动", (2013, 2014, 2015, 2016, 2017)),
        ("从2013年算起的五年", (2013, 2014, 2015, 2016, 2017)),
        ("站在2024年底往后看，下一年的目标", (2025,)),
        ("“十四五”收官之年的任务", (2025,)),
        ("近20年来的变化", ()),
        ("12年财政收入多少", (2012,)),
        ("二〇一二年的教育", (2012,)),
        ("2003-2021年粮食产量", tuple(range(2003, 2022))),
        ("二〇〇三年至二〇二一年", tuple(range(2003, 2022))),
        ("从08年到21年城镇新增就业", tuple(range(2008, 2022))),
        ("投资2000亿元的项目", ()),
        ("我们的三年行动", ()),
    ],
)
def test_calendar_years(text: str, years: tuple[int, ...]) -> None:
    assert parse_when(text).years == years


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("去年", -1),
        ("上一年承诺的", -1),
        ("今年要建", 0),
        ("新的一年", 0),
        ("明年", 1),
        ("前年", -2),
        ("大前年", -3),
    ],
)
def test_relative_years_count_from_the_report(text: str, offset: int) -> None:
    assert parse_when(text).years_for(2025) == (2025 + offset,)


def test_a_relative_year_means_nothing_without_a_report_year() -> None:
    assert parse_when("去年").years_for(None) == ()


@pytest.mark.parametrize(
    ("text", "mode", "strong"),
    [
        ("今年的增长目标是多少", "target", True),
        ("实际完成了多少", "actual", True),
        ("要的是实绩，不是目标", "actual", True),
        ("今年要修几条路", "target", False),
        ("去年办了多少件", "actual", False),
        ("总投资是多少", "", False),
    ],
)
def test_results_and_targets(text: str, mode: str, strong: bool) -> None:
    when = parse_when(text)
    assert (when.mode, when.strong) == (mode, strong)


def test_a_named_report() -> None:
    assert in_report("2019年的政府工作报告里说了什么") == (2019,)
    assert in_report("2019年说了什么") == ()


def test_each_year_named_is_a_moment_but_a_span_stays_one() -> None:
    assert [w.years for w in parse_when("2014年跟2020年").each()] == [(2014,), (2020,)]
    assert len(list(parse_when("2013到2017年").each())) == 1


def test_a_time_without_a_mode_widens_the_same_time_with_one() -> None:
    assert When((2020,)).widens(When((2020,), mode="target"))
    assert not When((2019,)).widens(When((2020,), mode="target"))


@pytest.mark.parametrize(
    ("text", "plan_years", "since", "last"),
    [
        ("十三五期间的增速", range(2016, 2021), 0, 0),
        ("“十五五”规划目标", range(2026, 2031), 0, 0),
        ("十五五时期教育怎么发展", range(2026, 2031), 0, 0),
        ("十五五", range(2026, 2031), 0, 0),
        ("近15年GDP", (), 0, 15),
        ("过去十二年城镇新增就业", (), 0, 12),
        ("“十四五”收官之年的任务", (), 0, 0),
        ("十三五以来的变化", (), 0, 0),
        ("十五分钟生活圈", (), 0, 0),
        ("二十五个项目", (), 0, 0),
        ("2016年以来的目标", (), 2016, 0),
        ("从2013年起的五年", (), 0, 0),
        ("近三年来的产量", (), 0, 3),
        ("前年的产量", (), 0, 0),
    ],
)
def test_plans_and_open_stretches(text: str, plan_years: Sequence[int], since: int, last: int) -> None:
    when = parse_when(text)
    assert (when.plan_years, when.since, when.last) == (tuple(plan_years), since, last)

"""Figures read out of clauses: against the hand-made tables, and rule by rule."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.figures import Figure, cells, course, courses, extract, normalize_indicator, report_years, signed
from index.figures.names import known_indicators
from index.figures.quantities import find_quantities
from index.store import parse
from index.text import half_width, report_year, to_decimal
from index.types import Section

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"
NATIONAL = ROOT / "../shared/data/national"
needs_national = pytest.mark.skipif(not NATIONAL.is_dir(), reason="the national reports are not here")

# The first report's GDP growth targets and results, as the national reports state them; 2007's growth
# is stated only together with that of the four years before it.
GDP_TARGETS = {
    2003: (7, None), 2004: (7, None), 2005: (8, None), 2006: (8, None), 2007: (8, None), 2008: (8, None),
    2009: (8, None), 2010: (8, None), 2011: (8, None), 2012: (7.5, None), 2013: (7.5, None),
    2014: (7.5, None), 2015: (7, None), 2016: (6.5, 7), 2017: (6.5, None), 2018: (6.5, None),
    2019: (6, 6.5), 2020: None, 2021: (6, None),
}  # fmt: skip
GDP_RESULTS = {
    2003: 9.1, 2004: 9.5, 2005: 9.9, 2006: 10.7, 2007: None, 2008: 9, 2009: 8.7, 2010: 10.3, 2011: 9.2,
    2012: 7.8, 2013: 7.7, 2014: 7.4, 2015: 6.9, 2016: 6.7, 2017: 6.9, 2018: 6.6, 2019: 6.1, 2020: 2.3,
    2021: None,
}  # fmt: skip

Row = dict[str, str]


@cache
def read_report(path: Path) -> tuple[str, tuple[Figure, ...]]:
    parsed = parse(path.read_bytes(), path.name, path.stem, {})
    extraction = extract(
        parsed.text, parsed.sections, path.stem, report_year(parsed.metadata), place=parsed.metadata.place
    )
    return parsed.text, extraction.figures


def sample() -> tuple[str, tuple[Figure, ...]]:
    return read_report(ROOT / "reports" / "tianqiao-2025.txt")


def national() -> list[Figure]:
    return [figure for path in sorted(NATIONAL.glob("*.txt")) for figure in read_report(path)[1]]


def gold(name: str) -> list[Row]:
    with (GOLD / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", half_width(text)).replace("，", ",").replace("：", ":")


def said(figure: Figure) -> Row:
    """A figure in the words of the gold tables, but for its indicator."""
    measure = {"count": "amount", "decline": "growth", "average_decline": "average_growth"}
    years = sorted({figure.first_year, figure.last_year})
    period = "-".join(map(str, years)) + (f":{figure.months.removesuffix('月')}" if figure.months else "")
    value = f"{figure.value:g}" + ("" if figure.high is None else f"-{figure.high:g}")
    return {
        "measure": measure.get(figure.measure, figure.measure),
        "period": period,
        "mode": figure.mode,
        "value": value,
        "unit": figure.unit,
        "qualifier": figure.qualifier,
    }


def agrees(row: Row, figure: Figure) -> bool:
    value = "-".join(f"{float(part):g}" for part in row["value"].split("-"))
    expected = {key: row[key] for key in ("measure", "period", "mode", "unit", "qualifier")}
    return said(figure) == {**expected, "value": value}


def test_sample_report_reaches_the_gold_table() -> None:
    text, figures = sample()
    rows, free = gold("sample_figures.tsv"), list(range(len(figures)))
    missed: list[Row] = []
    for row in rows:
        size = len(row["snippet"]) + 12
        for i in free:
            figure = figures[i]
            near = squeezed(text[max(0, figure.value_start - size) : figure.value_end + size])
            named = all(normalize_indicator(key) in figure.indicator for key in row["indicator"].split("+"))
            if agrees(row, figure) and named and squeezed(row["snippet"]) in near:
                free.remove(i)
                break
        else:
            missed.append(row)
    required = [row for row in rows if row["required"] == "yes"]
    recall = 1 - len([row for row in missed if row["required"] == "yes"]) / len(required)
    precision = 1 - len(free) / len(figures)
    assert len(required) >= 150
    assert recall >= 0.95, missed
    assert precision >= 0.97, [figures[i] for i in free]


@needs_national
def test_national_reports_reach_the_gold_table() -> None:
    missed = []
    for row in gold("national_figures.tsv"):
        figures = read_report(NATIONAL / f"{row['report']}.txt")[1]
        name = normalize_indicator(row["indicator"])
        exact = name in known_indicators()
        if not any(
            agrees(row, f) and (f.indicator == name if exact else name in f.indicator) for f in figures
        ):
            missed.append(row)
    assert len(missed) <= 0.03 * len(gold("national_figures.tsv")), missed


def told_of(indicator: str) -> list[Figure]:
    return [f for f in national() if f.indicator == indicator]


@needs_national
def test_gdp_targets_and_results_have_no_error() -> None:
    rows = course(told_of("生产总值"), "growth", report_years(national()))
    assert [row.year for row in rows] == list(range(2003, 2022))
    assert {r.year: r.target and (r.target.value, r.target.high) for r in rows} == GDP_TARGETS
    assert {r.year: r.actual and r.actual.value for r in rows} == GDP_RESULTS
    assert all(r.target is None or r.target.report == str(r.year) for r in rows)
    assert all(r.actual is None or r.actual.report == str(r.year + 1) for r in rows)


@needs_national
def test_no_yearly_growth_of_gdp_contradicts_the_reports() -> None:
    for figure in told_of("生产总值"):
        if figure.measure == "growth" and figure.first_year == figure.last_year:
            stated = {"target": GDP_TARGETS[figure.first_year], "actual": GDP_RESULTS[figure.first_year]}
            value = (figure.value, figure.high) if figure.mode == "target" else figure.value
            assert stated[figure.mode] == value, figure


def of(
    text: str, years: Iterable[int] = (2024,), mode: str = "actual", given: int = 2025
) -> tuple[Figure, ...]:
    section = Section(
        0,
        0,
        len(text),
        len(text),
        1,
        "一、",
        ("一、",),
        tuple(years),
        "target" if mode == "target" else "actual",
    )
    return extract(text, (section,), "r", given).figures


def rows_of(figures: Iterable[Figure]) -> list[tuple[str, str, str, str, float, str]]:
    return [(f.indicator, f.measure, f.mode, f.period, f.value, f.unit) for f in figures]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "全年完成地区生产总值１２３４．５亿元，比上年增长５．８％。",
            [
                ("生产总值", "amount", "actual", "2024年", 1234.5, "亿元"),
                ("生产总值", "growth", "actual", "2024年", 5.8, "%"),
            ],
        ),
        (
            "城乡居民人均可支配收入分别达到52345元、26780元，分别增长4.8%和6.5%。",
            [
                ("城镇居民人均可支配收入", "amount", "actual", "2024年", 52345, "元"),
                ("农村居民人均可支配收入", "amount", "actual", "2024年", 26780, "元"),
                ("城镇居民人均可支配收入", "growth", "actual", "2024年", 4.8, "%"),
                ("农村居民人均可支配收入", "growth", "actual", "2024年", 6.5, "%"),
            ],
        ),
        (
            "森林覆盖率由44.1%提高到45.6%，较上年提高1.5个百分点。",
            [
                ("森林覆盖率", "share", "actual", "2024年", 45.6, "%"),
                ("森林覆盖率", "rise", "actual", "2024年", 1.5, "个百分点"),
            ],
        ),
        (
            "1—10月，规上工业增加值增长9.2%，总量居全省第三位。",
            [
                ("规模以上工业增加值", "growth", "actual", "2024年1—10月", 9.2, "%"),
                ("规模以上工业增加值", "rank", "actual", "2024年1—10月", 3, "位"),
            ],
        ),
        (
            "引进亿元以上项目100个，总投资560亿元。",
            [
                ("引进亿元以上项目", "count", "actual", "2024年", 100, "个"),
                ("引进亿元以上项目总投资", "amount", "actual", "2024年", 560, "亿元"),
            ],
        ),
        (
            "预计全年外贸进出口增长一倍，单位GDP能耗下降3.2%。",
            [
                ("进出口总额", "growth", "expected", "2024年", 100, "%"),
                ("单位生产总值能耗", "decline", "expected", "2024年", 3.2, "%"),
            ],
        ),
        (
            "淘汰钢铁产能2700万吨、水泥产能1亿3千多万吨，新农合参保人数达到8.32亿。",
            [
                ("淘汰钢铁产能", "amount", "actual", "2024年", 2700, "万吨"),
                ("淘汰水泥产能", "amount", "actual", "2024年", 13_000, "万吨"),
                ("新农合参保人数", "amount", "actual", "2024年", 83_200, "万人"),
            ],
        ),
        ("粮食总产达8.6亿斤。", [("粮食产量", "amount", "actual", "2024年", 43, "万吨")]),
        ("“十三五”期间，地区生产总值年均增长7.2%。",
         [("生产总值", "average_growth", "cumulative", "2016—2020年", 7.2, "%")]),
        ("截至去年底，全市市场主体总量突破二十万户。",
         [("市场主体总量", "amount", "actual", "2024年", 20, "万户")]),
    ],
)  # fmt: skip
def test_what_a_review_states(text: str, expected: list[tuple[str, str, str, str, float, str]]) -> None:
    assert rows_of(of(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("地区生产总值增长5%—6%。", [("生产总值", "growth", "target", "2025年", 5, "%")]),
        ("城镇新增就业2.5万人以上。", [("城镇新增就业", "amount", "target", "2025年", 2.5, "万人")]),
        ("力争到2027年全区经济总量突破1500亿元。",
         [("生产总值", "amount", "target", "2027年", 1500, "亿元")]),
        ("今后五年，经济年均增长6.5%左右。",
         [("生产总值", "average_growth", "target", "2025—2029年", 6.5, "%")]),
        ("去年财政赤字为3000亿元。", [("财政赤字", "amount", "actual", "2024年", 3000, "亿元")]),
        ("今年经济增长预期目标为7%左右。", [("生产总值", "growth", "target", "2025年", 7, "%")]),
    ],
)  # fmt: skip
def test_what_a_plan_states(text: str, expected: list[tuple[str, str, str, str, float, str]]) -> None:
    assert rows_of(of(text, (2025,), "target")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "地区生产总值、财政收入分别增长5.6%和增加3.2亿元。",
            [("生产总值", "growth", 5.6), ("财政收入", "rise", 3.2)],
        ),
        (
            "全县地区生产总值、一般公共预算收入分别增长5.6%、达到12.3亿元。",
            [("生产总值", "growth", 5.6), ("一般公共预算收入", "amount", 12.3)],
        ),
        (
            "固定资产投资、社会消费品零售总额、进出口总额分别增长7.2%、5.1%和下降3.4%。",
            [
                ("固定资产投资", "growth", 7.2),
                ("社会消费品零售总额", "growth", 5.1),
                ("进出口总额", "decline", 3.4),
            ],
        ),
        (
            "城镇新增就业、财政收入分别为1.2万人、30亿元。",
            [("城镇新增就业", "amount", 1.2), ("财政收入", "amount", 30)],
        ),
        ("地区生产总值、财政收入分别增长5.6%、3.2亿元。", []),
        (
            "高新技术企业新增70家、达420家，新能源汽车产量增长9%、达3万辆。",
            [
                ("新增高新技术企业", "count", 70),
                ("高新技术企业", "count", 420),
                ("新能源汽车产量", "growth", 9),
                ("新能源汽车产量", "count", 30_000),
            ],
        ),
        ("财政收入突破4000亿元、达到4211亿元。", [("财政收入", "amount", 4211)]),
        ("财政收入完成4000亿元、达到4211亿元。", []),
        (
            "主要预期目标:经济增长6%左右,县域生产总值突破270亿元。",
            [("生产总值", "growth", 6), ("生产总值", "amount", 270)],
        ),
        ("地区生产总值、财政收入、税收收入分别增长5.6%和增加3.2亿元。", []),
    ],
)
def test_each_name_has_its_own_number(text: str, expected: list[tuple[str, str, float]]) -> None:
    section = Section(0, 0, len(text), len(text), 1, "回顾", ("回顾",), (2024,), "actual")
    figures = extract(text, [section], "report", 2025).figures
    assert [(f.indicator, f.measure, f.value) for f in figures] == expected


def test_the_growth_of_what_is_expected_is_expected_too() -> None:
    told = of("生产总值预计完成55亿元，同比增长10%左右；财政收入预计6亿元，税收收入增长3%。")
    assert [(f.indicator, f.mode) for f in told] == [
        ("生产总值", "expected"),
        ("生产总值", "expected"),
        ("财政收入", "expected"),
        ("税收收入", "actual"),
    ]


def test_an_amount_that_is_compared_with_a_year_is_of_the_last_year() -> None:
    text = "零售总额完成44.9亿元，比2011年增长84.5%；公共预算收入达到9亿元；重点项目累计完成投资178.6亿元。"
    told = of(text, range(2012, 2017), given=2017)
    assert [(f.measure, f.first_year, f.mode) for f in told] == [
        ("amount", 2016, "actual"),
        ("growth", 2012, "cumulative"),
        ("amount", 2016, "actual"),
        ("amount", 2012, "cumulative"),
    ]


def test_ranges_and_qualifiers_are_kept() -> None:
    (growth,) = of("地区生产总值增长6%－6.5%左右。", (2025,), "target")
    assert (growth.value, growth.high, growth.qualifier) == (6, 6.5, "左右")
    assert growth.written == "6%－6.5%左右"
    (jobs,) = of("城镇新增就业不低于 900 万人。", (2025,), "target")
    assert (jobs.qualifier, jobs.written) == ("不低于", "不低于 900 万人")


@pytest.mark.parametrize(
    "text",
    [
        "深入实施“24165”工作体系，轨道交通6号线和7号线顺利推进。",
        "办好12345市民服务热线，推动637研究所做大做强。",
        "抓好以下六个方面工作，四大片区加快建设。",
        "去年全国没有实现年初确定的单位国内生产总值能耗降低4%的目标。",
        "经济增长连续四年达到10%。",
        "化学需氧量、二氧化硫排放量由上年分别增长5.6%和13.1%，情况好转。",
        "中央财政安排100亿元，这项补助每人每年提高30元。",
    ],
)
def test_what_is_no_figure_or_unsure_is_left_out(text: str) -> None:
    assert of(text) == ()


def test_unsure_figures_are_counted() -> None:
    text = "完成投资320亿元，占年度计划的110%。"
    section = Section(0, 0, len(text), len(text), 1, "一、", ("一、",), (2024,), "actual")
    extraction = extract(text, (section,), "r", 2025)
    assert (extraction.figures, extraction.skipped) == ((), 2)


def test_without_section_or_year_only_dated_clauses_are_figures() -> None:
    assert extract("地区生产总值增长5%。", (), "r", None).figures == ()
    (figure,) = extract("2019年地区生产总值增长5%。", (), "r", 2025).figures
    assert (figure.first_year, figure.mode, figure.section) == (2019, "actual", ())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("一千三百六十一万", 13_610_000),
        ("十四亿", 1_400_000_000),
        ("七点五", 7.5),
        ("三百零二", 302),
        ("两万五千", 25_000),
    ],
)
def test_chinese_numerals(written: str, value: float) -> None:
    assert float(to_decimal(written)) == value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("4500万美元", 0.45, "亿美元"),
        ("1.2万亿元", 12_000, "亿元"),
        ("3200余万元", 0.32, "亿元"),
        ("11759元", 11_759, "元"),
        ("1361万人", 1361, "万人"),
        ("百分之七点五", 7.5, "%"),
        ("八成以上", 80, "%"),
        ("３．６７万件", 36_700, "件"),
        ("66.7万公顷", 1000.5, "万亩"),
        ("35微克/立方米", 35, "微克/立方米"),
    ],
)
def test_quantities_in_the_unit_all_reports_line_up_in(text: str, value: float, unit: str) -> None:
    (quantity,) = find_quantities(half_width(text))
    assert (pytest.approx(quantity.value), quantity.unit) == (value, unit)


@pytest.mark.parametrize(
    ("name", "indicator"),
    [
        ("GDP", "生产总值"),
        ("全市地区生产总值增长", "生产总值"),
        ("国内生产总值", "生产总值"),
        ("CPI", "居民消费价格"),
        ("居民消费价格总水平涨幅", "居民消费价格"),
        ("新增城镇就业", "城镇新增就业"),
        ("社零", "社会消费品零售总额"),
        ("规上工业增加值", "规模以上工业增加值"),
        ("单位国内生产总值能耗", "单位生产总值能耗"),
        ("没有人听说过的指标", "没有人听说过的指标"),
    ],
)
def test_names_are_made_one(name: str, indicator: str) -> None:
    assert normalize_indicator(name) == indicator
    assert normalize_indicator(indicator) == indicator


def test_a_course_has_a_gap_where_no_report_says_it() -> None:
    told = [
        *of("国内生产总值增长6.6%。", (2018,), given=2019),
        *of("国内生产总值增长6%。", (2019,), "target", given=2019),
        *of("国内生产总值增长6%以上。", (2021,), "target", given=2021),
    ]
    [(measure, rows)] = courses(told, report_years(told)).items()
    assert measure == "growth"
    filled = cells(told, report_years(told))[measure]
    assert set(filled) == {(2018, "actual"), (2019, "target"), (2021, "target")}
    assert [f.value for own in filled.values() for f in own] == [6.6, 6, 6]
    assert [(r.year, r.target and r.target.value, r.actual and r.actual.value) for r in rows] == [
        (2018, None, 6.6),
        (2019, 6, None),
        (2020, None, None),
        (2021, 6, None),
    ]
    assert course(told, "amount", report_years(told)) == []


@pytest.mark.parametrize(
    ("title", "opening", "turned"),
    [
        ("一、“十四五”时期和2025年工作回顾", "2025年，是收官之年。", True),
        ("一、五年来的工作", "刚刚过去的2025年，我们迎难而上。", True),
        ("一、五年来的工作", "2025年，全县一场大雪。", False),
        ("一、五年来的工作", "五年来，我们迎难而上。", False),
    ],
)
def test_a_chapter_on_several_years_turns_to_its_last(title: str, opening: str, turned: bool) -> None:
    text = f"生产总值增长9.9%。\n{opening}\n生产总值增长5.5%。\n五年来，成就很大。\n财政收入增长8.8%。"
    section = Section(
        0, 0, len(text), len(text), 1, title, (title,), (2021, 2022, 2023, 2024, 2025), "actual"
    )
    told = {f.written: (f.first_year, f.last_year) for f in extract(text, (section,), "r", 2026).figures}
    last_year, years = (2025, 2025), (2021, 2025)
    assert told == {"9.9%": years, "5.5%": last_year if turned else years, "8.8%": years}


def test_a_fall_is_negative_when_compared() -> None:
    assert signed(of("单位GDP能耗下降3%。")[0]) == -3


def test_marks_of_notes_are_no_part_of_names_and_part_no_figure_from_its_name() -> None:
    told = of("地区生产总值［28］412亿元，增长［3］6.2%。研发投入强度②达到2.1%。")
    assert [(f.indicator, f.measure, f.written) for f in told] == [
        ("生产总值", "amount", "412亿元"),
        ("生产总值", "growth", "6.2%"),
        ("研发经费投入强度", "share", "2.1%"),
    ]


def test_every_figure_is_a_slice_of_its_report() -> None:
    text, figures = sample()
    for figure in figures:
        assert text[figure.value_start : figure.value_end] == figure.written
        assert figure.start <= figure.value_start < figure.value_end <= figure.end
        assert "\n" not in text[figure.start : figure.end]
    assert [f.value_end for f in figures] == sorted(f.value_end for f in figures)


PIECES = st.sampled_from(
    re.findall(
        r"\n|\S+| ",
        "地区生产总值 增长 达到 由 提高到 分别 和 、 ， 。 ； 的 等 第三位 居全市 5% １２．５％\n"
        "3.2万人 1,200亿元 一千二百万 翻一番 6%—7% 以上 约 2024年 去年 到2030年 “十五”时期 五年来 "
        "1-11月 预计 项目 45个 （ ） 每 比2002年 ．",
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_any_text_gives_slices_of_itself(text: str) -> None:
    section = Section(0, 0, len(text), len(text), 1, "一、", ("一、",), (2024,), "actual")
    assert len(half_width(text)) == len(text)
    for figure in extract(text, (section,), "r", 2025).figures:
        assert text[figure.value_start : figure.value_end] == figure.written
        assert 0 <= figure.start <= figure.value_start < figure.value_end <= figure.end <= len(text)
        assert figure.first_year <= figure.last_year
        assert figure.indicator


LOCAL = ROOT / "../shared/data/local"
needs_local = pytest.mark.skipif(not LOCAL.is_dir(), reason="the local reports are not here")


def compared(rows: list[Row], text: str, figures: list[Figure]) -> tuple[list[Row], list[Figure]]:
    """The rows that no figure agrees with, and the figures that are in none."""
    free, missed = list(figures), []
    for row in rows:
        size = len(row["snippet"]) + 12
        for figure in free:
            near = squeezed(text[max(0, figure.value_start - size) : figure.value_end + size])
            named = all(normalize_indicator(key) in figure.indicator for key in row["indicator"].split("+"))
            if agrees(row, figure) and named and squeezed(row["snippet"]) in near:
                free.remove(figure)
                break
        else:
            missed.append(row)
    return missed, free


@needs_local
def test_local_reports_reach_the_gold_table() -> None:
    missed: list[Row] = []
    wrong: list[Figure] = []
    found = 0
    rows = gold("local_figures.tsv")
    for report in dict.fromkeys(row["report"] for row in rows):
        text, figures = read_report(next(LOCAL.glob(f"*/{report}.*")))
        for opening in dict.fromkeys(row["paragraph"] for row in rows if row["report"] == report):
            lines = re.finditer(r"[^\n]+", text)
            place = next(line for line in lines if squeezed(opening) in squeezed(line[0]))
            own = [f for f in figures if place.start() <= f.value_start < place.end()]
            told = [row for row in rows if (row["report"], row["paragraph"]) == (report, opening)]
            lacking, free = compared(told, text, own)
            missed += [row for row in lacking if row["required"] == "yes"]
            wrong += free
            found += len(own)
    required = sum(row["required"] == "yes" for row in rows)
    assert len(rows) >= 400
    assert 1 - len(wrong) / found >= 0.97, [(f.report, f.name, f.measure, f.mode, f.written) for f in wrong]
    assert 1 - len(missed) / required >= 0.88, missed


def test_the_city_report_keeps_its_figures() -> None:
    text, found = read_report(ROOT / "benchmarks" / "questions" / "city.txt")
    rows, free = gold("city_figures.tsv"), list(found)
    missed = []
    for row in rows:
        for figure in free:
            near = squeezed(text[max(0, figure.start - 2) : figure.value_end + 2])
            if agrees(row, figure) and figure.indicator == row["indicator"] and row["snippet"] in near:
                free.remove(figure)
                break
        else:
            missed.append(row)
    assert len(rows) >= 290
    assert len(missed) <= 0.03 * len(rows), missed
    assert len(free) <= 0.03 * len(found), [(f.name, f.written) for f in free]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.新增公办学位1.8万个。", [("新增公办学位", 18_000)]),  # a list's number is no part of the name
        ("城镇调查失业率平均为5.1%。", [("城镇调查失业率", 5.1)]),
        ("甲港货物吞吐量7820万吨、增长9.1%，集装箱吞吐量116万标箱、增长14.6%。",
         [("甲港货物吞吐量", 7820), ("甲港货物吞吐量", 9.1), ("集装箱吞吐量", 116), ("集装箱吞吐量", 14.6)]),
        ("电子、石化两大主导产业产值分别达到864亿元、712亿元。", [("电子产值", 864), ("石化产值", 712)]),
        ("市属国企由13家整合为8家，资产总额增长11.7%。", [("市属国企", 8), ("市属国企资产总额", 11.7)]),
        ("新建长者食堂90家、居家适老化改造2400户。", [("新建长者食堂", 90), ("居家适老化改造", 0.24)]),
        ("第一、第三产业增加值分别增长3.1%、5.1%。", [("第一产业增加值", 3.1), ("第三产业增加值", 5.1)]),
        ("生产总值增长6.5%;一般公共预算收入增长5%。", [("生产总值", 6.5), ("一般公共预算收入", 5)]),
        ("平均利率比上年下降42个基点。", [("利率", 42)]),
        ("日处理能力由1200吨提升到", []),  # the new value is cut off
        ("建成120万吨丙烷脱氢装置。", []),  # how large, not how many
        ("反馈的17个问题整改完成15个。", []),  # two numbers of one name
        ("新开工幼儿园10所，其中6所建成投入使用。", [("新开工幼儿园", 10)]),
        ("甲、乙产值分别达到10亿元、20亿元，合计占全市规上工业的61.6%。", [("甲产值", 10), ("乙产值", 20)]),
    ],
)  # fmt: skip
def test_a_name_is_whole_or_the_figure_is_left_out(text: str, expected: list[tuple[str, float]]) -> None:
    assert [(f.indicator, f.value) for f in of(text)] == expected

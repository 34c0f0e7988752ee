"""Questions for a figure's course over years: which they are, and the table they get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import Encoder, Library
from qa import Answer, Assistant
from qa.answers.series import answer_series
from qa.types import Table
from qa.understanding.question import parse
from tests.conftest import FakeEncoder

REPORT = """{place}{year}年政府工作报告
——{year}年1月10日在{place}第八届人民代表大会第二次会议上
{place}长 李明
各位代表：
现在，我代表{place}人民政府，向大会报告工作，请予审议。
一、{last}年工作回顾
{last}年，全{kind}地区生产总值增长{grown}%。粮食产量{grain}万吨。城镇新增就业{jobs}万人。
二、{year}年工作安排
{year}年的主要预期目标是：地区生产总值增长{goal}%左右，城镇新增就业{wanted}万人以上。
"""
FIGURES = {
    2019: (6.1, 50.2, 1.2, 6.5, 1.1),
    2020: (6.3, 51, 1.3, 6, 1),
    2021: (2.2, 52.5, 0.9, 7, 1.2),
    2022: (7.4, 53.1, 1.25, 5.5, 1.3),
}


def written(place: str, year: int) -> str:
    grown, grain, jobs, goal, wanted = FIGURES[year]
    text = REPORT.format(
        place=place, kind=place[-1], year=year, last=year - 1,
        grown=grown, grain=grain, jobs=jobs, goal=goal, wanted=wanted,
    )  # fmt: skip
    return text.replace(f"地区生产总值增长{goal}%左右，", "") if year == 2021 else text


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Four years of one county, two of another."""
    folder = tmp_path_factory.mktemp("course")
    names = [("柳河县", year) for year in FIGURES] + [("槐山县", 2021), ("槐山县", 2022)]
    files = []
    for place, year in names:
        files.append(folder / f"{place}{year}.txt")
        files[-1].write_text(written(place, year), encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(files)
    return library


def asked(library: Library, question: str, reports: list[str] | None = None) -> Answer | None:
    return answer_series(library.snapshot(), parse(question), reports)


def cells(answer: Answer | None) -> list[tuple[int, str, str]]:
    """The rows as (year, target, result), a gap as ``-``; the contract of every cell is checked."""
    assert answer is not None
    assert answer.table is not None
    found = [cell for row in answer.table.rows for cell in (row.target, row.actual) if cell]
    assert [cell.mark for cell in found] == list(range(1, len(answer.citations) + 1))
    for cell in found:
        assert cell.text in answer.citations[cell.mark - 1].quote
    return [
        (row.year, row.target.text if row.target else "-", row.actual.text if row.actual else "-")
        for row in answer.table.rows
    ]


LIU = [f"柳河县{year}" for year in FIGURES]


def test_targets_and_results_side_by_side(library: Library) -> None:
    answer = asked(library, "柳河县历年GDP增长多少？")
    assert cells(answer) == [
        (2018, "-", "6.1%"),
        (2019, "6.5%左右", "6.3%"),
        (2020, "6%左右", "2.2%"),
        (2021, "-", "7.4%"),
        (2022, "5.5%左右", "-"),
    ]
    assert answer.table.title == "生产总值·增长"


def test_every_cell_is_a_citation_of_the_text(library: Library) -> None:
    answer = asked(library, "柳河县历年GDP增长多少？")
    assert answer is not None
    for number, c in enumerate(answer.citations, 1):
        text = library.text(c.report)
        assert text[c.start : c.end] == c.text
        assert "……".join(c.text[a:b] for a, b in c.quote_spans) == c.quote
        assert f"{c.quote}。[{number}]" in answer.text
    assert [c.report for c in answer.citations] == [
        "柳河县2019", "柳河县2019", "柳河县2020", "柳河县2020", "柳河县2021", "柳河县2022", "柳河县2022",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("柳河县历年GDP增长目标", "2019 6.5%左右 -|2020 6%左右 -|2021 - -|2022 5.5%左右 -"),
        ("柳河县2018到2020年经济增速实际分别是多少", "2018 - 6.1%|2019 - 6.3%|2020 - 2.2%"),
        ("柳河县近两年粮食产量", "2020 - 52.5万吨|2021 - 53.1万吨"),
        (
            "柳河县2020年以来新增城镇就业的变化",
            "2020 1万人以上 0.9万人|2021 1.2万人以上 1.25万人|2022 1.3万人以上 -",
        ),
        (
            "柳河县2019年、2020年和2021年城镇新增就业目标分别是多少万人？",
            "2019 1.1万人以上 -|2020 1万人以上 -|2021 1.2万人以上 -",
        ),
        (
            "柳河县“十三五”期间历年粮食总产",
            "2016 - -|2017 - -|2018 - 50.2万吨|2019 - 51万吨|2020 - 52.5万吨",
        ),
    ],
)
def test_the_years_and_the_side_asked_for(library: Library, question: str, expected: str) -> None:
    assert "|".join(f"{y} {t} {r}" for y, t, r in cells(asked(library, question))) == expected


def test_several_places_get_their_own_rows(library: Library) -> None:
    answer = asked(library, "历年粮食产量")
    assert cells(answer) == [
        (2018, "-", "50.2万吨"), (2019, "-", "51万吨"), (2020, "-", "52.5万吨"), (2021, "-", "53.1万吨"),
        (2020, "-", "52.5万吨"), (2021, "-", "53.1万吨"),
    ]  # fmt: skip
    assert [row.place for row in answer.table.rows] == ["柳河县"] * 4 + ["槐山县"] * 2


def test_only_the_reports_asked(library: Library) -> None:
    assert cells(asked(library, "历年粮食产量", LIU[2:])) == [
        (2020, "-", "52.5万吨"),
        (2021, "-", "53.1万吨"),
    ]
    assert asked(library, "历年粮食产量", LIU[3:]) is None
    assert asked(library, "历年粮食产量", []) is None


@pytest.mark.parametrize(
    "question",
    [
        "2020年粮食产量是多少？",
        "2020年和2021年粮食产量相比怎么样？",
        "粮食产量目标和实际差多少？",
        "2018到2021年一共生产粮食多少万吨？",
        "历年办理了多少件人大代表建议？",
        "近年来有哪些粮食政策？",
        "2020年报告里历年粮食产量是多少？",
        "历年钢铁产量",
        "为什么粮食产量历年变化这么大？",
        "柳川县历年粮食产量",
    ],
)
def test_other_questions_are_left_alone(library: Library, question: str) -> None:
    assert asked(library, question) is None


def test_the_assistant_answers_with_the_table(library: Library) -> None:
    answer = Assistant(library).ask("柳河县历年城镇新增就业是多少？")
    assert (answer.answered, answer.shape) == (True, "table")
    assert isinstance(answer.table, Table)
    told = json.loads(json.dumps(answer.to_dict()))
    assert told["table"]["rows"][0] == {
        "year": 2018,
        "target": None,
        "actual": {"text": "1.2万人", "mark": 1, "note": ""},
        "place": "",
    }
    plain = Assistant(library).ask("柳河县2020年粮食产量是多少？")
    assert plain.table is None


def test_an_expected_result_says_so(tmp_path: Path, fake_encoder: Encoder) -> None:
    (tmp_path / "a.txt").write_text(
        written("柳河县", 2020).replace("全县地区生产总值增长", "预计全县地区生产总值增长"), encoding="utf-8"
    )
    library = Library.open(tmp_path / "library", encoder=fake_encoder)
    library.add([tmp_path / "a.txt"])
    answer = asked(library, "这些年GDP增速怎么变的")
    assert [row.actual and (row.actual.text, row.actual.note) for row in answer.table.rows] == [
        ("6.3%", "预计"),
        None,
    ]


@pytest.fixture(scope="module")
def national(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library.open(tmp_path_factory.mktemp("national") / "library", encoder=FakeEncoder())
    library.add(sorted((shared / "data" / "national").glob("20[12]*.txt")))
    return library


def test_no_question_of_the_development_set_becomes_a_table(shared: Path, national: Library) -> None:
    """Facts, lists and comparisons of two sides keep their own shape, also where figures would fit."""
    for name in ("tianqiao_dev", "national_dev"):
        for line in (shared / "eval" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            assert asked(national, json.loads(line)["question"]) is None


def test_national_growth_targets(national: Library) -> None:
    assert cells(asked(national, "2016到2021年GDP增长目标分别是多少")) == [
        (2016, "6.5%—7%", "-"), (2017, "6.5%左右", "-"), (2018, "6.5%左右", "-"),
        (2019, "6%－6.5%", "-"), (2020, "-", "-"), (2021, "6%以上", "-"),
    ]  # fmt: skip


def test_a_word_of_an_indicator_is_no_place(national: Library) -> None:
    assert cells(asked(national, "2015、2016和2018年棚户区改造分别是多少万套")) == [
        (2015, "580万套", "601万套"), (2016, "600万套", "600多万套"), (2018, "-", "620多万套"),
    ]  # fmt: skip


def test_a_table_as_text_has_a_row_a_year_and_marks_behind_its_figures(library: Library) -> None:
    answer = asked(library, "柳河县历年GDP增长")
    assert answer is not None
    assert answer.table is not None
    heads, *body = answer.table.grid()
    assert heads == ["年份", "目标", "实绩"]
    assert [row[0] for row in body] == [str(row.year) for row in answer.table.rows]
    written = [
        cell and f"{cell.note}{cell.text}[{cell.mark}]"
        for row in answer.table.rows
        for cell in (row.target, row.actual)
    ]
    assert [cell for row in body for cell in row[1:]] == [cell or "" for cell in written]


def test_without_a_year_the_newest_report_tells_and_every_other_year_is_offered(library: Library) -> None:
    answer = Assistant(library).ask("柳河县粮食产量是多少？")
    assert "53.1万吨" in answer.text
    assert (answer.assumed_year, set(answer.other_years)) == (2021, {2018, 2019, 2020, 2022})


def test_two_places_are_answered_side_by_side_and_a_third_is_said_to_be_missing(library: Library) -> None:
    answer = Assistant(library).ask("柳河县和槐山县的主要任务分别是什么？")
    assert {c.report[:3] for c in answer.citations} <= {"柳河县", "槐山县"}
    missing = Assistant(library).ask("柳河县、槐山县和山东省的主要预期目标分别是什么？")
    assert any("山东" in part and "未收录" in part for part in missing.unanswered)


LONG = range(2009, 2023)


@pytest.fixture(scope="module")
def long_course(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Fourteen years of one county: more than ten."""
    folder = tmp_path_factory.mktemp("long")
    files = [folder / f"{year}.txt" for year in LONG]
    for year, path in zip(LONG, files, strict=True):
        told = REPORT.format(
            place="柳河县", kind="县", year=year, last=year - 1,
            grown=year - 2005 + 0.5, grain=50, jobs=1, goal=year - 2005, wanted=1,
        )  # fmt: skip
        path.write_text(told, encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(files)
    return library


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("柳河县2009年到2021年的GDP增速", range(2009, 2022)),
        ("09年至21年柳河县GDP增速", range(2009, 2022)),
        ("柳河县二〇〇九年到二〇二一年GDP增速", range(2009, 2022)),
        ("柳河县2010年以来的GDP增速", range(2010, 2023)),
        ("柳河县近十二年GDP增速", range(2011, 2023)),
    ],
)
def test_ranges_longer_than_ten_years_are_told_whole(
    long_course: Library, question: str, years: range
) -> None:
    answer = asked(long_course, question)
    assert answer is not None
    assert answer.table is not None
    assert [row.year for row in answer.table.rows] == list(years)

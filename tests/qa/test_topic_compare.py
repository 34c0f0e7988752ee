"""One subject in two reports of a place: what both say, what is new, what is said no longer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import Library, Passage, ReportInfo
from qa import Assistant
from qa.answers.groups import label
from qa.answers.relevance import FEATURES, Scored
from qa.answers.topic import Statement, _fitting
from qa.answers.topic_compare import _aligned
from qa.retrieval import clauses_of
from tests.conftest import FakeEncoder

OPENING = "槐山县人民政府县长 张明\n各位代表：\n现在，我代表县人民政府向大会报告工作，请予审议。\n"
SAID = {
    2023: "新建幼儿园4所，新增幼儿园学位900个。义务教育学校教师招聘210人。建成校园足球场12块。",
    2024: "新建幼儿园6所，新增幼儿园学位1300个。义务教育学校教师招聘260人。县职业教育中心新校区投入使用。",
}
"""Of both years the nurseries and the teachers; of the first alone the football fields, of the second the centre."""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("compare")
    paths: list[Path] = []
    for year, said in SAID.items():
        text = (
            f"{year + 1}年槐山县政府工作报告\n——{year + 1}年1月20日在槐山县第九届人民代表大会上\n{OPENING}"
            f"一、{year}年工作回顾\n"
            f"工业经济持续向好。规上工业增加值增长6%，新增规上企业18家，工业投资增长9.1%，园区建成标准厂房9万平方米。\n"
            f"教育事业加快发展。{said}\n"
            f"二、{year + 1}年工作安排\n"
            f"着力抓好交通。新改建农村公路80公里，建成公交站亭40座，县城至高铁站快速路开工建设。\n"
        )
        paths.append(folder / f"槐山县{year + 1}.txt")
        paths[-1].write_text(text, encoding="utf-8")
    library = Library.open(folder / "library")
    library.add(paths)
    return Assistant(library)


def test_like_faces_like_and_what_is_new_or_gone_is_marked(assistant: Assistant) -> None:
    answer = assistant.ask("这几年教育有什么变化？")
    assert answer.shape == "compare"
    said = {group.title: "".join(c.quote for c in group.citations) for group in answer.groups}
    [new] = [title for title in said if "新说到" in title]
    [gone] = [title for title in said if "后来没有再说" in title]
    [both] = [title for title in said if title.endswith("都说到")]
    assert both.index("2024") < both.index("2025")
    assert -1 < said[both].find("4所") < said[both].find("6所")
    assert "2025" in new
    assert "县职业教育中心新校区" in said[new]
    assert "2024" in gone
    assert "足球场12块" in said[gone]


PLACES = {
    "柳河县": "新建幼儿园4所，新增幼儿园学位900个。义务教育学校教师招聘210人。学校食堂改造11个。",
    "槐山县": "教育经费投入2亿元。学校食堂改造7个。义务教育学校教师招聘60人。幼儿园新增学位300个。",
}
"""The same things in another order."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("places")
    paths: list[Path] = []
    for place, said in PLACES.items():
        text = (
            f"2025年{place}政府工作报告\n——2025年1月20日在{place}第九届人民代表大会上\n"
            f"{OPENING.replace('槐山县', place)}一、2024年工作回顾\n教育事业加快发展。{said}\n"
            f"二、2025年工作安排\n着力抓好交通。新改建农村公路80公里，建成公交站亭40座。\n"
        )
        paths.append(folder / f"{place}.txt")
        paths[-1].write_text(text, encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(paths)
    return Assistant(library)


def test_two_places_stand_beside_each_other(places: Assistant) -> None:
    answer = places.ask("柳河县和槐山县的教育怎么样")
    assert answer.shape == "compare"
    one, other = answer.groups
    assert ("柳河县" in one.title) != ("柳河县" in other.title)
    assert all("教师招聘" in "".join(c.quote for c in group.citations) for group in answer.groups)
    assert len(answer.text.splitlines()) == 2


@pytest.mark.parametrize("question", ["柳河县和槐山县怎么抓教育", "柳河县跟槐山县的教育情况怎么样"])
def test_each_side_says_its_place_and_year_and_like_faces_like(places: Assistant, question: str) -> None:
    """What both say comes first, in the same order on both sides."""
    answer = places.ask(question)
    assert answer.shape == "compare"
    titles = [group.title for group in answer.groups]
    assert sorted(titles) == ["《2025年柳河县政府工作报告》", "《2025年槐山县政府工作报告》"]
    sides = answer.text.splitlines()
    both = [thing for thing in ("教师招聘", "学校食堂改造", "幼儿园") if all(thing in side for side in sides)]
    assert len(both) > 1
    assert sorted(both, key=sides[0].find) == sorted(both, key=sides[1].find)


def test_a_third_place_without_a_report_is_said_to_be_missing(places: Assistant) -> None:
    answer = places.ask("柳河县、槐山县和青石县的教育怎么样")
    assert answer.shape == "compare"
    assert len(answer.groups) == 2
    assert answer.unanswered == ("青石县（未收录这个地方的报告）",)


def test_a_side_is_named_where_its_title_names_neither_place_nor_year() -> None:
    told = {"place": "甲县", "date": "2025-01-20", "years_reviewed": (2024,), "years_planned": (2025,)}
    info = ReportInfo(id="x", title="工作报告", issuer="", speaker="", pages=None, passages=1, characters=9, source="x.txt", sha256="", **told)  # type: ignore[arg-type]  # fmt: skip
    assert label(info) == "《2025年甲县工作报告》"


def test_statements_that_are_alike_come_first_in_the_same_order() -> None:
    one, other = (
        [_statement(said) for said in texts]
        for texts in (
            ["新建公园5座", "招聘教师210人", "新增养老床位5万张"],
            ["建设养老床位2000张", "修路7公里", "教师招聘60人"],
        )
    )
    aligned = [[[s.text for s in told] for told in side] for side in _aligned(one, other)]
    assert aligned == [
        [["招聘教师210人", "新增养老床位5万张"], ["新建公园5座"]],
        [["教师招聘60人", "建设养老床位2000张"], ["修路7公里"]],
    ]


def _scored(text: str, years: tuple[int, ...] = ()) -> Scored:
    passage = Passage("r", 0, len(text), text, (), None, None, years, "target", False)
    return Scored(0, passage, clauses_of(text)[0], np.zeros(len(FEATURES), np.float32), False)


def _statement(text: str) -> Statement:
    return Statement((_scored(text),), 0.0, 0.0)


@pytest.mark.parametrize(("of_the_year", "of_five"), [(3, 3), (1, 9)])
def test_a_years_plan_is_told_without_the_five_years_beside_it(of_the_year: int, of_five: int) -> None:
    """Unless the year's own parts are too small to be the plan: then the part headed by the five years holds it."""
    year = [_scored("新建公园5座", (2026,))] * of_the_year
    five = [_scored("建设现代化强省", (2026, 2027, 2028, 2029, 2030))] * of_five
    fitting = _fitting([*year, *five], "target", 2026).tolist()
    assert fitting[: len(year)] == [1.0] * len(year)
    assert set(fitting[len(year) :]) == ({0.0} if of_the_year == of_five else {1.0})


def test_a_topic_asked_of_no_several_years_is_no_comparison(assistant: Assistant) -> None:
    assert assistant.ask("教育方面做了哪些工作？").shape == "topic"

"""Subjects in other words than the report's, and subjects that it does not speak of; whose places a question names."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Encoder, Library
from qa import Assistant
from qa.answers import Asking, meaning
from qa.answers.relevance import spoken_of_by_name
from qa.answers.scope import with_own_places
from qa.understanding import parse
from tests.conftest import FakeEncoder

REPORT = """{year}年{place}政府工作报告
——{year}年1月20日在{place}第九届人民代表大会上
{place}人民政府县长 张明
各位代表：
现在，我代表县人民政府向大会报告工作，请予审议。
一、{last}年工作回顾
教育事业加快发展。新建幼儿园4所，新增幼儿园学位900个，招聘义务教育教师210人。
{place}平安稳定。常态化开展扫黑除恶斗争，打掉恶势力团伙3个，破获电信诈骗案件85起，追回赃款600万元。
二、{year}年工作安排
着力抓好交通。新改建农村公路80公里，建成公交站亭40座，县城至高铁站快速路开工建设。
着力抓好和平稳定。化解信访积案21件，培训网格员300人。
"""
PLACES = (("柳河县", 2025), ("柳河县", 2024), ("和平县", 2025))


def _over_the_reports(folder: Path, encoder: Encoder | None = None) -> Assistant:
    paths = [folder / f"{place}{year}.txt" for place, year in PLACES]
    for (place, year), path in zip(PLACES, paths, strict=True):
        path.write_text(REPORT.format(place=place, year=year, last=year - 1), encoding="utf-8")
    library = Library.open(folder / "library", encoder=encoder)
    library.add(paths)
    return Assistant(library)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Under the default model: what is meant is told by it."""
    return _over_the_reports(tmp_path_factory.mktemp("meaning"))


@pytest.mark.parametrize(("subject", "said"), [("打黑", "扫黑除恶"), ("修马路", "农村公路80公里")])
def test_a_subject_in_other_words_is_told(assistant: Assistant, subject: str, said: str) -> None:
    report = "柳河县2025"
    assert not spoken_of_by_name(assistant.library.snapshot(), report, subject)
    answer = assistant.ask(subject, reports=[report])
    assert answer.answered
    assert said in answer.text


@pytest.mark.parametrize("subject", ["大熊猫", "核电站", "茶叶", "航母"])
@pytest.mark.parametrize("form", ["{}", "{}方面做了哪些工作"])
def test_what_no_report_speaks_of_is_refused(assistant: Assistant, subject: str, form: str) -> None:
    answer = assistant.ask(form.format(subject))
    assert not answer.answered
    assert answer.refusal_reason == "not_covered"


def test_few_reports_are_read_with_a_subject(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(meaning, "MOST_READ", 1)
    monkeypatch.setattr(meaning, "_read", lambda snapshot, info, subject: read.append(info.id) or -4.0)
    assistant.ask("大熊猫")
    assert len(set(read)) == len(read) == 1


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return _over_the_reports(tmp_path_factory.mktemp("own_places"), FakeEncoder())


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("柳河去年教育怎么样", ("柳河",)),
        ("柳河县教育怎么样", ("柳河县",)),
        ("怎么维护和平稳定", ()),  # every report says it: no name of 和平县
        ("教育怎么样", ()),
    ],
)
def test_a_place_of_the_library_is_known_without_its_suffix(
    places: Assistant, question: str, named: tuple[str, ...]
) -> None:
    asking = with_own_places(Asking(parse(question), places.library.snapshot()))
    assert asking.question.places == named


def test_an_answer_is_of_the_place_named_without_its_suffix(places: Assistant) -> None:
    answer = places.ask("柳河教育")
    assert {c.report for group in answer.groups for c in group.citations} == {"柳河县2025"}


def test_each_of_several_questions_is_of_the_place_that_the_first_names(places: Assistant) -> None:
    answer = places.ask("柳河县教育怎么抓？公路建了多少公里？月球基地什么时候建？")
    assert {c.report for group in answer.groups for c in group.citations} == {"柳河县2025"}
    assert "月球基地什么时候建" in answer.unanswered
    parted = places.ask("柳河县建了几所幼儿园，修几公里路，月球基地怎么样")
    assert parted.shape == "several"
    assert "4所" in parted.text

"""Which reports speak of a subject is told by the index as by reading them; each clause is told from its tokens."""

from __future__ import annotations

import numpy as np
import pytest

from index import Library, Snapshot
from qa.answers.relevance import (
    SPOKEN_OF,
    SPOKEN_OF_NEARBY,
    _late,
    reports_saying,
    reports_speaking_of,
    score_clauses,
)
from qa.retrieval import clauses_of
from tests.conftest import FakeEncoder

TOLD = {
    "甲县": "新建学校5所，义务教育入学率达到99%。举办教育集团3个。",
    "乙县": "新增病床200张。医疗卫生服务能力提升。",
    "丙县": "建成5g基站300个，城市和建设管理水平提高。",
    "丁县": "粮食产量30万吨。发展养殖，扩大林果。",
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("relevance")
    for place, told in TOLD.items():
        (folder / f"{place}.txt").write_text(f"{place}2024年政府工作报告\n一、回顾\n{told}\n", "utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add(sorted(folder.glob("*.txt")))
    return library.snapshot()


@pytest.mark.parametrize("subject", ["教育", "医疗卫生", "5g", "城市建设", "林果养殖", "航天", "", "上学"])
def test_no_report_that_speaks_of_a_subject_is_left_out(snapshot: Snapshot, subject: str) -> None:
    read = [
        info.id
        for info in snapshot.reports
        if score_clauses(snapshot, info.id, subject, (SPOKEN_OF, SPOKEN_OF_NEARBY))
    ]
    told = [info.id for info in reports_speaking_of(snapshot, snapshot.reports, subject)]
    assert set(read) <= set(told)


@pytest.mark.parametrize(("subject", "place"), [("教育", "甲县"), ("医疗卫生", "乙县"), ("粮食产量", "丁县")])
def test_reports_that_do_not_speak_of_it_are_not_read(snapshot: Snapshot, subject: str, place: str) -> None:
    assert [info.place for info in reports_speaking_of(snapshot, snapshot.reports, subject)] == [place]


def test_reports_that_may_say_most_of_some_words(snapshot: Snapshot) -> None:
    pairs = {"粮食", "食产", "产量", "学校"}
    assert [info.place for info in reports_saying(snapshot, snapshot.reports, pairs, 0.7)] == ["丁县"]
    assert len(list(reports_saying(snapshot, snapshot.reports, pairs, 0.0))) == len(TOLD)


def test_a_clause_is_as_like_a_subject_as_its_nearest_tokens() -> None:
    """Against the definition, clause by clause; a passage without tokens is like nothing."""
    random = np.random.default_rng(3)
    texts = ["新建学校5所，改造道路12条。", "没有词元的一段话在这里。", "财政收入增长百分之五，用于民生。"]
    parts = [clauses_of(text) for text in texts]
    ends = [list(range(1, len(text) + 1, 2)) for text in texts]
    by_token = [random.normal(size=(len(e), 3)).astype(np.float32) for e in ends]
    by_token[1] = by_token[1][:0]
    expected = []
    for found, own_ends, own in zip(by_token, ends, parts, strict=True):
        for clause in own:
            held = [
                row for row, end in zip(found, own_ends, strict=False) if clause.start < end <= clause.end
            ]
            expected.append(np.max(held, axis=0).mean() if held else 0.0)
    np.testing.assert_allclose(_late(by_token, ends, parts), expected, rtol=1e-6)

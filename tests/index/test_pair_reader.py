"""The shipped reader: what it says of pairs, and where."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoders import PairReading, load_reader
from index.encoders.pair_reader import _KEPT

CONTEXT = "清河县2018年政府工作报告 2017年 回顾 一、2017年工作回顾"
SCHOOLS = "全年新建改扩建学校25所，13名教师获评国家级、省级荣誉。医疗卫生事业加快发展，新建区医院门诊楼。"
AIR = "坚持生态优先，PM2.5平均浓度下降15%，空气质量优良天数达到230天。"


def read(question: str, *texts: str) -> list[PairReading]:
    return load_reader().read(question, [(CONTEXT, text) for text in texts])


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [("去年建了几所学校？", SCHOOLS, AIR), ("空气好的日子有多少天？", AIR, SCHOOLS)],
)
def test_a_passage_that_answers_scores_higher(question: str, right: str, wrong: str) -> None:
    yes, no = read(question, right, wrong)
    assert yes.score > 0 > no.score


@pytest.mark.parametrize("question", ["感冒发烧吃什么药好得快", "2011年建了几所学校？"])
def test_what_is_not_said_scores_low(question: str) -> None:
    assert max(one.score for one in read(question, SCHOOLS, AIR)) < 0


def test_the_clause_that_answers_is_marked() -> None:
    [one] = read("去年建了几所学校？", SCHOOLS)
    end = SCHOOLS.index("，")
    inside = one.ends <= end
    assert one.answer[inside].max() > one.answer[~inside].max()
    assert one.clause[inside].mean() > one.clause[~inside].mean()


def test_a_reading_does_not_depend_on_what_is_read_beside_it() -> None:
    [alone] = read("去年建了几所学校？", SCHOOLS)
    beside = read("去年建了几所学校？", AIR, SCHOOLS, SCHOOLS * 5, "。", AIR * 3)[1]
    assert beside.score == alone.score
    assert np.array_equal(alone.ends, beside.ends)
    assert read("去年建了几所学校？") == []


def test_many_threads_read_alike() -> None:
    expected = read("空气怎么样？", AIR)[0].score
    with ThreadPoolExecutor(8) as pool:
        assert [one[0].score for one in pool.map(lambda _: read("空气怎么样？", AIR), range(16))] == [
            expected
        ] * 16


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=900))
def test_marks_lie_within_the_text(question: str, text: str) -> None:
    question, text = (t.encode("utf-8", "ignore").decode() for t in (question, text))
    [one] = read(question, text)
    assert len(one.ends) == len(one.clause) == len(one.answer)
    assert (np.diff(one.ends) >= 0).all()
    assert not len(one.ends) or (one.ends[0] >= 0 and one.ends[-1] <= len(text))
    assert np.isfinite(one.score)


def test_what_was_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = load_reader()
    runs: list[int] = []
    infer = reader._requests.infer
    monkeypatch.setattr(reader._requests, "infer", lambda batch: runs.append(len(batch[0])) or infer(batch))
    first = read("学校建了几所呢？", SCHOOLS, AIR)
    again = read("学校建了几所呢？", AIR, AIR * 2, SCHOOLS)
    assert again[0] is first[1]
    assert again[2] is first[0]
    assert sum(runs) == 3


def test_no_more_readings_are_kept_than_said() -> None:
    reader = load_reader()
    for n in range(0, _KEPT + 40, 40):
        read("空气怎么样？", *(f"{i}，{AIR}" for i in range(n, n + 40)))
    assert len(reader._kept) == _KEPT

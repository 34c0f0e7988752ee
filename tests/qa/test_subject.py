"""What a broad question is about, and the things that it names."""

from __future__ import annotations

import pytest

from qa.answers.topic import subjects_named
from qa.understanding import parse, subject_of, without_names


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("养老方面做了哪些事，今年还有什么打算", "养老"),
        ("中药材市场", "中药材市场"),
        ("农村厕所这两年怎么弄的？", "农村厕所"),
        ("职教中心迁建得怎么样了", "职教中心迁建"),
        ("是否已经市市通高铁？", "市市通高铁"),
        ("实事求是", "实事求是"),
    ],
)
def test_the_subject_of_a_question(question: str, subject: str) -> None:
    assert subject_of(parse(question)) == subject


def test_a_county_of_one_character_is_no_part_of_the_subject() -> None:
    assert without_names("唐县、困难和问题", ["唐县 2020年唐县政府工作报告"], ["唐县"]) == "困难和问题"


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("农村公路和危房、饮水", ["农村公路和危房、饮水", "农村公路", "危房", "饮水"]),
        ("大气、水和土壤污染", ["大气、水和土壤污染"]),
        ("养老服务", ["养老服务"]),
    ],
)
def test_the_things_that_a_subject_names(subject: str, named: list[str]) -> None:
    assert subjects_named(subject) == named

"""One subject in two reports of a place: what both say, what is new, what is said no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Library
from qa import Assistant

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
    assert "4所" in said["两份报告都说到"]
    assert "6所" in said["两份报告都说到"]
    assert "2025" in new
    assert "县职业教育中心新校区" in said[new]
    assert "2024" in gone
    assert "足球场12块" in said[gone]


def test_a_topic_asked_of_no_several_years_is_no_comparison(assistant: Assistant) -> None:
    assert assistant.ask("教育方面做了哪些工作？").shape == "topic"

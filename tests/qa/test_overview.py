"""All that is said on a subject: gathered from its parts, in the time asked; other questions are not taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Encoder, Library, Snapshot
from qa import Answer, Assistant
from qa.answers import Asking, topic
from qa.answers.scope import MOST_REPORTS, reports_for
from qa.understanding import parse
from tests.conftest import assistant_over
from tests.index.states import write_report


@pytest.fixture(scope="module")
def assistant(sample_library: Path) -> Assistant:
    return Assistant.open(sample_library)


def grounded(assistant: Assistant, answer: Answer) -> None:
    """Every citation stands where it says, and every group holds the answer's own citations."""
    for n, c in enumerate(answer.citations, 1):
        assert assistant.library.text(c.report)[c.start : c.end] == c.text
        assert c.quote == "……".join(c.text[a:b] for a, b in c.quote_spans)
        assert n <= len(answer.citations)
    assert {c for group in answer.groups for c in group.citations} <= set(answer.citations)


@pytest.mark.parametrize(
    ("question", "part", "said"),
    [
        ("2025年在教育方面有哪些安排？", "二、2025年工作安排", "新增学位3700个"),
        ("2024年乡村振兴方面做了哪些工作？", "一、2024年工作回顾", "乡村"),
        ("今年乡村振兴方面有什么安排", "二、2025年工作安排", "乡村"),
    ],
)
def test_a_topic_is_told_from_its_part_of_the_report(
    assistant: Assistant, question: str, part: str, said: str
) -> None:
    answer = assistant.ask(question)
    assert answer.answered
    assert answer.shape == "topic"
    assert {c.section[0] for g in answer.groups for c in g.citations} <= {part, "三、全面加强政府自身建设"}
    assert said in answer.text
    assert len(answer.text) > 80
    grounded(assistant, answer)


def test_a_topic_with_no_time_is_told_of_both_years(assistant: Assistant) -> None:
    answer = assistant.ask("招商引资")
    assert len(answer.groups) >= 2
    assert (
        answer.text.count("\n")
        == sum(
            any(f"[{answer.citations.index(c) + 1}]" in answer.text for c in g.citations)
            for g in answer.groups
        )
        - 1
    )
    grounded(assistant, answer)


def test_the_tasks_are_the_headings(assistant: Assistant) -> None:
    answer = assistant.ask("2025年重点抓哪几个方面的工作？")
    assert answer.shape == "tasks"
    assert len(answer.citations) == 6
    assert all(c.quote.startswith("着力") for c in answer.citations)
    grounded(assistant, answer)


def test_the_points_of_a_chapter_are_its_headings(assistant: Assistant) -> None:
    [group] = assistant.ask("政府自身建设要从哪几个方面抓？").groups
    quotes = [c.quote for c in group.citations]
    assert [quote[:2] for quote in quotes] == ["始终"] * 4


def test_all_problems_are_told(assistant: Assistant) -> None:
    answer = assistant.ask("还存在哪些问题？")
    assert answer.shape == "problems"
    for said in ("重大产业项目偏少", "产城融合度不高", "城市面貌有待提升"):
        assert said in answer.text
    grounded(assistant, answer)


def test_problems_are_those_owned_up_to_not_the_hard_times_overcome(tmp_path: Path) -> None:
    text = (
        "溪山县2016年政府工作报告\n一、2015年工作回顾\n"
        "过去一年，面对不少困难和挑战，我们迎难而上。在下行压力下生产总值增长7%，出口突破3亿元，粮食取得丰收，"
        "财政收入稳定增长，学校建成3所，医院建成2所，就业保持稳定，化解风险隐患9处。\n"
        "同时，我们清醒看到，前进道路上还有不少困难和问题。主要是：增长的动力尚待增强，部分行业产能过剩，污染严重。\n"
        "二、2016年工作安排\n新建学校3所。\n"
    )
    answer = assistant_over(tmp_path, text).ask("还存在哪些问题？")
    assert answer.shape == "problems"
    assert "产能过剩" in answer.text
    assert "粮食" not in answer.text


def test_a_summary_has_figures_and_the_outline(assistant: Assistant) -> None:
    answer = assistant.ask("这份报告主要讲了什么？")
    assert answer.shape == "summary"
    assert "地区生产总值增长4%" in answer.text
    assert "地区生产总值增长5.6%" in answer.text
    assert "着力推进产业升级" in answer.text
    grounded(assistant, answer)


def test_several_questions_are_each_answered_or_said_not_to_be(assistant: Assistant) -> None:
    answer = assistant.ask("2024年社会消费品零售总额是多少？月球基地什么时候建成？")
    assert answer.answered
    assert "464亿元" in answer.text
    assert answer.unanswered == ("月球基地什么时候建成",)


@pytest.mark.parametrize("question", ["你好", "谢谢", "你能做什么", "？？？", "👍"])
def test_courtesies_are_no_refusal(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question, history=["2024年社会消费品零售总额是多少？"])
    assert answer.shape == "help"
    assert not answer.citations
    assert "可以这样问" in answer.text


@pytest.mark.parametrize("question", ["2030年教育方面有什么安排", "青岛市教育方面有哪些工作"])
def test_what_the_library_does_not_hold_is_refused(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert not answer.answered
    assert answer.refusal_reason == "not_in_library"


def test_a_broad_question_reads_few_of_many_reports(
    tmp_path: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(tmp_path / "library", encoder=fake_encoder)
    library.add([write_report(tmp_path / f"{n}.txt", f"{n}号县", n) for n in range(MOST_REPORTS + 4)])
    read: list[str] = []
    every: set[str] = set()
    text, outline, score = Snapshot.text, Snapshot.outline, topic.score_clauses
    monkeypatch.setattr(Snapshot, "text", lambda self, report: read.append(report) or text(self, report))
    monkeypatch.setattr(
        Snapshot, "outline", lambda self, report: read.append(report) or outline(self, report)
    )
    monkeypatch.setattr(
        topic,
        "score_clauses",
        lambda snapshot, report, *given: read.append(report) or score(snapshot, report, *given),
    )
    for question in (
        "航天方面做了哪些工作？",
        "重点任务有哪些？",
        "还有哪些不足？",
        "学位方面做了哪些工作？",
    ):
        read.clear()
        Assistant(library).ask(question)
        assert len(set(read)) <= MOST_REPORTS, question
        every |= set(read)
    assert every


def test_of_many_reports_those_that_speak_of_a_subject_are_asked(
    tmp_path: Path, fake_encoder: Encoder
) -> None:
    """The oldest alone speaks of it, behind more reports than a broad question reads."""
    for n in range(MOST_REPORTS + 2):
        told = "航天产业园开工建设，卫星工厂投产。" if n == 0 else "粮食产量稳定，新建学校5所。"
        (tmp_path / f"{n}.txt").write_text(f"甲县{2010 + n}年政府工作报告\n一、工作回顾\n{told}\n", "utf-8")
    library = Library.open(tmp_path / "library", encoder=fake_encoder)
    library.add(sorted(tmp_path.glob("*.txt")))
    asking = Asking(parse("航天方面做了哪些工作？"), library.snapshot())
    assert [info.id for info in reports_for(asking, "航天")] == ["0"]
    assert "0" not in [info.id for info in reports_for(asking)]


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("2025年重点工作有哪些？", "着力稳定经济增长"),
        ("2024年重点工作有哪些？", "全力以赴抓项目"),
        ("去年重点抓了哪几个方面的工作", "全力以赴抓项目"),
    ],
)
def test_the_work_of_a_year_behind_is_what_was_done(
    assistant: Assistant, question: str, heading: str
) -> None:
    answer = assistant.ask(question)
    assert answer.shape == "tasks"
    assert answer.citations[0].quote.startswith(heading)

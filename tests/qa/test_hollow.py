"""No hollow quote, whatever is asked of whichever report: every way of answering, over the reports at hand.

The reports are ranked by a fake encoder, no reader reads and nothing is refused for want of confidence, so that
passages are quoted which the product would not choose: their quotes must be whole too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Library
from index.text import normalize
from qa import Answer, Assistant
from qa.answers import fact, router, topic
from qa.answers.outline import bare_title
from qa.understanding import quantities
from tests.conftest import ROOT, FakeEncoder

OTHERS = 2
"""Reports beside the repository that `make test` reads, each a second or two; `make explore` reads all."""
SUBJECTS = ("教育", "养老", "交通", "招商引资", "医疗卫生")
TEMPLATES = (
    "{}", "{}方面做了哪些工作？", "今年{}有什么打算？", "{}进展如何？", "列出{}办了哪些实事", "{}有哪些项目？",
    "有没有提到{}？", "{}是谁负责？", "{}什么时候完成？", "{}增长了多少？", "{}存在哪些问题？", "{}方便了吗？",
    "{}重点抓哪几个方面的工作？", "历年{}变化", "{}投资多少？教育呢？",
)  # fmt: skip
WHOLE = (
    "今年重点抓哪几个方面的工作？", "还存在哪些问题？", "这份报告主要讲了什么？", "列出去年办了哪些民生实事",
    "主要预期目标有哪些？", "获得了哪些荣誉？", "修了哪几条路？", "建成了几所学校？", "有多少个村脱贫了？",
    "政府自身建设要从哪几个方面抓？", "总结去年的工作，顺便告诉我今年的任务",
)  # fmt: skip
OF_HEADINGS = ("tasks", "summary", "several", "compare")
"""The shapes of answers that may tell headings, each linked to its section."""
FOLLOWS = re.compile(r"(?:如下|以下[^，。；：]{0,14}|下列[^，。；：]{0,10})[，。；：、\s]*$")


class Read(NamedTuple):
    """A report in a library of its own, its text and the letters of its headings."""

    assistant: Assistant
    text: str
    headings: tuple[str, ...]
    titles: frozenset[str]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Read]]:
    """The repository's reports, and ``OTHERS`` of those beside it (all when exploring) where they are."""
    paths = [ROOT / "reports" / "tianqiao-2025.txt", ROOT / "benchmarks" / "questions" / "city.txt"]
    beside = sorted((ROOT.parent / "shared" / "data").glob("local/[cp]*/*.txt"))
    exploring = not settings().derandomize
    paths += beside if exploring else random.Random(0).sample(beside, min(OTHERS, len(beside)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fact, "reread", lambda one, ranked, snapshot: ranked)
        patch.setattr(fact, "threshold", lambda: -1.0)
        yield [read(path, tmp_path_factory.mktemp("library")) for path in paths]


def read(path: Path, folder: Path) -> Read:
    library = Library.open(folder, encoder=FakeEncoder())
    [report] = library.add([path])
    headings = [s.title for s in library.snapshot().outline(report.id) if s.title and not s.continued]
    titles = frozenset(letters(t) for title in headings for t in (title, bare_title(title)))
    return Read(Assistant(library), library.text(report.id), tuple(map(bare_title, headings)), titles)


@lru_cache(maxsize=10_000)
def letters(text: str) -> str:
    return "".join(re.findall(r"[\w%％]", normalize(text)))


def hollow(answer: Answer, question: str, report: Read) -> list[str]:
    """The quotes of the answer's text that say nothing by themselves."""
    found = []
    marked = answer.text  # a quote may hold a mark of the report's own: 落实防控措施[6]
    for part in (part for c in answer.citations for part in c.quote.split("……")):
        marked = marked.replace(part, "")
    for n, c in enumerate(answer.citations, 1):
        if f"[{n}]" not in marked or answer.table is not None:
            continue
        end = c.start + c.quote_spans[-1][1]
        announces = report.text[end : end + 1] in ("：", ":") or FOLLOWS.search(c.quote)
        # 实施城市更新 may be a title here, and there a clause: 实施城市更新，提升道路13条。
        whole = report.text[end : end + 1] not in ("，", "；", "、")
        heading = whole and answer.shape not in OF_HEADINGS and letters(c.quote) in report.titles
        heading = heading and not (letters(c.text) == letters(c.quote) and quantities(normalize(c.quote)))
        if announces or heading or letters(c.quote) in letters(question):
            found.append(c.quote)
    return found


@given(data=st.data())
def test_no_quote_is_a_heading_an_announcement_or_an_echo(reports: list[Read], data: st.DataObject) -> None:
    report = data.draw(st.sampled_from(reports))
    subject = data.draw(st.sampled_from((*SUBJECTS, *(title[:10] for title in report.headings))))
    question = data.draw(st.sampled_from((*TEMPLATES, *WHOLE))).format(subject)
    answer = report.assistant.ask(question)
    assert not answer.answered or hollow(answer, question, report) == []


def test_without_the_check_hollow_quotes_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The property above can fail: each kind of hollow quote is told once nothing keeps it out."""
    report = read(ROOT / "reports" / "tianqiao-2025.txt", tmp_path)
    monkeypatch.setattr(fact, "reread", lambda one, ranked, snapshot: ranked)
    monkeypatch.setattr(fact, "threshold", lambda: -1.0)
    questions = [*WHOLE[-4:], *(title[:10] for title in report.headings[:8])]
    assert [q for q in questions if hollow(report.assistant.ask(q), q, report)] == []
    monkeypatch.setattr(router, "without_hollow_quotes", lambda told, *_: told)
    monkeypatch.setattr(fact, "completed", lambda passage, spans: spans)
    monkeypatch.setattr(topic, "is_hollow", lambda *_: False)
    assert [q for q in questions if hollow(report.assistant.ask(q), q, report)] != []

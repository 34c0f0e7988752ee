"""HTTP and MCP return the whole answer: its groups, what was not answered, the other years."""

from __future__ import annotations

import json

import gradio as gr

from qa import Answer, Assistant
from qa.types import Citation, Group
from ui.api import endpoints

CITATION = Citation("建成水厂3座。", "建成水厂3座", ((0, 6),), "2025", "报告", ("一",), None, None, 0, 7, 1.0)
ANSWER = Answer(
    "水厂", True, "建成水厂3座。[1]", [CITATION], assumed_year=2025, other_years=(2023, 2024), shape="topic",
    groups=(Group("《报告》", (CITATION,)),), unanswered=("月球基地",),
)  # fmt: skip


class Told(Assistant):
    """Answers everything the same."""

    def __init__(self) -> None:
        pass

    def ask(self, *_: object, **__: object) -> Answer:
        return ANSWER


def test_the_endpoint_carries_all_of_an_answer_as_json() -> None:
    with gr.Blocks() as page:
        endpoints(Told())
    [ask] = [fn for fn in page.fns.values() if fn.api_name == "ask"]
    said = json.loads(json.dumps(ask.fn("水厂", 5, None), ensure_ascii=False))
    assert said["groups"][0]["title"] == "《报告》"
    assert said["groups"][0]["citations"][0]["quote"] == "建成水厂3座"
    assert said["unanswered"] == ["月球基地"]
    assert said["other_years"] == [2023, 2024]
    assert Answer.from_dict(said) == ANSWER

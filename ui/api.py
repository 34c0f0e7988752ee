"""What other programs may call, over HTTP, ``gradio_client`` and MCP: ask, search, list_reports.

The docstrings are what those programs' users read, hence Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from index import QuestionError, WenbaoError
from qa import Assistant
from ui.console import MOST_CITATIONS

T = TypeVar("T")

AT_ONCE = 8
"""Calls that run at the same time; the others wait in the queue."""


class Page(gr.Blocks):
    """``gr.Blocks`` whose endpoints may be called over HTTP with their leading arguments only."""

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        inputs.extend(block.value for block in block_fn.inputs[len(inputs) :])
        super().validate_inputs(block_fn, inputs)


def endpoints(assistant: Assistant) -> None:
    """Declares the three named endpoints inside the current ``gr.Blocks``."""

    def ask(question: str, top_k: int = 5, reports: list[str] | None = None) -> dict[str, Any]:
        """就已收录的政府工作报告提问，返回逐字引用的回答和每条引用的出处（章节、页码、位置）。

        报告没有说的会拒答（answered 为 false），不会编造。宽泛的问题按 groups 分组（title、citations），没有答到的部分列在 unanswered。

        Args:
            question: 中文问题，如“2024年社会消费品零售总额是多少？”
            top_k: 引用不足这么多条时，用相近的段落补足，1 到 100；答案引用到的总会全部返回
            reports: 只问这些报告（编号见 list_reports）；不填则问全部
        """
        return _said(lambda: assistant.ask(question, _bounded(top_k), reports).to_dict())

    def search(query: str, top_k: int = 10, reports: list[str] | None = None) -> list[dict[str, Any]]:
        """在已收录的政府工作报告中按语义和字词检索，返回最相关的原文段落，最相关的在前；只检索，不作答，也不拒答。

        Args:
            query: 要找的内容
            top_k: 返回几段，1 到 100
            reports: 只在这些报告中找（编号见 list_reports）；不填则找全部
        """
        return _said(lambda: [c.to_dict() for c in assistant.retrieve(query, _bounded(top_k), reports)])

    def list_reports() -> list[dict[str, Any]]:
        """列出已收录的报告：编号、标题、地点、日期、回顾和部署的年份、页数。"""
        return _said(lambda: [report.to_dict() for report in assistant.library.reports()])

    for function in (ask, search, list_reports):
        gr.api(function, api_name=function.__name__, queue=False)  # type: ignore[attr-defined]


def speak_json(page: gr.Blocks) -> None:
    """Makes the launched page's MCP tools answer in JSON, where Gradio would give Python's ``repr``."""
    from mcp.types import TextContent

    def as_json(data: list[Any], _root_url: str) -> list[TextContent]:
        return [TextContent(type="text", text=json.dumps(output, ensure_ascii=False)) for output in data]

    assert page.mcp_server_obj is not None
    page.mcp_server_obj.postprocess_output_data = as_json  # type: ignore[assignment]


def _bounded(top_k: Any) -> Any:
    """``top_k``, of which the rest is the assistant's to check."""
    if isinstance(top_k, int) and top_k > MOST_CITATIONS:
        raise QuestionError(f"top_k 须是 1 到 {MOST_CITATIONS} 的整数。")
    return top_k


def _said(work: Callable[[], T]) -> T:
    try:
        return work()
    except WenbaoError as error:
        raise gr.Error(str(error), print_exception=False) from error

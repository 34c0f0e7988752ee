"""What other programs may call, over HTTP, ``gradio_client`` and MCP: ask, search, list_reports.

The docstrings are what those programs' users read, hence Chinese.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from index import WenbaoError
from qa import Assistant

AT_ONCE = 8


def endpoints(assistant: Assistant) -> None:
    """Declares the three named endpoints inside the current ``gr.Blocks``."""

    def ask(question: str, top_k: int = 5, reports: list[str] | None = None) -> dict[str, Any]:
        """就已收录的政府工作报告提问，返回逐字引用的回答和每条引用的出处（章节、页码、位置）。

        报告没有说的会拒答（answered 为 false），不会编造。

        Args:
            question: 中文问题，如“2024年社会消费品零售总额是多少？”
            top_k: 最多返回几条引用，1 到 50
            reports: 只问这些报告（编号见 list_reports）；不填则问全部
        """
        return _said(lambda: assistant.ask(question, top_k=top_k, reports=reports).to_dict())

    def search(query: str, top_k: int = 10, reports: list[str] | None = None) -> list[dict[str, Any]]:
        """在已收录的政府工作报告中按语义和字词检索，返回最相关的原文段落，最相关的在前；只检索，不作答，也不拒答。

        Args:
            query: 要找的内容
            top_k: 返回几段，1 到 50
            reports: 只在这些报告中找（编号见 list_reports）；不填则找全部
        """
        return _said(lambda: [c.to_dict() for c in assistant.retrieve(query, top_k=top_k, reports=reports)])

    def list_reports() -> list[dict[str, Any]]:
        """列出已收录的报告：编号、标题、地点、日期、回顾和部署的年份、页数。"""
        return _said(lambda: [report.to_dict() for report in assistant.library.reports()])

    for function in (ask, search, list_reports):
        gr.api(function, api_name=function.__name__, concurrency_limit=AT_ONCE)


def _said(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except WenbaoError as error:
        raise gr.Error(str(error), print_exception=False) from error

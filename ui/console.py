"""What the command line prints: results on stdout, progress and failures on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from index import ReportInfo, SyncResult
    from index.types import Progress
    from qa import Answer, Citation
    from qa.types import Table

MOST_CITATIONS = 100
"""The largest ``top_k`` on the command line, over HTTP and MCP."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr that counts as ``progress(done, total, label)`` is called; none in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("准备……", total=None)

        def progress(done: int, total: int, label: str) -> None:
            bar.update(task, completed=done, total=total, description=label)

        yield progress


def print_json(value: Any) -> None:
    """One JSON object on stdout, in ASCII where stdout cannot hold Chinese."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    print(text)


def print_summary(result: SyncResult) -> None:
    """What was done on stdout, what failed and why on stderr."""
    for sign, infos in (("新增", result.added), ("更新", result.updated), ("移除", result.removed)):
        for info in infos:
            print(f"{sign}  {report_line(info)}")
    counts = {
        "新增": result.added,
        "更新": result.updated,
        "移除": result.removed,
        "未变": result.unchanged,
        "失败": result.failed,
    }
    print(
        "，".join(f"{name} {len(items)} 份" for name, items in counts.items() if items) or "没有找到报告文件"
    )
    for file, report in result.duplicates:
        print(f"{file} 与报告“{report}”内容相同，没有重复收录。", file=sys.stderr)
    for file, reason in result.skipped:
        print(f"{file} {reason}", file=sys.stderr)
    for file, reason in result.failed:
        print(reason if file in reason else f"{file}：{reason}", file=sys.stderr)


def report_line(info: ReportInfo) -> str:
    """``id  《title》  date  26 页  180 段``, what is unknown left out."""
    from ui.messages import report_label

    pages = "" if info.pages is None else f"{info.pages} 页"
    parts = (info.id, f"《{report_label(info)}》", info.date, pages, f"{info.passages} 段")
    return "  ".join(part for part in parts if part)


def print_answer(answer: Answer) -> None:
    """The answer and its places, or the refusal and the nearest passages, clearly not an answer."""
    from ui.messages import MODES

    print(table_text(answer.table) if answer.table else answer_text(answer))
    for one in answer.figures:
        print(f"  {one.place} {one.period} {one.title} {MODES[one.mode]} {one.text}[{one.mark}]".rstrip())
    if answer.related:
        print("\n相关内容（不是答案）：")
    for number, citation in enumerate(answer.citations or answer.related, 1):
        print_citation(number, citation)


def answer_text(answer: Answer) -> str:
    """The text, that of a broad answer under its groups' titles, a line a quote; last what was not answered."""
    from ui.messages import group_texts, quotes_of

    lines = ["\n  ".join((title, *quotes_of(text))) for title, text in group_texts(answer)]
    if not lines:
        lines = quotes_of(answer.text) if answer.shape == "list" else [answer.text]
    return "\n".join([*lines, *(f"没有找到答案：{part}" for part in answer.unanswered)])


def table_text(table: Table) -> str:
    """A line a year or a place: ``2019  目标 6.5%左右[1]  实绩 6.3%[2]``, a dash for a gap."""
    lines = [table.title]
    for row in table.rows:
        told = [
            f"{head} {cell.note}{cell.text}[{cell.mark}]" if cell else f"{head} —"
            for head, cell in (("目标", row.target), ("实绩", row.actual))
        ]
        lines.append("  ".join(filter(None, (row.place, str(row.year), *told))))
    lines += [table.note] if table.note else []
    return "\n".join(lines)


def print_citation(number: int, citation: Citation) -> None:
    """Where a passage stands, then its text with the quote in bold on a terminal."""
    from ui.messages import page_text, path_text

    place = (f"《{citation.title}》", path_text(citation.section), page_text(citation))
    print(f"\n[{number}] {'  '.join(part for part in place if part)}")
    styled = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    text, end = "", 0
    for start, stop in citation.quote_spans if styled else ():
        text += citation.text[end:start] + typer.style(citation.text[start:stop], bold=True)
        end = stop
    typer.echo("    " + (text + citation.text[end:]).replace("\n", "\n    "))

"""What people said of answers, one JSON object a line in the library directory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index import StorageError, WenbaoError

VERDICTS = ("有用", "答非所问", "出处不对")
FILE = "feedback.jsonl"
LARGEST = 20_000_000
"""Bytes after which no more is kept, so that nobody can fill the disk through the page."""


def keep(directory: Path, verdict: str, turn: Mapping[str, Any]) -> None:
    """Appends a line; raises ``WenbaoError`` for an unknown verdict and ``StorageError`` on a full disk."""
    if verdict not in VERDICTS:
        raise WenbaoError(f"评价只能是{'、'.join(VERDICTS)}之一。")
    line = json.dumps(_entry(verdict, turn), ensure_ascii=False) + "\n"
    path = directory / FILE
    try:
        if path.exists() and path.stat().st_size > LARGEST:
            raise StorageError(f"评价文件已满，请先移走 {FILE} 再评价。")
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise StorageError(f"评价没有存下来，请检查报告库目录是否可写（{error.strerror}）。") from error


def _entry(verdict: str, turn: Mapping[str, Any]) -> dict[str, Any]:
    answer = turn.get("answer") or {}
    places = [
        {key: citation.get(key) for key in ("report", "start", "end", "page")}
        for citation in (answer.get("citations") or [])[:10]
    ]
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        "question": str(turn.get("question", ""))[:500],
        "understood": str(answer.get("question", ""))[:500],
        "answered": bool(answer.get("answered")),
        "text": str(answer.get("text", ""))[:2000],
        "citations": places,
    }

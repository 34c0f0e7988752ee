"""What people said of answers, one JSON object a line.

The file stands in the library's directory, or, for a library in Milvus, in the user's data directory
of the machine that serves the page, under the address.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from index import StorageError, WenbaoError
from index.store import is_address

VERDICTS = ("有用", "答非所问", "出处不对")
FILE = "feedback.jsonl"
LARGEST = 20_000_000
"""Bytes after which no more is kept, so that nobody can fill the disk through the page."""


def directory_for(library: str | os.PathLike[str]) -> Path:
    """Where the opinions on the library at a path or a Milvus address are kept.

    ``http://host:19530`` has the folder ``feedback/http-host-19530`` of the user's data.
    """
    if not is_address(library):
        return Path(library)
    name = re.sub(r"[^\w.]+", "-", str(library)).strip("-.")
    return platformdirs.user_data_path("wenbao", appauthor=False) / "feedback" / name


def keep(directory: Path, verdict: str, turn: Mapping[str, Any]) -> None:
    """Appends a line; raises ``WenbaoError`` for an unknown verdict and ``StorageError`` on a full disk."""
    if verdict not in VERDICTS:
        raise WenbaoError(f"评价只能是{'、'.join(VERDICTS)}之一。")
    line = json.dumps(_entry(verdict, turn), ensure_ascii=False) + "\n"
    path = directory / FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            raise StorageError(f"评价文件已满，请先移走 {FILE} 再评价。")
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise StorageError(f"评价没有存下来，请检查存放评价的目录是否可写（{error.strerror}）。") from error


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

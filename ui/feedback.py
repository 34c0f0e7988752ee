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

VERDICTS = ("有用", "答非所问", "出处不对", "撤回")
"""The last takes back what was said before of the same answer."""
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


def keep(directory: Path, verdict: object, turn: object, note: object = "") -> None:
    """Appends a line of bounded length.

    ``turn`` is what a browser sent, and ``note`` the right answer in the reader's words: any JSON. Raises ``WenbaoError`` for an unknown verdict or what is no
    turn, and ``StorageError`` on a full disk.
    """
    if verdict not in VERDICTS:
        raise WenbaoError(f"评价只能是{'、'.join(VERDICTS)}之一。")
    line = json.dumps(_entry(str(verdict), turn, note), ensure_ascii=False) + "\n"
    path = directory / FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size + len(line.encode()) > LARGEST:
            raise StorageError(f"评价文件已满，请先移走 {FILE} 再评价。")
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise StorageError(f"评价没有存下来，请检查存放评价的目录是否可写（{error.strerror}）。") from error


def _entry(verdict: str, turn: object, note: object) -> dict[str, Any]:
    if not isinstance(turn, dict):
        raise WenbaoError("评价要连同它所评的回答一起送来。")
    answer = turn.get("answer")
    answer = answer if isinstance(answer, dict) else {}
    cited = answer.get("citations")
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        "note": _cut(note, 500),
        "question": _cut(turn.get("question"), 500),
        "understood": _cut(answer.get("question"), 500),
        "answered": bool(answer.get("answered")),
        "text": _cut(answer.get("text"), 2000),
        "citations": [
            _place(citation)
            for citation in (cited[:10] if isinstance(cited, list) else ())
            if isinstance(citation, dict)
        ],
    }


def _place(citation: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {key: citation.get(key) for key in ("start", "end", "page")}
    return {
        "report": _cut(citation.get("report"), 200),
        **{key: n if isinstance(n, int) and abs(n) < 10**9 else None for key, n in numbers.items()},
    }


def _cut(value: object, most: int) -> str:
    """The beginning of a text, without lone surrogates, which no file can hold."""
    text = value[:most] if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode()

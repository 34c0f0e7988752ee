"""Small reports and everything that can be read of a library, to compare states exactly."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from index import Library
from tests.conftest import FakeEncoder

QUESTION = "新建学校多少所"


def write_report(path: Path, place: str, schools: int) -> Path:
    """A report of six passages that differs from others by its place and a figure."""
    body = "".join(
        f"{topic}持续改善。{place}全年{topic}工作扎实推进，投入资金{schools + i}万元，群众满意度稳步提高。\n"
        for i, topic in enumerate(("教育", "医疗", "交通", "环境"))
    )
    path.write_text(
        f"{place}政府工作报告\n——2024年1月10日在{place}第一届人民代表大会第一次会议上\n"
        f"一、2023年工作回顾\n{body}{place}新建学校{schools}所，改造老旧小区30个。\n"
        f"二、2024年工作安排\n{place}地区生产总值增长5.5%左右，城镇新增就业3万人以上。\n",
        encoding="utf-8",
    )
    return path


def state(path: Path) -> dict[str, Any]:
    """Everything a reader can get from the library at ``path``, opened afresh."""
    return read(Library.open(path, encoder=FakeEncoder()))


def read(library: Library) -> dict[str, Any]:
    """Everything a reader can get from ``library``: each part is read, so each damage is met."""
    snapshot = library.snapshot()
    rows = range(snapshot.size)
    vector = snapshot.encoder.encode_queries([QUESTION])[0]
    parts = {
        "texts": [snapshot.text(info.id) for info in snapshot.reports],
        "outlines": [snapshot.outline(info.id) for info in snapshot.reports],
        "passages": snapshot.passages(rows),
        "vectors": snapshot.vectors(rows).tobytes(),
        "dense": snapshot.search_dense(vector, 5),
        "lexical": snapshot.search_lexical(QUESTION, 5),
        "placed": [snapshot.placed_characters(info.id, page) for info in snapshot.reports for page in (1, 2)],
    }
    digests = {name: hashlib.sha256(repr(part).encode()).hexdigest() for name, part in parts.items()}
    return {"reports": {info.id: replace(info, source="") for info in snapshot.reports}, **digests}

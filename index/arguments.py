"""What programs get wrong in calling a library, told in one sentence each."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import MAXYEAR, date
from typing import Any, get_args

from index.errors import LibraryError, QuestionError, SourceError, WenbaoError
from index.figures import Mode
from index.types import Metadata

StrPath = str | os.PathLike[str]
CORRECTABLE = frozenset(field.name for field in fields(Metadata))
"""The metadata that ``Library.set_metadata`` accepts."""


def checked_place(path: Any) -> StrPath:
    """The place of a library; raises LibraryError for what is none, an empty one included."""
    if not _is_path(path) or not os.fspath(path):
        raise LibraryError("文库要写成目录的路径或 Milvus 的地址，如 library。")
    place: StrPath = path
    return place


def checked_files(files: Any) -> list[str]:
    """The paths of files and folders; raises SourceError for what is none."""
    given = [files] if isinstance(files, str | os.PathLike) else files
    listed: list[Any] = (
        list(given) if isinstance(given, Iterable) and not isinstance(given, bytes) else [None]
    )
    if not all(map(_is_path, listed)):
        raise SourceError("要收录的文件要写成路径，或路径的列表，如 ['报告.pdf']。")
    return [os.fspath(path) for path in listed]


def check_corrections(values: Mapping[str, Any]) -> None:
    """Raises WenbaoError for corrections of metadata that a library cannot take; None takes one back."""
    for key, value in values.items():
        if key not in CORRECTABLE:
            raise WenbaoError(f"没有“{key}”这一项，可以更正的项有 {'、'.join(sorted(CORRECTABLE))}。")
        if value is None:
            continue
        if key.startswith("years_"):
            if not _are_years(value):
                raise WenbaoError(f"{key} 要写成年份的列表，如 (2023, 2024)。")
        elif not isinstance(value, str) or re.search(r"[\ud800-\udfff]", value):
            raise WenbaoError(f"{key} 要写成一段文字。")
        elif key == "date" and value and not is_date(value):
            raise WenbaoError(f"日期“{value}”写得不对，应写成 2025、2025-01 或 2025-01-07。")


def check_filter(name: Any, year: Any, mode: Any) -> None:
    """Raises QuestionError for what no figure can be found by; None asks for any."""
    if not isinstance(name, str | None):
        raise QuestionError("指标的名称要写成一段文字。")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise QuestionError("年份要写成整数，如 2024。")
    if mode is not None and mode not in get_args(Mode):
        raise QuestionError(f"类型只能是 {'、'.join(get_args(Mode))} 之一。")


def is_date(text: str) -> bool:
    """``2025``, ``2025-01`` or ``2025-01-07``, each a real one."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        return False
    parts = [int(part) for part in text.split("-")]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return False
    return True


def _is_path(value: Any) -> bool:
    return isinstance(value, str | os.PathLike) and isinstance(os.fspath(value), str)


def _are_years(value: Any) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str | bytes)
        and all(
            isinstance(year, int) and not isinstance(year, bool) and 1 <= year <= MAXYEAR for year in value
        )
    )

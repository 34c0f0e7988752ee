"""What people correct of a report's recognised information, checked before the library takes it."""

from __future__ import annotations

import re
from typing import Any

from index import WenbaoError
from index.arguments import check_corrections


def correction(key: str, value: str) -> Any:
    """``value`` as ``Library.set_metadata`` takes it for ``key``; None, which takes a correction back, for ``""``.

    ``2025-01-07`` is a date, ``2024，2025`` are years. Raises WenbaoError.
    """
    text = value.strip()
    given = (_years(text) if key.startswith("years_") else text) if text else None
    check_corrections({key: given})
    return given


def _years(text: str) -> tuple[int, ...]:
    years = re.split(r"[,，、\s]+", text)
    if not all(re.fullmatch(r"\d{4}", year) for year in years):
        raise WenbaoError(f"年份“{text}”写得不对，应写成 2024 或 2023,2024。")
    return tuple(map(int, years))

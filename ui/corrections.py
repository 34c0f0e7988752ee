"""What people correct of a report's recognised information, checked before the library takes it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from index import WenbaoError
from index.library import CORRECTABLE


def correction(key: str, value: str) -> Any:
    """``value`` as ``Library.set_metadata`` takes it for ``key``; None, which takes a correction back, for ``""``.

    ``2025-01-07`` is a date, ``2024，2025`` are years. Raises WenbaoError.
    """
    if key not in CORRECTABLE:
        raise WenbaoError(f"没有“{key}”这一项，可以更正的项有 {'、'.join(sorted(CORRECTABLE))}。")
    value = value.strip()
    if not value:
        return None
    if key == "date" and not _is_date(value):
        raise WenbaoError(f"日期“{value}”写得不对，应写成 2025、2025-01 或 2025-01-07。")
    if not key.startswith("years_"):
        return value
    years = re.split(r"[,，、\s]+", value)
    if not all(re.fullmatch(r"\d{4}", year) for year in years):
        raise WenbaoError(f"年份“{value}”写得不对，应写成 2024 或 2023,2024。")
    return tuple(map(int, years))


def _is_date(text: str) -> bool:
    """``2025``, ``2025-01`` or ``2025-01-07``, each a real one."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        return False
    parts = [int(part) for part in text.split("-")]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return False
    return True

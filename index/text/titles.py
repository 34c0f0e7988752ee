"""What a report is called: its title, with the year and the place where the title lacks them."""

from __future__ import annotations

import re

from index.text.time_expressions import YEAR, report_year
from index.types import ReportInfo

# 2022年成都市…公报 (of 2023), …第十个五年计划纲要, 中华人民共和国公司法
# 2022年公报; not 公报
_DATED = re.compile(f"{YEAR}年|五年|(?:法|条例|规定|办法|细则)$")


def report_label(report: ReportInfo) -> str:
    """The title with the year and the place in front where the title itself lacks them; the id where it has none."""
    title, year = report.title or report.id, report_year(report)
    known = year is None or _DATED.search(title) or str(year) in title
    place = "" if report.place[-3:] in title or report.place == "全国" else report.place
    return f"{'' if known else f'{year}年'}{place}{title}"

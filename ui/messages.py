"""Small shared words of the page: report labels, places, and text made safe to show."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from index import ReportInfo
from index.figures import Mode
from index.text import CIRCLED_ITEM, FULL_WIDTH, HAN_NUMERAL
from index.text import report_label as report_label
from index.text import report_year as year_of_report
from qa import Answer, Citation

STALE_PAGE = "这个页面已经过期，请刷新后再操作。"
INTERNAL = "系统内部出错了，请重试；若一再出现，请把运行窗口里的报错发给维护者。"
SAME_CONTENT = "与报告《{label}》内容相同，没有重复收录。"
CANCELLED = "已取消"
STOPPED = "服务停止了，这一项没有做完，请重新操作。"
NOT_READY = "模型没有准备好，暂时不能回答：{reason}"
NO_REPORTS_SELECTED = "没有勾选任何报告，请在提问框下选择要问的报告。"

MODES: Mapping[Mode, str] = {"target": "目标", "actual": "实绩", "expected": "预计", "cumulative": "多年累计"}
"""What kinds of figure are called."""

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_VISIBLE = {
    **{code: 0x2400 + code for code in range(32) if code not in (9, 10)},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *_BIDI), 0xFFFD),
}


# ２０２５, １，２００; not 甲，乙
_FULL_WIDTH = re.compile(
    r"[０-９．％＋－]+|(?<=[０-９])，(?=[０-９])"
)  # １，２００．５％, and no other comma


def show(text: str) -> str:
    """``text`` escaped for HTML (attributes too), each control or bidi character made visible.

    One character stands for one character, so offsets into the shown text equal those of ``text``.
    """
    return html.escape(text.translate(_VISIBLE))


def half_width_digits(text: str) -> str:
    """``１２．５％`` → ``12.5%``, to be compared in a table; a quote stays as written."""
    return _FULL_WIDTH.sub(lambda found: found[0].translate(FULL_WIDTH), text)


def report_year(report: ReportInfo) -> str:
    """The year a reader would name the report by, or ``""``."""
    return str(year_of_report(report) or "")


def path_text(section: Sequence[str]) -> str:
    """``一、… › （一）… › …``."""
    return " › ".join(section)


def page_text(citation: Citation) -> str:
    """``第 2 页``, ``第 2–3 页`` for a passage that runs over, ``第 2 页 · OCR`` for one recognised in a picture;
    ``""`` where the source has no pages."""
    page, last = citation.page, citation.last_page
    pages = f"{page}–{last}" if page is not None and last and last > page else page
    told = [] if page is None else [f"第 {pages} 页"]
    return " · ".join([*told, "OCR"] if citation.ocr else told)


def formal_citation(citation: Citation, label: str) -> str:
    """``《2025年天桥区政府工作报告》“一、…（一）…”第2页``, as a document would cite it; （OCR） after what was
    recognised in a picture."""
    section = _path_in_citation(citation.section)
    page = "" if citation.page is None else f"第{citation.page}页"
    return f"《{label}》{section}{page}{'（OCR）' if citation.ocr else ''}"


def _path_in_citation(section: Sequence[str]) -> str:
    if not section:
        return ""
    joined = "›".join(section)
    joined = re.sub(rf"›(?=[（(〔\d{HAN_NUMERAL}第]|{CIRCLED_ITEM})", "", joined).replace("›", "·")
    return f"“{joined}”"


_PIECE = re.compile(r"[^\[\]]*(?:\[\d+\])+")
"""甲[1]; not 甲."""


def quotes_of(text: str) -> list[str]:
    """``甲。[1]乙。[2]（还有 3 条）`` a line each, what follows the last mark with it; the whole where there is none."""
    ends = [m.end() for m in _PIECE.finditer(text)]
    cuts = [0, *ends[:-1], len(text)]
    return [text[a:b].strip() for a, b in pairwise(cuts)]


def group_texts(answer: Answer) -> list[tuple[str, str]]:
    """Each group's title with its part of the text, and how many places more it has; empty without groups."""
    number = {citation: n for n, citation in enumerate(answer.citations, 1)}
    pieces = [m[0].strip() for m in _PIECE.finditer(answer.text)]
    told: set[int] = set()
    found = []
    for group in answer.groups:
        own = {number[c] for c in group.citations if c in number}
        marks = [set(map(int, re.findall(r"\[(\d+)\]", piece))) for piece in pieces]
        mine = [i for i in range(len(pieces)) if i not in told and marks[i] & own]
        told.update(mine)
        more = len(own - set().union(*marks))
        behind = f"（还有 {more} 条）" if more else ""
        if mine or more:
            found.append((group.title, "".join(pieces[i] for i in mine) + behind))
    return found

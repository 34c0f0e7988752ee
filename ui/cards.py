"""An answer as HTML: its text with marks, its citation cards, its refusal.

Everything that comes from a report or a question passes through ``show``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index import Snapshot, WenbaoError
from index.figures import Mode
from index.text import RELATIVE_YEAR
from qa import Answer, Citation
from qa.types import Cell, FigureLabel, Table
from ui.messages import (
    MODES,
    formal_citation,
    half_width_digits,
    page_text,
    path_text,
    report_label,
    show,
)
from ui.viewer import citation_link

_MARKS = re.compile(r"((?:\[\d{1,2}\])+)")
"""[1][2]; not 〔1〕."""
_RELATIVE_YEAR = re.compile(f"{RELATIVE_YEAR}|当年")
"""去年; not 2025年."""
_REFUSALS = {
    "not_covered": ("所选报告未涉及这个问题", "可以换个说法再问。"),
    "not_in_library": ("未收录该年或该地的报告", "可以到“报告”页查看已收录的报告，或者添加所需的报告。"),
    "not_selected": ("文库里有该年或该地的报告，但没有勾选", "勾选它，或者在全部报告中再问一次。"),
}


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of answer text and the numbers of the citations that stand behind it."""

    text: str
    marks: tuple[int, ...]


def text_parts(text: str, citations: int) -> list[TextPart]:
    """Splits ``quote[1]quote[2][3]`` into text_parts; a mark beyond ``citations`` is plain text."""
    found: list[TextPart] = []
    pending = ""
    for piece in _MARKS.split(text):
        numbers = tuple(int(n) for n in re.findall(r"\d+", piece)) if _MARKS.fullmatch(piece) else ()
        if numbers and all(1 <= n <= citations for n in numbers):
            found.append(TextPart(pending.strip(), numbers))
            pending = ""
        else:
            pending += piece
    if pending.strip():
        found.append(TextPart(pending.strip(), ()))
    return found


def answer_html(answer: Answer, question: str, snapshot: Snapshot) -> str:
    """The whole answer block. ``snapshot`` is what every quote is checked against, now."""
    labels = {report.id: report_label(report) for report in snapshot.reports}
    if answer.shape == "help":
        return f'<div class="answer help"><p>{show(answer.text)}</p></div>'
    if not answer.answered:
        return _understood_html(answer, question) + _refusal_html(answer, snapshot, labels)
    citations, understood = answer.citations, _understood_html(answer, question)
    parts = text_parts(answer.text, len(citations))
    used = {n for part in parts for n in part.marks} | {label.mark for label in answer.figures}
    if answer.table is not None:
        used = {cell.mark for row in answer.table.rows for cell in (row.target, row.actual) if cell}
    numbered = list(enumerate(citations, 1))
    cards = "".join(_card_html(c, n, snapshot, labels) for n, c in numbered if n in used)
    if answer.table is not None:
        table = _table_html(answer.table, citations)
        return f'{understood}<div class="answer table">{table}</div>{_more_html(cards, "逐格出处")}'
    if answer.groups:
        return understood + _groups_html(answer, parts, cards, snapshot, labels)
    others = "".join(_card_html(c, n, snapshot, labels) for n, c in numbered if n not in used)
    body = _body_html(answer.shape, parts, citations, labels)
    return (
        f'{understood}<div class="answer {show(answer.shape)}">{body}{_labels_html(answer.figures, citations)}</div>'
        f'<div class="cards">{cards}</div>{_more_html(others, "其他相关段落")}'
    )


def _groups_html(
    answer: Answer, parts: Sequence[TextPart], cards: str, snapshot: Snapshot, labels: dict[str, str]
) -> str:
    """Each group under its title, what more there is of it folded; then what was asked and not answered."""
    number = {citation: n for n, citation in enumerate(answer.citations, 1)}
    used = {n for part in parts for n in part.marks}
    told: set[int] = set()
    body = ""
    for group in answer.groups:
        own = {number[c] for c in group.citations if c in number}
        items = [i for i, part in enumerate(parts) if i not in told and own & set(part.marks)]
        told |= set(items)
        said = "".join(
            f"<li>{show(parts[i].text)}{_marks_html(parts[i].marks, answer.citations)}</li>" for i in items
        )
        more = "".join(
            _card_html(c, number[c], snapshot, labels)
            for c in group.citations
            if c in number and number[c] not in used
        )
        folded = _more_html(more, "还有")
        if said or folded:
            body += (
                f"<section><h3>{show(group.title)}</h3>{f'<ul>{said}</ul>' if said else ''}{folded}</section>"
            )
    missing = "".join(f"<li>{show(part)}</li>" for part in answer.unanswered)
    if missing:
        body += f'<section class="unanswered"><h3>没有找到答案的部分</h3><ul>{missing}</ul></section>'
    figures = _labels_html(answer.figures, answer.citations)
    if figures:
        summary = f"数字是哪一年的，目标还是实绩（{len(answer.figures)}）"
        figures = f'<details class="more"><summary>{summary}</summary>{figures}</details>'
    return f'<div class="answer grouped">{body}</div>{figures}{_more_html(cards, "逐条出处")}'


def _body_html(
    shape: str, parts: Sequence[TextPart], citations: Sequence[Citation], labels: dict[str, str]
) -> str:
    texts = [f"{show(part.text)}{_marks_html(part.marks, citations)}" for part in parts]
    if shape == "list" and len(texts) > 1:
        return f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"
    if shape == "compare" and len(columns := _columns(parts, citations, labels)) > 1:
        heads = "".join(f'<th scope="col">{show(name)}</th>' for name in columns)
        cells = "".join(
            f"<td>{''.join(f'<p>{texts[i]}</p>' for i in rows)}</td>" for rows in columns.values()
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    return "".join(f"<p>{text}</p>" for text in texts)


def _table_html(table: Table, citations: Sequence[Citation]) -> str:
    """A row a year or a place, a column for each mode that has a figure, and what the table's note says."""
    rows = table.rows
    shown: tuple[Mode, ...] = ("target", "actual")
    modes = [mode for mode in shown if any(getattr(row, mode) for row in rows)]
    named = any(row.place for row in rows)
    heads = [*(["地点"] if named else []), "年份", *(MODES[mode] for mode in modes)]
    body = ""
    for row in rows:
        cells = "".join(f"<td>{_cell_html(getattr(row, mode), citations)}</td>" for mode in modes)
        place = f"<td>{show(row.place)}</td>" if named else ""
        body += f'<tr>{place}<th scope="row">{row.year}</th>{cells}</tr>'
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f"<table><caption>{show(table.title)}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
        + (f'<p class="fig-note">{show(table.note)}</p>' if table.note else "")
    )


def _labels_html(labels: Sequence[FigureLabel], citations: Sequence[Citation]) -> str:
    """What each figure is (whose, of when, a target or a result), one a line; the one asked for first."""
    rows = "".join(
        f'<tr><td>{show(one.place)}</td><td class="when">{show(one.period)}</td><th scope="row">{show(one.title)}</th>'
        f'<td class="mode-cell"><span class="mode {one.mode}">{MODES[one.mode]}</span></td>'
        f'<td class="value">{show(half_width_digits(one.text))}{_marks_html((one.mark,), citations)}</td></tr>'
        for one in labels
    )
    return f'<table class="labels">{rows}</table>' if rows else ""


def _cell_html(cell: Cell | None, citations: Sequence[Citation]) -> str:
    if cell is None:
        return '<span class="gap" title="报告没有写明">—</span>'
    note = f'<span class="note">{show(cell.note)}</span>' if cell.note else ""
    return f"{note}{show(half_width_digits(cell.text))}{_marks_html((cell.mark,), citations)}"


def _columns(
    parts: Sequence[TextPart], citations: Sequence[Citation], labels: dict[str, str]
) -> dict[str, list[int]]:
    """The sides of a comparison: the reports, or the top sections where there is one report."""
    cited = [(i, citations[part.marks[0] - 1]) for i, part in enumerate(parts) if part.marks]
    several = len({c.report for _, c in cited}) > 1
    columns: dict[str, list[int]] = {}
    for i, c in cited:
        top = c.section[0] if c.section else c.title
        columns.setdefault(labels.get(c.report, c.title) if several else top, []).append(i)
    return columns


def _marks_html(marks: Sequence[int], citations: Sequence[Citation]) -> str:
    return "".join(
        f'<a class="ref" href="{citation_link(citations[n - 1])}" aria-label="出处 {n}，打开原文">[{n}]</a>'
        for n in marks
    )


def _understood_html(answer: Answer, question: str) -> str:
    """How a follow-up was completed and which year was assumed, with one click to the other years."""
    tags = []
    understood = answer.question.strip()
    if understood and understood != question.strip():
        tags.append(f'<span class="tag">理解为“{show(understood)}”</span>')
    if (year := answer.assumed_year) is not None:
        word = _RELATIVE_YEAR.search(question)
        tags.append(f'<span class="tag">按 {year} 年{f"（{word.group()}）" if word else ""}理解</span>')
        asked = question if word else understood or question
        tags += [
            f'<button type="button" class="chip" data-ask="{show(_other_year(asked, year, other))}">'
            f"改问 {other} 年</button>"
            for other in answer.other_years
            if other != year
        ]
    return f'<div class="year">{"".join(tags)}</div>' if tags else ""


def _other_year(question: str, year: int, other: int) -> str:
    if _RELATIVE_YEAR.search(question):
        return _RELATIVE_YEAR.sub(f"{other}年", question, count=1)
    return question.replace(str(year), str(other)) if str(year) in question else f"{other}年{question}"


def _refusal_html(answer: Answer, snapshot: Snapshot, labels: dict[str, str]) -> str:
    head, hint = _REFUSALS.get(answer.refusal_reason, _REFUSALS["not_covered"])
    near = [replace(citation, quote="", quote_spans=()) for citation in answer.related]
    related = "".join(_card_html(citation, 0, snapshot, labels) for citation in near)
    said = f"<p><strong>{head}。</strong>{show(answer.text)}</p><p>{hint}</p>"
    return f'<div class="answer refused">{said}</div>{_more_html(related, "相关内容", is_open=True)}'


def _more_html(cards: str, title: str, is_open: bool = False) -> str:
    count = cards.count("<article ")
    opened = " open" if is_open else ""
    return (
        f'<details class="more"{opened}><summary>{title}（{count}）</summary>{cards}</details>'
        if count
        else ""
    )


def _card_html(citation: Citation, number: int, snapshot: Snapshot, labels: dict[str, str]) -> str:
    link = citation_link(citation)
    label = labels.get(citation.report, citation.title)
    badge = f'<span class="n">[{number}]</span>' if number else ""
    page = f'<span class="page">{show(page_text(citation))}</span>' if page_text(citation) else ""
    return (
        f'<article class="card" data-open="{link}"><header>{badge}'
        f'<a class="title" href="{link}">《{show(label)}》</a>'
        f'{page}<span class="path">{show(path_text(citation.section))}</span></header>'
        f"<blockquote>{_marked_html(citation)}</blockquote>"
        f"<footer>{_check_html(citation, snapshot)}"
        f"{_copy_html('复制引文' if citation.quote else '复制段落', citation.quote or citation.text)}"
        f"{_copy_html('复制出处', formal_citation(citation, label))}"
        f'<button type="button" class="quiet" data-link="{link}">复制链接</button></footer></article>'
    )


def _copy_html(label: str, text: str) -> str:
    return f'<button type="button" class="quiet" data-copy="{show(text)}">{label}</button>'


def _marked_html(citation: Citation) -> str:
    text, parts, done = citation.text, [], 0
    for start, end in citation.quote_spans:
        parts += [show(text[done:start]), f"<mark>{show(text[start:end])}</mark>"]
        done = end
    return "".join([*parts, show(text[done:])])


def _check_html(citation: Citation, snapshot: Snapshot) -> str:
    if verified(citation, snapshot):
        return '<span class="checked" title="显示时已与文库中的原文逐字核对">与原文逐字一致 ✓</span>'
    if citation.report not in {report.id for report in snapshot.reports}:
        return '<span class="unchecked">这份报告已从文库移除，无法核对</span>'
    return '<span class="unchecked">原文已变动，请重新提问</span>'


def verified(citation: Citation, snapshot: Snapshot) -> bool:
    """Whether the passage and each quote stand in the report's text exactly where they say."""
    try:
        source = snapshot.text(citation.report)
    except WenbaoError:
        return False
    start, text = citation.start, citation.text
    quotes = [source[start + a : start + b] for a, b in citation.quote_spans]
    return source[start : citation.end] == text and "……".join(quotes) == citation.quote

"""The source pane: a report's clean text as HTML, its pages and its outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from index.types import PageStart, Section
from ui.messages import show


def place_link(citation: Mapping[str, Any]) -> str:
    """The fragment that opens the citation's passage: ``#/report/start-end/quote,quote``."""
    start, end = int(citation["start"]), int(citation["end"])
    quotes = ",".join(f"{start + a}-{start + b}" for a, b in citation["quote_spans"])
    return f"#/{quote(citation['report'], safe='')}/{start}-{end}/{quotes}"


def source_html(text: str, sections: Sequence[Section], pages: Sequence[PageStart]) -> str:
    """The whole text, one element a paragraph.

    ``data-s`` of a paragraph is its offset in the clean text; page labels carry ``data-skip`` because
    they are no part of it.
    """
    headings = {s.start: s for s in sections if s.level and not s.run_in}
    run_ins = {s.start: s for s in sections if s.level and s.run_in}
    parts, offset = [], 0
    for line in text.split("\n"):
        end = offset + len(line)
        inner = _with_pages(line, offset, [p for p in pages if offset <= p.start <= end])
        if section := headings.get(offset):
            level = min(section.level + 2, 6)
            parts.append(f'<h{level} class="h{section.level}" data-s="{offset}">{inner}</h{level}>')
        else:
            lead = ' class="lead"' if offset in run_ins else ""
            parts.append(f'<p{lead} data-s="{offset}">{inner}</p>')
        offset = end + 1
    return "".join(parts)


def _with_pages(line: str, offset: int, pages: Sequence[PageStart]) -> str:
    parts, done = [], 0
    for page in pages:
        cut = page.start - offset
        label = f'<span class="page-break" data-skip data-page="{page.number}">第 {page.number} 页</span>'
        parts += [show(line[done:cut]), label]
        done = cut
    return "".join([*parts, show(line[done:])])


def outline_html(report: str, sections: Sequence[Section]) -> str:
    """The outline as nested lists of links that open each section."""
    parts, depth = [], 0
    for section in sections:
        if not section.level:
            continue
        if section.level > depth:
            parts.append("<ul>" + "<li><ul>" * (section.level - depth - 1))
        else:
            parts.append("</li>" + "</ul></li>" * (depth - section.level))
        depth = section.level
        href = f"#/{quote(report, safe='')}/{section.start}"
        parts.append(f'<li class="l{section.level}"><a href="{href}">{show(section.title)}</a>')
    return "".join([*parts, "</li></ul>" * depth])

"""The source pane: a report's clean text as HTML, its pages and its outline."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from index.types import PageStart, Section
from qa import Citation
from qa.types import Spans
from ui.messages import show


def citation_link(citation: Citation) -> str:
    """The fragment that opens the citation's passage."""
    return place_link(citation.report, citation.start, citation.end, citation.quote_spans)


def place_link(report: str, start: int, end: int, spans: Spans) -> str:
    """``#/report/start-end/quote,quote``: a place of the report, with ``spans`` of it to be marked."""
    quotes = ",".join(f"{start + a}-{start + b}" for a, b in spans)
    return f"#/{quote(report, safe='')}/{start}-{end}/{quotes}"


def source_html(text: str, sections: Sequence[Section], pages: Sequence[PageStart], title: str = "") -> str:
    """The whole text, one element a paragraph; the first ones are shown as the title where they say ``title``.

    ``data-s`` of a paragraph is its offset in the clean text; page labels carry ``data-skip`` because
    they are no part of it.
    """
    opening = {s.start: s for s in sections if s.level and not s.continued}
    parts, offset, heading = [], 0, True
    for line in text.split("\n"):
        end = offset + len(line)
        inside = [page for page in pages if offset <= page.start <= end]
        heading = heading and _is_title(line, title)
        made = _paragraph_html(line, offset, opening.get(offset), inside)
        parts.append(made.replace("<p ", '<p class="title" ', 1) if heading else made)
        offset = end + 1
    return "".join(parts)


def _is_title(line: str, title: str) -> bool:
    """Whether a line is the title or a part of it; a title may have been completed by place and year."""
    line, title = "".join(line.split()), "".join(title.split())
    return bool(line) and (line in title or (bool(title) and title in line and len(line) < len(title) + 12))


def _paragraph_html(line: str, offset: int, section: Section | None, pages: Sequence[PageStart]) -> str:
    if section is None:
        return f'<p data-s="{offset}">{_with_pages(line, offset, pages)}</p>'
    if section.run_in:
        cut = len(section.title) if line.startswith(section.title) else 0
        before = [page for page in pages if page.start < offset + cut]
        after = [page for page in pages if page not in before]
        title = _with_pages(line[:cut], offset, before)
        return f'<p data-s="{offset}"><b>{title}</b>{_with_pages(line[cut:], offset + cut, after)}</p>'
    tag, inner = f"h{min(section.level + 2, 6)}", _with_pages(line, offset, pages)
    return f'<{tag} class="h{section.level}" data-s="{offset}">{inner}</{tag}>'


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
        if not section.level or section.continued:
            continue
        if section.level > depth:
            parts.append("<ul>" + "<li><ul>" * (section.level - depth - 1))
        else:
            parts.append("</li>" + "</ul></li>" * (depth - section.level))
        depth = section.level
        href = f"#/{quote(report, safe='')}/{section.start}"
        parts.append(f'<li class="l{section.level}"><a href="{href}">{show(section.title)}</a>')
    return "".join([*parts, "</li></ul>" * depth])

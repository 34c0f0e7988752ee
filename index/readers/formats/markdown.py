"""Markdown: headings as levels, the text without its markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.readers.encodings import check_size, decode
from index.readers.registry import Format, Sample
from index.readers.tables import Cell, table_lines
from index.types import Line, Page, Source

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
"""---\ntitle\n---\n; not a\n---\n."""
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?: +\"[^\"\n]{0,300}\")?\)")
"""Taken apart here, for the parser's own rule takes minutes over a long row of brackets: [甲](a.html); not [甲]."""
# **监督学习（supervised learning）**是: CommonMark sees no emphasis where a mark touches the stars; not 2 ** 3 ** 2
_STRONG = re.compile(
    r"\*\*(?=[^\s*])([^*\n]{0,200}[）)》」』】”’。，、：；！？%‰℃°…—+])\*\*|(?<![A-Za-z0-9)\]])\*\*([（《「『【“‘￥¥$＄+±－-][^*\n]{0,200}[^\s*])\*\*"
)
"""CommonMark sees no emphasis where a mark touches the stars: **监督学习（supervised learning）**是; not 2 ** 3 ** 2."""
_CODE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.DOTALL | re.MULTILINE)
"""As written between backquotes: `a b`; not a b."""
_TAG = re.compile(r"<[^>]+>")
"""<br>, </b>; not a < b."""


def _read(sample: Sample) -> Source:
    """Lines with heading levels; list numbers stay, other markup goes; a table row is one line."""
    from markdown_it import MarkdownIt

    check_size(sample.data, sample.name)
    text = _FRONT_MATTER.sub("", decode(sample.data, sample.name).replace("\r\n", "\n"))
    parts = _CODE.split(text)
    text = "".join(part if at % 2 else _STRONG.sub(r"\1\2", part) for at, part in enumerate(parts))
    tokens = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable(["link", "image"]).parse(text)
    )
    return Source("markdown", (Page(None, tuple(_lines(tokens))),))


def _lines(tokens: list[Token]) -> Iterator[Line]:
    level, label = 0, ""
    rows: list[list[str]] | None = None
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "list_item_open":
            label = f"{token.info}{token.markup}" if token.info else ""
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open" and rows is not None:
            rows.append([])
        elif token.type == "table_close" and rows is not None:
            cells = [Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row)]
            yield from table_lines(cells, heading_rows=1)
            rows = None
        elif token.type == "inline" and rows is not None:
            rows[-1].append(_text_of(token).replace("\n", " "))
        elif token.type == "inline":
            yield from (Line(line, level) for line in (label + _text_of(token)).split("\n"))
            label = ""
        elif token.type in ("fence", "code_block"):
            yield from (Line(line) for line in token.content.split("\n"))
        elif token.type == "html_block":
            yield from (Line(line) for line in _TAG.sub("", token.content).split("\n"))
        elif token.type.endswith("_close"):
            yield Line("")


def _text_of(inline: Token) -> str:
    """The text of an inline token; line breaks stay line breaks, the layout judges them."""
    parts = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
    return _LINK.sub(r"\1", "".join(parts))


_SUFFIXES = (".md", ".markdown")

FORMAT = Format("Markdown", _SUFFIXES, lambda sample: sample.suffix in _SUFFIXES, _read, rank=7, simple=True)

"""Web pages: the article without the site around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from index.errors import SourceError
from index.readers.encodings import check_size, decode
from index.readers.registry import Format, Sample
from index.readers.tables import Cell, table_lines
from index.types import Line, Page, Source

Element = Any
"""An lxml element."""

_OPENING = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
"""<!DOCTYPE html>, <html>; not 甲县 <html>."""
_MARKUP = re.compile(r"</(?:p|div|html|body|table|h[1-6])\s*>", re.IGNORECASE)
"""</p>, </TABLE>; not <p>."""
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
"""<meta charset="gbk">, <meta content="text/html; charset=utf-8">; not <p charset="gbk">."""
_GB = {"gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030"}
_DROPPED = {
    "script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "select",
    "input", "textarea", "iframe", "svg", "object", "head", "audio", "video", "map",
}  # fmt: skip
_SITE_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary"}
_SITE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|crumbs?|share|sharing|footer|foot|sidebar|copyright|related"
    r"|recommend|toolbar|qrcode|ewm|pagination|pager|comments?|bdsharebuttonbox|dqwz)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""nav, page-footer; not navigate, content."""
_SITE_LINES = re.compile(
    r"[【\[（(]?(?:打印(?:本页)?|关闭(?:窗口|本页)?|收藏(?:本页)?|返回(?:顶部|首页)|分享(?:到)?[:：]?.{0,20}"
    r"|扫一扫.{0,20}|(?:字号|字体)[:：].{0,16}|(?:浏览|阅读|点击)(?:次数|量)[:：].{0,10}|[上下]一篇[:：]?.{0,60}"
    r"|(?:打印|关闭|收藏)[^，。]{0,12}(?:打印|关闭|收藏)[^，。]{0,6})[】\])）]?"
)
"""【打印本页】; not 打印机产业."""
_BLOCKS = {
    "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "option", "caption", "details", "summary",
}  # fmt: skip
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
"""a b; not ab."""
_WRAPPED_HANZI = re.compile(
    r"(?<=[^\x00-\xff])[ \t\r\f\v]*\n\s*(?=\S)|(?<=\S)[ \t\r\f\v]*\n\s*(?=[^\x00-\xff])"
)
"""甲|\n乙; not a|\nb."""
_TITLE_PARTS = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+")
"""政府工作报告_甲县, 政府工作报告 - 甲县; not 2023-2025."""
_MAIN_SHARE = 0.8
"""The part of a page's text that its main column holds; set by hand: what the rest holds is menus and
links."""
_ASIDE_SHARE = 1 - _MAIN_SHARE
"""A part named as a menu or a footer that holds more of the page's text is misnamed, and is kept."""
_FEWEST_TAGS = 5
"""Closing tags in a file that does not open like a page: a text about tags quotes fewer."""
_FEWEST_LINKS, _LINKED = 3, 0.7
"""A list of so many links, which are so much of its text, leads elsewhere; a list of points holds a link or two."""
_MOST_PARAGRAPHS = 3
"""Paragraphs of a table's cell: one with more is laid out as a page."""
_LONG_CELL = 200
"""Characters of a cell that is laid out as a page and no value of a table."""
_WIDEST = 100
"""No table has more columns; a larger colspan is a mistake or an attack."""
_LARGEST_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
"""A tag of more than 20,000 characters, whose attributes are counted before it is parsed: <a …> with
thousands of attributes."""
_MOST_ATTRIBUTES = 1000
"""A tag of more is an attack: the parser takes quadratic time over them."""


def _matches(sample: Sample) -> bool:
    """Opens like a page; or is full of its tags, which a text may be too that does not open with one."""
    head = sample.data[:20_000].replace(b"\0", b"").decode("latin-1").removeprefix("ï»¿")
    if _OPENING.match(head):
        return True
    is_text = sample.suffix in (".md", ".markdown") or (sample.suffix == ".txt" and head.lstrip()[:1] != "<")
    return not is_text and len(_MARKUP.findall(head)) >= _FEWEST_TAGS


def _read(sample: Sample) -> Source:
    """Paragraphs of the main text with ``<h1>``… as levels; the page's title is the first line.

    Raises SourceError when the page holds no text.
    """
    from lxml import etree, html  # type: ignore[import-untyped]

    name = sample.name
    check_size(sample.data, name)
    text = re.sub(r"^\s*<\?xml[^>]*>", "", _decode(sample.data, name).replace("\0", ""))
    if any(tag[0].count("=") + len(tag[0].split()) > _MOST_ATTRIBUTES for tag in _LARGEST_TAG.finditer(text)):
        # The parser compares each attribute with all before it: 200 000 of them take a minute.
        raise SourceError(f"“{name}”不是正常的网页，请打开网页后重新保存，或复制正文存为文本文件再添加。")
    parser = html.HTMLParser()
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise SourceError(f"“{name}”里没有网页正文，请重新保存网页后再添加。") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise SourceError(f"“{name}”的网页结构嵌套过深，读不完整，请复制正文存为文本文件再添加。")
    title = _title(root)
    _drop_site(root)
    body = root.find("body")
    lines = list(_lines(_main(root if body is None else body)))
    if not lines:
        raise SourceError(f"“{name}”里没有网页正文，请打开网页后重新保存，或复制正文存为文本文件再添加。")
    if title and all(_squeezed(title) not in _squeezed(line.text) for line in lines[:5]):
        lines.insert(0, Line(title, 1))
    return Source("html", (Page(None, tuple(lines)),))


def _decode(data: bytes, name: str) -> str:
    """By the page's own declaration where it holds, else by what the bytes look like."""
    if declared := _CHARSET.search(data[:4096]):
        encoding = declared[1].decode("ascii").lower()
        try:
            return data.decode("gb18030" if encoding in _GB else encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data, name)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _title(root: Element) -> str:
    """What the page calls its article: the ArticleTitle of government sites, h1, or its title."""
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() == "articletitle" and (meta.get("content") or "").strip():
            return " ".join(meta.get("content").split())
    for tag in ("h1", "title"):
        found = [" ".join(element.text_content().split()) for element in root.iter(tag)]
        if len(found) == 1 and found[0]:
            return found[0] if tag == "h1" else _TITLE_PARTS.split(found[0])[0]
    return ""


def _drop_site(root: Element) -> None:
    """Remove what is not text to read: scripts, navigation, footers, hidden parts, lists of links."""
    total = len(root.text_content())
    for element in list(root.iterdescendants()):
        if not isinstance(element.tag, str) or _is_site(element, total):
            element.drop_tree()


def _is_site(element: Element, total: int) -> bool:
    if element.tag in _DROPPED:
        return True
    if element.tag in ("html", "body"):
        return False
    style = (element.get("style") or "").replace(" ", "").lower()
    if element.get("hidden") is not None or "display:none" in style or element.get("aria-hidden") == "true":
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    named = element.get("role") in _SITE_ROLES or _SITE_NAMES.search(names) is not None
    if element.tag == "header":
        named = element.find(".//h1") is None
    if named:
        return len(element.text_content()) < _ASIDE_SHARE * total
    return element.tag in ("ul", "ol", "dl") and _is_link_list(element)


def _is_link_list(element: Element) -> bool:
    links = element.findall(".//a")
    linked = sum(len(_squeezed(link.text_content())) for link in links)
    return len(links) >= _FEWEST_LINKS and linked > _LINKED * len(_squeezed(element.text_content()))


def _main(body: Element) -> Element:
    """The innermost element that holds nearly all of the text outside links."""
    whole = _mass(body)
    element = body
    while True:
        heavy = next((child for child in element if _mass(child) >= _MAIN_SHARE * whole), None)
        if heavy is None or heavy.tag not in _BLOCKS or heavy.tag in ("p", "tr", "ul", "ol", "dl"):
            return element
        element = heavy


def _mass(element: Element) -> int:
    linked = sum(len(_squeezed(link.text_content())) for link in element.iter("a"))
    return len(_squeezed(element.text_content())) - linked


def _lines(element: Element) -> Iterator[Line]:
    buffer: list[str] = []
    for kind, value in _events(element, 0):
        if kind == "text":
            buffer.append(value)
            continue
        line = _tidy("".join(buffer))
        buffer.clear()
        if line.strip() and not _SITE_LINES.fullmatch(line.strip()):
            yield Line(line, int(value or 0) if kind == "end" else 0)
        if kind == "row":
            yield Line(value, table=True)


def _events(element: Element, level: int) -> Iterator[tuple[str, str]]:
    """Text, the ends of lines with the level of the line that ends, and the rows of tables."""
    if element.tag == "table" and (cells := _cells(element)):
        yield from (("row", line.text) for line in table_lines(cells, _heading_rows(element)))
        return
    if element.tag == "br":
        yield "end", str(level)
        return
    block = element.tag in _BLOCKS
    inner = int(element.tag[1]) if re.fullmatch("h[1-6]", element.tag) else level
    if block:
        yield "end", str(level)
    yield "text", element.text or ""
    for child in element:
        yield from _events(child, inner)
        yield "text", child.tail or ""
    if block:
        yield "end", str(inner)


def _cells(table: Element) -> list[Cell]:
    """The cells of a table of data; none for one that lays out the page: one column, tables or long texts
    within."""
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if len(rows) < 2 or max(map(len, rows)) < 2 or table.find(".//table") is not None:
        return []
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for row, elements in enumerate(rows):
        column = 0
        for element in elements:
            if len(element.findall(".//p")) > _MOST_PARAGRAPHS or len(element.text_content()) > _LONG_CELL:
                return []
            while (row, column) in taken:
                column += 1
            height, width = _span(element, "rowspan"), _span(element, "colspan")
            height = min(height, len(rows) - row)
            taken |= {(row + r, column + c) for r in range(height) for c in range(width)}
            cells.append(Cell(_tidy(element.text_content()).strip(), row, column, height, width))
            column += width
    return cells


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(_WIDEST, max(1, int(value))) if value.isascii() and value.isdigit() else 1


def _heading_rows(table: Element) -> int | None:
    """How many rows at the top are marked as headings; None where none is."""
    count = 0
    for row in table.iter("tr"):
        if row.getparent().tag != "thead" and any(cell.tag == "td" for cell in row):
            break
        count += 1
    return count or None


def _tidy(text: str) -> str:
    """White space as a browser shows it; a source line cut at a Chinese character closes up."""
    return _SPACE.sub(" ", _WRAPPED_HANZI.sub("", text))


FORMAT = Format("HTML", (".html", ".htm"), _matches, _read, rank=6)

"""Files made for tests: PDF, with the layouts that offices use."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from itertools import count

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
NOT_FIRST = frozenset("，。、；：？！…％%”’」』）》〉】,.;:?!)")
NOT_LAST = frozenset("“‘「『（《〈【(")

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def em_width(text: str) -> float:
    """Printed width in ems."""
    return sum(0.5 if char < "\x80" else 1.0 for char in text)


def pieces(text: str) -> list[str]:
    """What a word processor never parts: numbers, Latin words, a mark and the character it clings to."""
    found: list[str] = []
    pending = ""
    for piece in re.findall(r"[A-Za-z0-9.+%-]+|—+|…+|.", text):
        if found and not pending and piece[0] in NOT_FIRST:
            found[-1] += piece
        elif piece in NOT_LAST:
            pending += piece
        else:
            found.append(pending + piece)
            pending = ""
    return [*found, pending] if pending else found


def wrap(paragraph: str, width: float, indent: float = 2) -> list[str]:
    """Lines as a word processor breaks them, ``width`` ems wide, the first ``indent`` ems shorter."""
    lines: list[str] = []
    line, room = "", width - indent
    for piece in pieces(paragraph):
        if line and em_width(line + piece) > room:
            lines.append(line)
            line, room = "", width
        line += piece
    return [*lines, line] if line else lines


def make_pdf(
    paragraphs: Sequence[str],
    *,
    size: float = 16,
    width: int = 28,
    lines_a_page: int = 22,
    columns: int = 1,
    header: str = "",
    footer: str = "",
    headings: dict[str, float] | None = None,
) -> tuple[bytes, list[int]]:
    """A PDF of indented paragraphs and the page on which each paragraph begins.

    ``headings`` gives some paragraphs their own type size, centred; ``footer`` holds ``{}`` for the
    page number.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    starts: list[int] = []
    place = _Places(canvas, size, width, lines_a_page, columns, header, footer)
    for paragraph in paragraphs:
        special = (headings or {}).get(paragraph)
        lines = wrap(paragraph, width if not special else width * size / special, 0 if special else 2)
        for at, line in enumerate(lines):
            x, y, page = place.next()
            if at == 0:
                starts.append(page)
            canvas.setFont(FONT, special or size)
            if special:
                x += (width * size - em_width(line) * special) / 2
            elif at == 0:
                x += 2 * size
            canvas.drawString(x, y, line)
    place.end_page()
    canvas.save()
    return buffer.getvalue(), starts


class _Places:
    """Where the next line goes; opens pages, with header and footer, as they fill."""

    def __init__(
        self, canvas: Canvas, size: float, width: int, lines: int, columns: int, header: str, footer: str
    ) -> None:
        self.canvas, self.size, self.width, self.lines = canvas, size, width, lines
        self.columns, self.header, self.footer = columns, header, footer
        self.numbers = count(1)
        self.left = (A4[0] - columns * width * size - (columns - 1) * 2 * size) / 2
        self.step = (A4[1] - 160) / lines
        self.page, self.used = 0, 0

    def next(self) -> tuple[float, float, int]:
        if self.page == 0 or self.used == self.lines * self.columns:
            if self.page:
                self.end_page()
            self.page, self.used = next(self.numbers), 0
        column, line = divmod(self.used, self.lines)
        self.used += 1
        x = self.left + column * (self.width + 2) * self.size
        return x, A4[1] - 90 - line * self.step, self.page

    def end_page(self) -> None:
        self.canvas.setFont(FONT, 9)
        if self.header:
            self.canvas.drawCentredString(A4[0] / 2, A4[1] - 40, self.header)
        if self.footer:
            self.canvas.drawCentredString(A4[0] / 2, 30, self.footer.format(self.page))
        self.canvas.showPage()


def text_of(paragraphs: Iterable[str]) -> str:
    """The clean text these paragraphs should give."""
    return "\n".join(paragraphs)

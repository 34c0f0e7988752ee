"""A conversation as a Word document."""

from __future__ import annotations

import io
import re
from typing import Any

from ui.exports import Block, Conversation, Source

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML does not allow: \x0b, \ufffe; not \n."""


def to_docx(talk: Conversation) -> bytes:
    """Questions as headings, tables as tables, each source with its quote and a link."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name = "Times New Roman"
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    document.add_heading("问报对话", 0)
    document.add_paragraph(f"导出于 {talk.made}，共 {len(talk.turns)} 问")
    for turn in talk.turns:
        document.add_heading(_written(turn.question), 1)
        if turn.told:
            document.add_paragraph(_written("；".join(turn.told))).style = "Intense Quote"
        for block in turn.blocks:
            _add_block(document, block)
        if turn.sources:
            document.add_heading("出处", 2)
        for source in turn.sources:
            _add_source(document, source)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_block(document: Any, block: Block) -> None:
    if block.kind == "table":
        document.add_paragraph().add_run(_written(block.text)).bold = True
        table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
        for number, row in enumerate(block.rows):
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.paragraphs[0].add_run(_written(text)).bold = number == 0
        document.add_paragraph()
    elif block.kind == "title":
        document.add_paragraph().add_run(_written(block.text)).bold = True
    else:
        document.add_paragraph(_written(block.text), style="List Bullet" if block.kind == "item" else None)


def _add_source(document: Any, source: Source) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = document.add_paragraph(f"[{source.number}] {_written(source.formal)}　")
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), document.part.relate_to(source.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run("打开原文")
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)
    document.add_paragraph(_written(source.quote), style="Quote")


def _written(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)

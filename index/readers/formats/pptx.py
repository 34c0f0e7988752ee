"""Slides: each is a page; its title a heading, its texts lines, its tables row by row."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from index.errors import SourceError
from index.readers.registry import Format, Sample
from index.readers.tables import Cell, table_lines
from index.types import Line, Page, Source


def _read(sample: Sample) -> Source:
    """Raises SourceError for a damaged file."""
    from pptx import Presentation

    try:
        slides = Presentation(io.BytesIO(sample.data)).slides
        pages = tuple(Page(number, tuple(_slide(slide))) for number, slide in enumerate(slides, start=1))
    except Exception as error:  # python-pptx lets errors of zipfile, lxml and its own through
        raise SourceError(
            f"“{sample.name}”不是完好的幻灯片，请用 PowerPoint 或 WPS 打开后另存为 .pptx 再添加。"
        ) from error
    return Source("pptx", pages)


def _slide(slide: Any) -> Iterator[Line]:
    """The title, then what stands on the slide from the top, left before right."""
    title = slide.shapes.title
    if title is not None and title.has_text_frame and title.text_frame.text.strip():
        yield Line(" ".join(title.text_frame.text.split()), 1)
    for shape in sorted(_shapes(slide.shapes), key=lambda shape: (shape.top or 0, shape.left or 0)):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "has_table", False):
            yield from table_lines(list(_cells(shape.table)), 1 if shape.table.first_row else None)
        elif shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                yield from (Line(part) for part in paragraph.text.replace("\v", "\n").split("\n"))


def _shapes(shapes: Any) -> Iterator[Any]:
    """The shapes, those of groups one by one."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _cells(table: Any) -> Iterator[Cell]:
    for row, cells in enumerate(table.rows):
        for column, cell in enumerate(cells.cells):
            if not cell.is_spanned:
                height, width = (cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1)
                yield Cell(" ".join(cell.text.split()), row, column, height, width)


FORMAT = Format("PPTX", (".pptx",), lambda sample: "ppt/presentation.xml" in sample.parts, _read)

"""PDF: the text of each page in reading order."""

from __future__ import annotations

from index.readers.registry import Format, Sample
from index.types import Source


def _read(sample: Sample) -> Source:
    from index.readers.pdfium import read_pdf

    return read_pdf(sample)


FORMAT = Format("PDF", (".pdf",), lambda sample: b"%PDF-" in sample.data[:1024], _read)

"""Characters and ruled lines on pages to lines of text in reading order, whoever found them: PDFium or OCR."""

from index.readers.printed.geometry import SAME_LINE, Box, Character, PrintedPage
from index.readers.printed.rows import to_pages

__all__ = ["SAME_LINE", "Box", "Character", "PrintedPage", "to_pages"]

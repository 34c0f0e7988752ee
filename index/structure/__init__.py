"""Clean text to sections and passages: headings, numbering, outline and what a report says of itself.
Everything is found in the text; offsets are into the clean text.
"""

from index.structure.chunking import context, overlaps, page_at, passages
from index.structure.metadata import read_metadata
from index.structure.outline import read_outline

__all__ = ["context", "overlaps", "page_at", "passages", "read_metadata", "read_outline"]

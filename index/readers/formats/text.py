"""Plain text: lines as they are, pages where form feeds part them."""

from __future__ import annotations

from index.readers.encodings import as_pages, check_size, decode
from index.readers.registry import Format, Sample
from index.types import Source


def _read(sample: Sample) -> Source:
    check_size(sample.data, sample.name)
    return Source("text", as_pages(decode(sample.data, sample.name)))


FORMAT = Format("TXT", (".txt",), lambda sample: True, _read, rank=9, simple=True)

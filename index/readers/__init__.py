"""Files to pages of lines. Each format is one file in ``formats``; which one a file is, its content tells."""

from index.readers.apart import read_apart
from index.readers.formats.refused import how_to_convert
from index.readers.registry import Format, Sample, format_names, formats, load, read_bytes, suffixes

__all__ = [
    "Format",
    "Sample",
    "format_names",
    "formats",
    "how_to_convert",
    "load",
    "read_apart",
    "read_bytes",
    "suffixes",
]

"""Files to pages of lines. Each format is one file in ``formats``; which one a file is, its content tells."""

from index.readers.apart import characters_apart, count_apart, draw_apart, read_apart
from index.readers.drawing import is_drawable
from index.readers.facsimile import find_areas
from index.readers.formats.refused import how_to_convert
from index.readers.placed import Area, PlacedCharacter, unpack_characters
from index.readers.registry import Format, Sample, format_names, formats, load, read_bytes, suffixes

__all__ = [
    "Area",
    "Format",
    "PlacedCharacter",
    "Sample",
    "characters_apart",
    "count_apart",
    "draw_apart",
    "find_areas",
    "format_names",
    "formats",
    "how_to_convert",
    "is_drawable",
    "load",
    "read_apart",
    "read_bytes",
    "suffixes",
    "unpack_characters",
]

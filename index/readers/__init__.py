"""Files to pages of lines. Each format is one file in ``formats``; which one a file is, its content tells."""

from index.readers.drawing import is_drawable
from index.readers.facsimile import find_areas
from index.readers.formats.refused import how_to_convert
from index.readers.placed import Area, PlacedCharacter, unpack_characters
from index.readers.registry import format_names, load, read_bytes, suffixes
from index.readers.worker_process import characters_in_worker, count_in_worker, draw_in_worker, read_in_worker

__all__ = [
    "Area",
    "PlacedCharacter",
    "characters_in_worker",
    "count_in_worker",
    "draw_in_worker",
    "find_areas",
    "format_names",
    "how_to_convert",
    "is_drawable",
    "load",
    "read_bytes",
    "read_in_worker",
    "suffixes",
    "unpack_characters",
]

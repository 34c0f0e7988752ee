"""Bytes to text to lines: which encoding, which pages."""

from __future__ import annotations

import codecs
import re

from index.errors import SourceError
from index.types import Line, Page

MAX_TEXT_BYTES = 10_000_000
"""A hundred times a government report."""
MAX_LINES = 200_000
"""A government report is about 100 kB and a thousand lines; a file of more than this is refused rather than
worked on for minutes."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 200_000
"""Bytes from which the encoding is told: more than a whole report, and soon counted."""
_NULS = 0.01
"""The share of NUL bytes in a Chinese text of UTF-16: its line ends, digits and Latin letters."""
_EVERYDAY = 0.4
"""The share of everyday characters above which a reading is Chinese; a wrong one has rare characters all over."""
_CONTROLS = 0.05
"""The share of control characters above which nobody wrote the text."""
_LINE_END = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")
"""甲\n乙; not 甲 乙."""
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉「」『』【】—…·％　")


def decode(data: bytes, name: str) -> str:
    """The text of ``data``, decoded strictly; a byte order mark is removed.

    Tries, in order: a byte order mark, UTF-8, UTF-16 without a mark, then GB18030 or Big5, whichever
    reads as everyday Chinese. Raises SourceError when nothing fits.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = _strictly(data[len(bom) :], encoding)
            if text is None:
                raise SourceError(f"“{name}”的文字编码已损坏，请用原软件重新另存为 UTF-8 文本后再添加。")
            return text
    text = None if _looks_utf16(data) else _strictly(data, "utf-8")
    if text is None:
        text = _best_guess(data)
    if text is None or _is_binary(text):
        raise SourceError(f"认不出“{name}”的文字编码，它可能不是文本文件，请另存为 UTF-8 文本后再添加。")
    return text


def check_size(data: bytes, name: str) -> None:
    """Raises SourceError above MAX_TEXT_BYTES or MAX_LINES."""
    if len(data) > MAX_TEXT_BYTES:
        limit = MAX_TEXT_BYTES // 1_000_000
        raise SourceError(f"“{name}”太大，文本和网页文件不能超过 {limit} MB，请拆成几个文件后再添加。")
    if max(data.count(b"\n"), data.count(b"\r")) > MAX_LINES:
        raise SourceError(
            f"“{name}”的行数太多，不能超过 {MAX_LINES // 10_000} 万行，请拆成几个文件后再添加。"
        )


def as_pages(text: str) -> tuple[Page, ...]:
    """Split at form feeds, then at line ends of every kind; blank lines are kept."""
    parts = text.split("\f")
    while len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    numbered = len(parts) > 1
    return tuple(
        Page(number if numbered else None, tuple(Line(line) for line in _LINE_END.split(part)))
        for number, part in enumerate(parts, start=1)
    )


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _looks_utf16(data: bytes) -> bool:
    """NUL bytes, all on even or all on odd places: UTF-16 text has them at its line ends and digits."""
    head = data[:_SAMPLE]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return (
        len(data) % 2 == 0
        and max(even, odd) > 0
        and min(even, odd) == 0
        and max(even, odd) > _NULS * len(head)
    )


def _best_guess(data: bytes) -> str | None:
    """The reading of a legacy encoding with the most everyday characters, if they are many."""
    best, best_score = None, _EVERYDAY
    for encoding, everyday in _LEGACY.items():
        text = _strictly(data, encoding)
        if text is not None and (score := _plausibility(text[:_SAMPLE], everyday)) > best_score:
            best, best_score = text, score
    return best


def _plausibility(text: str, everyday: frozenset[str]) -> float:
    """Share of the non-ASCII characters that are everyday Chinese, in [0, 1]."""
    foreign = [char for char in text if char >= "\x80"]
    return sum(char in everyday or char in _PUNCTUATION for char in foreign) / max(1, len(foreign))


def _plane(encoding: str, first: int, last: int) -> frozenset[str]:
    """The characters with a lead byte in ``[first, last]``: the most used plane of a character set."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
    return frozenset(pair.decode(encoding, "ignore") for pair in pairs)


_SIMPLIFIED = _plane("gb2312", 0xB0, 0xD7)
_TRADITIONAL = _plane("cp950", 0xA4, 0xC6)
_LEGACY = {
    "gb18030": _SIMPLIFIED,
    "cp950": _TRADITIONAL,
    "big5hkscs": _TRADITIONAL,
    "utf-16-le": _SIMPLIFIED | _TRADITIONAL,
    "utf-16-be": _SIMPLIFIED | _TRADITIONAL,
}


def _is_binary(text: str) -> bool:
    """More than one control character in twenty: not something a person wrote."""
    head = text[:_SAMPLE]
    controls = sum(char < " " and char not in "\t\n\r\f\x0b\x1a" for char in head)
    return controls > _CONTROLS * len(head)

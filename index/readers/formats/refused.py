"""Well-known kinds of files that hold no text to read, each refused with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from index.errors import SourceError
from index.readers.registry import Format, Sample
from index.types import Source

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_IMAGES = (b"GIF8", b"RIFF", b"\0\0\0\x0cjP")
_HEIF = (b"ftypheic", b"ftypmif1", b"ftypavif")
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04", b"PK\x05\x06")

_KINDS: tuple[tuple[Callable[[Sample], bool], str], ...] = (
    (
        lambda sample: sample.data.startswith(_OLE) and _ENCRYPTED in sample.data,
        "有密码保护，请先去掉密码再添加。",
    ),
    (
        lambda sample: sample.data.startswith(_OLE) and sample.suffix in (".xls", ".et"),
        "是旧版表格，请用 Excel 或 WPS 另存为 .xlsx 后再添加。",
    ),
    (
        lambda sample: sample.data.startswith(_OLE) and sample.suffix in (".ppt", ".dps"),
        "是旧版幻灯片，请用 PowerPoint 或 WPS 另存为 .pptx 后再添加。",
    ),
    (
        lambda sample: sample.data.startswith(_OLE),
        "是旧版 Office、WPS 或加密的文件，请用 Word 或 WPS 另存为 .docx 或 PDF 后再添加。",
    ),
    (
        lambda sample: sample.data.startswith(b"{\\rtf"),
        "是 RTF 文件，请用 Word 或 WPS 另存为 .docx 后再添加。",
    ),
    (
        lambda sample: sample.data.startswith(_IMAGES) or sample.data[4:12] in _HEIF,
        "是图片，请另存为 .png 或 .jpg 后再添加。",
    ),
    (
        lambda sample: "OFD.xml" in sample.parts,
        "是 OFD 文件，请用 OFD 阅读器或 WPS 另存为 PDF 后再添加。",
    ),
    (
        lambda sample: "mimetype" in sample.parts,
        "是 OpenDocument 等文件，请用 Word 或 WPS 另存为 .docx 或 PDF 后再添加。",
    ),
    (
        lambda sample: sample.data.startswith(_ARCHIVES),
        "是压缩包，请先解压，再添加里面的文件。",
    ),
)  # fmt: skip


_SAVED_AS = {
    ".docx": (".doc", ".wps", ".wpt", ".rtf", ".odt"),
    ".xlsx": (".xls", ".et", ".ods", ".csv"),
    ".pptx": (".ppt", ".dps", ".odp"),
    "PDF": (".ofd", ".caj", ".ps"),
    ".jpg": (".heic", ".webp", ".gif"),
}
_PACKED = (".zip", ".rar", ".7z", ".tar", ".gz", ".bz2", ".xz")


def how_to_convert(suffix: str) -> str:
    """What is said of a file met in a folder whose name ends in ``suffix`` (lower case, with dot): how it can be
    read after all; ``""`` for what is no document."""
    if suffix in _PACKED:
        return "是压缩包，没有收录；请先解压，再添加里面的文件。"
    to = next((to for to, suffixes in _SAVED_AS.items() if suffix in suffixes), "")
    return to and f"是不能直接读的格式，没有收录；请另存为 {to} 后再添加。"


def _advice(sample: Sample) -> Iterator[str]:
    return (advice for matches, advice in _KINDS if matches(sample))


def _refuse(sample: Sample) -> Source:
    raise SourceError(f"“{sample.name}”" + next(_advice(sample)))


FORMAT = Format("", (), lambda sample: any(_advice(sample)), _refuse, rank=5, simple=True)

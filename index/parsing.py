"""One source file to everything the library keeps of it, and that to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from index.errors import SourceError
from index.figures.types import Figure
from index.types import Metadata, PageStart, Passage, Section

Span = tuple[int, int]
_FIGURE = tuple(field.name for field in fields(Figure) if field.name != "report")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A report as parsed; ``windows[i]`` are the clause windows of ``passages[i]``, as offsets within it."""

    text: str
    pages: tuple[PageStart, ...]
    metadata: Metadata
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    windows: tuple[tuple[Span, ...], ...]
    figures: tuple[Figure, ...]
    skipped_figures: int

    def passage_texts(self) -> list[str]:
        """What is embedded and searched for each passage: title and section path in front."""
        return [f"{' '.join((self.metadata.title, *p.section))}\n{p.text}" for p in self.passages]

    def window_texts(self) -> list[str]:
        """What is embedded for each clause window: the section's years and last heading in front."""
        return [
            f"{_context(passage)}{passage.text[start:end]}"
            for passage, spans in zip(self.passages, self.windows, strict=True)
            for start, end in spans
        ]

    def to_json(self) -> bytes:
        """A deterministic encoding: equal reports give equal bytes."""
        owner = _owners(self.sections, self.passages)
        value = {
            "text": self.text,
            "pages": [(page.start, page.number) for page in self.pages],
            "metadata": asdict(self.metadata),
            "sections": [asdict(section) for section in self.sections],
            "passages": [
                (p.start, p.end, owner[i], p.page, p.last_page, self.windows[i])
                for i, p in enumerate(self.passages)
            ],
            "figures": [[getattr(figure, name) for name in _FIGURE] for figure in self.figures],
            "skipped_figures": self.skipped_figures,
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes, report: str) -> Parsed:
        """The report ``to_json`` wrote, under the id ``report``; raises ValueError, KeyError, TypeError."""
        value = json.loads(data)
        text = value["text"]
        sections = tuple(_section(item) for item in value["sections"])
        return cls(
            text=text,
            pages=tuple(PageStart(*page) for page in value["pages"]),
            metadata=_metadata(value["metadata"]),
            sections=sections,
            passages=tuple(
                _passage(report, text, sections[owner], start, end, page, last_page)
                for start, end, owner, page, last_page, _ in value["passages"]
            ),
            windows=tuple(tuple((a, b) for a, b in item[5]) for item in value["passages"]),
            figures=tuple(_figure(report, item) for item in value["figures"]),
            skipped_figures=value["skipped_figures"],
        )


def parse(data: bytes, name: str, report: str, corrections: Mapping[str, Any]) -> Parsed:
    """Read the file ``name`` with content ``data``; ``corrections`` replace fields of its metadata.

    Raises SourceError where the file is no readable report.
    """
    from index.chunking import page_at, passages, windows
    from index.figures import extract
    from index.layout import clean
    from index.metadata import read_metadata
    from index.outline import outline
    from index.readers import read_bytes
    from index.years import report_year

    text = clean(read_bytes(data, name))
    if not text.text.strip():
        raise SourceError(f"“{name}”里除了页码没有正文，请换一个有正文的文件。")
    metadata = replace(read_metadata(text, name.rsplit(".", 1)[0]), **corrections)
    sections = outline(text, metadata)
    cut = passages(text, sections, report)
    extraction = extract(text.text, sections, report, report_year(metadata))
    return Parsed(
        text=text.text,
        pages=text.pages,
        metadata=metadata,
        sections=sections,
        passages=tuple(cut),
        windows=tuple(tuple(windows(p.text)) for p in cut),
        figures=tuple(
            replace(f, title=metadata.title, page=page_at(text.pages, f.value_start))
            for f in extraction.figures
        ),
        skipped_figures=extraction.skipped,
    )


def _context(passage: Passage) -> str:
    years = f"{'、'.join(map(str, passage.years))}年" if passage.years else ""
    context = f"{years}{passage.section[-1] if passage.section else ''}"
    return f"{context}：" if context else ""


def _owners(sections: tuple[Section, ...], cut: tuple[Passage, ...]) -> list[int]:
    """The index of each passage's section."""
    owners, at = [], 0
    for passage in cut:
        while not sections[at].body <= passage.start < sections[at].own_end:
            at += 1
        owners.append(at)
    return owners


def _passage(
    report: str, text: str, section: Section, start: int, end: int, page: int | None, last: int | None
) -> Passage:
    return Passage(
        report, start, end, text[start:end], section.path, page, last, section.years, section.stance
    )


def _figure(report: str, values: list[Any]) -> Figure:
    named = dict(zip(_FIGURE, values, strict=True))
    return Figure(report=report, **{**named, "section": tuple(named["section"])})


def _section(item: dict[str, Any]) -> Section:
    return Section(**{**item, "path": tuple(item["path"]), "years": tuple(item["years"])})


def _metadata(item: dict[str, Any]) -> Metadata:
    years = {key: tuple(item[key]) for key in ("years_reviewed", "years_planned")}
    return Metadata(**{**item, **years})

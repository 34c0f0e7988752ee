"""One source file to everything the library keeps of it, and that to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from index.errors import SourceError
from index.figures import Figure
from index.structure import context, overlaps
from index.types import Metadata, PageStart, Passage, Section

_FIGURE = tuple(field.name for field in fields(Figure) if field.name != "report")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A report as parsed.

    ``placed`` tells of each printed page where its characters stand, see ``Source``; it is kept apart from the
    rest, so that whoever needs the text does not read it, and is empty where the report was read from there.
    """

    text: str
    pages: tuple[PageStart, ...]
    metadata: Metadata
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    figures: tuple[Figure, ...]
    skipped_figures: int
    scanned: tuple[tuple[int, int], ...] = ()
    placed: tuple[bytes, ...] = ()

    def passage_texts(self) -> list[str]:
        """What is embedded and searched for each passage: title and section path in front."""
        return [context + body for context, body in self.passage_parts()]

    def passage_parts(self) -> list[tuple[str, str]]:
        """The same in two parts: its ``context``, and the passage."""
        return [(context(self.metadata.title, p), p.text) for p in self.passages]

    def to_json(self) -> bytes:
        """A deterministic encoding of all but ``placed``: equal reports give equal bytes."""
        owner = _owners(self.sections, self.passages)
        value = {
            "text": self.text,
            "pages": [(page.start, page.number) for page in self.pages],
            "metadata": asdict(self.metadata),
            "sections": [asdict(section) for section in self.sections],
            "passages": [
                (p.start, p.end, section, p.page, p.last_page)
                for p, section in zip(self.passages, owner, strict=True)
            ],
            "figures": [[getattr(figure, name) for name in _FIGURE] for figure in self.figures],
            "skipped_figures": self.skipped_figures,
            **({"scanned": self.scanned} if self.scanned else {}),
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes, report: str) -> Parsed:
        """The report ``to_json`` wrote, under the id ``report``; raises ValueError, KeyError, TypeError."""
        value = json.loads(data)
        text = value["text"]
        sections = tuple(_section(item) for item in value["sections"])
        scanned = tuple((start, end) for start, end in value.get("scanned", ()))
        return cls(
            text=text,
            pages=tuple(PageStart(*page) for page in value["pages"]),
            metadata=_metadata(value["metadata"]),
            sections=sections,
            passages=tuple(
                _passage(report, text, sections[owner], start, end, page, last_page, scanned)
                for start, end, owner, page, last_page in value["passages"]
            ),
            figures=tuple(_figure(report, item) for item in value["figures"]),
            skipped_figures=value["skipped_figures"],
            scanned=scanned,
        )


def parse(
    data: bytes,
    name: str,
    report: str,
    corrections: Mapping[str, Any],
    tell: Callable[[str], None] = lambda label: None,
) -> Parsed:
    """Read the file ``name`` with content ``data``; ``corrections`` replace fields of its metadata.

    ``tell`` takes a label in Chinese while a page takes long.

    Raises SourceError where the file is no readable report.
    """
    from index.figures import extract, own_body
    from index.readers import read_in_worker
    from index.structure import page_at, passages, read_metadata, read_outline
    from index.text import clean, report_year

    source = read_in_worker(data, name, tell)
    text = clean(source)
    if not text.text.strip():
        raise SourceError(f"“{name}”里除了页码没有正文，请换一个有正文的文件。")
    metadata = replace(read_metadata(text, name.rsplit(".", 1)[0]), **corrections)
    sections = read_outline(text, metadata)
    cut = passages(text, sections, report)
    place, year = metadata.place, report_year(metadata)
    body = own_body(metadata.title, metadata.issuer, place)
    extraction = extract(text.text, sections, report, year, text.table_rows, place, body)
    return Parsed(
        text=text.text,
        pages=text.pages,
        metadata=metadata,
        sections=sections,
        passages=tuple(cut),
        figures=tuple(
            replace(f, title=metadata.title, page=page_at(text.pages, f.value_start))
            for f in extraction.figures
        ),
        skipped_figures=extraction.skipped,
        scanned=text.scanned,
        placed=source.placed,
    )


def _owners(sections: tuple[Section, ...], cut: tuple[Passage, ...]) -> list[int]:
    """The index of each passage's section."""
    owners, at = [], 0
    for passage in cut:
        while not sections[at].body <= passage.start < sections[at].own_end:
            at += 1
        owners.append(at)
    return owners


def _passage(
    report: str,
    text: str,
    section: Section,
    start: int,
    end: int,
    page: int | None,
    last: int | None,
    scanned: Sequence[tuple[int, int]],
) -> Passage:
    return Passage(
        report,
        start,
        end,
        text[start:end],
        section.path,
        page,
        last,
        section.years,
        section.mode,
        overlaps(scanned, start, end),
    )


def _figure(report: str, values: list[Any]) -> Figure:
    named = dict(zip(_FIGURE, values, strict=True))
    return Figure(report=report, **{**named, "section": tuple(named["section"])})


def _section(item: dict[str, Any]) -> Section:
    return Section(**{**item, "path": tuple(item["path"]), "years": tuple(item["years"])})


def _metadata(item: dict[str, Any]) -> Metadata:
    years = {key: tuple(item[key]) for key in ("years_reviewed", "years_planned")}
    return Metadata(**{**item, **years})

"""Questions for all that is said on a topic (教育方面有哪些安排), answered section by section."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from index import Section, Snapshot
from index.text import normalize, report_year, tokenize
from qa.answers.composer import cite, compose
from qa.answers.coverage import selected, years_of
from qa.types import Answer, Citation
from qa.understanding import Question, When, is_place

MOST = 5
"""Places shown of one topic."""
LONGEST = 90
"""Characters quoted of a passage, unless its first sentence is longer."""

_SENTENCE = re.compile(r".+?(?:[。！？；]+[”’）]*|\n|$)", re.DOTALL)


def answer_from_sections(
    snapshot: Snapshot, asked: Question, reports: Collection[str] | None = None
) -> Answer | None:
    """What the sections headed by the topic say, in the order of the report; None where none is.

    Raises UnknownReport.
    """
    terms = tokenize(asked.overview)
    if not terms:
        return None
    when = asked.sub_questions[0].when
    newest = sorted(selected(snapshot, reports), key=lambda info: report_year(info) or 0, reverse=True)
    for info in newest:
        if asked.places and not any(is_place(p, info.place) for p in asked.places):
            continue
        years = set(asked.report_years or when.years_for(report_year(info)))
        if years and not years & years_of(info):
            continue
        sections = snapshot.outline(info.id)
        about = [s for s in sections if _is_about(s, terms) and _fits(s, when, report_year(info))]
        spans = [span for section in about for span in _parts(section, sections)]
        citations = list(_citations(snapshot, info.id, sorted(set(spans))))[:MOST]
        if citations:
            return Answer(asked.text, True, compose(citations), citations, shape="list")
    return None


def _is_about(section: Section, terms: list[str]) -> bool:
    title = normalize(section.title)
    share = sum(term in title for term in terms) / len(terms)
    return bool(section.level) and not section.continued and share >= (1.0 if len(terms) < 3 else 0.6)


def _fits(section: Section, when: When, report_year: int | None) -> bool:
    years = set(when.years_for(report_year))
    same_years = not years or not section.years or bool(years & set(section.years))
    return same_years and (not when.mode or not section.mode or when.mode == section.mode)


def _parts(section: Section, sections: tuple[Section, ...]) -> Iterator[tuple[int, int]]:
    """The section's own text, or where it only heads others, theirs."""
    below = [s for s in sections if s.level == section.level + 1 and section.own_end <= s.start < section.end]
    for part in below or [section]:
        yield part.start, part.end


def _citations(snapshot: Snapshot, report: str, spans: list[tuple[int, int]]) -> Iterator[Citation]:
    """The first passage of each span; of a single span, all its passages."""
    passages = snapshot.passages(snapshot.rows(report))
    for start, end in spans:
        inside = [p for p in passages if start <= p.start < end]
        for passage in inside if len(spans) == 1 else inside[:1]:
            span = _quoted(passage.text, passage.section[-1] if passage.section else "")
            yield cite(snapshot, passage, (span,))


def _quoted(text: str, title: str) -> tuple[int, int]:
    """The first sentences after a run-in title, as many as stay within ``LONGEST`` characters."""
    found = [m.span() for m in _SENTENCE.finditer(text) if m[0].strip()]
    if len(found) > 1 and text[slice(*found[0])].rstrip("。！？；\n") == title:
        found = found[1:]
    start, end = found[0]
    for _, later in found[1:]:
        if later - start > LONGEST:
            break
        end = later
    return start, start + len(text[start:end].rstrip())

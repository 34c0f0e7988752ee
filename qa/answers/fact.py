"""One thing asked, or several set beside each other: the passages that answer best, each with its quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from statistics import fmean

from index import Snapshot
from qa.answers.asking import Asking
from qa.answers.composer import cite, compose
from qa.answers.coverage import assumed_year, newest_first, of_no_report, refusal_reason
from qa.answers.indicator import of_another_body, of_other_indicator, of_other_years
from qa.answers.quotes import completed
from qa.reading import also_fitting, confidence, conflicts_in_year, merged_spans, quote, reread, threshold
from qa.retrieval import Ranked, RankedSearch, Search, rank, search
from qa.types import REFUSAL, Answer, Citation
from qa.understanding import names_of

LOOKED_AT = 5
"""Passages that the text may quote; what ``top_k`` asks for beyond them is added behind (``with_further_citations``)."""


def answer_fact(asking: Asking) -> Answer:
    """The best passages' quotes, or the refusal with the nearest passages; raises UnknownReport."""
    question, snapshot = asking.question, asking.snapshot
    sub_questions = ranked_and_read(asking, LOOKED_AT)
    sure = [_confidence(asking, sub_question) for sub_question in sub_questions]
    sub_questions = [newest_first(one, snapshot) for one in sub_questions]
    citations = citations_of(asking, sub_questions, max(LOOKED_AT, asking.top_k, len(sub_questions)))
    if not citations or max(sure) < threshold() or fmean(sure) < threshold():
        return refused(asking, citations[: asking.top_k])
    own_places = [name for info in asking.infos[:60] for name in names_of(info.place)]
    info = snapshot.report(citations[0].report)
    if asking.reports is None and of_another_body(question, info):
        return refused(asking, citations[: asking.top_k])
    if len(sub_questions) == 1 and of_other_indicator(question, own_places, citations[0], info.place):
        return refused(asking, citations[: asking.top_k])
    if len(sub_questions) == 1 and of_other_years(snapshot, question, citations[0]):
        return refused(asking, citations[: asking.top_k])
    year, others = assumed_year(sub_questions[0], snapshot, asking.infos)
    # What is quoted comes first, so that its marks are the same whatever is added behind it.
    used = _used(sub_questions, sure, citations)
    spare = [n for n in range(len(citations)) if n not in used][: max(0, asking.top_k - len(used))]
    kept = [*sorted(used), *spare]
    citations = [citations[n] for n in kept]
    return Answer(
        question=question.text,
        answered=True,
        text=compose(citations, [kept.index(n) for n in used]),
        citations=citations,
        assumed_year=year,
        other_years=others,
        shape=question.shape,
    )


def _confidence(asking: Asking, found: RankedSearch) -> float:
    """``confidence``; 0 where no report is of the year asked, and the passage does not name it either."""
    one, ranked = found
    asked = {*one.sub_question.when.years, *asking.question.report_years}
    if ranked and conflicts_in_year(ranked[0]) and of_no_report(asked, asking.infos):
        return 0.0
    return confidence(one, ranked)


def refused(asking: Asking, related: Sequence[Citation] | None = None) -> Answer:
    """The refusal, why, and the ``related`` passages: the nearest where they are not given; raises UnknownReport."""
    question = asking.question
    if related is None:
        related = citations_of(asking, ranked_and_read(asking, asking.top_k), asking.top_k)
    reason = refusal_reason(question, asking.infos, asking.snapshot.reports)
    return Answer(question.text, False, REFUSAL, [], list(related), reason, shape=question.shape)


def with_further_citations(answer: Answer, asking: Asking) -> Answer:
    """``answer`` with the next best passages behind its citations where these are fewer than ``top_k``.

    Its text and marks stay as they are; what is added stands in none of its quotes' passages.
    """
    lacking = asking.top_k - len(answer.citations)
    if not answer.answered or answer.shape == "help" or lacking <= 0:
        return answer
    ranked = [(one, rank(one)) for one in search_each(asking, asking.top_k + len(answer.citations))]
    near = citations_of(asking, ranked, asking.top_k + len(answer.citations))
    more = [
        c
        for c in near
        if not any(c.report == k.report and c.start < k.end and k.start < c.end for k in answer.citations)
    ]
    return replace(answer, citations=[*answer.citations, *more[:lacking]])


def ranked_and_read(asking: Asking, most: int) -> list[RankedSearch]:
    """Each sub-question's candidates in order, ``most`` of them at least; raises UnknownReport."""
    return [(one, reread(one, rank(one), asking.snapshot)) for one in search_each(asking, most)]


def search_each(asking: Asking, most: int) -> list[Search]:
    """Each sub-question's candidates, ``most`` of them at least; raises UnknownReport."""
    snapshot, reports = asking.snapshot, asking.reports
    for report in reports or ():
        snapshot.rows(report)
    if not snapshot.size or (reports is not None and not reports):
        return []
    return [
        search(snapshot, snapshot.encoder, asking.question, sub_question, reports, most)
        for sub_question in asking.question.sub_questions
    ]


def citations_of(asking: Asking, sub_questions: Sequence[RankedSearch], top_k: int) -> list[Citation]:
    """The sub-questions' passages in turn; one that serves several of them is quoted for each.

    The same words are shown once, unless they answer different sub-questions.
    """
    leading = [ranked[0] for _, ranked in sub_questions if ranked]
    found: dict[int, list[tuple[Search, Ranked]]] = {}
    texts: set[str] = set()
    for turn in zip_longest(*([(one, r) for r in ranked] for one, ranked in sub_questions)):
        for pair in filter(None, turn):
            candidate, leads = pair[1].candidate, _leads(pair[1], leading)
            if candidate.row not in found and (leads or candidate.passage.text not in texts):
                found[candidate.row] = [pair]
                texts.add(candidate.passage.text)
            elif candidate.row in found and leads:
                found[candidate.row].append(pair)
    kept = list(found.values())[: max(0, top_k)]
    listing = asking.question.shape == "list"
    return [_citation(asking.snapshot, pairs, listing) for pairs in kept]


def _leads(one: Ranked, leading: Sequence[Ranked]) -> bool:
    return any(one is first for first in leading)


def _citation(snapshot: Snapshot, pairs: Sequence[tuple[Search, Ranked]], listing: bool) -> Citation:
    """The passage of ``pairs``, quoted for each of their sub-questions."""
    spans = [span for one, ranked in pairs for span in quote(one, ranked, listing)]
    passage = pairs[0][1].candidate.passage
    return cite(snapshot, passage, completed(passage, merged_spans(spans)), pairs[0][1].score)


def _used(
    sub_questions: Sequence[RankedSearch], sure: Sequence[float], citations: Sequence[Citation]
) -> list[int]:
    """The positions in ``citations`` that the answer's text quotes.

    The first passage of each sub-question that is certain enough; for a list, in the order of the report,
    those of the next passages too that fit as well.
    """
    positions = {(c.report, c.start): i for i, c in enumerate(citations)}
    listing = len(sub_questions) == 1 and sub_questions[0][0].question.shape == "list"
    chosen = [
        ranked.candidate.passage
        for (one, ranking), certain in zip(sub_questions, sure, strict=True)
        if certain >= threshold()
        for ranked in (also_fitting(ranking) if listing else ranking[:1])
    ]
    if listing:
        chosen.sort(key=lambda passage: (passage.report, passage.start))
    found = [positions.get((passage.report, passage.start)) for passage in chosen]
    return list(dict.fromkeys(i for i in found if i is not None))

"""All clauses of reports with how much each says on a subject: what broad answers choose from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from index import Encoder, Passage, ReportInfo, Snapshot
from index.encoders import FloatArray, TokenOffsetEncoder
from index.search import IntArray
from index.structure import context
from index.text import normalize
from qa.retrieval import Clause, clauses_of, encode_ahead, encoded, normalized, searched_text
from qa.understanding import concepts

Values = npt.NDArray[np.floating[Any]]

FEATURES = (
    "token", "sentence_token", "passage_late_interaction", "passage_dense", "path_token",
    "covered", "sentence_covered", "passage_covered", "path_covered", "near_covered",
    "number", "name", "long", "short", "slogan", "deed", "opening", "title", "passage_max",
)  # fmt: skip
"""What is known of a clause, each about 0 to 1 or standardized over the report."""

_SLOGAN = re.compile(
    r"^(?:坚持|坚定|深入|全面|大力|着力|切实|积极|持续|不断|进一步|始终|牢固|牢牢|聚焦|紧扣|紧盯|围绕|立足|突出|强化|加强|统筹|扎实|努力|推动|促进|以)"
)
"""坚持稳中求进; not 新建学校5所."""
_DEED = re.compile(
    r"建成|新建|新增|改造|完成|投入|落实|获评|获批|入选|启动|开工|竣工|投用|投产|引进|签约|成立|实施|推广|新开|开展|培育|设立|命名|通车|发放|成功|"
    r"达到|提高到|创建|打造|出台|建设|推进|支持|举办|培养"
)
"""新建学校5所; not 教育是民生之基."""
_NAME = re.compile(r"[“《]|[a-z]{2,}|、")
"""“双减”, ai; not 教育."""


# 〔27〕“十个一”工程：即; not 新建学校5所：全部投用
_NOTE = re.compile(
    r"^\s*(?:[〔\[【(（]\d{1,2}[〕\]】)）]|\d{1,2}[.、．])\s*[^，。]{1,24}[：:]|名词解释|^[^。]{0,30}是指|^(?:注释|附注|附件)"
)
"""A note at the end that explains a word: 〔27〕“十个一”工程：即…; not 三、民生工程：."""


def is_note(passage: Passage, end: int) -> bool:
    """Whether ``passage`` explains a word at the end of a report that is ``end`` characters long."""
    return passage.start > end / 2 and bool(_NOTE.search(passage.text))


@dataclass(frozen=True, slots=True)
class Scored:
    """A clause of a passage; ``features`` (len(FEATURES),)."""

    row: int
    passage: Passage
    clause: Clause
    features: FloatArray
    is_title: bool

    @property
    def start(self) -> int:
        """Where the clause starts in the report."""
        return self.passage.start + self.clause.start

    @property
    def end(self) -> int:
        return self.passage.start + self.clause.end

    @property
    def text(self) -> str:
        """As it stands in the report."""
        return self.passage.text[self.clause.start : self.clause.end]


# 同比增长9.9%; not 粮食产量同比增长
_DEPENDS = re.compile(
    r"^(?:同比|可比|比上年|较上年|年均|增长|下降|增速|居|位居|位列|占|总量|其中|分别|均|排名|高于|较)"
)
"""A clause that says nothing without the one before it: 同比增长9.9%, 居全省第一; not 粮食产量增长9.9%."""
_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("(", ")"))
_OPENS = re.compile("[“《（(]")
"""“, （; not ”."""


def quoted_together(
    scored: Sequence[Scored], depends: re.Pattern[str] = _DEPENDS
) -> list[tuple[Scored, ...]]:
    """The clauses that are quoted together: what ``depends`` on the one before, and what quotation marks or
    brackets hold together."""
    found: list[list[Scored]] = []
    for one in scored:
        before = found[-1][-1] if found else None
        beside = before is not None and (before.row, before.clause.sentence) == (
            one.row, one.clause.sentence
        )  # fmt: skip
        if before is not None and ((beside and depends.match(one.text)) or _is_open(found[-1], one)):
            found[-1].append(one)
        else:
            found.append([one])
    return [tuple(own) for own in found]


def _is_open(own: Sequence[Scored], following: Scored) -> bool:
    """Whether a quotation or bracket that ``own`` opens is closed only after it."""
    if own[-1].row != following.row or following.clause.start - own[-1].clause.end > 2:
        return False
    text = own[0].passage.text[own[0].clause.start : own[-1].clause.end]
    return bool(_OPENS.search(text)) and any(
        text.count(opening) > text.count(closing) for opening, closing in _PAIRS
    )


SPOKEN_OF = 0.5
"""The share of the subject's words, by weight, that one clause holds of a report that speaks of it."""
SPOKEN_OF_NEARBY = 0.75
"""The same of one passage: 林果 here and 养殖 there in its clauses."""


def reports_speaking_of(
    snapshot: Snapshot, infos: Iterable[ReportInfo], subject: str
) -> Iterator[ReportInfo]:
    """Those of ``infos`` that ``score_clauses`` may find to speak of ``subject``, told without reading any of them.

    The index tells which passages hold which words; no clause holds more of them than its passage. All of
    ``infos`` where the store has no such index.
    """
    terms = [c.alternatives for c in concepts(normalize(subject))]
    stands = _standing(snapshot, {term for alternatives in terms for one in alternatives for term in one})
    if stands is None:
        yield from infos
        return
    held = np.zeros((len(terms), snapshot.size), np.float32)
    for own_held, alternatives in zip(held, terms, strict=True):
        for one in filter(None, alternatives):
            np.maximum(own_held, sum(stands[term] for term in one) / len(one), out=own_held)
    idf = _idf(snapshot, terms)
    for info in infos:
        span = snapshot.rows(info.id)
        here = held[:, span.start : span.stop]
        stood = [bool(row.any()) for row in here]
        weights = np.array(_told(terms, idf, stood), np.float64)
        if weights.any() and (weights @ here).max(initial=0.0) > (SPOKEN_OF - 1e-3) * weights.sum():
            yield info


def reports_saying(
    snapshot: Snapshot, infos: Iterable[ReportInfo], pairs: Collection[str], least: float
) -> Iterator[ReportInfo]:
    """Those of ``infos`` that may say ``least`` of ``pairs`` of characters somewhere, told without reading any."""
    flat = sorted(pairs)
    rows = snapshot.rows_holding(flat)
    for info in infos:
        span = snapshot.rows(info.id)
        if rows is None or sum(map(_may_stand, flat, rows, repeat(span))) >= least * len(flat):
            yield info


def _may_stand(term: str, rows: IntArray, span: range) -> bool:
    """Whether a term stands in the passages of ``span``, or is none that the index, which has it in ``rows``, tells."""
    first, last = np.searchsorted(rows, (span.start, span.stop))
    return bool(first < last) or _PAIR.fullmatch(term) is None


def _standing(snapshot: Snapshot, terms: Collection[str]) -> dict[str, FloatArray] | None:
    """1 for each passage in which a term stands or may stand, ``(passages,)``; None where the store cannot tell."""
    flat = sorted(terms)
    rows = snapshot.rows_holding(flat)
    if rows is None:
        return None
    stands = {}
    for term, own in zip(flat, rows, strict=True):
        # Pairs of Chinese characters are indexed as they are looked for; 5g is not, nor the 村 of 村庄.
        stands[term] = np.full(snapshot.size, float(_PAIR.fullmatch(term) is None), np.float32)
        stands[term][own] = 1
    return stands


_PAIR = re.compile("[一-鿿]{2}")
"""教育; not 教."""


def encode_subjects_ahead(encoder: Encoder, subjects: Iterable[str]) -> None:
    """Begins to encode ``subjects`` for ``score_clauses``, while the reports that speak of them are looked up."""
    encode_ahead(encoder, [searched_text(subject, everyday=True) for subject in subjects])


def spoken_of_by_name(snapshot: Snapshot, report: str, subject: str) -> bool:
    """Whether a passage of ``report`` holds ``SPOKEN_OF_NEARBY`` of the subject's own words, none of their equals counting.

    Half of them, by weight, may be 分类 alone of 垃圾分类."""
    passages = snapshot.passages(list(snapshot.rows(report)))
    texts = [normalized(p.text) for p in passages]
    terms = [c.alternatives[:1] for c in concepts(normalize(subject))]
    held = _covered(terms, _weights(snapshot, terms, texts), texts)
    return bool(held.max(initial=0.0) >= SPOKEN_OF_NEARBY)


def without_notes(snapshot: Snapshot, report: str) -> tuple[list[int], list[Passage]]:
    """The rows of ``report`` and their passages, without those of notes; raises UnknownReport."""
    rows = list(snapshot.rows(report))
    passages = snapshot.passages(rows)
    size = passages[-1].end if passages else 0
    kept = [(row, p) for row, p in zip(rows, passages, strict=True) if not is_note(p, size)]
    return [row for row, _ in kept], [p for _, p in kept]


def score_clauses(
    snapshot: Snapshot, report: str, subject: str, least: tuple[float, float] = (0.0, 0.0)
) -> list[Scored]:
    """Every clause of ``report`` with its features for ``subject``; raises UnknownReport.

    None where no clause holds ``least[0]`` of the subject's words, by weight, and no passage ``least[1]``: most
    reports of a large library are known by this to be of no use, at a small part of the cost.
    """
    rows, passages = without_notes(snapshot, report)
    if not rows:
        return []
    parts = [clauses_of(p.text) for p in passages]
    own = [c for part in parts for c in part]
    terms = [c.alternatives for c in concepts(normalize(subject))]
    texts = [normalized(p.text) for p in passages]
    weights = _weights(snapshot, terms, texts)
    wholes = _covered(terms, weights, texts)
    cover = _covered(terms, weights, [c.text for c in own])
    if not own or (cover.max() < least[0] and wholes.max() < least[1]):
        return []
    similarity, late, dense = _similarities(snapshot, report, rows, passages, parts, subject)
    of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    sentence = np.flatnonzero(
        np.append(True, (of[1:] != of[:-1]) | (np.diff([c.sentence for c in own]) != 0))
    )
    paths = {p.section: normalize(" ".join(p.section)) for p in passages}
    of_path = dict(zip(paths, _covered(terms, weights, list(paths.values())), strict=True))
    path = np.array([of_path[p.section] for p in passages])[of]
    titles = np.array([_is_title(c, passages[n]) for c, n in zip(own, of.tolist(), strict=True)])
    opening = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    columns = (
        similarity, _most_of(similarity, sentence), late[of], dense[of], path**2,
        cover, _most_of(cover, sentence), wholes[of], path, _most_beside(cover, of),
        [bool(c.quantities) for c in own], [bool(_NAME.search(c.text)) for c in own],
        [min(len(c.text), 40) / 40 for c in own], [len(c.text) < 9 for c in own],
        [bool(_SLOGAN.match(c.text)) for c in own], [bool(_DEED.search(c.text)) for c in own],
        [c.sentence == 0 for c in own], titles, _most_of(similarity, opening),
    )  # fmt: skip
    features = np.column_stack(columns).astype(np.float32)
    return [
        Scored(rows[n], passages[n], c, features[i], bool(titles[i]))
        for i, (c, n) in enumerate(zip(own, of.tolist(), strict=True))
    ]


def _most_of(values: Values, starts: IntArray) -> Values:
    """Of each of ``values`` (n,) the most of the stretch that it is in; stretches begin at ``starts``."""
    most: Values = np.maximum.reduceat(values, starts)
    return np.repeat(most, np.diff(np.append(starts, len(values))))


def _most_beside(values: Values, of: IntArray) -> Values:
    """Of each of ``values`` (n,) the most of it and its neighbours in the same passage; ``of`` numbers these."""
    most = values.copy()
    same = of[1:] == of[:-1]
    most[1:] = np.where(same, np.maximum(most[1:], values[:-1]), most[1:])
    most[:-1] = np.where(same, np.maximum(most[:-1], values[1:]), most[:-1])
    return most


def _is_title(clause: Clause, passage: Passage) -> bool:
    """Whether the clause belongs to the run-in title that opens its passage."""
    return (
        bool(passage.section)
        and clause.sentence == 0
        and passage.text.startswith(passage.section[-1][:6])
        and (clause.end <= len(passage.section[-1]) + 1)
    )


def _idf(snapshot: Snapshot, terms: Sequence[Sequence[tuple[str, ...]]]) -> list[float]:
    flat = sorted({t for alternatives in terms for a in alternatives for t in a})
    counts = dict(zip(flat, snapshot.frequencies(flat), strict=True))
    size = max(snapshot.size, 1)
    weights = []
    for alternatives in terms:
        usual = max((min((counts[t] for t in a), default=0) for a in alternatives), default=0)
        weights.append(float(np.log(1 + (size - usual + 0.5) / (usual + 0.5))))
    return weights


def _told(
    terms: Sequence[Sequence[tuple[str, ...]]], weights: Sequence[float], stands: Sequence[bool]
) -> list[float]:
    """``weights`` without those of pairs of characters that only run two words together; ``stands``: what a report holds.

    市建 of 城市建设 stands nowhere in a report that tells of both; 城市 or 建设 beside it does.
    """
    single = [_single(own) for own in terms]
    held = [bool(term) and here for term, here in zip(single, stands, strict=True)]
    found = list(weights)
    for i, term in enumerate(single):
        if not term or held[i]:
            continue
        before = i > 0 and held[i - 1] and single[i - 1][-1] == term[0]
        after = i + 1 < len(single) and held[i + 1] and single[i + 1][0] == term[-1]
        found[i] = 0.0 if before or after else found[i]
    return found


def _weights(
    snapshot: Snapshot, terms: Sequence[Sequence[tuple[str, ...]]], texts: Sequence[str]
) -> list[float]:
    """What each of ``terms`` weighs among a report's ``texts``."""
    stands = [any(_single(own) in text for text in texts) for own in terms]
    return _told(terms, _idf(snapshot, terms), stands)


def _single(alternatives: Sequence[tuple[str, ...]]) -> str:
    """The one search term that a concept is looked for by; empty where there are several."""
    return alternatives[0][0] if len(alternatives) == 1 and len(alternatives[0]) == 1 else ""


def _covered(
    terms: Sequence[Sequence[tuple[str, ...]]], weights: Sequence[float], texts: Sequence[str]
) -> Values:
    """The share of ``terms``, by weight, that each of ``texts`` holds, ``(texts,)``: the most of any alternative."""
    held = np.zeros(len(texts))
    total = sum(weights)
    if not total:
        return held
    flat = {term for alternatives in terms for one in alternatives for term in one}
    stands = {term: np.array([term in text for text in texts], np.float64) for term in flat}
    for alternatives, weight in zip(terms, weights, strict=True):
        shares = [np.sum([stands[term] for term in one], axis=0) / len(one) for one in alternatives if one]
        held += weight * np.max(shares, axis=0) if shares else 0.0
    return held / total


def _similarities(
    snapshot: Snapshot,
    report: str,
    rows: Sequence[int],
    passages: Sequence[Passage],
    parts: Sequence[tuple[Clause, ...]],
    subject: str,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of each clause the late interaction with ``subject`` (clauses,); of each passage that, and the cosine.

    All are standardized over the report, so that encoders of any range of cosines compare.
    """
    encoder = snapshot.encoder
    vector, tokens = encoded(encoder, searched_text(subject, everyday=True))
    dense = snapshot.vectors(rows) @ vector
    late = dense
    if tokens is not None and isinstance(encoder, TokenOffsetEncoder):
        by_token = snapshot.token_similarities(rows, tokens)
        late = np.array([found.max(axis=0).mean() if len(found) else 0.0 for found in by_token], np.float32)
        each = _late(by_token, _token_ends(snapshot, report, rows, passages), parts)
    else:
        each = np.repeat(dense, [len(own) for own in parts])
    return standardized(each), standardized(late), standardized(dense)


def standardized(values: FloatArray) -> FloatArray:
    """``values`` (n,), n > 0, in thirds of a standard deviation above their mean: about -1 to 1."""
    found: FloatArray = (values - values.mean()) / (float(values.std()) or 1.0) / 3
    return found


def _late(
    by_token: Sequence[FloatArray], ends: Sequence[Sequence[int]], parts: Sequence[tuple[Clause, ...]]
) -> FloatArray:
    """Of each clause the mean over the subject's tokens of the clause's nearest token, ``(clauses,)``.

    ``by_token`` are the similarities of each passage's tokens ``(tokens, subject's tokens)``, ``ends`` where in
    the passage they end.
    """
    bounds: list[int] = []
    silent: list[int] = []
    at = clause = 0
    for found, own_ends, own in zip(by_token, ends, parts, strict=True):
        known = own_ends[: len(found)]
        for one in own:
            if not len(found):
                silent.append(clause)
                bounds += (at, at)
            else:
                first, last = bisect_right(known, one.start), bisect_right(known, one.end)
                first = first if last > first else min(first, len(found) - 1)
                bounds += (at + first, at + max(last, first + 1))
            clause += 1
        at += len(found)
    if not at:
        return np.zeros(clause, np.float32)
    # One row more, since a clause may end where the last passage does.
    rows = np.concatenate([*by_token, np.zeros((1, by_token[0].shape[1]), np.float32)])
    values: FloatArray = np.maximum.reduceat(rows, bounds)[::2].mean(axis=1)
    values[silent] = 0.0
    return values


def _token_ends(
    snapshot: Snapshot, report: str, rows: Sequence[int], passages: Sequence[Passage]
) -> Sequence[Sequence[int]]:
    """Where in each of ``passages`` its tokens end: as the library keeps it, else told by the encoder."""
    kept = snapshot.token_ends(rows)
    if kept is not None:
        return kept
    encoder, title = snapshot.encoder, snapshot.report(report).title
    if not isinstance(encoder, TokenOffsetEncoder):
        raise TypeError("only an encoder of token offsets has late interaction of clauses")
    return [_told_ends(encoder, title, passage) for passage in passages]


@lru_cache(maxsize=4096)
def _told_ends(encoder: TokenOffsetEncoder, title: str, passage: Passage) -> tuple[int, ...]:
    return tuple(encoder.passage_token_ends(normalize(context(title, passage)), normalize(passage.text)))

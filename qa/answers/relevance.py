"""All clauses of reports with how much each says on a subject: what broad answers choose from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index import Passage, Snapshot
from index.encoders import FloatArray, TokenOffsetEncoder
from index.structure import context
from index.text import normalize
from qa.retrieval import Clause, clauses_of, encoded
from qa.understanding import concepts, official_wording

FEATURES = (
    "token", "sentence_token", "passage_late", "passage_dense", "path_token",
    "covered", "sentence_covered", "passage_covered", "path_covered", "near_covered",
    "number", "name", "long", "short", "slogan", "deed", "opening", "title", "passage_max",
)  # fmt: skip
"""What is known of a clause, each about 0 to 1 or standardized over the report."""

_SLOGAN = re.compile(
    r"^(?:坚持|坚定|深入|全面|大力|着力|切实|积极|持续|不断|进一步|始终|牢固|牢牢|聚焦|紧扣|紧盯|围绕|立足|突出|强化|加强|统筹|扎实|努力|推动|促进|以)"
)
_DEED = re.compile(
    r"建成|新建|新增|改造|完成|投入|落实|获评|获批|入选|启动|开工|竣工|投用|投产|引进|签约|成立|实施|推广|新开|开展|培育|设立|命名|通车|发放|成功|"
    r"达到|提高到|创建|打造|出台|建设|推进|支持|举办|培养"
)
_NAME = re.compile(r"[“《]|[a-z]{2,}|、")


_NOTE = re.compile(
    r"^\s*(?:[〔\[【(（]\d{1,2}[〕\]】)）]|\d{1,2}[.、．])\s*[^，。]{1,24}[：:]|名词解释|^[^。]{0,30}是指|^(?:注释|附注|附件)"
)
"""A note at the end that explains a word: 〔27〕“十个一”工程：即…."""


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


_DEPENDS = re.compile(
    r"^(?:同比|可比|比上年|较上年|年均|增长|下降|增速|居|位居|位列|占|总量|其中|分别|均|排名|高于|较)"
)
"""A clause that says nothing without the one before it: 同比增长9.9%, 居全省第一."""
_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("(", ")"))


def together(scored: Sequence[Scored], depends: re.Pattern[str] = _DEPENDS) -> list[tuple[Scored, ...]]:
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
    return any(text.count(opening) > text.count(closing) for opening, closing in _PAIRS)


def score_clauses(
    snapshot: Snapshot, report: str, subject: str, least: tuple[float, float] = (0.0, 0.0)
) -> list[Scored]:
    """Every clause of ``report`` with its features for ``subject``; raises UnknownReport.

    None where no clause holds ``least[0]`` of the subject's words, by weight, and no passage ``least[1]``: most
    reports of a large library are known by this to be of no use, at a small part of the cost.
    """
    rows = list(snapshot.rows(report))
    passages = snapshot.passages(rows)
    size = passages[-1].end if passages else 0
    kept = [(row, p) for row, p in zip(rows, passages, strict=True) if not is_note(p, size)]
    rows, passages = [row for row, _ in kept], [p for _, p in kept]
    if not rows:
        return []
    title = snapshot.report(report).title
    parts = [clauses_of(p.text) for p in passages]
    wanted = concepts(normalize(subject))
    terms = [c.alternatives for c in wanted]
    weight = _told(terms, _idf(snapshot, terms), normalize("\n".join(p.text for p in passages)))
    paths = [normalize(" ".join(p.section)) for p in passages]
    path_cover = {path: _covered(terms, weight, path) for path in set(paths)}
    wholes = [_covered(terms, weight, normalize(p.text)) for p in passages]
    covers = [[_covered(terms, weight, c.text) for c in own] for own in parts]
    if max(map(max, filter(None, covers)), default=0.0) < least[0] and max(wholes) < least[1]:
        return []
    similarity, late, dense = _similarities(snapshot, rows, title, passages, parts, subject)
    found: list[Scored] = []
    for n, (row, passage, own) in enumerate(zip(rows, passages, parts, strict=True)):
        whole, tops, cover = wholes[n], similarity[n], covers[n]
        sentences: dict[int, list[int]] = {}
        for i, c in enumerate(own):
            sentences.setdefault(c.sentence, []).append(i)
        for i, c in enumerate(own):
            around = sentences[c.sentence]
            is_title = bool(passage.section) and _same(c, own, i, passage)
            near = max(cover[max(0, i - 1) : i + 2])
            values = (
                tops[i], max(tops[j] for j in around), late[n], dense[n], path_cover[paths[n]] ** 2,
                cover[i], max(cover[j] for j in around), whole, path_cover[paths[n]], near,
                float(bool(c.quantities)), float(bool(_NAME.search(c.text))),
                min(len(c.text), 40) / 40, float(len(c.text) < 9), float(bool(_SLOGAN.match(c.text))),
                float(bool(_DEED.search(c.text))), float(c.sentence == 0), float(is_title), max(tops),
            )  # fmt: skip
            found.append(Scored(row, passage, c, np.array(values, np.float32), is_title))
    return found


def _same(clause: Clause, own: Sequence[Clause], i: int, passage: Passage) -> bool:
    """Whether the clause belongs to the run-in title that opens its passage."""
    return (
        clause.sentence == 0
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


def _told(terms: Sequence[Sequence[tuple[str, ...]]], weights: Sequence[float], text: str) -> list[float]:
    """``weights`` without those of pairs of characters that only run two words together.

    市建 of 城市建设 stands nowhere in a report that tells of both; 城市 or 建设 beside it does.
    """
    single = [own[0][0] if len(own) == 1 and len(own[0]) == 1 else "" for own in terms]
    stands = [bool(term) and term in text for term in single]
    found = list(weights)
    for i, term in enumerate(single):
        if not term or stands[i]:
            continue
        before = i > 0 and stands[i - 1] and single[i - 1][-1] == term[0]
        after = i + 1 < len(single) and stands[i + 1] and single[i + 1][0] == term[-1]
        found[i] = 0.0 if before or after else found[i]
    return found


def _covered(terms: Sequence[Sequence[tuple[str, ...]]], weights: Sequence[float], text: str) -> float:
    """The share of ``terms``, by weight, that ``text`` holds: the most of any alternative of each."""
    total = sum(weights)
    if not total:
        return 0.0
    held = 0.0
    for alternatives, weight in zip(terms, weights, strict=True):
        held += weight * max((sum(t in text for t in a) / len(a) for a in alternatives if a), default=0.0)
    return held / total


def _similarities(
    snapshot: Snapshot,
    rows: Sequence[int],
    title: str,
    passages: Sequence[Passage],
    parts: Sequence[tuple[Clause, ...]],
    subject: str,
) -> tuple[list[list[float]], list[float], list[float]]:
    """Of each clause the late interaction with ``subject``; of each passage that, and the cosine.

    All are standardized over the report, so that encoders of any range of cosines compare.
    """
    encoder = snapshot.encoder
    vector, tokens = encoded(encoder, official_wording(normalize(subject)))
    dense = snapshot.vectors(rows) @ vector
    each: list[list[float]] = []
    late = dense
    if tokens is not None and isinstance(encoder, TokenOffsetEncoder):
        late_values = []
        by_token = snapshot.token_similarities(rows, tokens)
        for found, passage, own in zip(by_token, passages, parts, strict=True):
            late_values.append(float(found.max(axis=0).mean()) if len(found) else 0.0)
            ends = _token_ends(encoder, title, passage)[: len(found)]
            each.append(_late(found, ends, own))
        late = np.array(late_values, np.float32)
    else:
        each = [[float(d)] * len(own) for d, own in zip(dense, parts, strict=True)]
    flat = np.array([value for own in each for value in own] or [0.0], np.float32)
    mean, deviation = float(flat.mean()), float(flat.std()) or 1.0
    each = [[(value - mean) / deviation / 3 for value in own] for own in each]
    return each, _standardized(late), _standardized(dense)


def _standardized(values: FloatArray) -> list[float]:
    return [float(v) for v in (values - values.mean()) / (float(values.std()) or 1.0) / 3]


def _late(found: FloatArray, ends: Sequence[int], own: Sequence[Clause]) -> list[float]:
    """Of each clause the mean over the subject's tokens of the clause's nearest token."""
    if not len(found):
        return [0.0] * len(own)
    values = []
    for clause in own:
        first, last = bisect_right(ends, clause.start), bisect_right(ends, clause.end)
        part = found[first:last] if last > first else found[min(first, len(found) - 1) :][:1]
        values.append(float(part.max(axis=0).mean()))
    return values


@lru_cache(maxsize=4096)
def _token_ends(encoder: TokenOffsetEncoder, title: str, passage: Passage) -> tuple[int, ...]:
    return tuple(encoder.passage_token_ends(normalize(context(title, passage)), normalize(passage.text)))

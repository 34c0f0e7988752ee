"""Trains the models of what a question wants and of what it is about (``qa/understanding/intent.py``).

    python -m training.intent            # prints figures by author left out, writes qa/understanding/intent.npz

``training/wordings/*.jsonl``: wordings by five authors who saw neither the product nor a report, each with
its intent and its subject. Questions for one fact of ``training/questions`` add theirs. Takes three minutes on two
cores; the seed fixes what is drawn.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression, SGDClassifier

from index.encoders import TokenOffsetEncoder, load_encoder
from index.text import normalize
from qa.understanding import (
    BUCKETS,
    INTENTS,
    Vectors,
    intent_features,
    masked,
    parse,
    subject_features,
    token_of,
    understood,
)

ROOT = Path(__file__).resolve().parent
OUT = ROOT.parent / "qa" / "understanding" / "intent.npz"
NARROW = 600
"""Questions for one fact that are drawn besides: about as many as the wordings have of them."""
EXCHANGED, EXCHANGED_WEIGHT = 3, 0.3
"""Times that a wording is put again with another's subject, and how much it counts then: together about once."""
NARROW_WEIGHT = 0.5
"""How much one of them counts: they are all of one intent and of few authors."""
INTENT_C, SUBJECT_ALPHA = 2.0, 5e-5
"""The inverse strength of the one penalty and the strength of the other; by author left out nothing near is better."""
VECTOR_SCALE = 4.0
"""By which vectors of length one are made as long as the n-grams beside them, so that one penalty fits both."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """A question, what it wants, and the words that it is about (None: not told)."""

    author: str
    core: str
    intent: str
    subject: str | None
    weight: float = 1.0


def wordings() -> list[Wording]:
    """All there are."""
    found = []
    for file in sorted((ROOT / "wordings").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            # Some authors copied 不足 of 还有哪些不足 as a subject: of these intents only none is taken.
            told = not row["subject"] or row["intent"] not in ("tasks", "problems")
            if core := parse(row["q"]).core:
                found.append(
                    Wording(file.stem, core, row["intent"], normalize(row["subject"]) if told else None)
                )
    return found


def narrow() -> list[Wording]:
    """Questions for one fact, drawn from those that the encoder and the reader are trained on."""
    rows = []
    for file in sorted((ROOT / "questions").glob("g*.jsonl")):
        rows += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    drawn = random.Random(1).sample([r for r in rows if r["kind"] in ("fact", "everyday", "year")], NARROW)
    return [Wording("narrow", parse(r["q"]).core, "fact", None, NARROW_WEIGHT) for r in drawn]


def exchanged(rows: Sequence[Wording], times: int) -> list[Wording]:
    """``rows`` again ``times``, each about another's subject: what asks is learned, and not what is asked about."""
    draw = random.Random(1)
    pool: dict[str, list[str]] = {}
    for row in rows:
        if row.subject and "、" not in row.subject:
            pool.setdefault(row.intent, []).append(row.subject)
    found = []
    for row in rows:
        if row.subject and row.core.count(row.subject) == 1:
            for subject in draw.choices(pool[row.intent], k=times):
                core = row.core.replace(row.subject, subject)
                found.append(replace(row, core=core, subject=subject, weight=EXCHANGED_WEIGHT))
    return found


def vectors_of(rows: Sequence[Wording]) -> dict[str, Vectors]:
    """What the default encoder says of each question."""
    encoder = load_encoder()
    if not isinstance(encoder, TokenOffsetEncoder):
        raise TypeError("the subject is told from vectors of tokens, which this encoder does not have")
    texts = list(dict.fromkeys(row.core for row in rows))
    vectors, tokens = encoder.encode_query_tokens(texts)
    return {
        text: Vectors(encoder.id, vector, own, encoder.passage_token_ends("", text))
        for text, vector, own in zip(texts, vectors, tokens, strict=True)
    }


def inside(one: Wording) -> list[bool]:
    """Of each character of the masked question whether it is of the subject."""
    read = masked(one.core)
    marks = np.zeros(len(one.core) + 1, bool)
    end = 0
    for piece in filter(None, (one.subject or "").split("、")):
        at = one.core.find(piece, end)
        at = at if at >= 0 else one.core.find(piece)
        if at >= 0:
            marks[at : at + len(piece)] = True
            end = at + len(piece)
    return [bool(marks[i]) for i in read.at[: len(read.text)]]


def _matrix(rows: Sequence[Sequence[int]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    flat = np.fromiter((b for row in rows for b in row), np.int32, int(ends[-1]))
    return csr_matrix((np.ones(len(flat), np.float32), flat, ends), (len(rows), width))


def _fitted(
    prefix: str, model: Any, rows: csr_matrix, dense: Array | None, y: Sequence[int], weights: Sequence[float]
) -> dict[str, Array]:
    """The arrays of one linear ``model``: over buckets in one byte each, and over vectors where they are given."""
    x = rows if dense is None else hstack([rows, csr_matrix(dense * VECTOR_SCALE)]).tocsr()
    model.fit(x, y, sample_weight=weights)
    coefficients = model.coef_[0] if len(model.coef_) == 1 else model.coef_.T
    grams, of_vector = np.split(coefficients, [rows.shape[1]])
    scale = np.abs(grams).max() / 127
    arrays = {
        prefix: np.rint(grams / scale).astype(np.int8),
        f"{prefix}_scale": np.float32(scale),
        f"{prefix}_bias": np.squeeze(model.intercept_.astype(np.float32)),
    }
    return arrays | (
        {} if dense is None else {f"{prefix}_vector": (of_vector * VECTOR_SCALE).astype(np.float16)}
    )


def fit(rows: Sequence[Wording], vectors: Mapping[str, Vectors]) -> dict[str, Array]:
    """The arrays that ``understood`` reads: of the models with vectors (dense) and without (plain)."""
    texts = [masked(r.core).text for r in rows]
    grams = _matrix([intent_features(text) for text in texts], BUCKETS[0])
    intents, weights = [INTENTS.index(r.intent) for r in rows], [r.weight for r in rows]
    own = [r for r in rows if r.subject is not None]
    reads = [masked(r.core) for r in own]
    around = _matrix([f for read in reads for f in subject_features(read.text)], BUCKETS[1])
    marks = [mark for r in own for mark in inside(r)]
    counts = [r.weight for r, read in zip(own, reads, strict=True) for _ in read.text]
    whole = np.stack([vectors[r.core].vector for r in rows])
    of_tokens = [
        vectors[r.core].tokens[token_of(read, vectors[r.core].ends)]
        for r, read in zip(own, reads, strict=True)
    ]
    return {
        "encoder": np.array(next(iter(vectors.values())).encoder),
        **_fitted("plain_intent", _intent_model(), grams, None, intents, weights),
        **_fitted("dense_intent", _intent_model(), grams, whole, intents, weights),
        **_fitted("plain_subject", _subject_model(), around, None, marks, counts),
        **_fitted("dense_subject", _subject_model(), around, np.concatenate(of_tokens), marks, counts),
    }


def _intent_model() -> LogisticRegression:
    return LogisticRegression(C=INTENT_C, max_iter=150)


def _subject_model() -> SGDClassifier:
    return SGDClassifier(
        loss="log_loss", alpha=SUBJECT_ALPHA, average=True, max_iter=6, tol=None, random_state=1
    )


def tell(rows: Sequence[Wording], rest: Sequence[Wording], vectors: Mapping[str, Vectors]) -> None:
    """Figures of each author's wordings by models fitted on ``rest`` without that author, without vectors and with them."""
    for author in sorted({r.author for r in rows}):
        own = [r for r in rows if r.author == author]
        model = fit([r for r in rest if r.author != author], vectors)
        for known in (False, True):
            told = [understood(r.core, vectors[r.core] if known else None, model) for r in own]
            best = [t.best for t in told]
            named = [(t.subject, r.subject) for t, r in zip(told, own, strict=True) if r.subject]
            line = f"{author} {'dense' if known else 'plain'} n {len(own)}"
            line += f" intent {np.mean([b == r.intent for b, r in zip(best, own, strict=True)]):.3f}"
            line += f" subject {np.mean([a.replace('、', '') == b.replace('、', '') for a, b in named]):.3f}"
            for intent in INTENTS:
                right = sum(b == r.intent == intent for b, r in zip(best, own, strict=True))
                line += f" | {intent} {right}/{sum(r.intent == intent for r in own)} of {best.count(intent)}"
            print(line, flush=True)


def main() -> None:
    """Prints the held-out figures and writes the models of all wordings."""
    rows = wordings()
    every = [*rows, *narrow(), *exchanged(rows, EXCHANGED)]
    vectors = vectors_of(every)
    np.savez_compressed(OUT, **fit(every, vectors))
    tell(rows, every, vectors)


if __name__ == "__main__":
    main()

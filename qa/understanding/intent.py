"""What a question wants, and of what: its intent and its subject, by two linear models trained on wordings.

``training/intent.py`` fits them on questions that name the report's subject and shape by hand; both see only the
characters of the question, and what the default encoder says of it where the library has that.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoders import FloatArray
from qa.understanding.places import places_named
from qa.understanding.time import TIME

INTENTS = (
    "fact", "list", "topic", "progress", "yes_no", "summary", "tasks", "problems", "compare", "help",
)  # fmt: skip
"""What the first model tells apart."""
BUCKETS = 1 << 14, 1 << 16
"""Features of the two models: n-grams are hashed, so that no vocabulary is kept; few enough to ship."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
"""3.5; not 三."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A question with its times, places and numbers as one character each; ``at``: where each character begins."""

    text: str
    at: tuple[int, ...]


def masked(core: str) -> Masked:
    """``core``, normalized, as the models read it: T for a time, P for a place, N for a number."""
    spans = [(*m.span(), "T") for m in TIME.finditer(core)]
    spans += [(m.start(), m.end(), "P") for p in places_named(core) for m in re.finditer(re.escape(p), core)]
    spans += [(*m.span(), "N") for m in _NUMBER.finditer(core)]
    out: list[str] = []
    at: list[int] = []
    end = 0
    for start, stop, mark in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < end:
            continue
        out += core[end:start]
        at += range(end, start)
        out.append(mark)
        at.append(start)
        end = stop
    out += core[end:]
    at += range(end, len(core) + 1)
    return Masked("".join(out), tuple(at))


def _bucket(feature: str, of: int) -> int:
    return zlib.crc32(feature.encode()) % of


def intent_features(text: str) -> list[int]:
    """The buckets of a masked question's n-grams of one to four characters, with its ends marked."""
    framed = f"^{text}$"
    grams = {framed[i : i + n] for n in (1, 2, 3, 4) for i in range(len(framed) - n + 1)}
    grams |= {f"#{min(len(text), 24) // 3}"}
    return sorted({_bucket(gram, BUCKETS[0]) for gram in grams})


_BEFORE, _AFTER = 4, 4
"""Characters around one that tell whether it is of the subject: the words that ask are seldom longer."""


def subject_features(text: str) -> list[list[int]]:
    """Of each character of a masked question the buckets of the n-grams around it."""
    framed = "^" * _BEFORE + text + "$" * (_AFTER + 1)
    rows = []
    for i in range(len(text)):
        own = [f"{k}:{framed[i + k : i + k + n]}" for n in (1, 2, 3) for k in range(_BEFORE + _AFTER + 2 - n)]
        own += [f"p{min(i, 5)}", f"e{min(len(text) - i, 5)}", f"l{min(len(text), 24) // 3}"]
        rows.append(sorted({_bucket(one, BUCKETS[1]) for one in own}))
    return rows


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question wants: how likely each of ``INTENTS``, and the words that it is about, apart by 、."""

    likely: Mapping[str, float]
    subject: str

    @property
    def best(self) -> str:
        """The likeliest intent."""
        return max(self.likely, key=lambda name: self.likely[name])


@dataclass(frozen=True, slots=True)
class Vectors:
    """What an encoder says of a question: ``vector`` (d,), ``tokens`` (tokens, d), and where each token ends."""

    encoder: str
    vector: FloatArray
    tokens: FloatArray
    ends: Sequence[int]


Model = Mapping[str, NDArray[Any]]
"""The weights by name, as ``training.intent.fit`` makes them: of models that look at vectors (dense), or do not."""


def understood(core: str, vectors: Vectors | None = None, model: Model | None = None) -> Intent:
    """The intent of the normalized question ``core``; ``model``: others than those shipped.

    ``vectors`` help where they are of the encoder that the models were fitted with; of another one they are not
    looked at.
    """
    model = _shipped() if model is None else model
    fitted = vectors is not None and vectors.encoder == str(model["encoder"]) and len(vectors.ends) > 0
    known = vectors if fitted else None
    read = masked(core)
    return Intent(_likely(model, read, known), _subject(model, core, read, known))


def _likely(model: Model, read: Masked, vectors: Vectors | None) -> dict[str, float]:
    name = "plain" if vectors is None else "dense"
    rows = intent_features(read.text)
    scores = model[f"{name}_intent"][rows].astype(np.float32).sum(0) * model[f"{name}_intent_scale"]
    scores = scores + model[f"{name}_intent_bias"]
    if vectors is not None:
        scores = scores + vectors.vector @ model["dense_intent_vector"].astype(np.float32)
    likely = np.exp(scores - scores.max())
    return dict(zip(INTENTS, (likely / likely.sum()).tolist(), strict=True))


def _subject(model: Model, core: str, read: Masked, vectors: Vectors | None) -> str:
    name = "plain" if vectors is None else "dense"
    weights = model[f"{name}_subject"]
    own = [weights[rows].astype(np.float32).sum() for rows in subject_features(read.text)]
    scores = np.array(own, np.float32) * model[f"{name}_subject_scale"] + model[f"{name}_subject_bias"]
    # A token is of the subject as a whole: of 骆驼湾 no character stays behind.
    unit = list(range(len(own))) if vectors is None else token_of(read, vectors.ends)
    if vectors is not None:
        scores = scores + (vectors.tokens @ model["dense_subject_vector"].astype(np.float32))[unit]
    units = list(dict.fromkeys(unit))
    of_unit = np.array(unit)
    sums = [scores[of_unit == one].sum() for one in units]
    inside = dict(zip(units, viterbi(sums, CHANGE), strict=True))
    pieces: list[str] = []
    before = False
    for i, one in enumerate(unit):
        if inside[one]:
            piece = core[read.at[i] : read.at[i + 1]] if read.text[i] != "T" else ""
            pieces[-1:] = [pieces[-1] + piece] if before else [*pieces[-1:], piece]
        before = inside[one]
    return "、".join(dict.fromkeys(kept for piece in pieces if (kept := piece.strip(_EDGES))))


_EDGES = "，,。？?！!；;：:、的 "
"""What no subject begins or ends with."""
CHANGE = 2.0
"""What it costs to begin or end a subject, in log-odds; the best of 1, 2, 3 by author left out."""


def token_of(read: Masked, ends: Sequence[int]) -> list[int]:
    """Of each character of ``read`` the token that it belongs to; tokens end at ``ends``, which are not empty."""
    return [min(bisect_right(ends, at), len(ends) - 1) for at in read.at[: len(read.text)]]


@cache
def _shipped() -> dict[str, NDArray[Any]]:
    with (files("qa.understanding") / "intent.npz").open("rb") as file, np.load(file) as data:
        return {name: data[name] for name in data.files}


def viterbi(scores: Sequence[float] | NDArray[np.float32], change: float) -> list[bool]:
    """The likeliest run of inside and outside, ``scores`` (n,) the log-odds of inside, each change costing ``change``."""
    out, into = 0.0, 0.0
    back: list[tuple[bool, bool]] = []
    for score in scores:
        back.append((into - change > out, into > out - change))
        out, into = max(out, into - change), max(into, out - change) + float(score)
    state = into > out
    inside = []
    for came_from_inside in reversed(back):
        inside.append(state)
        state = came_from_inside[state]
    return inside[::-1]

"""How like a question anything in a library is: the scale on which a passage's own similarity is read.

Cosines of one encoder lie between 0.75 and 0.9, of another between 0 and 0.6, and they differ between
questions too. What tells is how far a passage stands out, in standard deviations, from a sample of the library
(z-score normalization: Lee 1997; Wu and Crestani 2006). Where the library is small, general texts stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from index import Encoder, Snapshot
from index.encoders import CALIBRATION, FloatArray, TokenEncoder, max_similarities

DENSE_SAMPLE = 256
"""Vectors from which the usual similarity is told: its mean is then known to a sixteenth of its spread."""
LATE_SAMPLE = 32
"""Passages that a question is compared with; comparing tokens takes longer."""
_LEAST_SPREAD = 1e-3
"""Keeps the division sound where all passages are alike."""
_GENERAL = tuple(text for text in CALIBRATION if len(text) > 10)

_dense: WeakKeyDictionary[Snapshot, FloatArray] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation of a question's similarities to what does not answer it."""

    mean: float
    spread: float

    @classmethod
    def of(cls, similarities: FloatArray) -> Scale:
        """The scale of ``similarities`` (n,), n > 0."""
        return cls(float(similarities.mean()), max(float(similarities.std()), _LEAST_SPREAD))

    def standardized(self, similarities: FloatArray) -> FloatArray:
        """``similarities`` in standard deviations above the mean."""
        return ((similarities - self.mean) / self.spread).astype(np.float32)


def dense_scale(snapshot: Snapshot, encoder: Encoder, vector: FloatArray) -> Scale:
    """The scale of cosines with a question's ``vector`` (dimension,)."""
    sample = _dense.get(snapshot)
    if sample is None:
        sample = snapshot.vectors(_sample(snapshot.size, DENSE_SAMPLE))
        if snapshot.size < LATE_SAMPLE:
            sample = np.concatenate([sample, _general(encoder)])
        _dense[snapshot] = sample
    return Scale.of(sample @ vector)


def late_scale(snapshot: Snapshot, encoder: TokenEncoder, tokens: FloatArray) -> Scale | None:
    """The scale of late interaction with a question's ``tokens`` (n, dimension); None where there is none."""
    found = snapshot.late_interaction_scores(_sample(snapshot.size, LATE_SAMPLE), tokens)
    if found is not None and snapshot.size < LATE_SAMPLE:
        general = [max_similarities(tokens, packed).mean() for packed in _general_tokens(encoder)]
        found = np.concatenate([found, np.array(general, np.float32)])
    return None if found is None else Scale.of(found)


def _sample(size: int, most: int) -> list[int]:
    """At most ``most`` rows of ``size``, evenly apart."""
    return sorted({int(at) for at in np.linspace(0, size - 1, min(size, most))})


@lru_cache(maxsize=4)
def _general(encoder: Encoder) -> FloatArray:
    return encoder.encode_passages(_GENERAL)


@lru_cache(maxsize=4)
def _general_tokens(encoder: TokenEncoder) -> list[bytes]:
    return encoder.encode_passage_tokens([("", text) for text in _GENERAL])[1]

"""A model that reads a question together with each of the best passages: off unless ``WENBAO_READER`` names one.

This is the place of a reader: anything with ``Reader``'s one method, loaded by ``open_reader``. What it says of a
passage decides the order of the first passages; where it tells clauses, those decide the quote.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index import EncoderError, Snapshot
from index.encoders import FloatArray, quiet_transformers, resolve_model, without_surrogates
from index.structure import context
from index.text import normalize
from qa.retrieval import Candidate, Ranked

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SETTING = "WENBAO_READER"
PASSAGES_READ = 20
"""Passages given to the reader; those after them keep their places."""
_lock = threading.Lock()  # for loading once, and because a fast tokenizer serves one thread at a time


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one candidate.

    ``score``: higher the more surely it answers, comparable within a question; ``clauses`` (n,) the same of
    each of its clauses, None where the reader does not tell.
    """

    score: float
    clauses: FloatArray | None = None


class Reader(Protocol):
    """Reads passages for a question; safe to share between threads."""

    def read(self, question: str, candidates: Sequence[Candidate], snapshot: Snapshot) -> list[Reading]:
        """A reading of each of the ``candidates``, in their order; raises EncoderError."""


def open_reader() -> Reader | None:
    """The reader that ``$WENBAO_READER`` names, loaded once; None without it. Raises EncoderError."""
    name = os.environ.get(SETTING)
    if not name:
        return None
    with _lock:
        return _cross_encoder(name)


def reread(question: str, ranked: list[Ranked], snapshot: Snapshot) -> list[Ranked]:
    """``ranked`` with its first ``PASSAGES_READ`` in the reader's order; as it is where there is none.

    Scores stay those of the fusion; evidence, whose weights were fitted without a reader, is that of the
    passage then first. Raises EncoderError when the reader cannot be used.
    """
    reader = open_reader() if ranked else None
    if reader is None:
        return ranked
    first = ranked[:PASSAGES_READ]
    readings = reader.read(question, [one.candidate for one in first], snapshot)
    order = np.argsort([-reading.score for reading in readings], kind="stable")
    return [first[i] for i in order] + ranked[PASSAGES_READ:]


class CrossEncoderReader:
    """A sentence-transformers CrossEncoder; it reads the report's title and the section path with each passage."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def read(self, question: str, candidates: Sequence[Candidate], snapshot: Snapshot) -> list[Reading]:
        asked = without_surrogates(normalize(question))
        passages = [candidate.passage for candidate in candidates]
        texts = [context(snapshot.report(p.report).title, p) + p.text for p in passages]
        with _lock:
            scores = self._model.predict([(asked, normalize(t)) for t in texts], show_progress_bar=False)
        return [Reading(float(score)) for score in scores]


@cache
def _cross_encoder(name: str) -> CrossEncoderReader:
    folder = resolve_model(name, SETTING)
    try:
        if not _is_cross_encoder(folder):
            raise ValueError("no head trained to score pairs")
        quiet_transformers()
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = CrossEncoder(str(folder), local_files_only=True)
        if np.shape(model.predict([("问" * 1000, "文" * 1000)], show_progress_bar=False)) != (1,):
            raise ValueError("not one score a pair")
    except Exception as error:
        told = f"“{name}”不是 CrossEncoder 重排模型，或文件已损坏，请检查环境变量 {SETTING}。"
        raise EncoderError(told) from error
    return CrossEncoderReader(model)


def _is_cross_encoder(folder: Path) -> bool:
    """Any other model would be loaded too, with a head of random weights."""
    if (folder / "modules.json").is_file():
        settings = json.loads((folder / "config_sentence_transformers.json").read_bytes())
        return str(settings["model_type"]) == "CrossEncoder"
    config = json.loads((folder / "config.json").read_bytes())
    return str(config["architectures"][0]).endswith(("ForSequenceClassification", "ForCausalLM"))

"""The reader: it reads a question together with each of the best passages.

What it says of them decides, with the features of retrieval, their order, whether the first one answers, and which
of its clauses are quoted. ``WENBAO_READER`` names another cross-encoder, which then decides the order; whether and
by which words a passage answers stays with our own, whose scores are calibrated.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index import EncoderError, Snapshot
from index.encoders import (
    FloatArray,
    PairReading,
    load_reader,
    quiet_transformers,
    read_context,
    resolve_model,
    without_surrogates,
)
from index.structure import context
from index.text import normalize
from qa.retrieval import Candidate, Ranked, Reading, Search, fitted

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SETTING = "WENBAO_READER"
PASSAGES_READ = 3
"""Passages that are read; those after them keep their places. With four the first passage of held-out questions is right
in 0.003 more, and whether one answers is told no better; each takes 15 to 25 ms."""
CLEAR_SCORE, CLEAR_LEAD = 0.0, 1.0
"""From where the first passage's own reading, and its lead in rank, leave nothing to be read further: so were 0.59
of 961 sub-questions on held-out reports, and reading on would have changed the first passage of none of them."""
PASSAGES_REORDERED = 20
"""Passages given to another cross-encoder."""
_NONE = -12.0  # the logit of a clause of which no token was read
_lock = threading.Lock()  # for loading once, and because a fast tokenizer serves one thread at a time


def reread(search: Search, ranked: list[Ranked], snapshot: Snapshot) -> list[Ranked]:
    """``ranked`` with the first ones read and put in order; raises EncoderError."""
    other = _other_reader() if ranked else None
    if other is not None:
        first = ranked[:PASSAGES_REORDERED]
        scores = other.scores(search.sub_question.text, [one.candidate for one in first], snapshot)
        ranked = [first[i] for i in np.argsort(-scores, kind="stable")] + ranked[PASSAGES_REORDERED:]
    read = read_first(search, ranked, lambda report: snapshot.report(report).title, load_reader())
    return read if other is not None else reordered(read, fitted("reading")["score"])


class Reader(Protocol):
    """``index.encoders.PairReader``, or what keeps its readings."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PairReading]: ...


def read_first(
    search: Search, ranked: list[Ranked], title: Callable[[str], str], reader: Reader
) -> list[Ranked]:
    """``ranked`` in its order, the first ``PASSAGES_READ`` with what ``reader`` says of them; the first alone where
    that is clear.

    ``title`` gives a report's title by its id.
    """
    asked = without_surrogates(search.sub_question.text)

    def told(some: Sequence[Ranked]) -> list[Ranked]:
        passages = [one.candidate.passage for one in some]
        readings = reader.read(asked, [(read_context(title(p.report), p), p.text) for p in passages])
        return [
            replace(one, reading=_by_clause(one.candidate, reading))
            for one, reading in zip(some, readings, strict=True)
        ]

    read = told(ranked[:1])
    if read and not _clear(read[0], ranked):
        read += told(ranked[1:PASSAGES_READ])
    return read + ranked[len(read) :]


def _clear(first: Ranked, ranked: Sequence[Ranked]) -> bool:
    assert first.reading is not None
    ahead = len(ranked) < 2 or first.score - ranked[1].score >= CLEAR_LEAD
    return ahead and first.reading.score >= CLEAR_SCORE


def reordered(ranked: list[Ranked], weight: float) -> list[Ranked]:
    """Those read in the order of their scores with ``weight`` times what the reader says; the others after them."""
    read = [one for one in ranked if one.reading is not None]
    least = min((one.reading.score for one in read if one.reading), default=0.0)
    scored = [
        replace(one, score=one.score + weight * (one.reading.score if one.reading else least))
        for one in ranked
    ]
    return sorted(scored[: len(read)], key=lambda one: -one.score) + scored[len(read) :]


def _by_clause(candidate: Candidate, reading: PairReading) -> Reading:
    """Of each clause the mean of its tokens' logits as part of what answers, and the most as the answer."""
    clauses, answers = [], []
    for clause in candidate.clauses:
        own = slice(*np.searchsorted(reading.ends, [clause.start, clause.end], side="right"))
        clauses.append(reading.clause[own].mean() if len(reading.clause[own]) else _NONE)
        answers.append(reading.answer[own].max(initial=_NONE))
    return Reading(reading.score, np.array(clauses, np.float32), np.array(answers, np.float32))


def _other_reader() -> CrossEncoderReader | None:
    """The cross-encoder that ``$WENBAO_READER`` names, loaded once; None without it. Raises EncoderError."""
    name = os.environ.get(SETTING)
    if not name:
        return None
    with _lock:
        return _cross_encoder(name)


class CrossEncoderReader:
    """A sentence-transformers CrossEncoder; it reads the report's title and the section path with each passage."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def scores(self, question: str, candidates: Sequence[Candidate], snapshot: Snapshot) -> FloatArray:
        """How surely each passage answers, ``(len(candidates),)``."""
        asked = without_surrogates(normalize(question))
        passages = [candidate.passage for candidate in candidates]
        texts = [context(snapshot.report(p.report).title, p) + p.text for p in passages]
        with _lock:
            scores = self._model.predict([(asked, normalize(t)) for t in texts], show_progress_bar=False)
        return np.asarray(scores, np.float32)


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

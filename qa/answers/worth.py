"""How surely each clause of a report is on a subject, and how surely a good answer holds it.

Two logistic models, fitted by ``benchmarks/topics.py``: ``about`` judges a clause by itself, ``worth`` by itself and
by how much its sentence, passage and section are on the subject, for what belongs stands together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.encoders import FloatArray
from qa.answers.relevance import FEATURES, Scored

CLAUSE_TERMS = (
    *FEATURES, "token_covered", "token_squared", "token_passage", "fitting", "token_path", "long_squared",
    "rank", "passage_rank", "below_best",
)  # fmt: skip
"""The terms of ``about``."""
CONTEXT_TERMS = (
    "about", "about_below_best", "before", "after", "sentence", "sentence_best", "passage", "passage_best",
    "section", "section_best", "passage_share", "section_share", "passage_share_wide", "passage_below_best",
    "passage_mean_below_best", "goes_on", "about_passage", "passage_size",
)  # fmt: skip
"""What ``worth`` knows besides: the log-odds of ``about``, of the clause and of those around it."""
MODELS = {"about": CLAUSE_TERMS, "worth": (*CLAUSE_TERMS, *CONTEXT_TERMS)}
"""The terms of each model in topic.toml."""


def clause_terms(scored: Sequence[Scored], fitting: FloatArray) -> FloatArray:
    """The clauses' features with what follows from them together, (n, len(CLAUSE_TERMS)); ``fitting`` (n,) is of the mode."""
    features = np.stack([s.features for s in scored])
    x = {name: features[:, i] for i, name in enumerate(FEATURES)}
    rank = np.argsort(np.argsort(-x["token"])) / len(features)
    passage_rank = np.argsort(np.argsort(-x["passage_late_interaction"])) / len(features)
    # What is added to a rank keeps the first one's logarithm finite; the models are fitted with it.
    more = (
        x["token"] * x["covered"], x["token"] ** 2, x["token"] * x["passage_late_interaction"], fitting,
        x["token"] * x["path_covered"], x["long"] ** 2, np.log(rank + 0.002), np.log(passage_rank + 0.005),
        x["token"] - x["token"].max(),
    )  # fmt: skip
    return np.column_stack([features, *more]).astype(np.float32)


_LIKELY, _POSSIBLE = -1.0, -2.5
"""Log-odds from which a clause counts among those on the subject."""


def context_terms(scored: Sequence[Scored], about: FloatArray) -> FloatArray:
    """Of each clause how surely those around it are on the subject, (n, len(CONTEXT_TERMS)), from ``about`` (n,)."""
    rows = _numbered([s.row for s in scored])
    sentences = _numbered([(s.row, s.clause.sentence) for s in scored])
    sections = _numbered([s.passage.section for s in scored])
    goes_on = np.r_[False, rows[1:] == rows[:-1]]
    least, mean, top = about.min(), about.mean(), about.max()
    before = np.where(goes_on, np.r_[least, about[:-1]], least)
    after = np.where(np.r_[goes_on[1:], False], np.r_[about[1:], least], least)
    passage, passage_best = _others(about, rows), _best(about, rows)
    passage_means = np.bincount(rows, about) / np.bincount(rows)
    return np.column_stack([
        about, about - top, before - mean, after - mean,
        _others(about, sentences), _best(about, sentences), passage, passage_best,
        _others(about, sections), _best(about, sections),
        _share(about > _LIKELY, rows), _share(about > _LIKELY, sections), _share(about > _POSSIBLE, rows),
        passage_best - top, passage - passage_means.max(), goes_on,
        about * passage, np.log1p(np.bincount(rows)[rows]),
    ]).astype(np.float32)  # fmt: skip


def _numbered(keys: Sequence[object]) -> NDArray[np.intp]:
    """A number for each different one of ``keys``."""
    known: dict[object, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], np.intp)


def _others(values: FloatArray, group: NDArray[np.intp]) -> FloatArray:
    """The mean of the others of each one's group; its own value where it stands alone."""
    count = np.bincount(group)[group]
    rest = (np.bincount(group, values)[group] - values) / np.maximum(count - 1, 1)
    return np.where(count > 1, rest, values).astype(np.float32)


def _best(values: FloatArray, group: NDArray[np.intp]) -> FloatArray:
    found = np.full(group.max() + 1, -np.inf, np.float32)
    np.maximum.at(found, group, values)
    return found[group]


def _share(counted: NDArray[np.bool_], group: NDArray[np.intp]) -> FloatArray:
    return (np.bincount(group, counted) / np.bincount(group))[group].astype(np.float32)


@cache
def _weights() -> dict[str, tuple[FloatArray, float]]:
    """The weights of each model, in the order of its terms, and its bias."""
    with (files("qa.answers") / "topic.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {
        name: (np.array([tables[name][term] for term in terms], np.float32), float(tables[name]["bias"]))
        for name, terms in MODELS.items()
    }


def load_weights() -> None:
    """Loads the models' weights, which the first broad question would wait for."""
    _weights()


def log_odds(scored: Sequence[Scored], fitting: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each clause that it is on the subject, and that a good answer holds it: two of shape (n,)."""
    terms = clause_terms(scored, fitting)
    weights, bias = _weights()["about"]
    about = terms @ weights + bias
    weights, bias = _weights()["worth"]
    return about, np.hstack([terms, context_terms(scored, about)]) @ weights + bias

"""A cross-encoder's second opinion on the order of passages: off unless ``WENBAO_RERANKER`` names one."""

from __future__ import annotations

import json
import os
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import EncoderError, Snapshot
from index.encoders import quiet_transformers, resolve_model, without_surrogates
from index.structure import context
from index.text import normalize
from qa.retrieval.ranking import Ranked

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SETTING = "WENBAO_RERANKER"
RERANKED = 20
"""Passages given to the model; those after them keep their places."""
_lock = threading.Lock()  # for loading once, and because a fast tokenizer serves one thread at a time


def rerank(question_text: str, ranked: list[Ranked], snapshot: Snapshot) -> list[Ranked]:
    """``ranked`` with its first ``RERANKED`` by the score of the model that ``$WENBAO_RERANKER`` names.

    It is a local directory or a Hugging Face name; without it nothing changes. It reads the report's title
    and the section path with each passage. Scores stay those of the fusion; evidence, whose weights were
    fitted without it, is that of the passage then first. Raises EncoderError when it cannot be used.
    """
    name = os.environ.get(SETTING)
    if not name or not ranked:
        return ranked
    passages = [one.candidate.passage for one in ranked[:RERANKED]]
    texts = [context(snapshot.report(p.report).title, p) + p.text for p in passages]
    asked = without_surrogates(normalize(question_text))
    with _lock:
        scores = _model(name).predict([(asked, normalize(text)) for text in texts], show_progress_bar=False)
    return [ranked[i] for i in np.argsort(-np.asarray(scores), kind="stable")] + ranked[RERANKED:]


@cache
def _model(name: str) -> CrossEncoder:
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
    return model


def _is_cross_encoder(folder: Path) -> bool:
    """Any other model would be loaded too, with a head of random weights."""
    if (folder / "modules.json").is_file():
        settings = json.loads((folder / "config_sentence_transformers.json").read_bytes())
        return str(settings["model_type"]) == "CrossEncoder"
    config = json.loads((folder / "config.json").read_bytes())
    return str(config["architectures"][0]).endswith(("ForSequenceClassification", "ForCausalLM"))

"""What an encoder finds alone, on reports held out of training and on what it knew before.

    python -m training.measure --shared ../shared --cache DIR --model before=DIR --model after=DIR --out FILE

Each question is asked within its own report, the encoder in float32; ``dense`` ranks by the vector of the
passage, ``late`` by MaxSim over those of its tokens. CMRC and DRCD: questions on the paragraphs not trained
on, among all paragraphs; SQuAD 2.0 in translated Chinese is only measured on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from training.data import KINDS, READING_SETS, TRAINED_READINGS, Corpus, Question, Reading, arguments, load
from training.texts import Texts, standard

AMONG = (1, 5)
SQUAD_PARAGRAPHS = 300


def measure(
    corpus: Corpus, asked: Sequence[Question], folder: Path, cache: Path
) -> dict[str, dict[str, float]]:
    """``{what: {"n", "dense@1", "dense@5", "late@1", …}}`` of the model in ``folder``."""
    texts = Texts(folder, cache)
    ranks = _ranks(texts, corpus, asked)
    found: dict[str, dict[str, float]] = {}
    for kind in (*KINDS[:-1], "all"):
        own = [i for i, q in enumerate(asked) if kind in (q.kind, "all")]
        found[kind] = {"n": len(own)}
        for name, each in ranks.items():
            found[kind] |= {f"{name}@{k}": _share(each[own], k) for k in AMONG}
    for name in READING_SETS:
        readings = corpus.readings[name]
        if name not in TRAINED_READINGS:
            readings = [r for r in readings if r.questions][:SQUAD_PARAGRAPHS]
        found[name] = _reading(texts, readings, every=2 if name in TRAINED_READINGS else 1)
    return found


def _ranks(texts: Texts, corpus: Corpus, asked: Sequence[Question]) -> dict[str, npt.NDArray[np.int64]]:
    """The rank, from 0, of each question's best right passage."""
    reports = dict.fromkeys(q.report for q in asked)
    texts.passages([corpus.passages[row] for r in reports for row in corpus.rows[r]], "encoding")
    found: dict[str, npt.NDArray[np.int64]] = {
        name: np.zeros(len(asked), np.int64) for name in ("dense", "late", "both")
    }
    for report in reports:
        own = [i for i, q in enumerate(asked) if q.report == report]
        rows = corpus.rows[report]
        dense, late = texts.similarities([asked[i].text for i in own], [corpus.passages[r] for r in rows])
        each = {"dense": dense, "late": late, "both": standard(dense) + standard(late)}
        for name, scores in each.items():
            for i, row in zip(own, scores, strict=True):
                right = [r - rows.start for r in asked[i].rows]
                found[name][i] = (row > row[right].max()).sum()
    return found


def _reading(texts: Texts, readings: Sequence[Reading], every: int) -> dict[str, float]:
    """Dense alone: finding the paragraph among all, asked of every second one where half were trained on."""
    told = texts.vectors([reading.context for reading in readings], "passage: ").cpu().numpy()
    asked = [(n, q) for n, r in enumerate(readings) if n % every == every - 1 for q, *_ in r.questions]
    scores = texts.vectors([question for _, question in asked], "query: ").cpu().numpy() @ told.T
    own = scores[np.arange(len(asked)), [n for n, _ in asked]]
    ranks = (scores > own[:, None]).sum(axis=1)
    return {"n": len(asked), **{f"dense@{k}": _share(ranks, k) for k in AMONG}}


def _share(ranks: npt.NDArray[np.int64], k: int) -> float:
    return round(float((ranks < k).mean()), 4) if len(ranks) else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments(parser)
    parser.add_argument("--model", action="append", required=True, help="NAME=FOLDER")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_default_device(options.device)
    corpus = load(options.shared, options.cache, *options.questions)
    found = {}
    for model in options.model:
        name, _, folder = model.partition("=")
        found[name] = measure(corpus, corpus.asked(held_out=True), Path(folder), options.cache)
        for what, figures in found[name].items():
            print(name, what, *(f"{key} {value}" for key, value in figures.items()), flush=True)
    if options.out:
        options.out.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()

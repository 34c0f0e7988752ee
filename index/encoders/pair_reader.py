"""The shipped reader: a cross-encoder that says whether a passage answers a question, and by which words.

int8 on OpenVINO; it shares the encoder's tokenizer, word embeddings and positions. ``training.reader`` made it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.encoders.base import FloatArray, batches_by_length
from index.encoders.loading import BUNDLED
from index.errors import EncoderError
from index.types import Passage

if TYPE_CHECKING:
    from index.encoders.fast_encoder import Inputs, Requests

READER = Path(__file__).parent / "reader"
"""The reader that is part of the package."""
_AT_ONCE = 4
"""Passages; as fast a passage as more of them, and short ones are not padded to the longest."""


@dataclass(frozen=True, slots=True)
class PairReading:
    """``score``: the logit of "it answers"; for each token of the passage, where it ends in it (n,), and the
    logits of "it is of a clause that answers" and "it is of the answer itself" (n,)."""

    score: float
    ends: npt.NDArray[np.int64]
    clause: FloatArray
    answer: FloatArray


_MODES = {"actual": "回顾", "target": "计划", "": ""}


def read_context(title: str, passage: Passage) -> str:
    """What stands before a passage of the report named ``title`` where it is read.

    Beside title and section path the last three of its years, and whether it looks back or ahead:
    「2021年政府工作报告 2020年 回顾 一、2020年工作回顾」.
    """
    years = " ".join(f"{year}年" for year in passage.years[-3:])
    return " ".join(part for part in (title, years, _MODES[passage.mode], *passage.section) if part)


class PairReader:
    """Reads questions with passages; it may be shared between threads."""

    def __init__(self, settings: dict[str, Any], inputs: Inputs, requests: Requests) -> None:
        self.id: str = settings["id"]
        self._longest: dict[str, int] = settings["longest"]
        self._inputs = inputs
        self._requests = requests
        self._told = lru_cache(4096)(self._tokens)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PairReading]:
        """A reading of each ``(what stands before the passage, the passage)``, in their order."""
        asked = self._inputs.tokens("", question)[1:-1][: self._longest["question"]]
        told = [self._told(context, text) for context, text in passages]
        found: dict[int, PairReading] = {}
        lengths = [len(asked) + len(ids) + 3 for ids, _, _ in told]
        for _, rows in batches_by_length(lengths, _AT_ONCE):
            ids = [np.concatenate([_MARK, asked, _END, told[row][0], _END]) for row in rows]
            words, mask = self._inputs.batch(ids)
            own = np.zeros_like(mask)
            starts = [len(asked) + 2 + told[row][1] for row in rows]
            for i, row in enumerate(rows):
                own[i, starts[i] : lengths[row] - 1] = 1
            scores, marks = self._requests.infer([words, mask, own])
            for i, row in enumerate(rows):
                of_passage = marks[i, starts[i] : lengths[row] - 1]
                found[row] = PairReading(float(scores[i]), told[row][2], of_passage[:, 0], of_passage[:, 1])
        return [found[row] for row in range(len(passages))]

    def _tokens(self, context: str, text: str) -> tuple[npt.NDArray[np.int64], int, npt.NDArray[np.int64]]:
        """Tokens of both without marks, where the passage's begin, and where each of these ends in it."""
        before = self._inputs.tokens("", context)[1:-1][: self._longest["context"]]
        room = self._longest["all"] - self._longest["question"] - 3 - len(before)
        own = self._inputs.tokens("\n", text)[1:-1][:room]
        ends = np.array(self._inputs.token_ends("\n", text)[1:-1][:room], np.int64) - 1
        return np.concatenate([before, own]), len(before), ends


_MARK, _END = np.array([0], np.int64), np.array([2], np.int64)  # <s>, </s>
_opening = threading.Lock()
_opened: list[PairReader] = []


def load_reader() -> PairReader:
    """The shipped reader, loaded once; raises EncoderError where it cannot be used."""
    with _opening:
        if not _opened:
            try:
                from index.encoders.fast_encoder import Requests, bundled_inputs, load_bundled
                from index.encoders.fast_export import latency_config

                settings = json.loads((READER / "reader.json").read_text(encoding="utf-8"))
                load = load_bundled(READER / "model.xml", settings["id"])
                requests = Requests(load(latency_config()))
                _opened.append(PairReader(settings, bundled_inputs(BUNDLED), requests))
            except (ImportError, RuntimeError, OSError, ValueError) as error:
                raise EncoderError(
                    f"内置阅读模型无法使用（{str(error).splitlines()[0]}），请重新安装 wenbao 和 openvino。"
                ) from error
    return _opened[0]

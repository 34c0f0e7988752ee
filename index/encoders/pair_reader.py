"""The shipped reader: a cross-encoder that says whether a passage answers a question, and by which words.

int8 on OpenVINO; it shares the encoder's tokenizer, word embeddings and positions. ``training.reader`` made it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.encoders.base import FloatArray
from index.encoders.loading import BUNDLED
from index.errors import EncoderError
from index.types import Passage

if TYPE_CHECKING:
    from index.encoders.fast_encoder import Inputs, Requests

READER = Path(__file__).parent / "reader"
"""The reader that is part of the package."""
_KEPT = 256
"""Readings that are kept, the newest: an answer is looked for in several ways, which read the same."""


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


@dataclass(frozen=True, slots=True)
class PassageTokens:
    """Numbers of a passage's tokens behind those of its context, without marks (m,), where its own begin among
    them, and where each of these ends in it (n,)."""

    ids: npt.NDArray[np.int64]
    start: int
    ends: npt.NDArray[np.int64]


def question_tokens(inputs: Inputs, longest: Mapping[str, int], question: str) -> npt.NDArray[np.int64]:
    """Numbers of a question's tokens without marks; ``longest`` is of ``reader.json``."""
    return inputs.tokens("", question)[1:-1][: longest["question"]]


def passage_tokens(inputs: Inputs, longest: Mapping[str, int], context: str, text: str) -> PassageTokens:
    before = inputs.tokens("", context)[1:-1][: longest["context"]]
    room = longest["all"] - longest["question"] - 3 - len(before)
    own = inputs.tokens("\n", text)[1:-1][:room]
    ends = np.array(inputs.token_ends("\n", text)[1:-1][:room], np.int64) - 1
    return PassageTokens(np.concatenate([before, own]), len(before), ends)


def pair_input(
    inputs: Inputs, asked: npt.NDArray[np.int64], told: PassageTokens
) -> tuple[list[FloatArray], slice]:
    """What the reader's graph takes of a question with a passage, and where the passage's own tokens stand."""
    words, mask = inputs.batch([np.concatenate([_MARK, asked, _END, told.ids, _END])])
    start = len(asked) + 2 + told.start
    place = slice(start, start + len(told.ends))
    own = np.zeros_like(mask)
    own[:, place] = 1
    return [words, mask, own], place


class PairReader:
    """Reads questions with passages; it may be shared between threads."""

    def __init__(self, settings: dict[str, Any], inputs: Inputs, requests: Requests) -> None:
        self.id: str = settings["id"]
        self._longest: dict[str, int] = settings["longest"]
        self._inputs = inputs
        self._requests = requests
        self._told = lru_cache(4096)(partial(passage_tokens, inputs, self._longest))
        self._kept: dict[tuple[str, str, str], PairReading] = {}
        self._keeping = threading.Lock()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PairReading]:
        """A reading of each ``(what stands before the passage, the passage)``, in their order."""
        with self._keeping:
            known = {p: self._kept[question, *p] for p in passages if (question, *p) in self._kept}
        new = [passage for passage in dict.fromkeys(passages) if passage not in known]
        read = dict(zip(new, self._read(question, new), strict=True))
        with self._keeping:
            self._kept |= {(question, *passage): reading for passage, reading in read.items()}
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        known |= read
        return [known[passage] for passage in passages]

    def _read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PairReading]:
        """One at a time: as fast as together, without padding, and OpenVINO takes time for every new shape."""
        asked = question_tokens(self._inputs, self._longest, question)
        found = []
        for told in starmap(self._told, passages):
            pair, place = pair_input(self._inputs, asked, told)
            [score], [marks] = self._requests.infer(pair)
            clause, answer = marks[place].T
            found.append(PairReading(float(score), told.ends, clause, answer))
        return found


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

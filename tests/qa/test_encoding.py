"""A text of a question is encoded once, with others in one batch, and while something else is done."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index import EncoderError
from index.encoders import FloatArray
from qa.retrieval import encode_ahead, encoded
from qa.retrieval.encoding import _MOST
from tests.conftest import FakeEncoder, assistant_over


class Counting(FakeEncoder):
    """Keeps what it was asked to encode, batch by batch; waits where it is told to, and may fail once."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = threading.Event()
        self.go.set()
        self.fails = False

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        self.go.wait(5)
        self.batches.append(list(texts))
        if self.fails:
            self.fails = False
            raise EncoderError("模型无法使用。")
        return super().encode_queries(texts)


def test_what_was_begun_together_is_one_batch_and_never_encoded_again() -> None:
    encoder = Counting()
    encode_ahead(encoder, ["甲", "乙", "甲"])
    first = encoded(encoder, "甲")[0]
    encode_ahead(encoder, ["乙", "甲"])
    assert encoder.batches == [["甲", "乙"]]
    np.testing.assert_array_equal(first, FakeEncoder().encode_queries(["甲"])[0])
    np.testing.assert_array_equal(encoded(encoder, "乙")[0], FakeEncoder().encode_queries(["乙"])[0])


def test_whoever_begins_goes_on_meanwhile_and_whoever_asks_waits() -> None:
    encoder = Counting()
    encoder.go.clear()
    encode_ahead(encoder, ["甲"])  # returns although nothing is encoded
    assert encoder.batches == []
    threading.Timer(0.05, encoder.go.set).start()
    assert encoded(encoder, "甲")[0].shape == (encoder.dimension,)
    assert encoder.batches == [["甲"]]


@pytest.mark.parametrize("ahead", [True, False])
def test_a_failure_is_told_to_who_asks_and_not_kept(ahead: bool) -> None:
    encoder = Counting()
    encoder.fails = True
    encoder.go.clear()
    if ahead:
        encode_ahead(encoder, ["甲"])
    threading.Timer(0.05, encoder.go.set).start()
    with pytest.raises(EncoderError, match="模型无法使用"):
        encoded(encoder, "甲")
    assert encoded(encoder, "甲")[0].shape == (encoder.dimension,)


def test_old_texts_make_room() -> None:
    encoder = Counting()
    for n in range(_MOST + 1):
        encoded(encoder, str(n))
    encoded(encoder, "0")
    assert encoder.batches[-1] == ["0"]
    assert len(encoder.batches) == _MOST + 2


def test_a_question_encodes_no_text_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = assistant_over(tmp_path, "一、教育\n新建学校5所，新增学位3000个。\n二、就业\n新增就业2万人。")
    told: list[str] = []
    whole = FakeEncoder.encode_queries

    def encode(self: FakeEncoder, texts: Sequence[str]) -> FloatArray:
        told.extend(texts)
        return whole(self, texts)

    monkeypatch.setattr(FakeEncoder, "encode_queries", encode)
    for question in ("教育方面做了哪些工作？", "新增就业多少人，学位多少个？", "教育方面做了哪些工作？"):
        assistant.ask(question)
    assert told
    assert len(told) == len(set(told))

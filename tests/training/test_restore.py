"""The shipped models as float weights: what they say is what is shipped."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from index.encoders import load_encoder, load_reader
from training import restore
from training.bert import Bert
from training.export import LARGEST_ERROR, PAIRS
from training.reader import Pair, opened
from training.texts import Texts


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("restored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["restore", "--out", str(out)])
        restore.main()
    return out


def test_the_restored_reader_scores_as_the_shipped_one(restored: Path) -> None:
    reader = opened(Bert(restored / "encoder", 0), restored / "reader")
    with torch.no_grad():
        scores = reader([Pair(*texts, right=False) for texts in PAIRS]).scores.numpy()
    shipped = [load_reader().read(question, [(context, text)])[0].score for question, context, text in PAIRS]
    assert np.abs(scores - shipped).mean() < LARGEST_ERROR


def test_the_restored_encoder_gives_the_shipped_vectors(restored: Path, tmp_path: Path) -> None:
    asked = ["今年新增城镇就业多少人？", "养老服务做了哪些工作"]
    found = Texts(restored / "encoder", tmp_path).vectors(asked, "query: ").numpy()
    assert (found * load_encoder().encode_queries(asked)).sum(axis=1).min() > 0.99

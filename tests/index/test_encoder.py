"""Any model by name or path, the fast encoder as good as the plain one, errors in one sentence."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.encoders import Encoder, load_encoder
from index.encoders.fast_encoder import FastEncoder
from index.encoders.fast_export import compile_for_cpu, cpu_config, latency_config
from index.encoders.fast_tokenizer import FastTokenizer, write_pruned
from index.encoders.loading import BUNDLED
from index.encoders.model_cache import CHECKSUMS, seal
from index.encoders.packed_words import PackedWords
from index.encoders.quiet_openvino import ov
from index.encoders.sentence_transformers import SentenceTransformerEncoder
from index.errors import EncoderError
from tests.conftest import save_tokenizer
from training.base_model import PROMPTS, base_model

TEXTS = [
    "粮食播种面积稳定在三百万亩以上，总产量比上年增长百分之二。",
    "农村公路",
    "完善多层次社会保障体系，基本养老、医疗保险参保率分别达到97.6%和98.2%。" * 6,
    "Foreign trade grew by 4.1% (5G, AI, km²).",
    "Новые дороги, 도로, 道路を整備",
    "",
]


@pytest.fixture(scope="module")
def base_folder() -> Path:
    path = base_model()
    assert path is not None
    return path


@pytest.fixture(scope="module")
def default() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def plain(base_folder: Path) -> Encoder:
    return SentenceTransformerEncoder(base_folder, name="base")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A BERT of two layers with random weights, saved by sentence-transformers itself."""
    return _save_tiny(tmp_path / "tiny", seed=1)


def _save_tiny(folder: Path, seed: int, *, dense: bool = False, pooling: str = "cls") -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense, Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(seed)
    source = folder.with_name(f"{folder.name}-source")
    characters = {char for text in TEXTS for char in text.lower() if not char.isspace()}
    config = BertConfig(
        vocab_size=save_tokenizer(source, characters),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(source)
    transformer = Transformer(str(source))
    modules = [transformer, Pooling(64, pooling), *([Dense(64, 8)] if dense else []), Normalize()]
    SentenceTransformer(modules=modules, prompts={"query": "问：", "document": ""}).save(str(folder))
    return folder


def cosines(a: Encoder, b: Encoder) -> np.ndarray:
    queries = (a.encode_queries(TEXTS) * b.encode_queries(TEXTS)).sum(axis=1)
    return np.concatenate([queries, (a.encode_passages(TEXTS) * b.encode_passages(TEXTS)).sum(axis=1)])


def test_an_exported_model_is_fast_and_close_to_the_plain_one(base_folder: Path, plain: Encoder) -> None:
    fast = load_encoder(str(base_folder))
    assert isinstance(fast, FastEncoder)
    assert cosines(fast, plain).min() > 0.99
    assert fast.id != plain.id


def test_the_default_starts_where_the_cache_cannot_be_written(
    default: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("WENBAO_CACHE", str(tmp_path / "file"))
    assert (load_encoder().encode_queries(TEXTS[:1]) * default.encode_queries(TEXTS[:1])).sum() > 0.999


def test_the_default_without_its_files_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.encoders.loading.BUNDLED", tmp_path)
    with pytest.raises(EncoderError, match="请重新安装 wenbao"):
        load_encoder()


def test_the_default_reads_chinese_as_the_whole_vocabulary_does(base_folder: Path) -> None:
    shipped = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    whole = Tokenizer.from_file(str(base_folder / "tokenizer.json"))
    for text in (
        "2024年社会消费品零售总额增长5.2%，达到464亿元。",
        "繁體字的報告：國內生產總值",
        "“十五五”时期GDP、PM2.5",
    ):
        assert shipped.encode(text).tokens == whole.encode(text).tokens


def test_the_default_spells_latin_words(default: Encoder) -> None:
    shipped = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    assert "<unk>" not in shipped.encode("Report on the work of the government, xqzjk!").tokens


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_packed_words_are_unpacked_row_by_row(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    scales = random.normal(size=(rows, 2, 1)).astype(np.float16)
    numbers = random.integers(0, 16, (rows, 2, 32)).astype(np.uint8)
    bytes_ = np.concatenate([scales.view(np.uint8), numbers[..., :16] | numbers[..., 16:] << 4], axis=2)
    expected = ((numbers.astype(np.float32) - 8) * scales.astype(np.float32)).reshape(rows, 64)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(bytes_.tobytes())
        ids = random.permutation(rows)
        np.testing.assert_array_equal(PackedWords(Path(file.name), 64)[ids], expected[ids])


@pytest.mark.parametrize("which", ["default", "plain"])
def test_shapes_and_lengths(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    assert encoder.encode_queries([]).shape == encoder.encode_passages([]).shape == (0, encoder.dimension)
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("which", ["default", "plain"])
def test_a_vector_does_not_depend_on_its_batch(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    texts = [text[:80] for text in TEXTS if text]
    alone = np.vstack([encoder.encode_passages([text]) for text in texts])
    assert (encoder.encode_passages(texts) * alone).sum(axis=1).min() > 0.999


def test_progress_counts_every_text(default: Encoder) -> None:
    done: list[int] = []
    default.encode_passages(["经济"] * 19, done.append)
    assert done[-1] == 19
    assert done == sorted(done)


@pytest.mark.parametrize(
    "text", ["\ud800坏", "\x00\x07控制", "长" * 100_000], ids=["surrogate", "control", "long"]
)
def test_odd_texts_have_vectors(default: Encoder, text: str) -> None:
    assert np.isfinite(default.encode_queries([text])).all()


def test_many_threads_get_what_one_gets(default: Encoder) -> None:
    expected = default.encode_queries(TEXTS)
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda row: default.encode_queries([TEXTS[row % len(TEXTS)]])[0], range(60)))
    for row, vector in enumerate(results):
        assert vector @ expected[row % len(TEXTS)] > 0.999


def test_the_default_needs_neither_torch_nor_network(default: Encoder) -> None:
    code = """
import socket, sys
def refuse(*args): raise OSError("network")
socket.socket.connect = socket.getaddrinfo = refuse
from index.encoders import load_encoder
print(load_encoder().encode_queries(["经济"]).shape)
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules), "heavy"
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == f"(1, {default.dimension})", run.stderr


@pytest.fixture(scope="module")
def tokenizers(
    base_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[FastTokenizer, Tokenizer]:
    pruned = tmp_path_factory.mktemp("pruned")
    whole = base_folder / "tokenizer.json"
    write_pruned(whole, pruned, list(PROMPTS.values()))
    assert len(list(pruned.glob("pruned*.json"))) == 2
    return FastTokenizer(whole, pruned, 512), Tokenizer.from_file(str(whole))


CHARACTERS = st.one_of(
    st.sampled_from("经济增长２024年％。（）～①㎡℃  \n▁"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(max_codepoint=0x7F),
    st.characters(exclude_categories=["Cs"]),
)


@settings(max_examples=300, deadline=None)
@given(st.text(CHARACTERS, max_size=40), st.sampled_from([PROMPTS["query"], PROMPTS["passage"], ""]))
def test_the_pruned_vocabulary_gives_the_same_tokens(
    tokenizers: tuple[FastTokenizer, Tokenizer], text: str, prompt: str
) -> None:
    fast, whole = tokenizers
    assert fast.encode(prompt, text).tolist() == whole.encode(prompt + text).ids


def test_long_texts_are_cut_to_the_model_length(tokenizers: tuple[FastTokenizer, Tokenizer]) -> None:
    fast, whole = tokenizers
    whole.enable_truncation(512)
    text = "统筹推进各项事业，" * 400
    assert fast.encode("query: ", text).tolist() == whole.encode(f"query: {text}").ids
    whole.no_truncation()


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_another_model_is_fast_too(tmp_path: Path, pooling: str) -> None:
    folder = _save_tiny(tmp_path / "tiny", seed=2, pooling=pooling)
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, FastEncoder)
    assert cosines(encoder, SentenceTransformerEncoder(folder, name="tiny")).min() > 0.99


def test_preparing_a_model_is_told_once(tiny: Path, caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[int, int, str]] = []
    for _ in range(2):
        load_encoder(str(tiny), progress=lambda *step: told.append(step))
    assert told == [(done, 3, "优化模型（仅首次）") for done in range(4)]
    assert caplog.text == ""


def test_a_model_that_cannot_be_exported_stays_plain(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = _save_tiny(tmp_path / "tiny", seed=3, dense=True)
    with caplog.at_level(logging.WARNING, "index"):
        encoder = load_encoder(str(folder))
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert encoder.dimension == 8
    doing, line = [record.message for record in caplog.records if record.name.startswith("index")]
    assert doing == "正在优化模型（仅首次）……"
    assert "别的层" in line
    assert "速度较慢" in line


def test_a_graph_this_processor_cannot_run_is_not_used(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WENBAO_CACHE", str(tmp_path / "cache"))
    expected = load_encoder(str(tiny)).encode_queries(TEXTS)
    [blob] = (tmp_path / "cache").rglob("compiled.blob")
    blob.write_bytes(b"of another processor")
    seal(blob.parent)
    again = load_encoder(str(tiny))
    assert isinstance(again, FastEncoder)
    np.testing.assert_allclose(again.encode_queries(TEXTS), expected, atol=1e-2)
    blob.with_name("model.xml").write_text("<net/>")
    seal(blob.parent)
    assert isinstance(load_encoder(str(tiny)), SentenceTransformerEncoder)
    assert "OpenVINO 报告" in caplog.text


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def test_a_damaged_cache_is_rebuilt_and_said(
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("WENBAO_CACHE", str(tmp_path / "cache"))
    expected = load_encoder(str(tiny)).encode_queries(TEXTS)
    [folder] = (path for path in (tmp_path / "cache").iterdir() if path.is_dir())
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    for damage, name in ((flip, "compiled.blob"), (truncate, "positions.npy"), (Path.unlink, CHECKSUMS)):
        damage(folder / name)
        caplog.clear()
        again = load_encoder(str(tiny), progress=lambda *_: None)
        np.testing.assert_array_equal(again.encode_queries(TEXTS), expected)
        assert [record.message for record in caplog.records] == [
            f"模型缓存“{folder}”不完整或已损坏，正在重建……"
        ]
        assert {file.name for file in folder.iterdir()} == set(whole)


def test_a_quantized_model_that_drifts_is_not_used(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("index.encoders.fast_encoder.LEAST_COSINE", 1.1)
    for _ in range(2):  # the second time the finding is remembered
        assert isinstance(load_encoder(str(tiny)), SentenceTransformerEncoder)
    assert "余弦相似度只有" in caplog.text


def test_the_id_follows_weights_and_prompts(tiny: Path) -> None:
    def id_now() -> str:
        return SentenceTransformerEncoder(tiny, name="tiny").id

    first = id_now()
    assert first == id_now()
    config = tiny / "config_sentence_transformers.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"prompts": {"query": "q"}}))
    second = id_now()
    weights = _save_tiny(tiny.with_name("other"), seed=9) / "model.safetensors"
    weights.replace(tiny / "model.safetensors")
    assert len({first, second, id_now()}) == 3


def _truncate(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def _scribble(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"not a tensor" * 100)


def _lose(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


@pytest.mark.parametrize("damage", [_truncate, _scribble, _lose])
def test_damaged_models_are_said(tiny: Path, damage: Callable[[Path], None]) -> None:
    damage(tiny)
    with pytest.raises(EncoderError, match="无法加载"):
        load_encoder(str(tiny))


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("./nowhere", "找不到模型目录"),
        ("a b", "既不是模型目录，也不是 Hugging Face 模型名"),
        ("nobody/nothing", "无法从 Hugging Face 下载模型"),
        (__file__, "是文件而不是模型目录"),
        (str(Path(__file__).parent), "没有 sentence-transformers 模型"),
    ],
)
def test_what_is_no_model_is_said_in_one_sentence(model: str, sentence: str) -> None:
    with pytest.raises(EncoderError, match=sentence) as error:
        load_encoder(model)
    assert str(error.value).count("。") == 1


def test_the_environment_names_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_MODEL", "./nowhere")
    with pytest.raises(EncoderError, match=r"\./nowhere"):
        load_encoder()


def test_what_is_not_int8_is_float32_on_every_processor() -> None:
    graph = ov.Core().read_model(BUNDLED / "model.xml")
    for config in (cpu_config(), latency_config()):
        assert compile_for_cpu(graph, config).get_property("INFERENCE_PRECISION_HINT") == ov.Type.f32

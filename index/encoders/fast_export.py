"""A BERT-like SentenceTransformer folder as an int8 OpenVINO graph, without torch or ONNX.

Weights are int8 per output channel. Activations are int8 per tensor, their ranges measured on general
texts; before that each channel is divided by a factor that its weights take over, so that a few large
channels do not coarsen all the others (SmoothQuant, Xiao et al. 2023).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from index.encoders.base import FloatArray
from index.encoders.quiet_openvino import op, ov

Batch = tuple[FloatArray, FloatArray]
"""Embedded words with positions ``(texts, tokens, hidden)``; mask ``(texts, tokens)``, 1 on tokens."""

_SMOOTHING = 0.65  # share of a channel's size that moves from activations to weights
_EXACT_LAYERS = 2
"""Of the last layers the projection after GELU stays float32, and that after attention in all: on the default
encoder the least cosine to float32 rises from 0.989 to 0.993. The work of both is an eighth of all."""
_Ranges = dict[str, tuple[FloatArray, FloatArray]]
_DenseLayer = Callable[[str, Any, FloatArray, FloatArray], Any]
EXACT = {"INFERENCE_PRECISION_HINT": "f32"}
"""Processors that multiply in bf16 would do so with all that is not int8: the reader's scores would differ there by 0.03,
0.11 at most, from those they are weighed by, and a passage takes 15.5 ms in place of 16.3."""
Head = Callable[[list[Any], Any, _DenseLayer], tuple[list[Any], list[Any]]]
"""From every layer's states (texts, tokens, hidden), the mask (texts, tokens) and what makes linear layers to more
inputs and the outputs."""


class Unsupported(Exception):
    """The model cannot be exported; the message is a Chinese clause that says why."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What of a model's configuration the graph depends on."""

    layers: int
    heads: int
    hidden: int
    epsilon: float
    first_position: int
    max_tokens: int
    pooling: str


def read_architecture(folder: Path) -> Architecture:
    """The architecture of the SentenceTransformer in ``folder``; raises Unsupported."""
    try:
        config = _read_json(folder / "config.json")
        modules = [module["type"].rsplit(".", 1)[-1] for module in _read_json(folder / "modules.json")]
        pooling = _pooling(_read_json(folder / "1_Pooling/config.json"))
        sentence = _read_json(folder / "sentence_bert_config.json")
    except (OSError, ValueError, KeyError) as error:
        raise Unsupported("模型目录里缺少所需的配置文件") from error
    if modules not in (["Transformer", "Pooling", "Normalize"], ["Transformer", "Pooling"]):
        raise Unsupported("模型在编码之后还有别的层")
    kind = config.get("model_type")
    if kind not in ("bert", "roberta", "xlm-roberta") or config.get("hidden_act", "gelu") != "gelu":
        raise Unsupported(f"不支持“{kind}”类模型")
    if not all((folder / name).is_file() for name in ("model.safetensors", "tokenizer.json")):
        raise Unsupported("模型没有 model.safetensors 或 tokenizer.json")
    first = 0 if kind == "bert" else int(config["pad_token_id"]) + 1
    room = int(config["max_position_embeddings"]) - first
    return Architecture(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
        first_position=first,
        max_tokens=min(sentence.get("max_seq_length") or room, room),
        pooling=pooling,
    )


def _pooling(config: dict[str, Any]) -> str:
    mode = config.get("pooling_mode")
    modes = [mode] if mode else [key for key in config if key.startswith("pooling_mode_") and config[key]]
    names = {
        "mean": "mean",
        "cls": "cls",
        "pooling_mode_mean_tokens": "mean",
        "pooling_mode_cls_token": "cls",
    }
    if len(modes) != 1 or modes[0] not in names:
        raise Unsupported("模型的池化方式不是均值或首词")
    return names[modes[0]]


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


class ModelTensors:
    """The tensors of ``model.safetensors``, read when asked for, by their BERT names."""

    def __init__(self, file: Path) -> None:
        open_tensors: Any = safe_open  # untyped
        try:
            self._file = open_tensors(str(file), framework="numpy")
        except SafetensorError as error:
            raise Unsupported("权重文件无法读取") from error
        ending = "embeddings.word_embeddings.weight"
        names = [name for name in list(self._file.keys()) if name.endswith(ending)]
        if len(names) != 1:
            raise Unsupported("模型的权重命名不是 BERT 的命名")
        self._prefix = names[0].removesuffix(ending)

    def __getitem__(self, name: str) -> FloatArray:
        try:
            return np.asarray(self._file.get_tensor(self._prefix + name), np.float32)
        except Exception as error:
            raise Unsupported(f"模型缺少权重 {name} 或格式不支持") from error


def quantize(
    architecture: Architecture,
    weights: ModelTensors,
    batches: Iterable[Sequence[FloatArray]],
    head: Head | None = None,
) -> ov.Model:
    """The graph in int8, its activation ranges measured on ``batches``: for each input an array.

    ``head`` is what follows the layers; without it the graph gives an encoder's vectors, of which int8 costs more.
    """
    vectors = head is None
    head = head or partial(_vectors, architecture)
    ranges = _measure(architecture, weights, batches, head)
    last = range(architecture.layers - _EXACT_LAYERS, architecture.layers)
    after_gelu = {f"encoder.layer.{layer}.output.dense" for layer in last}

    def exact(name: str) -> bool:
        return vectors and (name in after_gelu or name.endswith("attention.output.dense"))

    def dense(name: str, *args: Any) -> Any:
        return dense_layer(*args) if exact(name) else _int8_dense(ranges[name], *args)

    return _model(architecture, weights, dense, head)


def full_precision(architecture: Architecture, weights: ModelTensors, head: Head | None = None) -> ov.Model:
    """The graph in float32: a Batch to unit vectors ``(texts, hidden)`` and ``(texts, tokens, hidden)``."""
    head = head or partial(_vectors, architecture)
    return _model(architecture, weights, lambda name, *args: dense_layer(*args), head)


def compile_for_cpu(model: ov.Model, config: dict[str, Any] | None = None) -> ov.CompiledModel:
    """Ready to run; ``config`` are OpenVINO properties in place of ``cpu_config()``."""
    return ov.Core().compile_model(model, "CPU", config or cpu_config())


def cpu_config() -> dict[str, Any]:
    """As many inferences at once as there are cores, up to eight, each in one thread.

    Threads that share an inference wait for each other at every layer: for such short texts that cost
    as much again.
    """
    return EXACT | {
        "NUM_STREAMS": _threads(),
        "INFERENCE_NUM_THREADS": _threads(),
        "ENABLE_CPU_PINNING": False,
    }


def latency_config() -> dict[str, Any]:
    """One inference at a time in up to four threads: dearer, but the one who waits gets it sooner."""
    return cpu_config() | {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": min(_threads(), 4)}


def _threads() -> int:
    return min(os.cpu_count() or 1, 8)


def _measure(
    architecture: Architecture, weights: ModelTensors, batches: Iterable[Sequence[FloatArray]], head: Head
) -> _Ranges:
    """Least and greatest value of every channel that enters a dense layer."""
    taps: dict[str, Any] = {}

    def tapped(name: str, x: Any, weight: FloatArray, bias: FloatArray) -> Any:
        taps[name] = x.output(0)
        return dense_layer(x, weight, bias)

    model = _model(architecture, weights, tapped, head)
    own = len(model.outputs)
    several: dict[str, list[str]] = {}  # what enters two layers is one output
    for name, output in taps.items():
        several.setdefault(output.get_node().get_friendly_name(), []).append(name)
    model.add_outputs([taps[names[0]] for names in several.values()])
    compiled = compile_for_cpu(model)
    ranges: _Ranges = {}
    for batch in batches:
        outputs = list(compiled(list(batch)).values())[own:]
        for names, values in zip(several.values(), outputs, strict=True):
            low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
            old = ranges.get(names[0], (low, high))
            ranges |= dict.fromkeys(names, (np.minimum(low, old[0]), np.maximum(high, old[1])))
    return ranges


def _constant(value: Any, dtype: type = np.float32) -> Any:
    return op.constant(np.asarray(value, dtype))


def _integers(*values: int) -> Any:
    return _constant(values, np.int64)


def dense_layer(x: Any, weight: FloatArray, bias: FloatArray) -> Any:
    return op.add(op.matmul(x, _constant(weight), False, True), _constant(bias))


def _int8_dense(ranges: tuple[FloatArray, FloatArray], x: Any, weight: FloatArray, bias: FloatArray) -> Any:
    low, high = ranges
    size = np.maximum(np.maximum(-low, high), 1e-5)
    factor = size**_SMOOTHING / np.maximum(np.abs(weight).max(axis=0), 1e-5) ** (1 - _SMOOTHING)
    least, most = _with_exact_zero((low / factor).min(), (high / factor).max())
    limits = [_constant(least), _constant(most)]
    x = op.fake_quantize(op.multiply(x, _constant(1 / factor)), *limits, *limits, 256)
    weight = weight * factor
    scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-8) / 127
    integers = _constant(np.rint(weight / scale), np.int8)
    restored = op.multiply(op.convert(integers, "f32"), _constant(scale))
    return op.add(op.matmul(x, restored, False, True), _constant(bias))


def _with_exact_zero(low: float, high: float) -> tuple[float, float]:
    """The smallest range around ``[low, high]`` in which one of 256 levels is exactly zero."""
    low, high = min(low, -1e-6), max(high, 1e-6)
    zero = min(max(round(-low * 255 / (high - low)), 1), 254)
    step = max(-low / zero, high / (255 - zero))
    return -zero * step, (255 - zero) * step


def _model(architecture: Architecture, weights: ModelTensors, dense: _DenseLayer, head: Head) -> ov.Model:
    """BERT and its ``head``; ``dense`` makes each linear layer."""
    words = op.parameter([-1, -1, architecture.hidden], np.float32, name="words")
    mask = op.parameter([-1, -1], np.float32, name="mask")
    bias = mask_bias(mask)
    x = _layer_norm(architecture, weights, "embeddings.LayerNorm", words)
    states = []
    for layer in range(architecture.layers):
        x = transformer_layer(architecture, weights, f"encoder.layer.{layer}.", dense, x, bias)
        states.append(x)
    inputs, outputs = head(states, mask, dense)
    return ov.Model(outputs, [words, mask, *inputs], "model")


def _vectors(
    architecture: Architecture, states: list[Any], mask: Any, dense: _DenseLayer
) -> tuple[list[Any], list[Any]]:
    """Unit vectors of the texts and of their tokens."""
    x = states[-1]
    pooled = _pool(architecture.pooling, x, mask)
    return [], [
        op.normalize_l2(pooled, _integers(1), 1e-12, "max"),
        op.normalize_l2(x, _integers(2), 1e-12, "max"),
    ]


def mask_bias(mask: Any) -> Any:
    """What attention adds for a ``mask`` (texts, tokens)."""
    # After the softmax nothing is left of what is so much less.
    return op.multiply(op.subtract(op.unsqueeze(mask, _integers(1, 2)), _constant(1)), _constant(1e4))


def transformer_layer(
    architecture: Architecture, weights: ModelTensors, at: str, dense: _DenseLayer, x: Any, mask_bias: Any
) -> Any:
    def linear(name: str, x: Any) -> Any:
        return dense(at + name, x, weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"])

    def add_and_norm(name: str, x: Any, change: Any) -> Any:
        return _layer_norm(architecture, weights, f"{at}{name}.LayerNorm", op.add(x, change))

    x = add_and_norm(
        "attention.output",
        x,
        linear("attention.output.dense", _attention(architecture, weights, at, dense, x, mask_bias)),
    )
    inner = op.gelu(linear("intermediate.dense", x), "erf")
    return add_and_norm("output", x, linear("output.dense", inner))


def _attention(
    architecture: Architecture, weights: ModelTensors, at: str, dense: _DenseLayer, x: Any, mask_bias: Any
) -> Any:
    size = architecture.hidden // architecture.heads

    def joined(kind: str) -> FloatArray:
        query, key, value = [
            weights[f"{at}attention.self.{part}.{kind}"] for part in ("query", "key", "value")
        ]
        return np.concatenate([query / math.sqrt(size), key, value])  # scaled here, not at every inference

    joint = op.reshape(
        dense(f"{at}attention.self", x, joined("weight"), joined("bias")),
        _integers(0, 0, 3, architecture.heads, size),
        True,
    )
    by_part = op.split(op.transpose(joint, _integers(2, 0, 3, 1, 4)), _constant(0, np.int64), 3)
    query, key, value = [op.squeeze(part, _integers(0)) for part in by_part.outputs()]
    mixed = op.scaled_dot_product_attention(query, key, value, mask_bias, _constant(1), False)
    return op.reshape(op.transpose(mixed, _integers(0, 2, 1, 3)), _integers(0, 0, architecture.hidden), True)


def _layer_norm(architecture: Architecture, weights: ModelTensors, name: str, x: Any) -> Any:
    centred = op.mvn(x, _integers(-1), True, architecture.epsilon, "inside_sqrt")
    return op.add(
        op.multiply(centred, _constant(weights[f"{name}.weight"])), _constant(weights[f"{name}.bias"])
    )


def _pool(pooling: str, x: Any, mask: Any) -> Any:
    if pooling == "cls":
        return op.gather(x, _constant(0, np.int64), _constant(1, np.int64))
    marked = op.multiply(x, op.unsqueeze(mask, _integers(2)))
    total = op.reduce_sum(mask, _integers(1), True)
    return op.divide(op.reduce_sum(marked, _integers(1), False), total)

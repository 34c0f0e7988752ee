"""The trained models as they are shipped: int8 graphs, a pruned tokenizer, words in 4 bits.

    python -m training.export MODEL [--out index/encoders/model]
    python -m training.export MODEL --reader READER [--out index/encoders/reader]

``READER`` is ``model`` of a reader's run, begun from the encoder ``MODEL``, which is shipped already.

``MODEL`` is a SentenceTransformer folder trained from the base model with its word embeddings left as
they were: their rows are taken over, 4-bit blocks and all, from where they came.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from index.encoders.base import FloatArray
from index.encoders.fast_encoder import Inputs, bundled_inputs, exported
from index.encoders.fast_export import (
    Architecture,
    ModelTensors,
    compile_for_cpu,
    full_precision,
    mask_bias,
    quantize,
    read_architecture,
    transformer_layer,
)
from index.encoders.fast_tokenizer import foreign_characters, is_chinese, kept_pieces, prune
from index.encoders.loading import BUNDLED
from index.encoders.packed_words import PackedWords
from index.encoders.pair_reader import READER, pair_input, passage_tokens, question_tokens
from index.encoders.quiet_openvino import op, ov
from index.encoders.sample_texts import CALIBRATION
from training.base_model import NAME, word_blocks
from training.bert import LONGEST
from training.reader import LONGEST_CONTEXT, LONGEST_QUESTION

LONGEST_OF = {"question": LONGEST_QUESTION, "context": LONGEST_CONTEXT, "all": LONGEST}
LARGEST_ERROR = 0.3
"""Of a score in int8, on average; scores of right and wrong pairs lie several units apart."""
LATIN = 12_000
"""Pieces of ASCII letters that are kept, the likeliest; others are spelled with these."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.reader:
        export_reader(given.model, given.reader, given.out or READER)
    else:
        export(given.model, given.out or BUNDLED)


def export(folder: Path, out: Path) -> None:
    """Write what ``index.encoders.fast_encoder.open_bundled`` reads; raises Unsupported, ValueError."""
    made = exported(folder, "wenbao")
    architecture = read_architecture(folder)
    settings = json.loads((made / "encoder.json").read_text("utf-8"))
    whole = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    ids = _pieces(whole, list(settings["prompts"].values()))
    out.mkdir(parents=True, exist_ok=True)
    for name in ("model.xml", "model.bin"):
        shutil.copyfile(made / name, out / name)
    np.save(out / "positions.npy", np.load(made / "positions.npy").astype(np.float16))
    (out / "tokenizer.json").write_text(json.dumps(prune(whole, ids), ensure_ascii=False), "utf-8")
    (out / "words.q4").write_bytes(word_blocks(ids, architecture.hidden).tobytes())
    _check_words(ModelTensors(folder / "model.safetensors"), out / "words.q4", ids, architecture.hidden)
    digest = hashlib.sha256(b"".join((out / name).read_bytes() for name in ("model.bin", "words.q4")))
    settings |= {"id": f"wenbao-{NAME}@{digest.hexdigest()[:12]}", "max_tokens": architecture.max_tokens}
    (out / "encoder.json").write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n", "utf-8")


class ReaderWeights:
    """The reader's layers under their BERT names, the embeddings' norm of the encoder it began from."""

    def __init__(self, encoder: Path, reader: Path) -> None:
        self._encoder = ModelTensors(encoder / "model.safetensors")
        self.own = load_file(reader / "model.safetensors")

    def __getitem__(self, name: str) -> FloatArray:
        if name.startswith("embeddings."):
            return self._encoder[name]
        if name.startswith("marks."):
            return np.asarray(self.own[name], np.float32)
        return np.asarray(self.own[name.removeprefix("encoder.").replace("layer.", "layers.", 1)], np.float32)


def export_reader(encoder: Path, folder: Path, out: Path) -> None:
    """Write what ``index.encoders.pair_reader.load_reader`` reads; raises ValueError where int8 costs too much."""
    architecture = reader_architecture(encoder, folder)
    weights: Any = ReaderWeights(encoder, folder)
    head = partial(_reader_head, architecture, weights)
    inputs = bundled_inputs(BUNDLED)
    batches = [pair(inputs, *texts)[0] for texts in PAIRS]
    model = quantize(architecture, weights, batches, head)
    out.mkdir(parents=True, exist_ok=True)
    ov.save_model(model, out / "model.xml", compress_to_fp16=False)
    exact = compile_for_cpu(full_precision(architecture, weights, head))
    made = compile_for_cpu(model)
    scores = np.array([[float(each(batch)[0][0]) for each in (exact, made)] for batch in batches])
    print("scores float32 and int8:", scores.round(2).tolist())
    if np.abs(scores[:, 0] - scores[:, 1]).mean() > LARGEST_ERROR:
        raise ValueError("int8 changes the scores too much")
    digest = hashlib.sha256((out / "model.bin").read_bytes()).hexdigest()[:12]
    settings = {
        "id": f"wenbao-reader@{digest}",
        "longest": LONGEST_OF,
    }
    (out / "reader.json").write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n", "utf-8")


PAIRS = [
    (text, CALIBRATION[-1 - i][:20], CALIBRATION[(i + 3) % len(CALIBRATION)])
    for i, text in enumerate(CALIBRATION)
]
"""Questions, contexts and passages, made of general texts, on which ranges are measured."""


def reader_architecture(encoder: Path, reader: Path) -> Architecture:
    """That of the encoder, with as many layers as the reader has."""
    layers = json.loads((reader / "config.json").read_text("utf-8"))["layers"]
    return replace(read_architecture(encoder), layers=layers)


def pair(
    inputs: Inputs, question: str, context: str, text: str
) -> tuple[list[FloatArray], slice, npt.NDArray[np.int64]]:
    """What the reader's graph takes of one pair, where the tokens of ``text`` stand, where each ends in it."""
    told = passage_tokens(inputs, LONGEST_OF, context, text)
    batch, place = pair_input(inputs, question_tokens(inputs, LONGEST_OF, question), told)
    return batch, place, told.ends


def _reader_head(
    architecture: Architecture, weights: Any, states: list[Any], mask: Any, int8: Any
) -> tuple[list[Any], list[Any]]:
    """The heads of ``training.reader`` and ``training.marks``; one more input marks the passage's own tokens
    (texts, tokens)."""

    def constant(name: str) -> Any:
        return op.constant(np.asarray(weights.own[name], np.float32))

    def dense(name: str, value: Any) -> Any:
        return op.add(op.matmul(value, constant(f"{name}.weight"), False, True), constant(f"{name}.bias"))

    def whole(*values: int) -> Any:
        return op.constant(np.array(values, np.int64))

    x = states[-1]
    own = op.parameter([-1, -1], np.float32, name="own")
    far = op.multiply(op.subtract(own, op.constant(np.float32(1))), op.constant(np.float32(1e4)))
    first = op.split(dense("clause", x), op.constant(np.int64(2)), 2).output(0)
    weight = op.softmax(op.add(op.squeeze(first, whole(2)), far), 1)
    seen = op.squeeze(op.matmul(op.unsqueeze(weight, whole(1)), x, False, False), whole(1))
    mark = op.gather(x, op.constant(np.int64(0)), op.constant(np.int64(1)))
    joined = op.concat([mark, seen], 1)
    score = op.squeeze(dense("judge.2", op.gelu(dense("judge.0", joined), "erf")), whole(1))
    layer = transformer_layer(architecture, weights, "marks.layer.", int8, states[-2], mask_bias(mask))
    return [own], [score, dense("marks.clause", layer)]


def _pieces(whole: dict[str, Any], prompts: list[str]) -> list[int]:
    """The ids that stay: Chinese, digits, marks and capitals, and the likeliest of ASCII letters."""
    vocabulary = whole["model"]["vocab"]
    chinese = set(kept_pieces(whole, foreign_characters(whole, is_chinese), prompts))
    latin = [i for i, (piece, _) in enumerate(vocabulary) if i not in chinese and piece.lstrip("▁").isascii()]
    latin.sort(key=lambda i: -vocabulary[i][1])
    single = [i for i in latin if len(vocabulary[i][0].lstrip("▁")) < 2]
    return sorted({*chinese, *latin[:LATIN], *single})


def _check_words(weights: ModelTensors, file: Path, ids: list[int], width: int) -> None:
    trained = weights["embeddings.word_embeddings.weight"][ids]
    if not np.allclose(PackedWords(file, width)[np.arange(len(ids))], trained, atol=1e-6):
        raise ValueError("the word embeddings are not those of the base model")


if __name__ == "__main__":
    main()

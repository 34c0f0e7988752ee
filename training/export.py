"""The trained encoder as it is shipped: an int8 graph, a pruned tokenizer, its words in 4 bits.

    python -m training.export MODEL [--out index/encoders/model]

``MODEL`` is a SentenceTransformer folder trained from the base model with its word embeddings left as
they were: their rows are taken over, 4-bit blocks and all, from where they came.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from index.encoders.fast_encoder import exported
from index.encoders.fast_export import Weights, read_architecture
from index.encoders.fast_tokenizer import foreign_characters, is_chinese, kept_pieces, prune
from index.encoders.loading import BUNDLED
from index.encoders.packed_words import PackedWords
from training.base_model import NAME, word_blocks

LATIN = 12_000
"""Pieces of ASCII letters that are kept, the likeliest; others are spelled with these."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, default=BUNDLED)
    given = parser.parse_args()
    export(given.model, given.out)


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
    _check_words(Weights(folder / "model.safetensors"), out / "words.q4", ids, architecture.hidden)
    digest = hashlib.sha256(b"".join((out / name).read_bytes() for name in ("model.bin", "words.q4")))
    settings |= {"id": f"wenbao-{NAME}@{digest.hexdigest()[:12]}", "max_tokens": architecture.max_tokens}
    (out / "encoder.json").write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _pieces(whole: dict[str, Any], prompts: list[str]) -> list[int]:
    """The ids that stay: Chinese, digits, marks and capitals, and the likeliest of ASCII letters."""
    vocabulary = whole["model"]["vocab"]
    chinese = set(kept_pieces(whole, foreign_characters(whole, is_chinese), prompts))
    latin = [i for i, (piece, _) in enumerate(vocabulary) if i not in chinese and piece.lstrip("▁").isascii()]
    latin.sort(key=lambda i: -vocabulary[i][1])
    single = [i for i in latin if len(vocabulary[i][0].lstrip("▁")) < 2]
    return sorted({*chinese, *latin[:LATIN], *single})


def _check_words(weights: Weights, file: Path, ids: list[int], width: int) -> None:
    trained = weights["embeddings.word_embeddings.weight"][ids]
    if not np.allclose(PackedWords(file, width)[np.arange(len(ids))], trained, atol=1e-6):
        raise ValueError("the word embeddings are not those of the base model")


if __name__ == "__main__":
    main()

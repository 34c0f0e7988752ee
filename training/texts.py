"""Questions and passages as the product's own encoder sees them, each encoded once and kept on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from index import Library
from training.data import Passage

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A passage: its unit ``vector`` (H,), its own tokens' numbers ``ids`` (n,) and packed vectors.

    Token ``i`` stands for characters ``[starts[i], ends[i])`` of the passage.
    """

    vector: Tensor
    ids: Tensor
    packed: bytes
    starts: Tensor
    ends: Tensor

    def tokens(self) -> Tensor:
        """The vectors of its tokens (n, H), within the rounding to four bits."""
        return unpack(self.packed, self.vector.shape[0])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its unit ``vector`` (H,), and its tokens' numbers (n,) and unit vectors (n, H)."""

    vector: Tensor
    ids: Tensor
    tokens: Tensor


def unpack(packed: bytes, size: int) -> Tensor:
    """What ``index.late.pack`` made of a passage's token vectors: ``(tokens, size)``."""
    if not packed:
        return torch.zeros(0, size)
    means = np.frombuffer(packed, np.float16, 2 * size).astype(np.float32)
    codes = np.frombuffer(packed, np.uint8, offset=4 * size).reshape(-1, size // 2)
    levels = np.empty((len(codes), size), np.float32)
    levels[:, 0::2], levels[:, 1::2] = codes & 15, codes >> 4
    return torch.from_numpy(means[:size] + (levels - 7.5) * means[size:])


class Texts:
    """Encodes with the model in ``folder`` by the product's fast path; keeps passages in ``cache``."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.encoder: Any = Library.open(cache / "encoder-only", model=str(folder)).encoder
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._file = cache / f"tokens-{self.encoder.id.replace('@', '-')}.pt"
        self._held: dict[tuple[str, str], Encoded] = {}
        if self._file.exists():
            self._held = torch.load(self._file, weights_only=False)
        self._questions: dict[str, Asked] = {}

    def passages(self, passages: Sequence[Passage], label: str = "") -> list[Encoded]:
        """Each passage encoded; with a ``label`` progress is told and what is new is kept on disk."""
        keys = [(p.context, p.text) for p in passages]
        new = sorted({key for key in keys if key not in self._held}, key=lambda key: len("".join(key)))
        for at in range(0, len(new), 512):
            part = new[at : at + 512]
            vectors, packed = self.encoder.encode_passage_tokens(part)
            for key, vector, own in zip(part, vectors, packed, strict=True):
                self._held[key] = self._encoded(key, torch.from_numpy(vector.copy()), own)
            if label:
                print(f"{label} {at + len(part)}/{len(new)}", flush=True)
        if label and new:
            torch.save(self._held, self._file)
        return [self._held[key] for key in keys]

    def questions(self, texts: Sequence[str]) -> list[Asked]:
        new = [text for text in dict.fromkeys(texts) if text not in self._questions]
        if new:
            first = self._size("query: ")
            vectors, tokens = self.encoder.encode_query_tokens(new)
            for text, vector, own in zip(new, vectors, tokens, strict=True):
                ids = self._tokenizer.encode("query: " + text).ids[first : first + len(own)]
                parts = (np.array(vector), np.array(ids), np.asarray(own, np.float32))
                self._questions[text] = Asked(*map(torch.from_numpy, parts))
        return [self._questions[text] for text in texts]

    def similarities(self, asked: Asked, passages: Sequence[Passage]) -> tuple[Floats, Floats]:
        """Cosine and MaxSim of the question with each passage, ``(len(passages),)`` each."""
        told = self.passages(passages)
        dense = torch.stack([e.vector for e in told]) @ asked.vector
        products = torch.cat([e.tokens() for e in told]) @ asked.tokens.T
        parts = torch.split(products, [len(e.ids) for e in told])
        late = [float(part.amax(0).mean()) if len(part) else 0.0 for part in parts]
        return dense.numpy().astype(float), np.array(late)

    def _size(self, head: str) -> int:
        return len(self._tokenizer.encode(head).ids) - 1

    def _encoded(self, key: tuple[str, str], vector: Tensor, packed: bytes) -> Encoded:
        head, body = "passage: " + key[0], key[1]
        whole, first = self._tokenizer.encode(head + body), self._size(head)
        n = len(unpack(packed, len(vector)))
        ids = torch.tensor(whole.ids[first : first + n], dtype=torch.int32)
        if len(ids) != n:
            raise ValueError(f"{n} vectors for {len(ids)} tokens: {body[:40]}")
        places = torch.tensor(whole.offsets[first : first + n], dtype=torch.int32).reshape(-1, 2) - len(head)
        return Encoded(vector, ids, packed, places[:, 0].clamp(min=0), places[:, 1])

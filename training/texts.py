"""Questions and passages as an encoder sees them in float32, each encoded once and kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from training.bert import Bert
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


def pack(tokens: Tensor) -> bytes:
    """Token vectors (n, H) as the library packs them, in four bits a number (``index.encoders.late_interaction.pack``)."""
    values = tokens.float().numpy()
    if not len(values):
        return b""
    mean = values.mean(axis=0).astype(np.float16)
    width = np.maximum(values.std(axis=0) * 0.33, 1e-4).astype(np.float16)
    codes = (np.floor((values - mean) / width) + 8).clip(0, 15).astype(np.uint8)
    return b"".join((mean.tobytes(), width.tobytes(), (codes[:, 0::2] | codes[:, 1::2] << 4).tobytes()))


def unpack(packed: bytes, size: int) -> Tensor:
    """The inverse of ``pack``, but for the rounding: ``(tokens, size)``."""
    if not packed:
        return torch.zeros(0, size)
    means = np.frombuffer(packed, np.float16, 2 * size).astype(np.float32)
    codes = np.frombuffer(packed, np.uint8, offset=4 * size).reshape(-1, size // 2)
    levels = np.empty((len(codes), size), np.float32)
    levels[:, 0::2], levels[:, 1::2] = codes & 15, codes >> 4
    return torch.from_numpy(means[:size] + (levels - 7.5) * means[size:])


class Texts:
    """Encodes with the model in ``folder``; keeps passages in ``cache``."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.bert = Bert(folder, 0)
        self.bert.frozen = len(self.bert.layers)
        with (folder / "model.safetensors").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()[:12]
        self._file = cache / f"tokens-{digest}.pt"
        self._held: dict[tuple[str, str], Encoded] = {}
        if self._file.exists():
            self._held = torch.load(self._file, weights_only=False)
        self._questions: dict[str, Asked] = {}

    def passages(self, passages: Sequence[Passage], label: str = "") -> list[Encoded]:
        """Each passage encoded; with a ``label`` progress is told and what is new is kept on disk."""
        keys = [(p.context, p.text) for p in passages]
        new = sorted({key for key in keys if key not in self._held}, key=lambda key: len("".join(key)))
        for at in range(0, len(new), 256):
            part = new[at : at + 256]
            heads, bodies = ["passage: " + context for context, _ in part], [body for _, body in part]
            for key, encoded in zip(part, self._encode(heads, bodies), strict=True):
                self._held[key] = encoded
            if label:
                print(f"{label} {at + len(part)}/{len(new)}", flush=True)
                if at % 1024 == 768 or at + 256 >= len(new):
                    torch.save(self._held, self._file)
        return [self._held[key] for key in keys]

    def questions(self, texts: Sequence[str]) -> list[Asked]:
        """Each question encoded; its tokens are those of its own words."""
        new = [text for text in dict.fromkeys(texts) if text not in self._questions]
        for text, (vector, ids, states) in zip(new, self._run(["query: "] * len(new), new), strict=True):
            self._questions[text] = Asked(vector, ids, states)
        return [self._questions[text] for text in texts]

    def vectors(self, texts: Sequence[str], prompt: str) -> Tensor:
        """Unit vectors alone, ``(len(texts), H)``."""
        return torch.stack([vector for vector, _, _ in self._run([prompt] * len(texts), texts)])

    def _run(self, heads: Sequence[str], bodies: Sequence[str]) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Of each text the unit vector, and of its body the tokens' numbers and unit vectors."""
        ids = [self.bert.tokens(head + body) for head, body in zip(heads, bodies, strict=True)]
        found = []
        for own, head, states in zip(ids, heads, self.bert.lower(ids), strict=True):
            start = self.bert.size(head)
            vector = functional.normalize(states.float().mean(0), dim=-1)
            tokens = functional.normalize(states[start:-1].float(), dim=-1)
            found.append((vector, torch.tensor(own[start:-1], dtype=torch.int32), tokens))
        return found

    def _encode(self, heads: Sequence[str], bodies: Sequence[str]) -> list[Encoded]:
        found = []
        for head, body, (vector, ids, tokens) in zip(heads, bodies, self._run(heads, bodies), strict=True):
            offsets = self.bert.tokenizer.encode(head + body).offsets[self.bert.size(head) :][: len(ids)]
            places = torch.tensor(offsets, dtype=torch.int32).reshape(-1, 2) - len(head)
            found.append(Encoded(vector, ids, pack(tokens), places[:, 0].clamp(min=0), places[:, 1]))
        return found

    def similarities(self, asked: Asked, passages: Sequence[Passage]) -> tuple[Floats, Floats]:
        """Cosine and MaxSim of the question with each passage, ``(len(passages),)`` each."""
        told = self.passages(passages)
        dense = torch.stack([e.vector for e in told]) @ asked.vector
        products = torch.cat([e.tokens() for e in told]) @ asked.tokens.T
        parts = torch.split(products, [len(e.ids) for e in told])
        late = [float(part.amax(0).mean()) if len(part) else 0.0 for part in parts]
        return dense.numpy().astype(float), np.array(late)

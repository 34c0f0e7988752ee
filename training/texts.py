"""Questions and passages as an encoder sees them in float32, each encoded once and kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.bert import Bert, half_precision
from training.data import Passage

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text: its unit ``vector`` (H,) and those of its own tokens (n, H), in half precision."""

    vector: Tensor
    tokens: Tensor


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
            self._held = torch.load(self._file, weights_only=False, map_location=torch.get_default_device())
        self._questions: dict[str, Encoded] = {}

    def passages(self, passages: Sequence[Passage], label: str = "") -> list[Encoded]:
        """Each passage encoded; with a ``label`` progress is told and what is new is kept on disk."""
        keys = [(p.context, p.text) for p in passages]
        new = sorted({key for key in keys if key not in self._held}, key=lambda key: len("".join(key)))
        for at in range(0, len(new), 256):
            part = new[at : at + 256]
            heads, bodies = ["passage: " + context for context, _ in part], [body for _, body in part]
            for key, encoded in zip(part, self._run(heads, bodies), strict=True):
                self._held[key] = encoded
            if label:
                print(f"{label} {at + len(part)}/{len(new)}", flush=True)
                if at % 1024 == 768 or at + 256 >= len(new):
                    torch.save(self._held, self._file)
        return [self._held[key] for key in keys]

    def questions(self, texts: Sequence[str]) -> list[Encoded]:
        """Each question encoded; its tokens are those of its own words."""
        new = [text for text in dict.fromkeys(texts) if text not in self._questions]
        for text, encoded in zip(new, self._run(["query: "] * len(new), new), strict=True):
            self._questions[text] = encoded
        return [self._questions[text] for text in texts]

    def vectors(self, texts: Sequence[str], prompt: str) -> Tensor:
        """Unit vectors alone, ``(len(texts), H)``."""
        return torch.stack([encoded.vector for encoded in self._run([prompt] * len(texts), texts)])

    def _run(self, heads: Sequence[str], bodies: Sequence[str]) -> list[Encoded]:
        ids = [self.bert.tokens(head + body) for head, body in zip(heads, bodies, strict=True)]
        found = []
        with half_precision():
            all_states = self.bert.lower(ids)
        for head, states in zip(heads, all_states, strict=True):
            vector = functional.normalize(states.float().mean(0), dim=-1)
            tokens = functional.normalize(states[self.bert.size(head) : -1].float(), dim=-1)
            found.append(Encoded(vector, tokens.half()))
        return found

    def similarities(self, asked: Sequence[str], passages: Sequence[Passage]) -> tuple[Floats, Floats]:
        """Cosine and MaxSim of each question with each passage, ``(len(asked), len(passages))`` both."""
        queries, told = self.questions(asked), self.passages(passages)
        dense = torch.stack([q.vector for q in queries]) @ torch.stack([e.vector for e in told]).T
        size = max(len(e.tokens) for e in told)
        padded = nn.utils.rnn.pad_sequence([e.tokens.float() for e in told], batch_first=True)
        outside = torch.arange(size) >= torch.tensor([len(e.tokens) for e in told])[:, None]
        late = []
        for query in queries:
            best = torch.einsum("pth,qh->qpt", padded, query.tokens.float()).masked_fill(outside, -1.0)
            late.append(best.amax(-1).mean(0))
        return dense.cpu().double().numpy(), torch.stack(late).cpu().double().numpy()


def standard(scores: Floats) -> Floats:
    """Each row by its own mean and spread."""
    spread = scores.std(axis=-1, keepdims=True)
    found: Floats = (scores - scores.mean(axis=-1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    return found

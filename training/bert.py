"""The encoder's BERT with plain tensors: lower layers frozen and run once a text, upper ones trained."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.data import batches

TOKENS_AT_ONCE = {"cpu": 4096, "cuda": 65536}
LONGEST = 512
PAD = 1


def through(
    layers: Iterable[Any], heads: int, hidden: Tensor, lengths: Sequence[int], dropout: float = 0.0
) -> Tensor:
    """``hidden`` (n, tokens, H), padded, through ``layers``."""
    n, size, width = hidden.shape
    mask = None
    if min(lengths) < size:
        mask = (torch.arange(size) < torch.tensor(lengths)[:, None])[:, None, None, :]
    for layer in layers:
        attention = layer.attention.self
        query, key, value = (
            part(hidden).view(n, size, heads, -1).transpose(1, 2)
            for part in (attention.query, attention.key, attention.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(n, size, width)
        out = layer.attention.output
        hidden = out.LayerNorm(hidden + functional.dropout(out.dense(mixed), dropout))
        inner = functional.gelu(layer.intermediate.dense(hidden))
        hidden = layer.output.LayerNorm(hidden + functional.dropout(layer.output.dense(inner), dropout))
    return hidden


def budget() -> int:
    """How many tokens are worked on at once."""
    return TOKENS_AT_ONCE[torch.get_default_device().type]


def half_precision() -> torch.autocast:
    """bf16 where it is fast: twice as fast as float32 on a processor that multiplies it, nine times slower on others."""
    kind = torch.get_default_device().type
    fast = kind == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    # Not kept from one use to the next: weights are set back and forth within a step (Trainer.similarities_before).
    return torch.autocast(kind, torch.bfloat16, enabled=fast, cache_enabled=False)


class Bert(nn.Module):
    """Layers ``frozen``… of the model in ``folder`` are trained; hidden size ``H``."""

    def __init__(self, folder: Path, frozen: int) -> None:
        super().__init__()
        from transformers import AutoModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = AutoModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32)
        model.to(torch.get_default_device())
        self.folder = folder
        self.embeddings = model.embeddings.eval().requires_grad_(False)
        self.layers = model.encoder.layer.eval()
        self.layers[:frozen].requires_grad_(False)
        self.heads = model.config.num_attention_heads
        self.frozen = frozen
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()

    def tokens(self, text: str) -> list[int]:
        """Token numbers with both marks, cut to what the model takes."""
        ids: list[int] = self.tokenizer.encode(text).ids
        return ids if len(ids) <= LONGEST else [*ids[: LONGEST - 1], ids[-1]]

    def size(self, text: str) -> int:
        """How many tokens ``text``, which ends with white space, takes at the beginning of a longer one."""
        return len(self.tokenizer.encode(text).ids) - 1

    def embed(self, ids: Tensor) -> Tensor:
        return self.embeddings(input_ids=ids)  # type: ignore[no-any-return]

    def run(self, hidden: Tensor, lengths: Sequence[int], first: int, last: int) -> Tensor:
        """``hidden`` (n, tokens, H), padded, through layers ``[first, last)``."""
        return through(self.layers[first:last], self.heads, hidden, lengths)

    @torch.no_grad()
    def lower(self, token_lists: Sequence[Sequence[int]]) -> list[Tensor]:
        """Each text's states below the trained layers, (tokens, H) in half precision."""
        found: dict[int, Tensor] = {}
        for rows in batches([len(ids) for ids in token_lists], budget()):
            lengths = [len(token_lists[row]) for row in rows]
            padded = [[*token_lists[r], *[PAD] * (max(lengths) - len(token_lists[r]))] for r in rows]
            hidden = self.run(self.embed(torch.tensor(padded)), lengths, 0, self.frozen)
            found |= {r: hidden[i, :n].half() for i, (r, n) in enumerate(zip(rows, lengths, strict=True))}
        return [found[row] for row in range(len(token_lists))]

    def upper(self, states: Sequence[Tensor]) -> list[Tensor]:
        """The last layer's states of texts given by ``lower``, each (tokens, H)."""
        found: dict[int, Tensor] = {}
        for rows in batches([len(state) for state in states], budget()):
            lengths = [len(states[row]) for row in rows]
            padded = nn.utils.rnn.pad_sequence([states[row].float() for row in rows], batch_first=True)
            hidden = self.run(padded, lengths, self.frozen, len(self.layers))
            # Gathered and split in one go: a slice of its own for each text would cost a gradient of full size.
            own = torch.arange(hidden.shape[1]) < torch.tensor(lengths)[:, None]
            found |= dict(zip(rows, torch.split(hidden[own], lengths), strict=True))
        return [found[row] for row in range(len(states))]

    def trained(self) -> dict[str, Tensor]:
        """The trained weights under their names in this module."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def save(self, folder: Path, blend: dict[str, Tensor] | None = None) -> None:
        """Write a SentenceTransformer folder like the one begun from; ``blend`` replaces trained weights."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        tensors: dict[str, Any] = {
            f"embeddings.{name}": value.detach().contiguous()
            for name, value in self.embeddings.named_parameters()
        }
        weights = {name: value.detach() for name, value in self.layers.named_parameters()}
        weights |= {name.removeprefix("layers."): value for name, value in (blend or {}).items()}
        tensors |= {f"encoder.layer.{name}": value.contiguous() for name, value in weights.items()}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

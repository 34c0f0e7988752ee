"""What an encoder is, and what every implementation needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from index.errors import EncoderError

FloatArray = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Texts to unit vectors; questions and passages may need different prompts, so each has a method."""

    def __hash__(self) -> int:
        """Encoders are keys of caches."""

    @property
    def id(self) -> str:
        """Names the model and its weights; vectors of two ids must never be mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of questions, float32, shape ``(len(texts), dimension)``."""

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        """Unit vectors of passages; ``progress(done)`` is called with the number of texts done."""


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder that also tells the vectors of the tokens, for late interaction (see ``index.encoders.late_interaction``)."""

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[FloatArray]]:
        """As ``encode_queries``, and of each text the unit vectors of its tokens ``(tokens, dimension)``."""

    def encode_passage_tokens(
        self, texts: Sequence[tuple[str, str]], progress: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[bytes]]:
        """The vectors of ``context + body`` pairs, and of each body the tokens as ``index.encoders.late_interaction.pack`` does.

        A context ends with white space.
        """


@runtime_checkable
class TokenOffsetEncoder(TokenEncoder, Protocol):
    """A token encoder that also tells which characters its tokens stand for, so that clauses can be compared."""

    def passage_token_ends(self, context: str, body: str) -> list[int]:
        """Where in ``body`` each of the tokens ends that ``encode_passage_tokens`` keeps of it."""


def batches_by_length(lengths: Sequence[int], size: int) -> list[tuple[int, list[int]]]:
    """``(texts done after it, row numbers)`` of each batch, longest texts first: little is padded."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    starts = range(0, len(order), size)
    return [(min(start + size, len(order)), order[start : start + size]) for start in starts]


def passage_prompt(prompts: Mapping[str, str | None]) -> str:
    """The prompt of passages among a model's prompts, under any of the names in use; may be empty."""
    named = (prompts.get(name) for name in ("document", "passage", "corpus"))
    return next((prompt for prompt in named if prompt), "")


def without_surrogates(text: str) -> str:
    """Lone surrogates, which no tokenizer accepts, become question marks."""
    return text.encode("utf-8", "replace").decode()


def fingerprint(folder: Path, prompts: dict[str, str] | None = None) -> str:
    """Twelve hex digits that change with the model's weights, tokenizer, configuration or prompts."""
    digest = hashlib.sha256(json.dumps(prompts, sort_keys=True).encode())
    suffixes = {".json", ".safetensors", ".bin", ".txt", ".model"}
    try:
        for file in sorted(file for file in folder.rglob("*") if file.suffix in suffixes and file.is_file()):
            digest.update(file.relative_to(folder).as_posix().encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError as error:
        raise EncoderError(f"无法读取模型目录“{folder}”（{error.strerror or error}）。") from error
    return digest.hexdigest()[:12]

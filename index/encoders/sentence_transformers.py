"""Any sentence-transformers model as an encoder, run by torch (with ``qa``'s reader the importers of it)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.encoders.base import FloatArray, batches_by_length, fingerprint, passage_prompt, without_surrogates
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformerEncoder:
    """Any sentence-transformers model on this machine; it may be shared between threads.

    The prompts are those of the model's own configuration unless ``prompts`` are given.
    """

    def __init__(self, folder: Path, *, name: str, prompts: dict[str, str] | None = None) -> None:
        """Raises EncoderError when ``folder`` holds no model or a damaged one."""
        self._id = f"{name}@{fingerprint(folder, prompts)}"
        self._model = _load(folder, prompts)
        self._dimension = int(self._model.encode("文").shape[-1])
        # A fast tokenizer must not be used by two threads at once.
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._encode(texts, self._model.prompts.get("query") or "")

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        return self._encode(texts, passage_prompt(self._model.prompts), progress)

    def _encode(
        self, texts: Sequence[str], prompt: str, progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        vectors = np.empty((len(texts), self._dimension), np.float32)
        for done, rows in batches_by_length([len(text) for text in texts], 32):
            with self._lock:
                vectors[rows] = self._model.encode(
                    [without_surrogates(texts[row]) for row in rows],
                    prompt=prompt,
                    batch_size=len(rows),
                    show_progress_bar=False,
                    normalize_embeddings=True,
                )
            if progress:
                progress(done)
        return vectors


def quiet_transformers() -> None:
    """Loading a model prints no warnings and no progress bars."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _load(folder: Path, prompts: dict[str, str] | None) -> SentenceTransformer:
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise EncoderError(f"目录“{folder}”里没有 sentence-transformers 模型（缺少 modules.json）。")
    from sentence_transformers import SentenceTransformer

    quiet_transformers()
    try:
        return SentenceTransformer(str(folder), prompts=prompts, local_files_only=True)
    except Exception as error:
        raise EncoderError(
            f"模型“{folder}”无法加载，文件可能已损坏或不是 sentence-transformers 模型，"
            "请重新下载；若是内置模型，删除该目录后重试即可。"
        ) from error

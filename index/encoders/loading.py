"""From a model's name to its encoder: the fast one where it is as good, else the plain one."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from index.encoders.base import Encoder
from index.encoders.sentence_transformers import SentenceTransformerEncoder
from index.errors import EncoderError
from index.types import Progress

BUNDLED = Path(__file__).parent / "model"
"""The default encoder, made by ``training/``; its card stands there."""

_log = logging.getLogger(__name__)


def load_encoder(model: str | None = None, *, progress: Progress | None = None) -> Encoder:
    """The encoder of ``model``: a local directory or a Hugging Face name.

    Without it ``$WENBAO_MODEL`` is used, else the default, which is part of the package;
    ``progress`` counts the steps of preparing it at first use, which are logged without it. Raises
    EncoderError when the model is missing, damaged or not a model.
    """
    progress = progress or _log_progress
    name = model or os.environ.get("WENBAO_MODEL")
    if name:
        return _open(resolve_model(name), Path(name).name, progress=progress)
    return _bundled()


def _bundled() -> Encoder:
    """The default, which is shipped ready to run."""
    try:
        from index.encoders.fast_encoder import open_bundled

        return open_bundled(BUNDLED)
    except (ImportError, RuntimeError, OSError, ValueError) as error:
        raise EncoderError(
            f"内置模型无法使用（{str(error).splitlines()[0]}），请重新安装 wenbao 和 openvino，"
            "或用 --model 或 WENBAO_MODEL 指定别的模型。"
        ) from error


def _log_progress(done: int, total: int, label: str) -> None:
    if not done:
        _log.warning("正在%s……", label)


def _open(folder: Path, name: str, *, progress: Progress | None = None) -> Encoder:
    """The fast encoder where it is as good, else the plain one."""

    def plain() -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(folder, name=name)

    try:
        from index.encoders.fast_encoder import open_fast
        from index.encoders.fast_export import Unsupported
    except ImportError as error:
        _log.warning("未能使用 CPU 加速（%s），改用 sentence-transformers，速度较慢。", error)
        return plain()
    try:
        return open_fast(folder, name, reference=plain, progress=progress)
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

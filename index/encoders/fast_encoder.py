"""The encoder made for CPUs: the same model in int8 on OpenVINO, without torch once it is prepared."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from index.encoders.base import (
    Encoder,
    FloatArray,
    batches_by_length,
    fingerprint,
    passage_prompt,
    without_surrogates,
)
from index.encoders.fast_export import (
    Architecture,
    Batch,
    ModelTensors,
    Unsupported,
    compile_for_cpu,
    cpu_config,
    full_precision,
    latency_config,
    quantize,
    read_architecture,
)
from index.encoders.fast_tokenizer import FastTokenizer, write_pruned
from index.encoders.late_interaction import pack
from index.encoders.model_cache import build_once
from index.encoders.packed_words import PackedWords
from index.encoders.quiet_openvino import ov
from index.encoders.sample_texts import CALIBRATION, CHECK
from index.errors import EncoderError
from index.types import Progress

Tokens = npt.NDArray[np.int64]
Kept = TypeVar("Kept")

LEAST_COSINE = 0.99
"""An export whose vectors agree less with those of the model it is made of is not used."""
_FORM = "v8"  # of what is written below
_BATCH = 4  # texts; as fast a text as more of them, and the cores end sooner together
_STEP = 8  # lengths are padded to multiples of it: every new shape costs OpenVINO time and memory


class Words(Protocol):
    """A table of word embeddings: ``words[ids]`` are rows ``(len(ids), width)``."""

    def __getitem__(self, ids: Tokens, /) -> FloatArray: ...


def open_fast(
    folder: Path,
    name: str,
    prompts: dict[str, str] | None = None,
    *,
    reference: Callable[[], Encoder] | None = None,
    progress: Progress | None = None,
) -> FastEncoder:
    """The fast encoder of the SentenceTransformer in ``folder``, exported at first use.

    It is kept only if on sample texts its vectors are within cosine 0.99 of those of ``reference``
    (by default the same graph in float32). Raises Unsupported, each time, where that fails or the model
    cannot be exported.
    """
    made = exported(folder, name, prompts, reference=reference, progress=progress)
    try:
        return _open_exported(folder, made, _read_json(made / "encoder.json"))
    except RuntimeError as error:
        raise _refused(error) from error


def exported(
    folder: Path,
    name: str,
    prompts: dict[str, str] | None = None,
    *,
    reference: Callable[[], Encoder] | None = None,
    progress: Progress | None = None,
) -> Path:
    """The cache folder with what ``open_fast`` made of the model in ``folder``; raises Unsupported."""
    stamp = _stamp(folder, prompts)
    made = build_once(
        f"fast-{stamp}-{_FORM}", lambda out: _export(folder, out, name, prompts, reference, progress)
    )
    settings = _read_json(made / "encoder.json")
    if "reason" in settings:
        raise Unsupported(settings["reason"])
    return made


def _open_exported(folder: Path, made: Path, settings: dict[str, Any]) -> FastEncoder:
    inputs = _exported_inputs(folder, made, read_architecture(folder))
    return FastEncoder(settings, inputs, partial(_load_compiled, made / "model.xml", made / "compiled.blob"))


def open_bundled(folder: Path) -> FastEncoder:
    """The encoder shipped in ``folder``: graph, tokenizer and words, ready to run.

    Raises RuntimeError where OpenVINO cannot run it.
    """
    settings = _read_json(folder / "encoder.json")
    return FastEncoder(settings, bundled_inputs(folder), load_bundled(folder / "model.xml", settings["id"]))


@lru_cache(maxsize=1)
def bundled_inputs(folder: Path) -> Inputs:
    """What makes texts ready for the graphs shipped in ``folder``, which share it."""
    settings = _read_json(folder / "encoder.json")
    tokenizer = FastTokenizer(folder / "tokenizer.json", folder, settings["max_tokens"])
    words = PackedWords(folder / "words.q4", settings["dimension"])
    return Inputs(tokenizer, words, settings["dimension"], np.load(folder / "positions.npy"))


def load_bundled(graph: Path, name: str) -> Callable[[dict[str, Any]], ov.CompiledModel]:
    """What compiles the ``graph`` shipped under ``name`` for a configuration of OpenVINO.

    What OpenVINO compiles of it for this processor is kept in the user's cache; where that cannot be
    written it is compiled at every start.
    """
    stamp = hashlib.sha256(f"{name} {ov.__version__} {_FORM}".encode()).hexdigest()[:16]
    try:
        made = build_once(
            f"compiled-{stamp}",
            lambda out: _write_compiled(ov.Core().read_model(graph), out / "compiled.blob"),
        )
    except EncoderError:
        return lambda config: compile_for_cpu(ov.Core().read_model(graph), config)
    return partial(_load_compiled, graph, made / "compiled.blob")


class FastEncoder:
    """A prepared model; it may be shared between threads."""

    def __init__(
        self, settings: dict[str, Any], inputs: Inputs, load: Callable[[dict[str, Any]], ov.CompiledModel]
    ) -> None:
        """``load`` compiles the graph for a configuration of OpenVINO."""
        self.id: str = settings["id"]
        self.dimension: int = settings["dimension"]
        self._prompts: dict[str, str] = settings["prompts"]
        self._inputs = inputs
        self._load = load
        self._throughput: Requests | None = None
        self._opening = threading.Lock()
        self._asking = Requests(load(latency_config()))

    @property
    def _indexing(self) -> Requests:
        """The same graph for many texts at once, opened when there are some to index."""
        with self._opening:
            if self._throughput is None:
                self._throughput = Requests(self._load(cpu_config()))
        return self._throughput

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return self.encode_query_tokens(texts)[0]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        return self._encode_passages([("", text) for text in texts], lambda tokens: None, progress)[0]

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[FloatArray]]:
        prompt = self._prompts["query"]
        return self._encode(self._asking, prompt, [("", text) for text in texts], map, np.array)

    def encode_passage_tokens(
        self, texts: Sequence[tuple[str, str]], progress: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[bytes]]:
        return self._encode_passages(texts, pack, progress)

    def passage_token_ends(self, context: str, body: str) -> list[int]:
        prompt = self._prompts["passage"]
        before = len(prompt + context)
        ends = self._inputs.token_ends(prompt, context + body)[self._inputs.size(prompt, context) : -1]
        return [end - before for end in ends]

    def _encode_passages(
        self,
        texts: Sequence[tuple[str, str]],
        keep: Callable[[FloatArray], Kept],
        progress: Callable[[int], None] | None,
    ) -> tuple[FloatArray, list[Kept]]:
        prompt = self._prompts["passage"]
        if len(texts) <= _BATCH:
            return self._encode(self._asking, prompt, texts, map, keep, progress)
        requests = self._indexing
        with ThreadPoolExecutor(requests.at_once) as pool:
            return self._encode(requests, prompt, texts, pool.map, keep, progress)

    def _encode(
        self,
        requests: Requests,
        prompt: str,
        texts: Sequence[tuple[str, str]],
        apply: Callable[..., Iterable[Any]],
        keep: Callable[[FloatArray], Kept],
        progress: Callable[[int], None] | None = None,
    ) -> tuple[FloatArray, list[Kept]]:
        """The vectors of the texts, and what ``keep`` makes of the tokens of each one's second part."""
        tokens = [self._inputs.tokens(prompt, context + body) for context, body in texts]
        starts = [self._inputs.size(prompt, context) for context, _ in texts]
        batches = batches_by_length([len(ids) for ids in tokens], _BATCH)

        def infer(rows: Sequence[int]) -> tuple[FloatArray, list[Kept]]:
            vectors, each = requests.infer(self._inputs.batch([tokens[row] for row in rows]))
            ends = [len(tokens[row]) - 1 for row in rows]  # without the closing mark
            return vectors, [
                keep(own[starts[row] : end]) for row, end, own in zip(rows, ends, each, strict=True)
            ]

        vectors = np.empty((len(texts), self.dimension), np.float32)
        kept: dict[int, Kept] = {}
        for (done, rows), (part, tokens_kept) in zip(
            batches, apply(infer, [b[1] for b in batches]), strict=True
        ):
            vectors[rows] = part
            kept.update(zip(rows, tokens_kept, strict=True))
            if progress:
                progress(done)
        return vectors, [kept[row] for row in range(len(texts))]


class Requests:
    """The compiled graph's requests, lent to one thread each."""

    def __init__(self, compiled: ov.CompiledModel) -> None:
        # OpenVINO's bindings set NumPy up when a type is first asked for; two threads at once deadlock there.
        ov.Type.f32.to_dtype()
        self.at_once: int = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        self._idle: SimpleQueue[ov.InferRequest] = SimpleQueue()
        for _ in range(self.at_once):
            self._idle.put(compiled.create_infer_request())

    def infer(self, batch: Sequence[FloatArray]) -> list[FloatArray]:
        """The graph's outputs for its inputs."""
        request = self._idle.get()
        try:
            request.infer(list(batch), share_inputs=True)
            return [np.array(tensor.data) for tensor in request.output_tensors]
        finally:
            self._idle.put(request)


class Inputs:
    """Texts to what the graph takes; the table of words stays on disk, only the rows in use are read."""

    def __init__(self, tokenizer: FastTokenizer, words: Words, width: int, positions: FloatArray) -> None:
        self._tokenizer = tokenizer
        self._words = words
        self._width = width
        self._positions = positions
        self.size = lru_cache(4096)(self._size)

    def tokens(self, prompt: str, text: str) -> Tokens:
        return self._tokenizer.encode(prompt, without_surrogates(text))

    def token_ends(self, prompt: str, text: str) -> list[int]:
        return self._tokenizer.ends(prompt, without_surrogates(text))

    def _size(self, prompt: str, context: str) -> int:
        """How many tokens stand before the text that follows ``context``."""
        return len(self.tokens(prompt, context)) - 1

    def batch(self, tokens: Sequence[Tokens]) -> Batch:
        shape = len(tokens), -(-max(map(len, tokens)) // _STEP) * _STEP
        words = np.zeros((*shape, self._width), np.float32)
        mask = np.zeros(shape, np.float32)
        for row, ids in enumerate(tokens):
            words[row, : len(ids)] = self._words[ids] + self._positions[: len(ids)]
            mask[row, : len(ids)] = 1
        return words, mask


def _exported_inputs(folder: Path, made: Path, architecture: Architecture) -> Inputs:
    tokenizer = FastTokenizer(folder / "tokenizer.json", made, architecture.max_tokens)
    words = _map_tensor(folder / "model.safetensors", "embeddings.word_embeddings.weight")
    return Inputs(tokenizer, words, architecture.hidden, np.load(made / "positions.npy"))


def _map_tensor(file: Path, ending: str) -> FloatArray:
    """The float32 or float16 tensor whose name has this ending, mapped from a safetensors file."""
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(size))
    entry = next(entry for name, entry in header.items() if name.endswith(ending))
    dtype = {"F32": "<f4", "F16": "<f2"}.get(entry["dtype"])
    if dtype is None:
        raise Unsupported(f"不支持权重格式 {entry['dtype']}")
    start = 8 + size + entry["data_offsets"][0]
    return np.memmap(file, dtype, "r", start, tuple(entry["shape"]))


def _load_compiled(graph: Path, blob: Path, config: dict[str, Any]) -> ov.CompiledModel:
    """From the compiled blob; compiled again where another version of OpenVINO wrote it."""
    try:
        return ov.Core().import_model(blob.read_bytes(), "CPU", config)
    except (RuntimeError, OSError):
        return compile_for_cpu(ov.Core().read_model(graph), config)


def _export(
    folder: Path,
    out: Path,
    name: str,
    prompts: dict[str, str] | None,
    reference: Callable[[], Encoder] | None,
    progress: Progress | None,
) -> None:
    report = progress or (lambda done, total, label: None)
    label = "优化模型（仅首次）"
    report(0, 3, label)
    try:
        settings = _write_parts(folder, out, name, prompts)
        report(1, 3, label)
        architecture, weights = read_architecture(folder), ModelTensors(folder / "model.safetensors")
        inputs = _exported_inputs(folder, out, architecture)
        model = quantize(architecture, weights, _samples(inputs, settings["prompts"], CALIBRATION))
        report(2, 3, label)
        ov.save_model(model, out / "model.xml", compress_to_fp16=False)
        _write_compiled(model, out / "compiled.blob")
        _write_settings(out, settings)
        expected = (
            _vectors(reference()) if reference else _exact_vectors(architecture, weights, inputs, settings)
        )
        _check(_vectors(_open_exported(folder, out, settings)), expected)
    except Unsupported as error:
        _write_settings(out, {"reason": str(error)})  # remembered, so as not to try at every start
    except RuntimeError as error:
        raise _refused(error) from error
    report(3, 3, label)


def _refused(error: RuntimeError) -> Unsupported:
    return Unsupported(f"OpenVINO 报告：{str(error).splitlines()[0]}")


def _write_parts(folder: Path, out: Path, name: str, prompts: dict[str, str] | None) -> dict[str, Any]:
    """Everything but the graph; returns the settings."""
    architecture, weights = read_architecture(folder), ModelTensors(folder / "model.safetensors")
    file = folder / "config_sentence_transformers.json"
    named = prompts or (_read_json(file).get("prompts", {}) if file.is_file() else {})
    used = {"query": named.get("query", ""), "passage": passage_prompt(named)}
    write_pruned(folder / "tokenizer.json", out, list(used.values()))
    positions = weights["embeddings.position_embeddings.weight"][architecture.first_position :]
    positions = positions[: architecture.max_tokens] + weights["embeddings.token_type_embeddings.weight"][0]
    np.save(out / "positions.npy", positions)
    number = f"{name}@{fingerprint(folder, prompts)}+int8-{_FORM}"
    return {"id": number, "dimension": architecture.hidden, "prompts": used}


def _write_compiled(model: ov.Model, file: Path) -> None:
    stream = io.BytesIO()
    compile_for_cpu(model).export_model(stream)
    file.write_bytes(stream.getvalue())


def _samples(inputs: Inputs, prompts: dict[str, str], texts: Sequence[str]) -> Iterator[Batch]:
    for number, text in enumerate(texts):
        yield inputs.batch([inputs.tokens(prompts["query" if number % 2 else "passage"], text)])


def _vectors(encoder: Encoder) -> FloatArray:
    return np.vstack([encoder.encode_queries(CHECK), encoder.encode_passages(CHECK)])


def _exact_vectors(
    architecture: Architecture, weights: ModelTensors, inputs: Inputs, settings: dict[str, Any]
) -> FloatArray:
    compiled = compile_for_cpu(full_precision(architecture, weights))
    prompts = settings["prompts"]
    batches = [
        inputs.batch([inputs.tokens(prompts[kind], text)]) for kind in ("query", "passage") for text in CHECK
    ]
    return np.vstack([compiled(batch)[0] for batch in batches])


def _check(vectors: FloatArray, expected: FloatArray) -> None:
    cosine = float((vectors * expected).sum(axis=1).min()) if vectors.shape == expected.shape else 0.0
    if cosine < LEAST_COSINE:
        raise Unsupported(f"量化后与原模型的余弦相似度只有 {cosine:.3f}")


def _write_settings(out: Path, settings: dict[str, Any]) -> None:
    (out / "encoder.json").write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")


def _stamp(folder: Path, prompts: dict[str, str] | None) -> str:
    """Changes when a file of the model does, without reading the files."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    states = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    state = json.dumps([str(folder.resolve()), states, prompts, ov.__version__], sort_keys=True)
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))

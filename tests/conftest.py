"""Fixtures shared by every room: an isolated environment, a fake encoder, one real library a run."""

from __future__ import annotations

import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

if TYPE_CHECKING:
    from index import Encoder
    from index.encoders import FloatArray
    from qa import Assistant

# Busy machines are slow; how long a test may take says nothing of what it tests. `make test` tries the same examples
# each time, so that a change is judged by what it changes; `make explore` looks for new ones.
settings.register_profile("wenbao", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=400, print_blob=True)
settings.load_profile("wenbao")

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "reports" / "tianqiao-2025.txt"


@pytest.fixture(scope="session", autouse=True)
def _isolated_session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Nobody's home or settings reach a test; the converted model is kept between runs."""
    cache = request.config.cache
    assert cache is not None
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("WENBAO_", "HF_", "XDG_"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("WENBAO_CACHE", str(cache.mkdir("wenbao")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the repository; the test is skipped where it is absent."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("the development data (../shared) is not here")
    return path


def save_tokenizer(folder: Path, characters: Iterable[str]) -> int:
    """A BERT tokenizer of single ``characters`` in the new ``folder``; returns the size of its vocabulary."""
    from transformers import BertTokenizerFast

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(characters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return len(words)


class FakeEncoder:
    """Counts character pairs: a function of the text alone, so a test can tell who ranks first."""

    id = "fake-64"
    dimension = 64

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            letters = "^" + re.sub(r"\s", "", text)
            for pair in pairwise(letters):
                row[zlib.crc32("".join(pair).encode("utf-8", "replace")) % self.dimension] += 1
            row[0] += not row.any()
            row /= np.linalg.norm(row)
        return vectors

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        vectors = self.encode_queries(texts)
        if progress is not None:
            progress(len(texts))
        return vectors


def assistant_over(folder: Path, text: str) -> Assistant:
    """An assistant over one report of ``text``, ranked by the fake encoder; its library lies in ``folder``."""
    from index import Library
    from qa import Assistant

    (folder / "report.txt").write_text(text, encoding="utf-8")
    library = Library.open(folder / "library", encoder=FakeEncoder())
    library.add([folder / "report.txt"])
    return Assistant(library)


@pytest.fixture
def fake_encoder() -> Encoder:
    """An encoder that is a function of the text, for tests that need no meaning."""
    return FakeEncoder()


def _kept_library(request: pytest.FixtureRequest, folder: Path, name: str, report: Path) -> Path:
    """A library of ``report`` under the default model, copied to ``folder``.

    Kept between runs and rebuilt by the code under test, which embeds only passages that changed.
    """
    from index import Library, WenbaoError

    assert request.config.cache is not None
    kept = request.config.cache.mkdir("wenbao") / f"{name}-library"
    path = folder / "library"
    with FileLock(kept.with_suffix(".lock")):
        try:
            Library(kept).rebuild()
            Library.open(kept).add([report])
            if len(Library.open(kept).reports()) > 1:
                raise WenbaoError("a checkout elsewhere left its report")
        except WenbaoError:
            shutil.rmtree(kept, ignore_errors=True)
            Library.open(kept).add([report])
        shutil.copytree(kept, path)
    return path


@pytest.fixture(scope="session")
def sample_library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample report under the default model; never write to it."""
    return _kept_library(request, tmp_path_factory.mktemp("sample"), "sample", SAMPLE)


@pytest.fixture(scope="session")
def city_library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the invented city's report of ``benchmarks/questions``; never write to it."""
    city = ROOT / "benchmarks" / "questions" / "city.txt"
    return _kept_library(request, tmp_path_factory.mktemp("city"), "city", city)

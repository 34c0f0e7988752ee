"""Milvus against the library on disk: how many questions get the same ten passages.

python -m benchmarks.milvus                       # Milvus Lite, in a file
python -m benchmarks.milvus http://host:19530     # a server; its library is replaced
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.common import SAMPLE, SHARED, questions, save
from index import Library
from index.encoder import Encoder, FloatArray, load_encoder
from qa import Assistant


class Remembering:
    """Embeds every text once for both libraries."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, FloatArray]()
        self.id, self.dimension = encoder.id, encoder.dimension
        self.encode_queries = encoder.encode_queries

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        new = list({text for text in texts if text not in self._known})
        if new:
            self._known.update(zip(new, self._encoder.encode_passages(new), strict=True))
        if progress:
            progress(len(texts))
        return np.array([self._known[text] for text in texts], np.float32).reshape(len(texts), -1)


def main(address: str | None = None) -> None:
    files = [SAMPLE, *sorted((SHARED / "data" / "national").glob("*.txt"))[-5:]]
    asked = [row["question"] for name in ("tianqiao_dev", "national_dev") for row in questions(name)]
    encoder = Remembering(load_encoder())
    with tempfile.TemporaryDirectory() as folder:
        places = {"disk": f"{folder}/disk", "milvus": address or f"{folder}/library.db"}
        found: dict[str, list[list[tuple[str, int]]]] = {}
        seconds: dict[str, list[float]] = {}
        for name, place in places.items():
            library = Library.open(place, encoder=encoder)
            library.sync([Path(file) for file in files])
            assistant = Assistant(library)
            found[name], seconds[name] = [], []
            for question in asked:
                began = time.perf_counter()
                hits = assistant.retrieve(question, 10)
                seconds[name].append(time.perf_counter() - began)
                found[name].append([(hit.report, hit.start) for hit in hits])
        same = [a == b for a, b in zip(*found.values(), strict=True)]
        equal_sets = [set(a) == set(b) for a, b in zip(*found.values(), strict=True)]
        value = {
            "questions": len(asked),
            "passages": library.snapshot().size,
            "same top 10": sum(equal_sets) / len(asked),
            "same top 10 in the same order": sum(same) / len(asked),
            **{f"{name} p50, ms": median(times) * 1000 for name, times in seconds.items()},
        }
    save("milvus", value)
    print(value)


if __name__ == "__main__":
    main(*sys.argv[1:])

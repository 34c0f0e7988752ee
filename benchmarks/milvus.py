"""Milvus against the library on disk: how many questions get the same ten passages.

python -m benchmarks.milvus                       # Milvus Lite, in a file
python -m benchmarks.milvus http://host:19530     # a server; its library is replaced
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.common import SAMPLE, SHARED, questions, save
from index import Library
from index.encoders import load_encoder
from qa import Assistant


def main(address: str | None = None) -> None:
    files = [SAMPLE, *sorted((SHARED / "data" / "national").glob("*.txt"))[-5:]]
    asked = [row["question"] for name in ("tianqiao_dev", "national_dev") for row in questions(name)]
    encoder = load_encoder()
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
            "same top 10": round(sum(equal_sets) / len(asked), 3),
            "same top 10 in the same order": round(sum(same) / len(asked), 3),
            **{f"{name} p50, ms": round(median(times) * 1000, 1) for name, times in seconds.items()},
        }
    save("milvus", value)
    print(json.dumps(value))


if __name__ == "__main__":
    main(*sys.argv[1:])

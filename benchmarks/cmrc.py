"""Finding the context of a question among all 848 of CMRC 2018's development set, each a report of its own.

    python -m benchmarks.cmrc

The texts are of Wikipedia: nothing in wenbao was fitted on them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.common import SHARED, table
from index import Library
from qa import Assistant

DATA = SHARED / "data" / "cmrc2018_dev.json"


def contexts() -> dict[str, tuple[str, list[str]]]:
    """``{id: (context, its questions)}``."""
    data = json.loads(DATA.read_text("utf-8"))["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    return {
        f"c{n:04}": (paragraph["context"], [qa["question"] for qa in paragraph["qas"]])
        for n, paragraph in enumerate(paragraphs)
    }


def main() -> None:
    if not DATA.exists():
        raise SystemExit("the development data is not here")
    known = contexts()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.txt" for name in known]
        for file, (context, _) in zip(files, known.values(), strict=True):
            file.write_text(context, "utf-8")
        library = Library.open(Path(folder) / "library")
        library.add(files)
        assistant = Assistant(library)
        ranks = []
        for name, (_, questions) in known.items():
            for question in questions:
                found = [citation.report for citation in assistant.retrieve(question, 10)]
                ranks.append(found.index(name) if name in found else len(found))
    shares = [f"{sum(rank < k for rank in ranks) / len(ranks):.4f}" for k in (1, 5, 10)]
    heads = ["contexts", "questions", "recall@1", "recall@5", "recall@10"]
    print(table(heads, [[str(len(known)), str(len(ranks)), *shares]]))


if __name__ == "__main__":
    main()

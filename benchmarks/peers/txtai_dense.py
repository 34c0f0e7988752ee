"""txtai: chonkie's recursive chunker of 500 characters and an embeddings database with content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness import Ask, main
from txtai import Embeddings
from txtai.pipeline import Segmentation


def load(spec: dict[str, Any]) -> Callable[[dict[str, str]], Ask]:
    embeddings = Embeddings(
        path=spec["model"],
        method="sentence-transformers",
        instructions={"query": spec["prompts"]["query"], "data": spec["prompts"]["passage"]},
        content=True,
    )
    # Its own default splits by line, which cuts text copied from a PDF into lines of a page's width.
    split = Segmentation(chunker="recursive", chunk_size=500)

    def build(texts: dict[str, str]) -> Ask:
        chunks = [(report, chunk) for report, text in texts.items() for chunk in split(text)]
        embeddings.index((row, chunk, None) for row, (_, chunk) in enumerate(chunks))

        def ask(question: str, k: int) -> list[tuple[str, str]]:
            found = [chunks[int(hit["id"])] for hit in embeddings.search(question, k)]
            return [(text, report) for report, text in found]

        return ask

    return build


main("txtai", ["txtai", "chonkie", "sentence-transformers"], load)

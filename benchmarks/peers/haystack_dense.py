"""Haystack: RecursiveDocumentSplitter of 500/50 characters and the in-memory store with cosine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness import Ask, main
from haystack import Document
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)


def load(spec: dict[str, Any]) -> Callable[[dict[str, str]], Ask]:
    common = {"model": spec["model"], "normalize_embeddings": True, "progress_bar": False}
    documents_in = SentenceTransformersDocumentEmbedder(prefix=spec["prompts"]["passage"], **common)
    question_in = SentenceTransformersTextEmbedder(prefix=spec["prompts"]["query"], **common)
    documents_in.warm_up()
    question_in.warm_up()

    def build(texts: dict[str, str]) -> Ask:
        # Its sentence splitter needs an NLTK download, its default one splits on spaces.
        splitter = RecursiveDocumentSplitter(
            split_length=500, split_overlap=50, split_unit="char", separators=["\n\n", "\n", "。", "；", "，"]
        )
        splitter.warm_up()
        documents = [Document(content=text, meta={"report": report}) for report, text in texts.items()]
        chunks = splitter.run(documents=documents)["documents"]
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(documents_in.run(documents=chunks)["documents"])
        retriever = InMemoryEmbeddingRetriever(document_store=store, top_k=spec["top_k"])

        def ask(question: str, k: int) -> list[tuple[str, str]]:
            vector = question_in.run(text=question)["embedding"]
            found = retriever.run(query_embedding=vector)["documents"][:k]
            return [(document.content, document.meta["report"]) for document in found]

        return ask

    return build


main("Haystack", ["haystack-ai", "sentence-transformers-haystack", "sentence-transformers"], load)

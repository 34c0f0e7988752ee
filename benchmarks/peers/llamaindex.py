"""LlamaIndex: SentenceSplitter of 512 tokens and the in-memory vector index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness import Ask, main
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding


def load(spec: dict[str, Any]) -> Callable[[dict[str, str]], Ask]:
    embedding = HuggingFaceEmbedding(
        model_name=spec["model"],
        query_instruction=spec["prompts"]["query"],
        text_instruction=spec["prompts"]["passage"],
    )

    def build(texts: dict[str, str]) -> Ask:
        documents = [Document(text=text, metadata={"report": key}) for key, text in texts.items()]
        # Its default of 1024 tokens is longer than the model reads.
        splitter = SentenceSplitter(chunk_size=512, chunk_overlap=50)
        index = VectorStoreIndex.from_documents(documents, embed_model=embedding, transformations=[splitter])
        retriever = index.as_retriever(similarity_top_k=spec["top_k"])
        return lambda question, k: [
            (found.node.get_content(), found.node.metadata["report"])
            for found in retriever.retrieve(question)[:k]
        ]

    return build


main("LlamaIndex", ["llama-index-core", "llama-index-embeddings-huggingface", "sentence-transformers"], load)

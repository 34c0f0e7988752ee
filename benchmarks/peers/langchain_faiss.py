"""LangChain: RecursiveCharacterTextSplitter 500/50 and FAISS; ``--ensemble`` adds BM25 over jieba's words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from harness import Ask, main
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

# The separators LangChain's own documentation gives for text without spaces between words.
SEPARATORS = ["\n\n", "\n", " ", ".", ",", "\u200b", "\uff0c", "\u3001", "\uff0e", "\u3002", ""]
ENSEMBLE = "--ensemble" in sys.argv


def load(spec: dict[str, Any]) -> Callable[[dict[str, str]], Ask]:
    embeddings = HuggingFaceEmbeddings(
        model_name=spec["model"],
        encode_kwargs={"normalize_embeddings": True, "prompt": spec["prompts"]["passage"]},
        query_encode_kwargs={"normalize_embeddings": True, "prompt": spec["prompts"]["query"]},
    )

    def build(texts: dict[str, str]) -> Ask:
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=500, chunk_overlap=50, separators=SEPARATORS, keep_separator="end"
        )
        documents = splitter.create_documents(list(texts.values()), [{"report": key} for key in texts])
        store = FAISS.from_documents(documents, embeddings)
        retriever: Any = store.as_retriever(search_kwargs={"k": spec["top_k"]})
        if ENSEMBLE:
            retriever = with_bm25(retriever, documents, spec["top_k"])
        return lambda question, k: [
            (found.page_content, found.metadata["report"]) for found in retriever.invoke(question)[:k]
        ]

    return build


def with_bm25(retriever: Any, documents: list[Any], k: int) -> Any:
    import jieba
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever

    words = BM25Retriever.from_documents(documents, preprocess_func=jieba.lcut)
    words.k = k
    return EnsembleRetriever(retrievers=[words, retriever], weights=[0.5, 0.5])


main(
    "LangChain BM25+FAISS" if ENSEMBLE else "LangChain FAISS",
    ["langchain-community", "langchain-huggingface", "sentence-transformers", "faiss-cpu"],
    load,
)

"""LlamaIndex as its users build hybrid search: QueryFusionRetriever over bm25s and a flat FAISS index."""
# pyright: reportMissingImports=false, reportUntypedBaseClass=false

from pathlib import Path
from typing import Any

import faiss
from llama_index.core import Settings, StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

from benchmarks.corpus import DIMENSIONS, Corpus
from benchmarks.worker import TOP, Search, serve

LEG = 20


class ReadEmbedding(BaseEmbedding):
    """Gives the vectors that were computed before."""

    vectors: dict[str, list[float]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.vectors[query]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self.vectors[query]

    def _get_text_embedding(self, text: str) -> list[float]:
        raise RuntimeError("nodes come with their vectors")


def build(corpus: Corpus, folder: Path) -> Search:
    """Index the entries' words; one vector an entry, in memory."""
    words = [question.words for question in corpus.questions]
    Settings.embed_model = ReadEmbedding(vectors=dict(zip(words, corpus.question_vectors.tolist(), strict=True)))
    Settings.llm = MockLLM()
    nodes = [
        TextNode(id_=str(number), text=entry.words, embedding=vector.tolist())
        for number, (entry, vector) in enumerate(zip(corpus.entries, corpus.whole, strict=True))
    ]
    storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(DIMENSIONS)))
    by_vector = VectorStoreIndex(nodes, storage_context=storage).as_retriever(similarity_top_k=LEG)
    # The words are cut already: without stemming and with this pattern bm25s takes them as they are.
    by_word = BM25Retriever.from_defaults(
        nodes=nodes,
        similarity_top_k=LEG,
        skip_stemming=True,
        token_pattern=r"\S+",  # noqa: S106 no password
        verbose=False,
    )
    fusion: Any = QueryFusionRetriever(
        [by_word, by_vector],
        similarity_top_k=TOP,
        num_queries=1,
        mode="reciprocal_rerank",
        use_async=False,
        verbose=False,
    )
    return lambda number: [int(found.node.node_id) for found in fusion.retrieve(words[number])]


if __name__ == "__main__":
    serve(build, ("llama-index-core", "llama-index-retrievers-bm25", "bm25s", "faiss-cpu", "numpy"))

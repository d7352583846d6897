"""LangChain as its users build hybrid search: EnsembleRetriever over BM25Retriever and FAISS."""
# pyright: reportMissingImports=false, reportUntypedBaseClass=false

from pathlib import Path

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

from benchmarks.corpus import Corpus
from benchmarks.worker import TOP, Search, serve

LEG = 20


class ReadEmbeddings(Embeddings):
    """Gives the vectors that were computed before."""

    def __init__(self, vectors: dict[str, list[float]]) -> None:
        self._vectors = vectors

    def embed_query(self, text: str) -> list[float]:
        return self._vectors[text]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise RuntimeError("documents come with their vectors")


def build(corpus: Corpus, folder: Path) -> Search:
    """Index the entries' words; one vector an entry, in memory."""
    words = [question.words for question in corpus.questions]
    embeddings = ReadEmbeddings(dict(zip(words, corpus.question_vectors.tolist(), strict=True)))
    texts = [entry.words for entry in corpus.entries]
    numbers = [{"number": number} for number in range(len(texts))]
    by_word = BM25Retriever.from_texts(texts, metadatas=numbers)
    by_word.k = LEG
    by_vector = FAISS.from_embeddings(zip(texts, corpus.whole.tolist(), strict=True), embeddings, metadatas=numbers)
    ensemble = EnsembleRetriever(retrievers=[by_word, by_vector.as_retriever(search_kwargs={"k": LEG})], weights=[0.5, 0.5])

    def search(number: int) -> list[int]:
        return [found.metadata["number"] for found in ensemble.invoke(words[number])][:TOP]

    return search


if __name__ == "__main__":
    serve(build, ("langchain-classic", "langchain-community", "rank-bm25", "faiss-cpu", "numpy"))

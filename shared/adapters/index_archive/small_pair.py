"""The pair of search engine `small`: tantivy and usearch."""

from pathlib import Path

from shared.adapters.index_archive.index_pair import IndexPair, OpenPair
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.tantivy.schema import VERSION as KEYWORD_VERSION
from shared.adapters.usearch.vector_file import VERSION as VECTOR_VERSION
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.ports import Embedder


def small_format(embedder: Embedder) -> str:
    """Name what the files depend on: another embedder's or version's are not opened, but made again."""
    return f"{embedder.name}+tantivy{KEYWORD_VERSION}+usearch{VECTOR_VERSION}"


def small_pairs(embedder: Embedder) -> OpenPair:
    """Return what opens the indexes below a folder."""

    def open_pair(folder: Path) -> IndexPair:
        vectors = UsearchVectorIndex(folder / "vectors", model=embedder.name, dimensions=embedder.dimensions)
        return IndexPair(folder, TantivyKeywordIndex(folder / "keyword"), vectors)

    return open_pair

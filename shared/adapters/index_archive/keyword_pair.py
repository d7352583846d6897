"""The archive of search engine `pinecone`: tantivy alone, for the vectors lie elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.adapters.index_archive.index_pair import IndexPair
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.adapters.tantivy.schema import VERSION
from shared.ports import ChunkVectors, IndexFilter, LegHit, Vector


def keyword_format() -> str:
    """Name what the files depend on; no embedder is among it."""
    return f"tantivy{VERSION}"


def open_keyword_pair(folder: Path) -> IndexPair:
    """Open or create the keyword index below a folder."""
    return IndexPair(folder, TantivyKeywordIndex(folder / "keyword"), VectorsElsewhere())


class VectorsElsewhere:
    """Port VectorIndex, and DerivedIndex, of an archive that has none: holds nothing, finds nothing."""

    name = "vectors"

    def apply(self, tenant: str, added: Sequence[ChunkVectors], removed: Mapping[str, int]) -> None:
        """Leave it to the index that has them."""

    def search(self, vector: Vector, part: str, where: IndexFilter, k: int) -> tuple[LegHit, ...]:
        return ()

    def known(self, tenant: str) -> Mapping[str, int | None]:
        return {}

    def discard(self, tenant: str) -> None:
        """Nothing to forget."""

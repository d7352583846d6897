"""HybridIndex on OpenSearch: keywords, titles and bodies of one question by one `_msearch`."""

from collections.abc import Mapping

from shared.adapters.opensearch.keyword_index import OpenSearchKeywordIndex
from shared.adapters.opensearch.vector_index import OpenSearchVectorIndex
from shared.adapters.opensearch.vector_schema import PARTS, floats
from shared.domain.errors import SupportError
from shared.ports import IndexFilter, LegHit, Vector


class OpenSearchHybridIndex:
    """Port HybridIndex over two indices of one cluster; the keyword index's engine and time-out count."""

    def __init__(self, keyword: OpenSearchKeywordIndex, vectors: OpenSearchVectorIndex) -> None:
        self._keyword = keyword
        self._vectors = vectors

    def search_legs(
        self, text: str, language: str, vector: Vector | None, where: IndexFilter, k: int
    ) -> Mapping[str, tuple[LegHit, ...]]:
        """Hits by leg; one that failed or was cut short is left out. Raises DependencyUnavailableError without an answer."""
        searches = {"keyword": self._keyword.ask(text, language, where, k)}
        if vector is not None:
            numbers = floats(vector)
            searches |= {part: self._vectors.ask(numbers, part, where, k) for part in PARTS}
        answers = self._keyword.engine.search_all(list(searches.values()), self._keyword.timeout_s)
        read = {"keyword": self._keyword.read, **dict.fromkeys(PARTS, self._vectors.read)}
        return {
            leg: read[leg](answer) for leg, answer in zip(searches, answers, strict=True) if not isinstance(answer, SupportError)
        }

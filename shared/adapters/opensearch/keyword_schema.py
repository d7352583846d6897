"""What the keyword index looks like, how a chunk becomes a document of it, and a question a query."""

from typing import Any

from shared.adapters.opensearch.analysis import ANALYSIS, SINGLES, SINGLES_ASKED, TERMS, TERMS_ASKED
from shared.adapters.opensearch.generations import IndexPlan
from shared.adapters.opensearch.visibility import FIELDS, visibility_of, visible_to
from shared.domain.knowledge import Chunk
from shared.ports import IndexFilter

TEXTS = ("title", "questions", "body")
# Each language has fields of its own, so that the frequency of a term is its frequency in that language.
LANGUAGES = ("zh", "en")
_WITH_SINGLES = frozenset({"zh"})
# One character is weak evidence beside the pairs that contain it.
_SINGLES_WEIGHT = 0.4


def keyword_plan(prefix: str, settings: dict[str, Any]) -> IndexPlan:
    """Return the index of all tenants' texts. `settings` are the operator's: shards, replicas."""
    mappings = {
        "dynamic": "strict",
        "properties": {
            **FIELDS,
            "language": {"type": "keyword"},
            **{language: {"properties": {name: _text(language) for name in TEXTS}} for language in LANGUAGES},
        },
    }
    return IndexPlan.of(f"{prefix}-keyword", {"analysis": ANALYSIS, "similarity": _SIMILARITY}, mappings, settings)


# Lucene's own defaults, said here because the quality of the ranking was measured with them.
_SIMILARITY = {"default": {"type": "BM25", "k1": 1.2, "b": 0.75}}


def keyword_document(chunk: Chunk, removed_in: int | None) -> dict[str, Any]:
    """Return the document of a chunk, every field set or null; `removed_in` goes before the chunk's own."""
    headings = [heading for heading in chunk.heading_path if heading != chunk.title]
    texts = {"title": " ".join([chunk.title, *headings]), "questions": list(chunk.questions), "body": chunk.text}
    spoken = {language: texts if language == chunk.language else None for language in LANGUAGES}
    return {**visibility_of(chunk, removed_in), "language": chunk.language, **spoken}


def keyword_query(text: str, language: str, where: IndexFilter) -> dict[str, Any]:
    """Return a scored match of any term in any field, among what `where` may see in that language."""
    fields = [f"{language}.{name}" for name in TEXTS]
    singles = [f"{field}.single" for field in fields] if language in _WITH_SINGLES else []
    matches = [_match(text, fields), *([_match(text, singles, _SINGLES_WEIGHT)] if singles else [])]
    visible = visible_to(where, language=language)["bool"]
    return {"bool": {**visible, "should": matches, "minimum_should_match": 1}}


def _match(text: str, fields: list[str], weight: float = 1.0) -> dict[str, Any]:
    return {"multi_match": {"query": text, "fields": fields, "type": "most_fields", "boost": weight}}


def _text(language: str) -> dict[str, Any]:
    field: dict[str, Any] = {"type": "text", "analyzer": TERMS, "search_analyzer": TERMS_ASKED}
    single = {"type": "text", "analyzer": SINGLES, "search_analyzer": SINGLES_ASKED}
    return {**field, "fields": {"single": single}} if language in _WITH_SINGLES else field

"""A search question and its result as JSON, both ways: the payload and the answer of the function `retrieval`."""

from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import SearchQuery, SearchResult

_QUERY = TypeAdapter(SearchQuery)
_RESULT = TypeAdapter(SearchResult)


def query_to_json(query: SearchQuery) -> dict[str, object]:
    """Return the payload."""
    return _QUERY.dump_python(query, mode="json")


def query_from_json(payload: Mapping[str, object]) -> SearchQuery:
    """Read the payload. Raises InvalidInputError naming the field."""
    try:
        return _QUERY.validate_python(payload)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise InvalidInputError(place or "payload", "send a search query as events/ shows one") from None


def result_to_json(result: SearchResult) -> dict[str, object]:
    """Return the answer."""
    return _RESULT.dump_python(result, mode="json")


def result_from_json(answer: Mapping[str, object]) -> SearchResult:
    """Read the answer that `result_to_json` made."""
    return _RESULT.validate_python(answer)

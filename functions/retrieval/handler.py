"""The Lambda entry: search envelopes from `dialog`, the evaluator and other systems."""

from collections.abc import Callable, Mapping

from shared.domain.envelope import Envelope
from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import SearchQuery, SearchResult
from shared.ports import Clock
from shared.runtime.envelopes import EnvelopeServer
from shared.runtime.observability import Telemetry
from shared.runtime.search_codec import query_from_json, result_to_json

JsonObject = Mapping[str, object]


def make_handler(
    search: Callable[[SearchQuery], SearchResult], clock: Clock, telemetry: Telemetry
) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler."""

    def run(envelope: Envelope) -> JsonObject:
        query = query_from_json(envelope.payload)
        if query.tenant != envelope.tenant:
            raise InvalidInputError("tenant", "the query's tenant must be the envelope's")
        result = search(query)
        facts: dict[str, object] = {"snapshot": result.snapshot, "took_ms": dict(result.took_ms)}
        telemetry.event("search", envelope.correlation_id, **facts, passages=len(result.passages), degraded=list(result.degraded))
        return result_to_json(result)

    server = EnvelopeServer(operations={"search": run}, clock=clock, telemetry=telemetry)
    return lambda event, _context: server.serve(event)

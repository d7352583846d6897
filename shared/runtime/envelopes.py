"""Both ends of a function hop: an envelope goes out as data, `{result}` or `{error}` comes back as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.envelope import Envelope
from shared.domain.errors import DeadlineExceededError, InvalidInputError, SupportError
from shared.domain.knowledge import SearchQuery, SearchResult
from shared.ports import Clock
from shared.runtime.error_codec import decode_error, encode_error
from shared.runtime.observability import OUTAGES, Telemetry
from shared.runtime.search_codec import query_to_json, result_from_json

JsonObject = Mapping[str, object]
Operation = Callable[[Envelope], JsonObject]
# Carries one JSON document to another function and its answer back, within a time-out in seconds.
Transport = Callable[[JsonObject, float], JsonObject]

# Stands in a turn's result where a fault of ours ended it: it is an answer to the customer, and a failure of the version.
APOLOGISED = "apologised"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeServer:
    """The receiving end. `operations` by name; an error is an answer with a code, never a crash of the function."""

    operations: Mapping[str, Operation]
    clock: Clock
    telemetry: Telemetry

    def serve(self, document: JsonObject) -> JsonObject:
        """Answer one envelope."""
        try:
            envelope = Envelope.from_dict(document)
            return {"result": self._run(envelope)}
        except SupportError as error:
            if isinstance(error, OUTAGES):
                self._record(document, error)
            return {"error": encode_error(error)}
        except Exception as error:  # the edge: recorded with its place, answered without its text
            self._record(document, error)
            return {"error": encode_error(SupportError("unexpected failure"))}

    def _record(self, document: JsonObject, error: Exception) -> None:
        self.telemetry.failure("operation_failed", str(document.get("correlation_id", "")), error, op=str(document.get("op")))

    def _run(self, envelope: Envelope) -> JsonObject:
        if remaining_s(envelope, self.clock) <= 0:
            raise DeadlineExceededError("the envelope arrived after its deadline")
        operation = self.operations.get(envelope.op)
        if operation is None:
            raise InvalidInputError("op", "this function does not know the operation")
        return operation(envelope)


@dataclass(frozen=True, slots=True)
class EnvelopeTurnService:
    """`TurnService` over a transport."""

    transport: Transport
    clock: Clock

    def invoke(self, envelope: Envelope) -> JsonObject:
        """Send the envelope; return the result or raise what the other side raised."""
        return _exchange(self.transport, envelope, self.clock)


@dataclass(frozen=True, slots=True)
class EnvelopeKnowledgeService:
    """`KnowledgeService` over a transport: query and result cross as the JSON of `search_codec`."""

    transport: Transport
    clock: Clock
    release: str

    def search(self, query: SearchQuery, timeout_s: float, correlation_id: str) -> SearchResult:
        """Ask `retrieval`. Raises DeadlineExceededError after `timeout_s`, or what the other side raised."""
        envelope = Envelope(
            op="search",
            tenant=query.tenant,
            correlation_id=correlation_id,
            release=self.release,
            deadline_at_ms=deadline_ms(self.clock, timeout_s),
            owner_token=correlation_id,
            payload=query_to_json(query),
        )
        return result_from_json(_exchange(self.transport, envelope, self.clock))


def deadline_ms(clock: Clock, timeout_s: float) -> int:
    """Return the epoch milliseconds that are `timeout_s` from now."""
    return int((clock.now() + timedelta(seconds=timeout_s)).timestamp() * 1000)


def remaining_s(envelope: Envelope, clock: Clock) -> float:
    """Return the seconds left until the envelope's deadline; negative when it has passed."""
    return envelope.deadline_at_ms / 1000 - clock.now().timestamp()


def _exchange(transport: Transport, envelope: Envelope, clock: Clock) -> JsonObject:
    left_s = remaining_s(envelope, clock)
    if left_s <= 0:
        raise DeadlineExceededError("no time left for the hop")
    answer = transport(envelope.to_dict(), left_s)
    error = answer.get("error")
    if isinstance(error, Mapping):
        raise decode_error(error)
    result = answer.get("result")
    if not isinstance(result, Mapping):
        raise SupportError("the called function gave neither a result nor an error")
    return result

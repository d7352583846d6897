"""SQS batches for handlers: each message on its own, failures reported one by one, a FIFO group kept in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.domain.errors import SupportError
from shared.domain.event_body import read_event
from shared.domain.outbox import OutboxEvent
from shared.runtime.observability import OUTAGES, Telemetry

JsonObject = Mapping[str, object]


class RetryLaterError(SupportError):
    """The message is to come again after its lease, which the consumer has set. Expected, so nothing is logged but an outage
    that it was raised from.
    """

    code = "retry_later"
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedEvent:
    """A message as a consumer sees it. `receipt` names the lease; `attributes` are those that were sent."""

    event: OutboxEvent
    receipt: str
    receive_count: int
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueBatch:
    """Consumes a batch. What `consume` raises fails its own message only (in a FIFO queue, the rest of its group too).

    `read` makes an event of a message's body; queues that other services write to have bodies of their own.
    """

    consume: Callable[[QueuedEvent], None]
    telemetry: Telemetry
    fifo: bool = False
    read: Callable[[str], OutboxEvent] = read_event

    def __call__(self, event: JsonObject, context: object) -> JsonObject:
        """Return `{batchItemFailures}`: what SQS is to deliver again."""
        processor = _processor(self.fifo)
        return dict(process_partial_response(dict(event), self._consume, processor, _lambda_context(context)))

    def _consume(self, record: SQSRecord) -> None:
        message = self._read(record)
        try:
            self.consume(message)
        except RetryLaterError as later:
            if isinstance(later.__cause__, OUTAGES):
                self._record(message, later.__cause__)
            raise
        except Exception as error:  # the edge: recorded here, reported to the queue by the processor
            self._record(message, error)
            raise

    def _record(self, message: QueuedEvent, error: BaseException) -> None:
        facts = {"event_id": message.event.event_id, "event": str(message.event.name), "receives": message.receive_count}
        self.telemetry.failure("message_failed", message.event.correlation_id, error, **facts)

    def _read(self, record: SQSRecord) -> QueuedEvent:
        sent = {name: value.string_value or "" for name, value in record.message_attributes.items()}
        return QueuedEvent(
            event=self.read(record.body),
            receipt=record.receipt_handle,
            receive_count=int(record.attributes.approximate_receive_count),
            body=record.body,
            attributes=sent,
        )


def _processor(fifo: bool) -> BatchProcessor:
    # A processor remembers its batch, so each batch has its own: handlers may run in several threads.
    processor = SqsFifoPartialProcessor(skip_group_on_error=True) if fifo else BatchProcessor(EventType.SQS)
    # A batch that failed as a whole is still an answer; raising would hide the reasons (powertools-lambda-python#7596).
    processor.raise_on_entire_batch_failure = False
    return processor


def _lambda_context(context: object) -> LambdaContext | None:
    return context if isinstance(context, LambdaContext) else None

"""What Lambda's event sources do, as threads: lease messages, call the handler, delete what it did not report."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.aws_shapes import failed_identifiers, schedule_event, sqs_event, stream_event
from shared.domain.errors import SupportError
from shared.ports import Clock, IdSource, Outbox, Queue
from shared.runtime.observability import Telemetry

Handler = Callable[[Mapping[str, object], object], Mapping[str, object]]
BATCH = 10
_AFTER_FAILURE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFeed:
    """One queue and the handler that consumes it."""

    name: str
    queue: Queue
    handler: Handler
    visibility_s: float

    def run_once(self) -> bool:
        """Feed one batch; return whether there was anything. What the handler reports stays leased, and comes again."""
        messages = self.queue.receive(BATCH, self.visibility_s)
        if not messages:
            return False
        failed = failed_identifiers(self.handler(sqs_event(self.name, messages), None))
        for message in messages:
            if message.message_id not in failed:
                self.queue.delete(message.receipt)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxFeed:
    """The outbox as a stream: in order, again from the first failure. The handler marks what it has published."""

    outbox: Outbox
    handler: Handler

    def run_once(self) -> bool:
        """Feed one batch; return whether all of a batch was relayed."""
        events = self.outbox.unpublished(100)
        return bool(events) and not failed_identifiers(self.handler(stream_event(events), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFeed:
    """A schedule that fires once per interval."""

    handler: Handler
    clock: Clock
    ids: IdSource

    def run_once(self) -> bool:
        """Fire once."""
        self.handler(schedule_event(self.ids.new_id(), self.clock.now().isoformat()), None)
        return False


class Pollers:
    """Threads that run feeds until they are stopped. A feed that raises is recorded and tried again."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, name: str, run_once: Callable[[], bool], idle_s: float, threads: int = 1) -> None:
        """Poll `run_once`: at once again while it returns True, after `idle_s` when it returns False."""
        for number in range(threads):
            thread = threading.Thread(target=self._loop, args=(run_once, idle_s), name=f"{name}-{number}", daemon=True)
            self._threads.append(thread)

    def start(self) -> None:
        """Start all threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float) -> None:
        """Ask all to end after what they are at, and wait so long. What does not end is leased, and comes again."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)

    def _loop(self, run_once: Callable[[], bool], idle_s: float) -> None:
        while not self._stop.is_set():
            try:
                again = run_once()
            except Exception as error:  # the edge: recorded; a poller must outlive a bad moment of the disk
                self._telemetry.failure("poll_failed", "", error, retryable=isinstance(error, SupportError) and error.retryable)
                self._stop.wait(_AFTER_FAILURE_S)
                continue
            if not again:
                self._stop.wait(idle_s)

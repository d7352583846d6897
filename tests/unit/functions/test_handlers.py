"""Each handler with the events that Lambda would hand over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from functions.dialog.customer_operations import CustomerOperations
from functions.ingress.handler import make_handler as make_http_handler
from functions.outbox.handler import make_handler as make_outbox
from functions.sweeper.wiring import SweeperPorts, build_sweeper
from functions.tickets.handler import REASON, TicketConsumer
from functions.tickets.handler import make_handler as make_tickets
from local.aws_shapes import failed_identifiers
from local.pollers import QueueFeed
from shared.contracts import FUNCTIONS, TICKET_RETRY_DELAY_S, TICKETS
from shared.domain.conversation import Rung
from shared.domain.envelope import Envelope
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, TicketFailedError
from shared.domain.event_body import read_event
from shared.domain.outbox import OutboxEvent
from shared.domain.ticket import Ticket, TicketStatus
from shared.runtime.envelopes import APOLOGISED
from shared.runtime.observability import Telemetry
from shared.use_cases.process_ticket import ProcessTicket
from shared.use_cases.relay_outbox import RelayOutbox, event_body
from tests.events import EVENTS, load_event
from tests.front import Front
from tests.loops import with_a_loop_of_its_own
from tests.world import TENANT, World

TELEMETRY = Telemetry("test", "r1")


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_a_golden_event_holds_no_text_of_a_person_but_in_envelopes(name: str) -> None:
    raw = (EVENTS / f"{name}.json").read_text("utf-8")
    assert name.startswith("envelope") or "退货" not in raw


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("sqs-*.json")))
def test_an_event_on_a_queue_survives_a_round_trip(name: str) -> None:
    for record in load_event(name)["Records"]:
        assert json.loads(event_body(read_event(record["body"]))) == json.loads(record["body"])


def test_api_gateway_opens_a_conversation_through_the_adapter(front: Front) -> None:
    answer = with_a_loop_of_its_own(
        lambda: make_http_handler(front.functions.ingress)(load_event("api-gateway-post-message"), None)
    )
    assert (answer["statusCode"], json.loads(answer["body"])["language"]) == (201, "zh")
    assert answer["headers"]["x-correlation-id"] == "web-7f3a9c21"


def test_a_problem_goes_out_as_text_since_api_gateway_would_hand_on_base64_as_it_is(front: Front) -> None:
    event = load_event("api-gateway-post-message") | {"path": "/v1/nowhere"}
    answer = with_a_loop_of_its_own(lambda: make_http_handler(front.functions.ingress)(event, None))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (404, False)
    assert json.loads(answer["body"])["code"] == "not_found"


def test_an_envelope_is_answered_with_a_result_and_a_wrong_one_with_a_code(front: Front) -> None:
    dialog = front.functions.dialog
    opened = dialog(load_event("envelope-open-conversation") | {"tenant": TENANT}, None)
    unknown = dialog(load_event("envelope-open-conversation") | {"op": "drop_tables"}, None)
    late = dialog(load_event("envelope-open-conversation") | {"deadline_at_ms": 1}, None)
    assert opened["result"]["conversation"]["owner"] == "bot"
    assert [answer["error"]["code"] for answer in (unknown, late)] == ["invalid_input", "deadline_exceeded"]


def test_retrieval_answers_for_the_envelopes_tenant_only(front: Front) -> None:
    envelope = load_event("envelope-search")
    foreign = envelope | {"payload": envelope["payload"] | {"tenant": "other"}}
    assert front.functions.retrieval(envelope, None)["result"]["snapshot"] == 7
    assert front.functions.retrieval(foreign, None)["error"]["code"] == "invalid_input"


def test_the_outbox_relays_insertions_in_order_and_nothing_else() -> None:
    relayed: list[str] = []
    handler = make_outbox(lambda events: relayed.extend(str(e.name) for e in events), TELEMETRY)
    assert handler(load_event("stream-outbox"), None) == {"batchItemFailures": []}
    assert relayed == ["TicketRequested", "TurnParked"]


def test_the_outbox_stops_at_the_first_failure_so_that_order_is_kept() -> None:
    seen: list[str] = []

    def relay(events: Sequence[OutboxEvent]) -> None:
        seen.extend(e.event_id for e in events)
        raise DependencyUnavailableError("queue", "down")

    failed = make_outbox(relay, TELEMETRY)(load_event("stream-outbox"), None)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "1"}]} and len(seen) == 1


def test_an_event_that_no_repeat_can_send_is_passed_over_by_the_outbox() -> None:
    """A release that has gone back may have written an event that this one does not know; its neighbours must not wait."""
    event = json.loads(json.dumps(load_event("stream-outbox")))
    foreign = event["Records"][0]["dynamodb"]["NewImage"]["body"]
    foreign["S"] = foreign["S"].replace("TicketRequested", "OrderPlaced")
    relayed: list[str] = []
    handler = make_outbox(lambda events: relayed.extend(str(e.name) for e in events), TELEMETRY)
    assert handler(event, None) == {"batchItemFailures": []}
    assert relayed == ["TurnParked"]


class Unreliable:
    """A ticket system that fails so many times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.submitted: list[str] = []

    def submit(self, ticket: Ticket) -> None:
        if self.failures:
            self.failures -= 1
            raise TicketFailedError("the ticket system answered 503")
        self.submitted.append(ticket.ticket_id)


def _requested(front: Front, system: Unreliable) -> tuple[Ticket, QueueFeed]:
    """Have a ticket requested and relayed; return it with the feed of its queue."""
    visitor = front.visitor()
    visitor.ask("我要提交工单")
    visitor.ask("13800138000")
    events = front.stores.outbox.unpublished(10)
    queue = front.stores.queues[TICKETS.name]
    queue.send(event_body(next(e for e in events if e.name == "TicketRequested")))
    world = front.world
    process = ProcessTicket(tickets=world.tickets, system=system, clock=world.clock, ids=world.ids)
    consume = TicketConsumer(
        process=process, tickets=world.tickets, queue=queue, dead_letters=queue.dead_letters(), telemetry=TELEMETRY
    )
    feed = QueueFeed(name=TICKETS.name, queue=queue, handler=make_tickets(consume, TELEMETRY), visibility_s=180)
    return world.tickets.for_conversation(TENANT, visitor.conversation_id)[0], feed


def _after_retries(front: Front, feed: QueueFeed, times: int) -> None:
    for _ in range(times):
        feed.run_once()
        front.world.clock.advance(timedelta(seconds=TICKET_RETRY_DELAY_S))


def test_a_ticket_is_tried_again_after_60_seconds_not_sooner(front: Front) -> None:
    ticket, feed = _requested(front, system := Unreliable(1))
    feed.run_once()
    front.world.clock.advance(timedelta(seconds=TICKET_RETRY_DELAY_S - 1))
    assert not feed.run_once() and system.submitted == []
    front.world.clock.advance(timedelta(seconds=1))
    assert feed.run_once() and system.submitted == [ticket.ticket_id]


def test_after_the_third_failure_a_ticket_is_parked_with_its_reason_and_can_be_sent_again(front: Front) -> None:
    ticket, feed = _requested(front, system := Unreliable(3))
    _after_retries(front, feed, 3)
    parked = front.world.tickets.get(TENANT, ticket.ticket_id)
    dead = feed.queue.dead_letters().receive(10)
    assert (parked.status, parked.attempts) == (TicketStatus.PARKED, 3)
    assert [m.attributes for m in dead] == [{REASON: "the ticket system answered 503"}]
    assert feed.queue.depth().visible + feed.queue.depth().in_flight == 0
    feed.queue.send(dead[0].body, attributes=dead[0].attributes)
    feed.run_once()
    assert front.world.tickets.get(TENANT, ticket.ticket_id).status is TicketStatus.OPEN
    assert system.submitted == [ticket.ticket_id]


def test_a_ticket_is_processed_once_however_often_its_event_comes(front: Front) -> None:
    ticket, feed = _requested(front, system := Unreliable(0))
    feed.queue.send(event_body(next(e for e in front.stores.outbox.unpublished(10) if e.name == "TicketRequested")))
    while feed.run_once():
        pass
    assert system.submitted == [ticket.ticket_id]


def test_one_bad_message_of_a_batch_fails_alone(front: Front) -> None:
    event = load_event("sqs-ticket-requested")
    good = event["Records"][0]
    bad = good | {"messageId": "bad", "body": "{"}
    answer = front.functions.tickets({"Records": [bad, good]}, None)
    assert failed_identifiers(answer) == {"bad"}


def test_a_parked_turn_is_taken_up_from_the_queue_and_answered(front: Front) -> None:
    world = front.world
    visitor = front.visitor()
    ahead = world.accept(visitor.conversation_id, "第一句")
    waiting = world.accept(visitor.conversation_id, "怎么退货？")
    assert world.take_turn(waiting).status == "pending"
    world.take_turn(ahead)
    front.run_background()
    assert [m["text"] for m in visitor.read()["messages"]][-2:] == ["怎么退货？", "签收后 15 天内可以退货。"]


def test_a_parked_turn_whose_predecessor_still_runs_comes_again_within_seconds(front: Front) -> None:
    world = front.world
    visitor = front.visitor()
    ahead = world.accept(visitor.conversation_id, "第一句")
    waiting = world.accept(visitor.conversation_id, "怎么退货？")
    world.take_turn(waiting)
    front.run_background()
    world.take_turn(ahead)
    world.clock.advance(timedelta(seconds=64))
    front.run_background()
    assert visitor.read()["messages"][-1]["text"] == "签收后 15 天内可以退货。"


def test_a_turn_that_ended_with_an_apology_tells_the_canary_that_it_did() -> None:
    world = World()
    world.open("c1")

    def break_(_text: str) -> None:
        raise RuntimeError

    assert APOLOGISED not in _turn(world, "怎么退货？")
    world.knowledge.before_answering = break_
    assert _turn(world, "怎么退货？")[APOLOGISED] is True


@pytest.mark.parametrize(
    ("rung", "degraded", "said"),
    [
        (Rung.EXTRACTIVE, (), []),
        (Rung.EXTRACTIVE, ("keyword",), []),
        (Rung.MODEL, (), [0]),
        (Rung.EXTRACTIVE, ("model:abstained",), [0]),
        (Rung.EXTRACTIVE, ("model:wrong_number",), [0]),
        (Rung.EXTRACTIVE, ("model:deadline_exceeded",), [1]),
        (Rung.REFUSAL, ("embedder", "model:dependency_unavailable"), [1]),
    ],
)
def test_a_turn_says_whether_the_model_failed_that_it_asked(
    rung: Rung,
    degraded: tuple[str, ...],
    said: list[float],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    world = World()
    world.open("c1")
    world.knowledge.rung, world.knowledge.degraded = rung, degraded
    _turn(world, "怎么退货？")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [value for line in lines for value in line.get("ModelFailed", [])] == said


def _turn(world: World, text: str) -> Mapping[str, object]:
    command = world.accept("c1", text)
    operations = CustomerOperations(
        take_turn=world.take_turn,
        start=world.start,
        speak=world.speak,
        conversations=world.conversations,
        tickets=world.tickets,
        telemetry=TELEMETRY,
    )
    envelope = Envelope(
        op="take_turn",
        tenant=TENANT,
        correlation_id="corr",
        release="r1",
        deadline_at_ms=command.deadline_at_ms,
        owner_token="",
        payload={
            "conversation_id": "c1",
            "seq": command.seq,
            "message_id": command.message_id,
            "text": text,
            "received_at": command.received_at.isoformat(),
            "first": True,
        },
    )
    return operations.turn(envelope)


@dataclass
class _Context:
    """What Lambda tells a run about its time."""

    left_ms: int

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


class _HangingDialog:
    """Answers nothing until the envelope's deadline; remembers how long it was waited for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.waited_s: list[float] = []

    def invoke(self, envelope: Envelope) -> Mapping[str, object]:
        left = datetime.fromtimestamp(envelope.deadline_at_ms / 1000, UTC) - self._world.clock.now()
        self.waited_s.append(left.total_seconds())
        self._world.time.advance(left)
        raise DeadlineExceededError("hangs")


def test_a_sweep_ends_before_lambda_kills_it_however_long_dialog_hangs() -> None:
    world = World()
    for name in ("c1", "c2", "c3", "c4", "c5", "c6"):
        world.open(name)
        world.accept(name, "在吗")
    world.time.advance(timedelta(minutes=3))
    dialog = _HangingDialog(world)
    ports = SweeperPorts(
        clock=world.clock,
        ids=world.ids,
        ledger=world.ledger,
        conversations=world.conversations,
        presence=world.presence,
        companies=world.companies,
        turns=dialog,
        relay=RelayOutbox(queues={}, outbox=world.outbox, clock=world.clock),
    )
    (limit_s,) = (contract.timeout_s for contract in FUNCTIONS if contract.name == "sweeper")
    began = world.clock.now()
    report = build_sweeper(ports, (TENANT,), "", Telemetry("sweeper", "r1"))({"id": "sweep-1"}, _Context(limit_s * 1000))
    assert report["unfinished"] == 6
    assert dialog.waited_s == [28.0, 28.0, 28.0, 28.0], "a whole wait each, or none"
    assert world.clock.now() - began < timedelta(seconds=limit_s)


def test_a_sweep_reports_what_has_not_ended(front: Front) -> None:
    front.world.open("c1")
    front.world.accept("c1", "在吗")
    front.world.clock.advance(timedelta(minutes=3))
    report = front.sweep()
    assert (report["unfinished"], report["oldest_age_s"]) == (1, 180.0)

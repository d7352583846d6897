"""What has not ended is found; what was committed reaches its queue."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from local.settling import Settling
from shared.adapters.dynamodb.outbox import readable_events
from shared.adapters.sqlite.queue import SQLiteQueue
from shared.contracts import QUEUES, ROUTES
from shared.domain.conversation import Owner
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, InvalidInputError
from shared.domain.event_body import read_event
from shared.domain.ledger import LedgerStatus
from shared.domain.presence import PRESENCE
from shared.ports import ConversationStore, Queue
from shared.use_cases.relay_outbox import LATE_AFTER, LateEvents, RelayOutbox
from shared.use_cases.sweep_ledger import HOPELESS_AFTER, STUCK_AFTER, SweepLedger, always_settled
from tests.world import ANN, TENANT, World


def sweeper(world: World, settled: Callable[[datetime], bool] = always_settled) -> SweepLedger:
    return SweepLedger(
        ledger=world.ledger,
        conversations=world.conversations,
        resume=world.resume,
        owners=world.owners,
        clock=world.clock,
        release="r1",
        settled=settled,
    )


def relay_of(world: World) -> RelayOutbox:
    queues = {c.name: SQLiteQueue(world.database, c, world.clock, world.ids) for c in QUEUES}
    return RelayOutbox(queues=queues, outbox=world.outbox, clock=world.clock)


def test_a_stuck_message_is_listed_with_its_age(world: World) -> None:
    world.accept("c1", "怎么退货？")
    world.time.advance(STUCK_AFTER + timedelta(seconds=5))
    report = sweeper(world)((TENANT,), "corr")
    assert (report.unfinished, report.oldest_age_s) == (1, 125.0)


def test_a_parked_message_whose_event_was_lost_is_taken_up(world: World) -> None:
    first, second = world.accept("c1", "怎么退货？"), world.accept("c1", "谢谢")
    world.take_turn(second)
    world.take_turn(first)
    world.time.advance(STUCK_AFTER)
    assert sweeper(world)((TENANT,), "corr").resumed == 1
    assert world.ledger.between(TENANT, "c1", 2, 2)[0].status is LedgerStatus.ANSWERED


def test_a_message_that_nobody_can_answer_any_more_ends_openly(world: World) -> None:
    world.accept("c1", "怎么退货？")
    world.time.advance(HOPELESS_AFTER)
    assert sweeper(world)((TENANT,), "corr").dead_lettered == 1
    assert world.ledger.between(TENANT, "c1", 1, 1)[0].status is LedgerStatus.DEAD_LETTERED
    assert sweeper(world)((TENANT,), "corr").unfinished == 0


def test_a_customer_who_waits_for_nobody_is_told_by_the_sweeper(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    world.time.advance(timedelta(minutes=5))
    assert sweeper(world)((TENANT,), "corr").gave_up_waiting == 1
    assert world.conversations.get(TENANT, "c1").owner is Owner.BOT


def test_a_customer_whose_agent_has_left_is_told_by_the_sweeper(world: World) -> None:
    world.owners.take_over(TENANT, "c1", ANN)
    world.say("在吗")
    world.time.advance(world.owners.patience)
    assert sweeper(world)((TENANT,), "corr").left_by_agents == 1
    assert world.conversations.get(TENANT, "c1").owner is Owner.BOT


def test_nobody_in_a_long_queue_is_overlooked(world: World) -> None:
    world.agent_is_there()
    for number in range(101):
        world.say("转人工", world.open(f"waiting-{number}"))
    world.time.advance(timedelta(minutes=5))
    assert sweeper(world)((TENANT,), "corr").gave_up_waiting == 101


def test_until_agents_have_had_the_time_to_say_that_they_are_there_nobody_is_told_that_nobody_comes(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    world.owners.take_over(TENANT, world.open("c2"), ANN)
    world.say("在吗", "c2")
    world.time.advance(timedelta(hours=1))  # the machine was off
    sweep = sweeper(world, Settling())
    report = sweep((TENANT,), "corr")
    assert (report.gave_up_waiting, report.left_by_agents) == (0, 0)
    world.time.advance(PRESENCE)
    report = sweep((TENANT,), "corr")
    assert (report.gave_up_waiting, report.left_by_agents) == (1, 1)


def _asking(world: World, answer: Callable[[str], int]) -> tuple[SweepLedger, list[tuple[str, datetime | None]]]:
    asked: list[tuple[str, datetime | None]] = []

    def resume(_tenant: str, conversation_id: str, _release: str, _correlation_id: str, until: datetime | None) -> int:
        asked.append((conversation_id, until))
        return answer(conversation_id)

    return replace(sweeper(world), resume=resume), asked


def _hanging(world: World) -> Callable[[str], int]:
    def hang(_conversation_id: str) -> int:
        world.time.advance(timedelta(seconds=28))
        raise DeadlineExceededError("dialog hangs")

    return hang


def test_a_conversation_with_several_stuck_messages_is_asked_about_once(world: World) -> None:
    for text in ("一", "二", "三"):
        world.accept("c1", text)
    world.open("c2")
    world.accept("c2", "四")
    world.time.advance(STUCK_AFTER + timedelta(seconds=1))
    sweep, asked = _asking(world, lambda _: 1)
    report = sweep((TENANT,), "corr")
    assert sorted(conversation for conversation, _ in asked) == ["c1", "c2"]
    assert (report.unfinished, report.resumed) == (4, 2)


def test_customers_in_the_queue_and_the_measures_do_not_wait_for_a_dialog_that_hangs(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    for name in ("c2", "c3", "c4", "c5", "c6", "c7"):
        world.open(name)
        world.accept(name, "在吗")
    world.time.advance(timedelta(minutes=5))
    order: list[str] = []

    def hang(conversation_id: str) -> int:
        order.append(str(world.conversations.get(TENANT, "c1").owner))
        return _hanging(world)(conversation_id)

    sweep, asked = _asking(world, hang)
    began = world.clock.now()
    until = began + timedelta(seconds=100)
    report = sweep((TENANT,), "corr", until, lambda unfinished, age: order.append(f"{unfinished} of {age:.0f} s"))
    assert order[0] == "6 of 300 s" and set(order[1:]) == {Owner.BOT}, "said, and released, before anything is asked"
    assert (report.gave_up_waiting, report.unfinished) == (1, 6)
    assert len(asked) == 4 and {limit for _, limit in asked} == {until}
    assert world.clock.now() - began < timedelta(seconds=120)


def test_where_time_runs_out_other_conversations_come_first_a_minute_later(world: World) -> None:
    for name in ("c1", "c2", "c3", "c4", "c5", "c6"):
        world.open(name)
        world.accept(name, "在吗")
    world.time.advance(STUCK_AFTER + timedelta(seconds=1))
    seen: set[str] = set()
    for _ in range(6):
        began = world.clock.now()
        sweep, asked = _asking(world, _hanging(world))
        sweep((TENANT,), "corr", began + timedelta(seconds=50))
        seen |= {conversation for conversation, _ in asked}
        world.time.advance(began + timedelta(minutes=1) - world.clock.now())
    assert seen == {"c1", "c2", "c3", "c4", "c5", "c6"}


def test_what_nobody_had_the_time_to_ask_about_still_ends_after_an_hour(world: World) -> None:
    world.accept("c1", "怎么退货？")
    world.time.advance(HOPELESS_AFTER)
    sweep, asked = _asking(world, lambda _: 1)
    assert sweep((TENANT,), "corr", world.clock.now()).dead_lettered == 1
    assert asked == []


def test_stuck_messages_are_taken_up_even_where_the_queue_cannot_be_read(world: World) -> None:
    world.accept("c1", "怎么退货？")
    world.time.advance(STUCK_AFTER + timedelta(seconds=1))

    class Unlisted:
        def __getattr__(self, name: str) -> object:
            raise DependencyUnavailableError("dynamodb", name)

    sweep, asked = _asking(world, lambda _: 1)
    with pytest.raises(DependencyUnavailableError):
        replace(sweep, conversations=cast("ConversationStore", Unlisted()))((TENANT,), "corr")
    assert len(asked) == 1


def test_events_reach_their_queues_with_ids_and_without_text(world: World) -> None:
    world.say("提工单：我的灯坏了")
    world.say("13812345678")
    relay = relay_of(world)
    relay(world.outbox.unpublished(10))
    (received,) = relay.queues["tickets"].receive(10)
    body = json.loads(received.body)
    assert body["ids"]["ticket_id"] == world.tickets.for_conversation(TENANT, "c1")[0].ticket_id
    assert "灯" not in received.body and "13812345678" not in received.body


def test_what_the_stream_has_published_the_sweep_does_not_send_again(world: World) -> None:
    world.say("提工单：我的灯坏了")
    world.say("13812345678")
    relay = relay_of(world)
    relay(world.outbox.unpublished(10))
    assert world.outbox.unpublished(10) == ()
    world.time.advance(2 * LATE_AFTER)
    assert relay.late() == LateEvents(found=0, relayed=0)
    assert relay.queues["tickets"].depth().visible == 1


def test_the_sweep_sends_what_a_stream_that_died_has_left_and_leaves_what_is_fresh_to_the_stream(world: World) -> None:
    world.say("提工单：我的灯坏了")
    world.say("13812345678")
    relay = relay_of(world)
    assert relay.late() == LateEvents(found=0, relayed=0)
    world.time.advance(LATE_AFTER)
    waiting = len(world.outbox.unpublished(10))
    assert waiting and relay.late() == LateEvents(found=waiting, relayed=waiting)
    assert relay.queues["tickets"].depth().visible == 1
    assert world.outbox.unpublished(10) == ()


def test_events_before_one_that_cannot_be_sent_are_published_and_the_rest_waits(world: World) -> None:
    world.say("提工单：我的灯坏了")
    world.say("13812345678")
    relay = relay_of(world)
    events = world.outbox.unpublished(10)
    broken = RelayOutbox(queues=_down_from(relay.queues, ROUTES[events[-1].name]), outbox=world.outbox, clock=world.clock)
    with pytest.raises(DependencyUnavailableError):
        broken(events)
    assert [event.event_id for event in world.outbox.unpublished(10)][-1] == events[-1].event_id
    relay(world.outbox.unpublished(10))
    assert world.outbox.unpublished(10) == ()


def test_a_late_event_that_no_queue_takes_keeps_back_its_own_conversation_and_nobody_elses(world: World) -> None:
    for conversation_id in ("c1", "c2"):
        world.open(conversation_id)
        world.say("提工单：我的灯坏了", conversation_id)
        world.say("13812345678", conversation_id)
    relay = relay_of(world)
    world.time.advance(LATE_AFTER)
    groups = [event.group for event in world.outbox.unpublished(50)]

    class Picky(SQLiteQueue):
        def __init__(self) -> None: ...

        def send(self, body: str, **_: object) -> str:
            if read_event(body).group == groups[0]:
                raise InvalidInputError("body", "never")
            return "id"

    picky = dict.fromkeys(relay.queues, Picky())
    late = RelayOutbox(queues=picky, outbox=world.outbox, clock=world.clock).late()
    assert isinstance(late.failure, InvalidInputError)
    assert (late.found, late.relayed) == (len(groups), len(groups) - groups.count(groups[0]))
    assert {event.group for event in world.outbox.unpublished(50)} == {groups[0]}
    assert relay.late().relayed == groups.count(groups[0]), "in order, once they can be sent"


def test_an_outage_ends_the_sending_of_late_events_at_once_and_they_are_still_counted(world: World) -> None:
    world.say("提工单：我的灯坏了")
    world.say("13812345678")
    relay = relay_of(world)
    world.time.advance(LATE_AFTER)
    events = world.outbox.unpublished(50)
    broken = RelayOutbox(queues=_down_from(relay.queues, ROUTES[events[0].name]), outbox=world.outbox, clock=world.clock)
    late = broken.late()
    assert (late.found, late.relayed) == (len(events), 0) and isinstance(late.failure, DependencyUnavailableError)


def test_an_event_of_a_newer_release_hides_no_other() -> None:
    """A release that has gone back may have written events that the one before does not know."""
    known = json.dumps({"name": "TurnParked", "event_id": "e1", "tenant": "t", "group": "c1", "correlation_id": "corr"})
    at = {"occurred_at": "2026-11-23T08:00:00+00:00"}
    rows = [{"body": json.dumps(json.loads(known) | at | {"name": name})} for name in ("OrderPlaced", "TurnParked")]
    assert [event.event_id for event in readable_events(rows)] == ["e1"]


def _down_from(queues: Mapping[str, Queue], name: str) -> Mapping[str, Queue]:
    class Down(SQLiteQueue):
        def __init__(self) -> None: ...

        def send(self, *_: object, **__: object) -> str:
            raise DependencyUnavailableError("queue", "down")

    return {**queues, name: Down()}

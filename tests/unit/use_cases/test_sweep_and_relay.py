"""What has not ended is found; what was committed reaches its queue."""

import json
from datetime import timedelta

from shared.adapters.sqlite.queue import SQLiteQueue
from shared.contracts import QUEUES
from shared.domain.conversation import Owner
from shared.domain.ledger import LedgerStatus
from shared.use_cases.relay_outbox import RelayOutbox
from shared.use_cases.sweep_ledger import HOPELESS_AFTER, STUCK_AFTER, SweepLedger
from tests.world import TENANT, World


def sweeper(world: World) -> SweepLedger:
    return SweepLedger(
        ledger=world.ledger,
        conversations=world.conversations,
        resume=world.resume,
        owners=world.owners,
        clock=world.clock,
        release="r1",
    )


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


def test_events_reach_their_queues_with_ids_and_without_text(world: World) -> None:
    world.say("提工单：我的灯坏了")
    world.say("13812345678")
    queues = {c.name: SQLiteQueue(world.database, c, world.clock, world.ids) for c in QUEUES}
    RelayOutbox(queues=queues)(world.outbox.unpublished(10))
    (received,) = queues["tickets"].receive(10)
    body = json.loads(received.body)
    assert body["ids"]["ticket_id"] == world.tickets.for_conversation(TENANT, "c1")[0].ticket_id
    assert "灯" not in received.body and "13812345678" not in received.body

"""The contract of Queue, standard and FIFO."""

import pytest

from shared.contracts import QueueContract
from shared.domain.errors import InvalidInputError
from shared.ports import Queue, QueueDepth, ReceivedMessage
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports

NEEDS = frozenset({"Queue"})
STANDARD = QueueContract(name="jobs", consumer="worker", visibility_s=30, max_receive_count=3)
FIFO = QueueContract(name="turns", consumer="worker", fifo=True, visibility_s=30, max_receive_count=3)
BOTH = pytest.mark.parametrize("contract", [STANDARD, FIFO], ids=["standard", "fifo"])


def take_one(queue: Queue) -> ReceivedMessage:
    (message,) = queue.receive(1)
    return message


def bodies(messages: tuple[ReceivedMessage, ...]) -> list[str]:
    return [message.body for message in messages]


def drain(queue: Queue) -> list[str]:
    """Receive and delete until nothing comes."""
    seen: list[str] = []
    while messages := queue.receive(10):
        for message in messages:
            seen.append(message.body)
            queue.delete(message.receipt)
    return seen


@BOTH
def test_a_message_arrives_with_all_that_was_sent(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    message_id = queue.send('{"id": "值 😀"}', group="g", attributes={"correlation_id": "c-1", "event": "TicketRequested"})
    message = take_one(queue)
    assert (message.message_id, message.body, message.receive_count) == (message_id, '{"id": "值 😀"}', 1)
    assert message.attributes == {"correlation_id": "c-1", "event": "TicketRequested"}
    assert message.sent_at == ports.clock.now()
    if contract.fifo:
        assert message.group == "g"


@BOTH
def test_a_leased_message_is_hidden_and_a_deleted_one_is_gone(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    queue.send("a", group="g")
    message = take_one(queue)
    assert queue.receive(10) == ()
    queue.delete(message.receipt)
    ports.pass_time(31)
    assert queue.receive(10) == ()


@BOTH
def test_a_message_that_nobody_deleted_comes_again_after_its_lease(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    queue.send("a", group="g")
    first = take_one(queue)
    ports.pass_time(29)
    assert queue.receive(1) == ()
    ports.pass_time(2)
    again = take_one(queue)
    assert (again.message_id, again.receive_count) == (first.message_id, 2)
    assert again.receipt != first.receipt


@BOTH
def test_the_receipt_of_an_earlier_lease_cannot_delete_the_message(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    queue.send("a", group="g")
    old = take_one(queue)
    ports.pass_time(31)
    new = take_one(queue)
    queue.delete(old.receipt)
    queue.change_visibility(old.receipt, 0)
    queue.delete("made up")
    assert queue.receive(1) == ()
    ports.pass_time(31)
    assert take_one(queue).message_id == new.message_id


def test_a_lease_can_be_shorter_than_the_queues_own(ports: Ports) -> None:
    queue = ports.queue(STANDARD)
    queue.send("a")
    queue.receive(1, visibility_s=5)
    ports.pass_time(6)
    assert take_one(queue).receive_count == 2


@BOTH
def test_a_lease_can_be_lengthened_and_ended(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    queue.send("a", group="g")
    message = take_one(queue)
    queue.change_visibility(message.receipt, 100)
    ports.pass_time(60)
    assert queue.receive(1) == ()
    queue.change_visibility(message.receipt, 0)
    assert take_one(queue).receive_count == 2


@BOTH
def test_a_delayed_message_comes_when_its_delay_is_over(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    queue.send("a", group="g", delay_s=60)
    ports.pass_time(59)
    assert queue.receive(1) == ()
    ports.pass_time(2)
    assert take_one(queue).body == "a"


def test_a_receive_gives_at_most_ten(ports: Ports) -> None:
    queue = ports.queue(STANDARD)
    for number in range(12):
        queue.send(str(number))
    assert len(queue.receive(100)) == 10
    assert len(queue.receive(100)) == 2


def test_two_queues_do_not_see_each_others_messages(ports: Ports) -> None:
    ports.queue(STANDARD).send("job")
    assert ports.queue(FIFO).receive(10) == ()


@BOTH
def test_a_message_received_too_often_goes_to_the_dead_letters(ports: Ports, contract: QueueContract) -> None:
    queue, dead = ports.queue(contract), ports.dead_letters(contract)
    message_id = queue.send("poison", group="g", attributes={"k": "v"})
    for _ in range(3):
        assert bodies(queue.receive(10)) == ["poison"]
        assert dead.receive(10) == ()
        ports.pass_time(31)
    assert queue.receive(10) == ()
    (buried,) = dead.receive(10)
    assert (buried.message_id, buried.body, buried.attributes) == (message_id, "poison", {"k": "v"})
    assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, oldest_age_s=0)


def test_dead_letters_stay_however_often_they_are_looked_at(ports: Ports) -> None:
    queue, dead = ports.queue(STANDARD), ports.dead_letters(STANDARD)
    queue.send("poison")
    for _ in range(4):
        queue.receive(10)
        ports.pass_time(31)
    for _ in range(10):
        assert bodies(dead.receive(10)) == ["poison"]
        ports.pass_time(31)


def test_a_consumer_can_park_a_message_among_the_dead_letters_with_its_reason(ports: Ports) -> None:
    queue, dead = ports.queue(FIFO), ports.dead_letters(FIFO)
    queue.send("bad", group="g")
    message = take_one(queue)
    dead.send(message.body, group=message.group, attributes={"reason": "three attempts failed"})
    queue.delete(message.receipt)
    assert [one.attributes for one in dead.receive(10)] == [{"reason": "three attempts failed"}]


def test_a_fifo_message_needs_a_group(ports: Ports) -> None:
    with pytest.raises(InvalidInputError):
        ports.queue(FIFO).send("a")


def test_a_group_hands_out_one_message_at_a_time_in_order(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    for number in range(3):
        queue.send(str(number), group="g")
    for number in range(3):
        message = take_one(queue)
        assert message.body == str(number)
        assert queue.receive(10) == ()
        queue.delete(message.receipt)
    assert queue.receive(10) == ()


def test_a_blocked_group_does_not_block_the_others(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    for body in ("a1", "a2", "b1", "b2"):
        queue.send(body, group=body[0])
    assert sorted(bodies(queue.receive(10))) == ["a1", "b1"]
    queue.send("c1", group="c")
    assert bodies(queue.receive(10)) == ["c1"]


def test_a_message_that_comes_again_is_still_before_those_behind_it(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    queue.send("first", group="g")
    queue.send("second", group="g")
    queue.change_visibility(take_one(queue).receipt, 60)
    ports.pass_time(31)
    assert queue.receive(10) == ()
    ports.pass_time(30)
    assert drain(queue) == ["first", "second"]


def test_a_poisoned_message_frees_its_group_when_it_is_buried(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    queue.send("poison", group="g")
    queue.send("good", group="g")
    for _ in range(3):
        assert bodies(queue.receive(10)) == ["poison"]
        ports.pass_time(31)
    assert bodies(queue.receive(10)) == ["good"]
    assert bodies(ports.dead_letters(FIFO).receive(10)) == ["poison"]


def test_a_repeat_is_dropped_for_five_minutes_also_after_the_first_was_handled(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    first = queue.send("a", group="g", dedupe_id="d")
    assert queue.send("a", group="g", dedupe_id="d") == first
    assert drain(queue) == ["a"]
    ports.pass_time(299)
    queue.send("a", group="g", dedupe_id="d")
    assert queue.receive(10) == ()
    ports.pass_time(2)
    queue.send("a again", group="g", dedupe_id="d")
    assert drain(queue) == ["a again"]


def test_messages_without_a_dedupe_id_or_in_other_queues_are_no_repeats(ports: Ports) -> None:
    queue, dead = ports.queue(FIFO), ports.dead_letters(FIFO)
    queue.send("a", group="g")
    queue.send("a", group="g")
    queue.send("b", group="g", dedupe_id="d")
    dead.send("b", group="g", dedupe_id="d")
    assert drain(queue) == ["a", "a", "b"]
    assert drain(dead) == ["b"]


def test_fifty_repeats_at_once_become_one_message(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    assert len(set(at_once(50, lambda _: queue.send("a", group="g", dedupe_id="d")))) == 1
    assert drain(queue) == ["a"]


def test_the_depth_counts_what_waits_what_is_leased_and_what_is_delayed(ports: Ports) -> None:
    queue = ports.queue(STANDARD)
    assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, oldest_age_s=0)
    for delay_s in (0, 0, 0, 100):
        queue.send("x", delay_s=delay_s)
    queue.receive(1)
    ports.pass_time(10)
    depth = queue.depth()
    assert (depth.visible, depth.in_flight, depth.delayed) == (2, 1, 1)
    assert depth.oldest_age_s == pytest.approx(10, abs=2)


@BOTH
def test_eight_consumers_share_the_work_without_doing_any_twice(ports: Ports, contract: QueueContract) -> None:
    queue = ports.queue(contract)
    for number in range(200):
        queue.send(str(number), group=str(number % 20))
    done = at_once(8, lambda _: drain(queue))
    assert sorted(int(body) for part in done for body in part) == list(range(200))


def test_each_group_stays_in_order_under_eight_consumers(ports: Ports) -> None:
    queue = ports.queue(FIFO)
    for number in range(160):
        queue.send(str(number), group=str(number % 4))
    order: list[int] = []

    def work(_: int) -> None:
        while queue.depth().visible:
            for message in queue.receive(3):
                order.append(int(message.body))
                queue.delete(message.receipt)

    at_once(8, work)
    assert sorted(order) == list(range(160))
    for group in range(4):
        own = [number for number in order if number % 4 == group]
        assert own == sorted(own)


def test_producers_and_consumers_at_once_lose_nothing(ports: Ports) -> None:
    queue = ports.queue(FIFO)

    def work(number: int) -> list[str]:
        if number < 4:
            for part in range(25):
                queue.send(f"{number}-{part}", group=f"{number}")
            return []
        return drain(queue)

    done = [body for part in at_once(8, work) for body in part] + drain(queue)
    assert sorted(done) == sorted(f"{number}-{part}" for number in range(4) for part in range(25))

"""The contract of Outbox."""

from shared.domain.outbox import EventName
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports
from tests.contract.samples import a_turn, an_event, at, stored

NEEDS = frozenset({"Outbox", "ConversationStore"})


def cause(ports: Ports, *event_ids: str) -> None:
    """Commit a turn that causes these events."""
    events = tuple(an_event(event_id=event_id) for event_id in event_ids)
    ports.conversations.commit(a_turn(stored(ports.conversations), events=events))


def test_an_event_comes_back_as_its_turn_wrote_it(ports: Ports) -> None:
    event = an_event("c", name=EventName.FEEDBACK_GIVEN, ids={"message_id": "m", "空": "值"}, schema=2, occurred_at=at(0.000001))
    ports.conversations.commit(a_turn(stored(ports.conversations), events=(event,)))
    assert ports.outbox.unpublished(10) == (event,)


def test_events_come_in_the_order_of_their_commits(ports: Ports) -> None:
    cause(ports, "z", "a")
    cause(ports, "m")
    assert [event.event_id for event in ports.outbox.unpublished(10)] == ["z", "a", "m"]
    assert [event.event_id for event in ports.outbox.unpublished(2)] == ["z", "a"]


def test_a_published_event_is_not_given_again(ports: Ports) -> None:
    cause(ports, "a", "b", "c")
    ports.outbox.mark_published(["a", "c"], at(1))
    ports.outbox.mark_published(["a", "unknown"], at(2))
    ports.outbox.mark_published([], at(2))
    assert [event.event_id for event in ports.outbox.unpublished(10)] == ["b"]


def test_the_same_event_again_is_one_event_also_after_it_was_published(ports: Ports) -> None:
    cause(ports, "a")
    cause(ports, "a", "b")
    assert [event.event_id for event in ports.outbox.unpublished(10)] == ["a", "b"]
    ports.outbox.mark_published(["a"], at(1))
    cause(ports, "a")
    assert [event.event_id for event in ports.outbox.unpublished(10)] == ["b"]


def test_hundreds_of_events_are_read_in_batches(ports: Ports) -> None:
    for number in range(30):
        cause(ports, *(f"{number:02}-{part:02}" for part in range(20)))
    seen: list[str] = []
    while batch := ports.outbox.unpublished(70):
        seen += [event.event_id for event in batch]
        ports.outbox.mark_published([event.event_id for event in batch], at(1))
    assert seen == sorted(seen)
    assert len(seen) == 600


def test_events_of_many_writers_are_all_there(ports: Ports) -> None:
    at_once(20, lambda number: cause(ports, f"{number}-a", f"{number}-b"))
    found = [event.event_id for event in ports.outbox.unpublished(100)]
    assert sorted(found) == sorted(f"{number}-{part}" for number in range(20) for part in "ab")

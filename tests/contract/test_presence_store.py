"""The contract of PresenceStore."""

from tests.contract.engines import Ports
from tests.contract.samples import at

NEEDS = frozenset({"PresenceStore"})


def test_an_agent_is_there_until_the_mark_expires(ports: Ports) -> None:
    ports.presence.mark("t", "a1", at(10))
    assert ports.presence.available("t", at(9)) == ("a1",)
    assert ports.presence.available("t", at(10)) == ()


def test_a_new_mark_replaces_the_old_one(ports: Ports) -> None:
    ports.presence.mark("t", "a1", at(10))
    ports.presence.mark("t", "a1", at(30))
    assert ports.presence.available("t", at(20)) == ("a1",)


def test_a_mark_in_the_past_says_that_the_agent_has_left(ports: Ports) -> None:
    ports.presence.mark("t", "a1", at(100))
    ports.presence.mark("t", "a1", at(-1))
    assert ports.presence.available("t", at(0)) == ()


def test_who_was_there_a_while_ago_is_told_from_who_has_been_away_since(ports: Ports) -> None:
    ports.presence.mark("t", "left", at(10))
    ports.presence.mark("t", "left", at(5))
    ports.presence.mark("t", "gone", at(50))
    ports.presence.mark("t", "back", at(500))
    ports.pass_time(60)
    assert ports.presence.available("t", at(20)) == ("back", "gone")
    assert ports.presence.available("t", at(4)) == ("back", "gone", "left")


def test_agents_are_seen_in_their_own_tenant(ports: Ports) -> None:
    ports.presence.mark("t", "b", at(10))
    ports.presence.mark("t", "a", at(10))
    ports.presence.mark("other", "c", at(10))
    assert sorted(ports.presence.available("t", at(0))) == ["a", "b"]

"""Turns that the FIFO queue starts: whichever version gets the batch, the conversation's own release answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.dialog.event_consumer import EventConsumer
from functions.dialog.wiring import DialogPorts, build_dialog
from local.aws_shapes import failed_identifiers, sqs_event
from shared.adapters.random_ids import RandomIds
from shared.adapters.sqlite.queue import SQLiteQueue
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.contracts import TURNS
from shared.domain.conversation import Author, Message
from shared.domain.envelope import Envelope
from shared.domain.errors import DependencyUnavailableError
from shared.domain.event_body import event_body
from shared.domain.release import PIN_LIFE, Release, Traffic
from shared.domain.turn import TurnStatus
from shared.runtime.envelopes import EnvelopeTurnService
from shared.runtime.observability import Telemetry
from shared.runtime.queue_batch import QueueBatch
from shared.use_cases.hand_over_turns import HandOverTurns
from tests.world import TENANT, KnowledgeScript, World

QUESTION = "保修多久"
RELEASES = ("r1", "r2")


class TwoVersions:
    """One stage with two versions of `dialog` on the same tables; what each knows tells which of them answered."""

    def __init__(self) -> None:
        self.world = World()
        self.releases = SQLiteReleaseStore(self.world.database)
        for number, name in enumerate(RELEASES, 1):
            self.releases.put_release(Release(release_id=name, versions={"dialog": str(number)}))
        self.share(Traffic(stable="r1", candidate="r2", percent=25, version=1))
        self.queue = SQLiteQueue(self.world.database, TURNS, self.world.clock, RandomIds())
        self.down: set[str] = set()
        self.hops: list[tuple[str, float]] = []
        self.versions = {name: self._version(name) for name in RELEASES}

    def share(self, traffic: Traffic) -> None:
        self.releases.set_traffic(replace(traffic, version=self.releases.traffic().version + 1))

    def roll_back(self, name: str) -> None:
        self.releases.put_release(Release(release_id=name, versions={"dialog": "2"}, rolled_back=True))
        self.share(Traffic(stable="r1"))

    def _version(self, name: str):
        world = self.world
        knowledge = KnowledgeScript(known={QUESTION: f"这是 {name} 的回答。"})
        turns = EnvelopeTurnService(self._hop, world.clock)
        ports = DialogPorts(
            clock=world.clock,
            ids=world.ids,
            conversations=world.conversations,
            ledger=world.ledger,
            tickets=world.tickets,
            presence=world.presence,
            profiles=world.profiles,
            cache=world.cache,
            turns=self.queue,
            companies=world.companies,
            knowledge=knowledge,
            answerer=knowledge,
            tokens=world.tokens,
            hand_over=HandOverTurns(
                releases=self.releases, conversations=world.conversations, turns=turns, clock=world.clock, own=name
            ),
        )
        return build_dialog(ports, Telemetry("dialog", name))

    def _hop(self, document: Mapping[str, object], timeout_s: float) -> Mapping[str, object]:
        release = str(document["release"])
        self.hops.append((release, timeout_s))
        if release in self.down:
            raise DependencyUnavailableError("lambda", "throttled")
        return self.versions[release](document, None)

    def park(self, release: str, *texts: str) -> None:
        """Messages of a conversation on `release` come while an earlier one is on its way; then the earlier one is lost."""
        self.world.open("c1")
        self.world.accept("c1", "第一句")
        for text in texts:
            command = replace(self.world.accept("c1", text), release=release)
            soon = int((self.world.clock.now() + timedelta(seconds=1)).timestamp() * 1000)
            assert self.world.take_turn(replace(command, deadline_at_ms=soon)).status is TurnStatus.PENDING
        for event in self.world.outbox.unpublished(10):
            self.queue.send(event_body(event), group=event.group, dedupe_id=event.event_id)
        self.world.time.advance(timedelta(seconds=40))

    def deliver(self, to: str) -> list[str]:
        """Give the queue's next batch to a version, as the alias would; return what it reports as failed."""
        messages = self.queue.receive(1, 180)
        if not messages:
            return []
        failed = failed_identifiers(self.versions[to](sqs_event(TURNS.name, messages), None))
        for message in messages:
            if message.message_id not in failed:
                self.queue.delete(message.receipt)
        return list(failed)

    def sweep(self, asked: str) -> Mapping[str, object]:
        """Have a version do what the sweeper asks for: it names a conversation and no release."""
        deadline = int((self.world.clock.now() + timedelta(seconds=28)).timestamp() * 1000)
        envelope = Envelope(
            op="resume_turns",
            tenant=TENANT,
            correlation_id="sweep",
            release="",
            deadline_at_ms=deadline,
            owner_token="sweep",
            payload={"conversation_id": "c1"},
        )
        return self.versions[asked](envelope.to_dict(), None)

    def answers(self) -> list[Message]:
        said = self.world.conversations.messages(TENANT, "c1", 0, 100)
        return [message for message in said if message.author is Author.BOT]


@pytest.fixture
def stage() -> TwoVersions:
    return TwoVersions()


@pytest.mark.parametrize("delivered_to", RELEASES)
@pytest.mark.parametrize("release", RELEASES)
def test_the_conversations_release_answers_whichever_version_gets_the_batch(
    stage: TwoVersions, release: str, delivered_to: str
) -> None:
    stage.park(release, QUESTION)
    assert stage.deliver(delivered_to) == []
    (answer,) = stage.answers()
    assert (answer.text, answer.release.partition("+")[0]) == (f"这是 {release} 的回答。", release)
    assert len(stage.hops) == (release != delivered_to)


def test_order_is_kept_across_the_hop(stage: TwoVersions) -> None:
    stage.park("r2", QUESTION, "转人工")
    stage.deliver("r1")
    said = stage.world.conversations.messages(TENANT, "c1", 0, 100)
    assert [message.text for message in said if message.author is Author.CUSTOMER] == [QUESTION, "转人工"]
    assert {message.release.partition("+")[0] for message in said if message.author is Author.BOT} == {"r2"}


def test_an_event_that_comes_again_changes_nothing(stage: TwoVersions) -> None:
    stage.park("r2", QUESTION)
    (message,) = stage.queue.receive(1, 0)
    for version in ("r1", "r2", "r1"):
        assert failed_identifiers(stage.versions[version](sqs_event(TURNS.name, (message,)), None)) == set()
    assert len(stage.answers()) == 1


def test_a_hop_that_fails_is_tried_again_and_nothing_runs_on_the_wrong_version_meanwhile(stage: TwoVersions) -> None:
    stage.park("r2", QUESTION)
    stage.down.add("r2")
    assert len(stage.deliver("r1")) == 1
    assert stage.answers() == []
    stage.down.clear()
    stage.world.time.advance(timedelta(seconds=3))
    assert stage.deliver("r1") == []
    assert [answer.text for answer in stage.answers()] == ["这是 r2 的回答。"]


def test_a_turn_outlasts_an_outage_of_five_minutes_and_the_log_says_what_was_down(
    stage: TwoVersions, caplog: pytest.LogCaptureFixture
) -> None:
    """It was a dead letter after half a minute, and nothing but the alarm told of it."""
    stage.park("r2", QUESTION)
    stage.down.add("r2")
    back_at = stage.world.clock.now() + timedelta(minutes=5)
    while stage.world.clock.now() < back_at:
        stage.deliver("r1")
        stage.world.time.advance(timedelta(seconds=2))
    stage.down.clear()
    for _ in range(31):
        stage.deliver("r1")
        stage.world.time.advance(timedelta(seconds=2))
    assert [answer.text for answer in stage.answers()] == ["这是 r2 的回答。"]
    failed = [record.__dict__ for record in caplog.records if record.getMessage() == "message_failed"]
    assert {line["reason"] for line in failed} == {"lambda: throttled"}


def test_what_never_succeeds_does_not_hold_up_its_conversation_for_long(stage: TwoVersions) -> None:
    """Each failure would keep the queue's own lease of three minutes, and the conversation's next notices behind it."""
    broken: Any = lambda *_: 1 // 0  # noqa: E731 - a use case that has a fault
    consume = EventConsumer(resume=broken, announce=broken, queue=stage.queue)
    batch = QueueBatch(consume=consume, telemetry=Telemetry("dialog", "r1"), fifo=True)
    stage.park("r1", QUESTION)
    began = stage.world.clock.now()
    while stage.queue.dead_letters().depth().visible == 0:
        for message in stage.queue.receive(1, 180):
            batch(sqs_event(TURNS.name, (message,)), None)
        stage.world.time.advance(timedelta(seconds=1))
    assert stage.world.clock.now() - began < timedelta(minutes=9)


def test_the_hop_ends_before_the_one_who_waits_for_it_is_stopped(stage: TwoVersions) -> None:
    stage.park("r2", QUESTION)
    stage.deliver("r1")
    ((_, timeout_s),) = stage.hops
    assert 20 < timeout_s < 30


def test_a_turn_of_a_release_that_was_rolled_back_runs_on_the_stable_one(stage: TwoVersions) -> None:
    stage.park("r2", QUESTION)
    stage.roll_back("r2")
    stage.deliver("r1")
    (answer,) = stage.answers()
    assert (answer.text, answer.release.partition("+")[0], stage.hops) == ("这是 r1 的回答。", "r1", [])


def test_a_turn_that_waited_past_its_pins_life_runs_on_the_stable_release(stage: TwoVersions) -> None:
    """By then the versions of a release that was replaced may be gone."""
    stage.share(Traffic(stable="r2"))
    stage.park("r1", QUESTION)
    stage.world.time.advance(PIN_LIFE)
    stage.deliver("r2")
    assert [answer.text for answer in stage.answers()] == ["这是 r2 的回答。"]


@pytest.mark.parametrize("asked", RELEASES)
@pytest.mark.parametrize("release", RELEASES)
def test_what_the_sweeper_finds_runs_on_the_conversations_release_too(stage: TwoVersions, release: str, asked: str) -> None:
    """Its event was lost, so the conversation's own messages tell."""
    stage.world.open("c1")
    stage.world.take_turn(replace(stage.world.accept("c1", "你好"), release=release))
    stage.park(release, QUESTION)
    assert stage.sweep(asked) == {"result": {"taken": 1}}
    assert stage.answers()[-1].text == f"这是 {release} 的回答。"
    assert stage.sweep(asked) == {"result": {"taken": 0}}


def test_a_sweep_of_a_conversation_that_was_erased_takes_nothing(stage: TwoVersions) -> None:
    assert stage.sweep("r1") == {"result": {"taken": 0}}


def test_before_anything_was_released_there_is_nobody_to_hand_over_to(stage: TwoVersions) -> None:
    stage.releases = SQLiteReleaseStore(World().database)
    stage.versions = {name: stage._version(name) for name in RELEASES}
    stage.park("local", QUESTION)
    stage.deliver("r2")
    assert ([answer.text for answer in stage.answers()], stage.hops) == (["这是 r2 的回答。"], [])

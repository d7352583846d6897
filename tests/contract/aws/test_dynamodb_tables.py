"""What the DynamoDB adapters leave in tables, how they read them, and what a turn costs."""

import json
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from functions.outbox.handler import make_handler
from shared.adapters.crypto.signed_tokens import SignedTokens
from shared.adapters.dynamodb import gateway
from shared.adapters.dynamodb.expressions import key_of, put
from shared.adapters.dynamodb.gateway import DynamoDB, Part
from shared.adapters.masking.masker import PatternMasker
from shared.contracts import CONVERSATIONS, OUTBOX, PROFILES, SESSIONS, TABLES, TICKETS_TABLE, TableContract
from shared.domain.conversation import Conversation
from shared.domain.errors import DependencyUnavailableError, IdempotencyMismatchError, InvalidInputError
from shared.domain.outbox import OutboxEvent
from shared.domain.turn import TurnCommand, TurnStatus
from shared.runtime.observability import Telemetry
from shared.use_cases.answer_from_knowledge import AnswerFromKnowledge
from shared.use_cases.draft_reply import DraftReply
from shared.use_cases.remembered_answers import RememberedAnswers
from shared.use_cases.take_turn import TakeTurn
from tests.contract.aws.opening import AWSPorts
from tests.contract.samples import TENANT, a_commit, a_message, a_profile, a_ticket, a_turn, an_entry, an_event, at, stored
from tests.contract.test_no_plain_text import MARKERS, forms, write_everything
from tests.world import TENANT as COMPANY
from tests.world import KnowledgeScript, OneCompany

NEEDS = frozenset({"DynamoDB", "ConversationStore", "Ledger", "Outbox", "TicketStore", "ProfileStore"})
MEGABYTE = 1_000_000


def raw_items(ports: AWSPorts, contract: TableContract) -> list[dict[str, Any]]:
    """Return every item of a table as it is stored."""
    pages = ports.dynamodb.get_paginator("scan").paginate(TableName=ports.names.of(contract))
    return [item for page in pages for item in page["Items"]]


def stored_bytes(value: Any) -> Iterable[bytes]:
    """Yield every text and blob in an item."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from (name.encode(), *stored_bytes(part))
    elif isinstance(value, list):
        for part in value:
            yield from stored_bytes(part)
    elif isinstance(value, bytes | str):
        yield value if isinstance(value, bytes) else value.encode()


@contextmanager
def counted(ports: AWSPorts) -> Generator[Counter[str]]:
    """Yield the count of calls, by operation."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:
        calls[model.name] += 1

    clients = [ports.aws.client(service) for service in ("dynamodb", "kms")]
    for client in clients:
        client.meta.events.register("before-call", count, unique_id="count")
    yield calls
    for client in clients:
        client.meta.events.unregister("before-call", count, unique_id="count")


def with_messages(ports: AWSPorts, *texts: str) -> Conversation:
    conversation = stored(ports.conversations)
    for start in range(0, len(texts), 50):
        part = texts[start : start + 50]
        messages = tuple(a_message(conversation, start + number, text=text) for number, text in enumerate(part, 1))
        commit = a_commit(conversation, {"positions": start + len(part)}, messages=messages)
        ports.conversations.commit(commit)
        conversation = commit.conversation
    return conversation


def test_a_transcript_of_several_megabytes_is_read_over_all_pages_in_one_call(ports: AWSPorts) -> None:
    texts = [f"{number} " + "长" * 5000 for number in range(300)]
    conversation = with_messages(ports, *texts)
    with counted(ports) as calls:
        messages = ports.conversations.messages(TENANT, conversation.conversation_id, 0, 1000)
        state = ports.conversations.load_turn(TENANT, conversation.conversation_id, 200)
    assert [message.text for message in messages] == texts
    assert [message.text for message in state.recent] == texts[-200:]
    assert calls["Query"] >= 8  # 4.5 MB and 3 MB, in pages of 1 MB


def test_texts_of_a_megabyte_are_stored_in_items_below_the_limit_and_come_back(ports: AWSPorts) -> None:
    long = "长" * (MEGABYTE // 3)
    conversation = stored(ports.conversations, state={"draft": long})
    ticket = a_ticket(conversation, summary=long)
    turn = a_turn(conversation, text=long, tickets=(ticket,))
    ports.conversations.commit(turn)
    ports.profiles.put(profile := a_profile(name=long), 0)
    state = ports.conversations.load_turn(TENANT, conversation.conversation_id, 5)
    assert state.conversation.state == {"draft": long}
    assert state.recent == turn.messages
    assert ports.tickets.get(TENANT, ticket.ticket_id) == ticket
    assert ports.tickets.list(TENANT, None, 5).items == (ticket,)
    assert ports.profiles.get(TENANT, profile.subject_id) == profile
    for contract in (CONVERSATIONS, TICKETS_TABLE, PROFILES):
        sizes = [sum(map(len, stored_bytes(item))) for item in raw_items(ports, contract)]
        assert max(sizes) < 400_000


@pytest.mark.parametrize("lengths", [(600_000, 100), (100, 600_000), (600_000, 900_000), (900_000, 400_000)])
def test_a_long_ticket_that_gets_longer_or_shorter_is_read_in_its_last_version(ports: AWSPorts, lengths: tuple[int, int]) -> None:
    conversation = stored(ports.conversations)
    ticket = a_ticket(conversation, note="x" * lengths[0])
    ports.conversations.commit(a_turn(conversation, tickets=(ticket,)))
    changed = ticket.advanced(note="y" * lengths[1])
    ports.tickets.update(changed, 0)
    assert ports.tickets.get(TENANT, ticket.ticket_id) == changed


def test_pieces_of_another_version_are_never_joined_to_an_item(ports: AWSPorts) -> None:
    conversation = stored(ports.conversations)
    ticket = a_ticket(conversation, note="x" * 600_000)
    ports.conversations.commit(a_turn(conversation, tickets=(ticket,)))
    piece = next(item for item in raw_items(ports, TICKETS_TABLE) if "piece" in item)
    ports.dynamodb.put_item(TableName=ports.names.of(TICKETS_TABLE), Item={**piece, "piece": {"B": b"of another version"}})
    with pytest.raises(DependencyUnavailableError):
        ports.tickets.get(TENANT, ticket.ticket_id)


def test_a_commit_that_no_transaction_can_hold_is_refused_before_anything_is_written(ports: AWSPorts) -> None:
    conversation = stored(ports.conversations)
    messages = tuple(a_message(conversation, position) for position in range(1, 101))
    with pytest.raises(InvalidInputError):
        ports.conversations.commit(a_commit(conversation, {"positions": 100}, messages=messages))
    assert ports.conversations.load_turn(TENANT, conversation.conversation_id, 5).conversation == conversation


def test_the_same_transaction_sent_again_is_applied_once(ports: AWSPorts) -> None:
    table = ports.names.of(SESSIONS)
    count = {
        "TableName": table,
        "Key": key_of(pk="count"),
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    for _ in range(3):
        ports.database.transact([Part(action={"Update": count})])
    assert ports.database.get({"TableName": table, "Key": key_of(pk="count")}) == {"pk": "count", "n": 1}


def test_another_transaction_under_the_same_token_is_a_mismatch(ports: AWSPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "request_token", lambda _: "the-same-token-for-everything")
    table = ports.names.of(SESSIONS)
    ports.database.transact([Part(action={"Put": put(table, {"pk": "a"})})])
    with pytest.raises(IdempotencyMismatchError):
        ports.database.transact([Part(action={"Put": put(table, {"pk": "b"})})])
    assert ports.database.get({"TableName": table, "Key": key_of(pk="b")}) is None


def test_the_tables_stream_brings_each_event_once_to_the_outbox_function(ports: AWSPorts) -> None:
    conversation = stored(ports.conversations)
    events = tuple(an_event(event_id=name) for name in "abc")
    turn = a_turn(conversation, events=events)
    ports.conversations.commit(turn)
    ports.conversations.commit(a_turn(turn.conversation, events=events[:1]))
    ports.outbox.mark_published(["b"], at(1))
    seen: list[OutboxEvent] = []
    handle = make_handler(lambda batch: seen.extend(batch), Telemetry("outbox", "r1"))
    records = stream_records(ports, OUTBOX)
    assert handle({"Records": records}, None) == {"batchItemFailures": []}
    assert sorted(seen, key=lambda event: event.event_id) == list(events)
    assert {record["eventName"] for record in records} == {"INSERT", "MODIFY"}


def stream_records(ports: AWSPorts, contract: TableContract) -> list[dict[str, Any]]:
    """Return a table's stream so far, in the form in which Lambda gets it."""
    streams = ports.aws.client("dynamodbstreams")
    arn = ports.dynamodb.describe_table(TableName=ports.names.of(contract))["Table"]["LatestStreamArn"]
    records: list[dict[str, Any]] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(**start)["ShardIterator"]
        records += streams.get_records(ShardIterator=iterator)["Records"]
    return json.loads(json.dumps(records, default=str))


def test_no_personal_text_is_in_any_table_in_any_form(ports: AWSPorts) -> None:
    write_everything(ports)
    items = [item for contract in TABLES for item in raw_items(ports, contract)]
    everything = b"\n".join(text for item in items for text in stored_bytes(item))
    assert len(items) > 10
    assert [marker for marker in MARKERS if any(form in everything for form in forms(marker))] == []


def test_conversations_have_partitions_of_their_own_in_every_table_that_a_turn_writes(ports: AWSPorts) -> None:
    for _ in range(20):
        conversation = stored(ports.conversations)
        ports.ledger.accept(an_entry(conversation.conversation_id))
        ports.conversations.commit(a_turn(conversation, events=(an_event(),), tickets=(a_ticket(conversation),)))
    for contract in (CONVERSATIONS, TICKETS_TABLE, OUTBOX):
        partitions = Counter(item[contract.partition]["S"] for item in raw_items(ports, contract))
        assert len(partitions) >= 20
    open_keys = {item["open"]["S"] for item in raw_items(ports, CONVERSATIONS) if "open" in item}
    assert len(open_keys) == 4


def a_turn_taker(ports: AWSPorts) -> TakeTurn:
    """Return the use case as `dialog` wires it, on these stores."""
    knowledge, masker = KnowledgeScript(), PatternMasker()
    draft = DraftReply(
        companies=OneCompany(),
        conversations=ports.conversations,
        tickets=ports.tickets,
        presence=ports.presence,
        profiles=ports.profiles,
        masker=masker,
        tokens=SignedTokens(b"k" * 32),
        ids=ports.ids,
        answer=AnswerFromKnowledge(
            knowledge=knowledge, answerer=knowledge, cache=RememberedAnswers(cache=ports.answer_cache), masker=masker
        ),
        hash_token=lambda token: sha256(token.encode()).hexdigest(),
    )
    return TakeTurn(conversations=ports.conversations, ledger=ports.ledger, draft=draft, clock=ports.clock, ids=ports.ids)


def an_accepted(ports: AWSPorts, conversation: Conversation) -> TurnCommand:
    key = {"tenant": COMPANY, "accepted_at": ports.clock.now()}
    entry = ports.ledger.accept(an_entry(conversation.conversation_id, **key)).entry
    return TurnCommand(
        tenant=COMPANY,
        conversation_id=conversation.conversation_id,
        seq=entry.seq,
        message_id=entry.message_id,
        text="怎么退货？",
        received_at=entry.accepted_at,
        release="r1",
        correlation_id="c",
        deadline_at_ms=int((ports.clock.now() + timedelta(seconds=20)).timestamp() * 1000),
    )


def test_a_turn_makes_at_most_four_calls_and_more_only_for_a_key_or_a_snapshot_that_is_new(ports: AWSPorts) -> None:
    take_turn = a_turn_taker(ports)
    conversation = stored(ports.conversations, tenant=COMPANY)
    made = []
    for _ in range(3):
        command = an_accepted(ports, conversation)
        with counted(ports) as calls:
            assert take_turn(command).status is TurnStatus.ANSWERED
        made.append(calls)
    keys = [calls["Decrypt"] + calls["GenerateDataKey"] for calls in made]
    # One query, one transaction, one answer for the cache; then the key, where KMS keeps it, and the snapshot's first note.
    assert all(calls["Query"] == calls["TransactWriteItems"] == 1 for calls in made)
    assert sum(made[0].values()) <= 5 + (2 if keys[0] else 0)
    assert all(sum(calls.values()) <= 4 for calls in made[1:])


def test_an_acceptance_is_one_read_and_one_transaction(ports: AWSPorts) -> None:
    ports.ledger.accept(an_entry("c"))
    with counted(ports) as calls:
        ports.ledger.accept(an_entry("c"))
    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_a_limited_call_is_one_update_whether_it_is_admitted_or_refused(ports: AWSPorts) -> None:
    ports.rate_limiter.take("k", rate_per_s=1, burst=3, now=at(0))
    with counted(ports) as calls:
        waits = [ports.rate_limiter.take("k", rate_per_s=1, burst=3, now=at(0)) for _ in range(4)]
    assert [wait > 0 for wait in waits] == [False, False, True, True]
    assert calls == {"UpdateItem": 4}


def test_a_message_half_seen_is_read_again(ports: AWSPorts) -> None:
    conversation = stored(ports.conversations)
    turn = a_turn(conversation)
    ports.conversations.commit(turn)
    table = ports.names.of(CONVERSATIONS)
    last = max(
        (item for item in raw_items(ports, CONVERSATIONS) if "position" in item), key=lambda item: int(item["position"]["N"])
    )
    ports.dynamodb.delete_item(TableName=table, Key={"pk": last["pk"], "sk": last["sk"]})
    waits: list[float] = []

    def arrive(seconds: float) -> None:
        waits.append(seconds)
        ports.dynamodb.put_item(TableName=table, Item=last)

    store = type(ports.conversations)(DynamoDB(ports.dynamodb, sleep=arrive), ports.names, ports.cipher)
    assert store.load_turn(TENANT, conversation.conversation_id, 5).recent == turn.messages
    assert len(waits) == 1


def test_a_deleted_row_is_not_listed_although_the_index_still_has_it(ports: AWSPorts) -> None:
    kept, closed = stored(ports.conversations), stored(ports.conversations, updated_at=at(1))
    item = next(one for one in raw_items(ports, CONVERSATIONS) if one["conversation_id"]["S"] == closed.conversation_id)
    late = {**item, "closed_at": {"N": "1"}}
    ports.dynamodb.put_item(TableName=ports.names.of(CONVERSATIONS), Item=late)
    assert ports.conversations.list_open(TENANT, None, 10).items == (kept,)
    assert ports.conversations.list_open(TENANT, None, 1).cursor

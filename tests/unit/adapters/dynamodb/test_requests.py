"""The builders: exact requests, keys that never meet, items below the limit."""

import json

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.dynamodb.cut_items import ITEM_BYTES, cut
from shared.adapters.dynamodb.keys import joined, numbered, shard, timed, untimed
from shared.adapters.dynamodb.requests import ledger, rate_limits, sessions
from shared.adapters.dynamodb.requests.conversations import query_turn, update_row
from shared.adapters.records.conversations import conversation_record
from shared.adapters.records.sealing import Seal
from shared.contracts import TABLES
from shared.domain.conversation import Owner
from shared.domain.ledger import LedgerClosing, LedgerStatus
from tests.contract.aws.tables import create_table
from tests.contract.engines import memory_ports
from tests.contract.samples import NOW, a_conversation, a_session, at

PARTS = st.lists(st.text(alphabet="ab#%é", max_size=4), min_size=1, max_size=3)


def test_a_rows_compare_and_set_is_this_request() -> None:
    conversation = a_conversation(conversation_id="c1", subject_id="s1", tenant="t", version=3, closed_at=at(1), updated_at=at(1))
    record = conversation_record(conversation, Seal(cipher=memory_ports().cipher, tenant="t", subject_id="s1"))
    request = update_row("conversations", record, 2, Owner.BOT, "fact")
    assert request["Key"] == {"pk": {"S": "t#c1"}, "sk": {"S": "row"}}
    assert request["ConditionExpression"] == "#version = :expected_version AND #owner = :expected_owner"
    assert request["ExpressionAttributeValues"][":expected_version"] == {"N": "2"}
    assert request["ExpressionAttributeValues"][":version"] == {"N": "3"}
    assert request["UpdateExpression"].endswith("REMOVE #waiting_since, #sealed, #open, #open_at")
    assert request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


def test_a_turn_is_read_by_this_request() -> None:
    assert query_turn("conversations", "t#c1", 16) == {
        "TableName": "conversations",
        "KeyConditionExpression": "pk = :pk AND sk >= :first",
        "ExpressionAttributeValues": {":pk": {"S": "t#c1"}, ":first": {"S": "message#"}},
        "ConsistentRead": True,
        "ScanIndexForward": False,
        "Limit": 16,
    }


def test_an_ending_is_this_request() -> None:
    closing = LedgerClosing(conversation_id="c1", seq=7, status=LedgerStatus.ANSWERED, ended_at=NOW, reply_message_id="r")
    assert ledger.close_entry("ledger", "t", closing) == {
        "TableName": "ledger",
        "Key": {"pk": {"S": "t#c1"}, "sk": {"S": "entry#000000000007"}},
        "UpdateExpression": (
            "SET #status = :status, #ended_at = :ended_at, #reply_message_id = :reply_message_id, #reason = :reason,"
            " #ttl = :ttl REMOVE #unfinished, #unfinished_at"
        ),
        "ExpressionAttributeNames": {
            f"#{name}": name
            for name in ("status", "ended_at", "reply_message_id", "reason", "unfinished", "unfinished_at", "ttl")
        },
        "ConditionExpression": "#status = :accepted",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ExpressionAttributeValues": {
            ":status": {"S": "answered"},
            ":ended_at": {"N": "1795312800000000"},
            ":reply_message_id": {"S": "r"},
            ":reason": {"S": ""},
            ":ttl": {"N": str(int(NOW.timestamp()) + 90 * 24 * 3600 + 1)},
            ":accepted": {"S": "accepted"},
        },
    }


def test_one_more_call_of_a_limit_is_this_request() -> None:
    bucket = rate_limits.Bucket(place="p", interval_us=500_000, burst=3, now_us=10_000_000)
    assert rate_limits.follow("limits", bucket) == {
        "TableName": "limits",
        "Key": {"pk": {"S": "p"}},
        "UpdateExpression": "SET due = due + :interval, #ttl = :ttl",
        "ConditionExpression": "due > :now AND due <= :latest",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":now": {"N": "10000000"},
            ":latest": {"N": "11000000"},
            ":interval": {"N": "500000"},
            ":ttl": {"N": "12"},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def test_what_expires_says_so_in_whole_seconds_after_its_last_moment() -> None:
    session = a_session(expires_at=at(10.5))
    ttl = int(sessions.put_session("sessions", session)["Item"]["ttl"]["N"])
    assert ttl >= session.expires_at.timestamp()
    assert ttl - session.expires_at.timestamp() <= 1


@given(PARTS, PARTS)
def test_two_lists_of_parts_never_make_one_key(one: list[str], other: list[str]) -> None:
    assert (joined(*one) == joined(*other)) == (one == other)


@given(st.text(max_size=3000), st.text(max_size=3000))
def test_a_key_fits_whatever_is_asked_for(tenant: str, identifier: str) -> None:
    assert 0 < len(joined(tenant, identifier).encode("utf-8", "surrogatepass")) <= 512


@given(st.lists(st.integers(min_value=-(10**16), max_value=10**17)))
def test_times_sort_as_texts_and_come_back(times: list[int]) -> None:
    assert sorted(map(timed, times)) == [timed(us) for us in sorted(times)]
    assert [untimed(timed(us)) for us in times] == times


@given(st.lists(st.integers(min_value=0, max_value=10**11)))
def test_numbers_sort_as_texts(numbers: list[int]) -> None:
    assert sorted(map(numbered, numbers)) == [numbered(number) for number in sorted(numbers)]


def test_ids_spread_evenly_over_shards_and_stay_in_theirs() -> None:
    places = [shard(f"conversation-{number}", 8) for number in range(4000)]
    assert places == [shard(f"conversation-{number}", 8) for number in range(4000)]
    assert all(400 < places.count(str(number)) < 600 for number in range(8))


@given(st.dictionaries(st.sampled_from(["sealed", "details", "feedback", "note"]), st.integers(0, 900_000)), st.booleans())
def test_no_item_is_above_the_limit_whatever_is_in_a_record(lengths: dict[str, int], text: bool) -> None:
    record = {name: "x" * length if text else b"x" * length for name, length in lengths.items()}
    made = cut("t", {"pk": "p", "sk": "s"}, record)
    kept = sum(len(value) for value in made.record.values() if isinstance(value, str | bytes))
    pieces = [part.action["Put"]["Item"]["piece"]["B"] for part in made.pieces]
    assert kept <= ITEM_BYTES
    assert all(len(piece) <= 350_000 for piece in pieces)
    assert kept + sum(map(len, pieces)) == sum(lengths.values())


def test_the_tables_of_the_contracts_are_valid_and_their_names_are_their_own() -> None:
    assert len({contract.name for contract in TABLES}) == len(TABLES)
    for contract in TABLES:
        request = json.loads(json.dumps(create_table(contract.name, contract)))
        assert len(request.get("GlobalSecondaryIndexes", [])) <= 20
        assert bool(contract.ttl) == (contract.ttl == "ttl")

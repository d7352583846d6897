"""What a record holds, byte for byte: data that was stored must stay readable, so a change here needs a new version."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.adapters.records.blocks import answer_from_bytes, answer_to_bytes
from shared.adapters.records.conversations import MESSAGE_COLUMNS, message_from, message_record
from shared.adapters.records.sealing import Seal
from shared.adapters.records.values import from_us, to_us
from shared.domain.blocks import Answer, TextBlock
from tests.contract.engines import memory_ports
from tests.contract.samples import A_CITATION, ALL_BLOCKS, a_conversation, a_message

GOLDEN_ANSWER = (
    '{"blocks":[{"citations":[1],"text":"可以。","type":"text"}],"citations":[{"chunk_id":"chunk-1","document_id":"doc-1",'
    '"language":"zh","locator":"退货 > 时限","quote":"签收后七天内，商品完好的，可以无理由退货。","score":0.8125,'
    '"source":"knowledge/after-sales/returns-2026.md","title":"退货政策 2026"}],"confidence":0.5,"degraded":["vector"],'
    '"model":"m","rung":"extractive","snapshot":7,"text":"可以。","v":2}'
).encode()
GOLDEN_ANSWER_1 = GOLDEN_ANSWER.replace(b'"model":"m",', b"").replace(b'"snapshot":7,', b"").replace(b'"v":2', b'"v":1')
ANSWER = Answer(
    text="可以。",
    blocks=(TextBlock(text="可以。", citations=(1,)),),
    rung="extractive",
    citations=(A_CITATION,),
    confidence=0.5,
    degraded=("vector",),
    snapshot=7,
    model="m",
)


def test_an_answer_has_one_form_which_is_read_back() -> None:
    assert answer_to_bytes(ANSWER) == GOLDEN_ANSWER
    assert answer_from_bytes(GOLDEN_ANSWER) == ANSWER
    assert answer_from_bytes(GOLDEN_ANSWER_1) == replace(ANSWER, snapshot=0, model="")


def test_a_message_seals_version_text_blocks_and_citations_in_its_own_place() -> None:
    cipher = memory_ports().cipher
    conversation = a_conversation()
    message = a_message(conversation, 1, text="可以。", blocks=ALL_BLOCKS, citations=(A_CITATION,))
    seal = Seal(cipher=cipher, tenant=conversation.tenant, subject_id=conversation.subject_id)
    record = message_record(message, conversation.tenant, seal)
    opened = cipher.open(conversation.tenant, conversation.subject_id, f"message/{message.message_id}", record["sealed"])
    version, text, blocks, citations = json.loads(opened)
    assert (version, text, len(citations)) == (1, "可以。", 1)
    assert [block["type"] for block in blocks] == ["text", "text", "list", "list", "citation", "choice", "card", "form"]
    assert tuple(record) == MESSAGE_COLUMNS
    assert message_from(record, seal) == message


@pytest.mark.parametrize(
    "at",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 8, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_a_time_survives_to_the_microsecond(at: datetime) -> None:
    assert from_us(to_us(at)) == at
    assert from_us(to_us(at)).tzinfo is UTC


def test_a_time_without_a_zone_is_a_programming_error() -> None:
    with pytest.raises(TypeError):
        to_us(datetime(2026, 11, 22))

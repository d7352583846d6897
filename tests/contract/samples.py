"""Conversations, messages, tickets and events to store, with only what a test cares about spelled out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.adapters.random_ids import RandomIds
from shared.domain.blocks import (
    CardBlock,
    Choice,
    ChoiceBlock,
    Citation,
    CitationBlock,
    FormBlock,
    FormField,
    ListBlock,
    TextBlock,
)
from shared.domain.conversation import Author, Conversation, Message, PendingMessage, Rung, TurnCommit
from shared.domain.ledger import LedgerEntry
from shared.domain.outbox import EventName, OutboxEvent
from shared.domain.profile import Profile
from shared.domain.session import Session
from shared.domain.ticket import Ticket
from shared.ports import ConversationStore

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TENANT = "yuguang"
_ids = RandomIds()

A_CITATION = Citation(
    title="退货政策 2026",
    source="knowledge/after-sales/returns-2026.md",
    quote="签收后七天内，商品完好的，可以无理由退货。",
    locator="退货 > 时限",
    document_id="doc-1",
    chunk_id="chunk-1",
    language="zh",
    score=0.8125,
)
ALL_BLOCKS = (
    TextBlock(text="可以，七天内无理由退货。\n请保留 “原包装” 😀 \\ / \u2028 \x00", citations=(1, 2)),
    TextBlock(text=""),
    ListBlock(items=("保留包装", "附上发票"), ordered=True, citations=(1,)),
    ListBlock(items=()),
    CitationBlock(quote="Returns are free within 7 days.", citation=2, language="en"),
    ChoiceBlock(prompt="您是想问：", choices=(Choice(label="退货", value="怎么退货"), Choice(label="换货", value="怎么换货"))),
    CardBlock(title="工单 10000001", rows=(("状态", "处理中"), ("承诺时间", "明天 10:00")), citations=(1,)),
    FormBlock(form="contact", prompt="怎么联系您？", fields=(FormField(name="c", label="电话", kind="phone", required=False),)),
)


def at(seconds: float) -> datetime:
    """Return the time `seconds` after the start of every test."""
    return NOW + timedelta(seconds=seconds)


def a_session(**changes: Any) -> Session:
    session = Session(
        conversation_id=_ids.new_id(),
        tenant=TENANT,
        subject_id=_ids.new_id(),
        token_hash="ab" * 32,
        release="r1",
        created_at=NOW,
        expires_at=at(3600),
        owner_token=_ids.new_id(),
    )
    return replace(session, **changes)


def a_conversation(**changes: Any) -> Conversation:
    conversation = Conversation(
        conversation_id=_ids.new_id(),
        tenant=TENANT,
        subject_id=_ids.new_id(),
        language="zh",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(conversation, **changes)


def stored(store: ConversationStore, **changes: Any) -> Conversation:
    """Return a conversation that is in the store."""
    return store.create(a_conversation(**changes), _ids.new_id())


def a_message(conversation: Conversation, position: int, **changes: Any) -> Message:
    message = Message(
        message_id=_ids.new_id(),
        conversation_id=conversation.conversation_id,
        position=position,
        turn=1,
        author=Author.CUSTOMER,
        text="可以退货吗？",
        created_at=at(position),
        language="zh",
    )
    return replace(message, **changes)


def a_commit(conversation: Conversation, changes: Mapping[str, object] | None = None, **parts: Any) -> TurnCommit:
    """Return a commit on `conversation` as it was read; `changes` are those of the next row."""
    commit = TurnCommit(
        conversation=conversation.advanced(**(changes or {})),
        expected_version=conversation.version,
        expected_owner=conversation.owner,
        owner_token=_ids.new_id(),
    )
    return replace(commit, **parts)


def a_turn(conversation: Conversation, text: str = "可以退货吗？", rung: Rung = Rung.EXTRACTIVE, **parts: Any) -> TurnCommit:
    """Return the commit of a question and the bot's reply."""
    position, turn = conversation.positions, conversation.turn + 1
    asked = a_message(conversation, position + 1, turn=turn, text=text)
    reply = a_message(
        conversation,
        position + 2,
        turn=turn,
        text="可以。",
        author=Author.BOT,
        rung=rung,
        in_reply_to=asked.message_id,
        citations=(A_CITATION,),
    )
    changes = {"positions": position + 2, "turn": turn, "updated_at": at(position + 2)}
    return a_commit(conversation, changes, messages=(asked, reply), **parts)


def a_pending(seq: int, **changes: Any) -> PendingMessage:
    message = PendingMessage(seq=seq, message_id=_ids.new_id(), text="还有一个问题", language="zh", received_at=at(seq))
    return replace(message, **changes)


def an_entry(conversation_id: str, **changes: Any) -> LedgerEntry:
    entry = LedgerEntry(
        tenant=TENANT,
        conversation_id=conversation_id,
        channel="web",
        channel_message_id=_ids.new_id(),
        message_id=_ids.new_id(),
        seq=0,
        fingerprint="cd" * 32,
        accepted_at=NOW,
    )
    return replace(entry, **changes)


def an_event(conversation_id: str = "c", **changes: Any) -> OutboxEvent:
    event = OutboxEvent(
        event_id=_ids.new_id(),
        name=EventName.TICKET_REQUESTED,
        tenant=TENANT,
        group=conversation_id,
        occurred_at=NOW,
        correlation_id="corr-1",
        causation_id="cause-1",
        release="r1",
        ids={"ticket_id": "t-1", "conversation_id": conversation_id},
    )
    return replace(event, **changes)


def a_ticket(conversation: Conversation, **changes: Any) -> Ticket:
    ticket = Ticket(
        ticket_id=_ids.new_id(),
        number=_ids.short_number(),
        tenant=conversation.tenant,
        conversation_id=conversation.conversation_id,
        subject_id=conversation.subject_id,
        owner_token=_ids.new_id(),
        token_hash="ef" * 32,
        summary="门锁装不上",
        contact="13800138000",
        language="zh",
        created_at=NOW,
        updated_at=NOW,
        promised_at=at(86400),
    )
    return replace(ticket, **changes)


def a_profile(**changes: Any) -> Profile:
    profile = Profile(
        tenant=TENANT,
        subject_id=_ids.new_id(),
        language="zh",
        updated_at=NOW,
        name="王小明",
        contact="wang@example.com",
        version=1,
    )
    return replace(profile, **changes)

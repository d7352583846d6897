"""Bodies in and out of the staff's API."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.runtime.http_schemas import ConversationShape, Language, MessageShape, Shape, StaffTicketShape

MAX_TEXT = 4000


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class PutPresence(_Body):
    available: bool


class PostReply(_Body):
    text: str = Field(min_length=1, max_length=MAX_TEXT)


class PostTicket(_Body):
    status: Literal["open", "in_progress", "resolved", "closed"]
    note: str | None = Field(default=None, max_length=MAX_TEXT)


class MeAnswer(Shape):
    agent_id: str
    name: str
    company: dict[str, str]
    available_agents: list[str]


class LastMessageShape(Shape):
    author: Literal["customer", "bot", "agent", "system"]
    text: str
    created_at: datetime


class ConversationRowShape(Shape):
    conversation_id: str
    owner: Literal["bot", "queue", "agent"]
    agent_name: str
    language: Language
    turn: int
    created_at: datetime
    updated_at: datetime
    waiting_since: datetime | None
    last_message: LastMessageShape | None


class ConversationsAnswer(Shape):
    items: list[ConversationRowShape]
    cursor: str = Field(description="empty at the end")


class TranscriptAnswer(Shape):
    conversation: ConversationShape
    messages: list[MessageShape]
    tickets: list[StaffTicketShape]


class ConversationAnswer(Shape):
    conversation: ConversationShape


class MessageAnswer(Shape):
    message: MessageShape


class TicketsAnswer(Shape):
    items: list[StaffTicketShape]
    cursor: str


class TicketAnswer(Shape):
    ticket: StaffTicketShape


class UnansweredShape(Shape):
    message_id: str
    conversation_id: str
    text: str
    language: Language
    created_at: datetime
    rung: str | None


class UnansweredAnswer(Shape):
    items: list[UnansweredShape]
    cursor: str

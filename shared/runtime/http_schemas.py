"""The JSON shapes that customers and staff both see, as models: what the OpenAPI documents say and the tests hold us to."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]
Numbers = Annotated[list[int], Field(description="1-based numbers into the message's citations")]


class Shape(BaseModel):
    """A JSON object with these members and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemBody(BaseModel):
    """RFC 9457. `field` and `fix` come with 422. The input is never in it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    correlation_id: str
    field: str | None = None
    fix: str | None = None


class TextShape(Shape):
    type: Literal["text"]
    text: str
    citations: Numbers


class ListShape(Shape):
    type: Literal["list"]
    items: list[str]
    ordered: bool
    citations: Numbers


class QuotationShape(Shape):
    type: Literal["citation"]
    quote: str
    citation: int
    language: str


class ChoiceShape(Shape):
    label: str
    value: str = Field(description="what the page sends as the customer's next message")


class ChoicesShape(Shape):
    type: Literal["choice"]
    prompt: str
    choices: list[ChoiceShape]


class CardShape(Shape):
    type: Literal["card"]
    title: str
    rows: list[tuple[str, str]]
    citations: Numbers


class FormFieldShape(Shape):
    name: str
    label: str
    kind: Literal["text", "phone", "email", "contact", "long_text"]
    required: bool


class FormShape(Shape):
    type: Literal["form"]
    form: str
    prompt: str
    fields: list[FormFieldShape]


BlockShape = Annotated[
    TextShape | ListShape | QuotationShape | ChoicesShape | CardShape | FormShape,
    Field(discriminator="type"),
]


class CitationShape(Shape):
    number: int
    title: str
    source: str
    quote: str
    locator: str
    language: str
    document_id: str
    chunk_id: str
    score: float


class FeedbackShape(Shape):
    helpful: bool
    comment: str


class MessageShape(Shape):
    message_id: str
    position: int
    turn: int
    author: Literal["customer", "bot", "agent", "system"]
    agent_name: str
    text: str
    language: Language
    blocks: list[BlockShape]
    citations: list[CitationShape]
    rung: str | None
    release: str
    confidence: float
    degraded: list[str]
    created_at: datetime
    in_reply_to: str
    feedback: FeedbackShape | None


class ConversationShape(Shape):
    conversation_id: str
    owner: Literal["bot", "queue", "agent"]
    agent_name: str
    language: Language
    closed: bool
    turn: int


class TicketShape(Shape):
    ticket_id: str
    number: str
    status: Literal["requested", "open", "in_progress", "resolved", "closed", "parked"]
    kind: str
    created_at: datetime
    updated_at: datetime
    promised_at: datetime
    note: str


class StaffTicketShape(TicketShape):
    summary: str
    contact: str
    conversation_id: str
    assignee: str
    attempts: int
    failure: str

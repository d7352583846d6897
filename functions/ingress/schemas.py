"""Bodies in and out of the customers' API."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.runtime.http_schemas import ConversationShape, FeedbackShape, Language, MessageShape, Shape

MAX_TEXT = 4000
MAX_COMMENT = 1000


class _Body(BaseModel):
    """Unknown members are ignored, so that a newer page can talk to an older release."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class OpenConversation(_Body):
    language: Language | None = None


class PostMessage(_Body):
    text: str = Field(min_length=1, max_length=MAX_TEXT)


class PostFeedback(_Body):
    helpful: bool
    comment: str | None = Field(
        default=None,
        max_length=MAX_COMMENT,
        description="without it a comment of the same verdict stays; an empty one removes it",
    )


class SiteAnswer(Shape):
    name: dict[str, str]
    greeting: dict[str, str]
    suggested_questions: dict[str, list[str]]
    colours: dict[str, str]
    hotline: str


class OpenedAnswer(Shape):
    conversation_id: str
    token: str = Field(description="shown once; send it as Authorization: Bearer TOKEN")
    expires_at: datetime
    language: Language


class AnsweredAnswer(Shape):
    message: MessageShape
    customer_message: MessageShape
    conversation: ConversationShape


class AcceptedAnswer(Shape):
    status: Literal["pending", "queued"] = Field(description="pending: a turn is ahead; queued: a person has it")
    customer_message: MessageShape | None = None
    conversation: ConversationShape


class MessagesAnswer(Shape):
    messages: list[MessageShape]
    conversation: ConversationShape
    next_after: int = Field(description="send it as `after` next time")


class FeedbackAnswer(Shape):
    feedback: FeedbackShape


class HealthAnswer(Shape):
    status: Literal["ok"]
    release: str

"""Write the row of a new conversation (the `dialog` side of opening one)."""

from dataclasses import dataclass

from shared.domain.conversation import Conversation
from shared.domain.language import Language
from shared.ports import Clock, ConversationStore


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation:
    """Idempotent by owner token."""

    conversations: ConversationStore
    clock: Clock

    def __call__(self, tenant: str, conversation_id: str, subject_id: str, language: Language, owner_token: str) -> Conversation:
        now = self.clock.now()
        row = Conversation(
            conversation_id=conversation_id,
            tenant=tenant,
            subject_id=subject_id,
            language=language,
            created_at=now,
            updated_at=now,
        )
        return self.conversations.create(row, owner_token)

"""The dialog's memory between turns. Apart from the policy, whose patterns only `dialog` needs to load."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast


class Pending(StrEnum):
    """What the bot has asked and waits for. CHOICE: which of the choices was meant; those of a greeting are only there to be taken."""

    NOTHING = ""
    CONTACT = "contact"
    TICKET_OFFER = "ticket_offer"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogState:
    """The dialog's memory between turns. `summary` is what a ticket would say; `last_question` supports follow-ups.

    `attempts`: contacts that could not be read; `reminders`: what was said meanwhile, while a contact was waited for.
    `known`: the customer was asked whether the contact that they left before still holds.
    """

    pending: Pending = Pending.NOTHING
    summary: str = ""
    attempts: int = 0
    choices: tuple[str, ...] = ()
    last_question: str = ""
    known: bool = False
    reminders: int = 0

    @classmethod
    def read(cls, raw: Mapping[str, object]) -> "DialogState":
        """Read what `to_mapping` wrote; unknown keys of other versions are ignored."""
        attempts, reminders = raw.get("attempts", 0), raw.get("reminders", 0)
        choices = raw.get("choices", ())
        return cls(
            pending=_known_pending(raw.get("pending", "")),
            summary=str(raw.get("summary", "")),
            attempts=attempts if isinstance(attempts, int) else 0,
            choices=tuple(map(str, cast("list[object]", choices))) if isinstance(choices, list | tuple) else (),
            last_question=str(raw.get("last_question", "")),
            known=raw.get("known") is True,
            reminders=reminders if isinstance(reminders, int) else 0,
        )

    def to_mapping(self) -> dict[str, object]:
        """Return the JSON form, without what is empty."""
        full = {
            "pending": str(self.pending),
            "summary": self.summary,
            "attempts": self.attempts,
            "choices": list(self.choices),
            "last_question": self.last_question,
            "known": self.known,
            "reminders": self.reminders,
        }
        return {key: value for key, value in full.items() if value}


def _known_pending(raw: object) -> Pending:
    """What another version asked and this one does not know is forgotten: the customer's words are then a question."""
    return Pending(str(raw)) if raw in tuple(Pending) else Pending.NOTHING

"""What is known of a subject: the person whose data it is."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`name` and `contact` are personal: sealed under the subject's own key."""

    tenant: str
    subject_id: str
    language: Language
    updated_at: datetime
    name: str = ""
    contact: str = ""
    version: int = 0

    def reached_by(self, contact: str, language: Language, now: datetime) -> "Profile":
        """Return the next version, with this contact and language."""
        return replace(self, contact=contact, language=language, updated_at=now, version=self.version + 1)


# As long as a mobile number: of what is shorter, less is shown.
_LONG = 11


def shown_contact(contact: str) -> str:
    """Return so much of a contact that its owner knows it again, and nobody else can use it: 138****8000, l***@example.com."""
    name, at, host = contact.rpartition("@")
    if at:
        return f"{name[:1]}***@{host}"
    head, tail = (3, 4) if len(contact) >= _LONG else (1, 2)
    return f"{contact[:head]}****{contact[-tail:]}"

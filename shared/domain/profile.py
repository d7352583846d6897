"""What is known of a subject: the person whose data it is."""

from dataclasses import dataclass
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

"""Answers that are kept for when knowledge is out of reach, and whether what they quote is still published."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.blocks import Answer
from shared.domain.conversation import Rung
from shared.domain.errors import SupportError
from shared.ports import AnswerCache

CACHE_TTL = timedelta(minutes=10)
# A sighting is written down again only after this long, or when it changed.
_NOTED_FOR = timedelta(seconds=10)
# No answer's key: those are digests.
_PUBLISHED = "published-snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedAnswers:
    """An answer is good for ten minutes, and only while its snapshot is the last one that any process saw published.

    Which snapshot is published cannot be asked while knowledge is out of reach. So every search's snapshot is noted beside
    the answers, for all processes; where none was noted, nothing is served. `noted` is this process's own last note by tenant.
    """

    cache: AnswerCache
    noted: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def note(self, tenant: str, snapshot: int, now: datetime) -> None:
        """A search was just answered from this snapshot."""
        last, at = self.noted.get(tenant, (None, now))
        if snapshot == last and now - at < _NOTED_FOR:
            return
        sighting = Answer(text="", blocks=(), rung=Rung.NOTICE, snapshot=snapshot)
        try:
            self.cache.put(tenant, _PUBLISHED, sighting, now + CACHE_TTL)
        except SupportError:
            return  # an answer must not be lost for a note; the next search notes again
        self.noted[tenant] = (snapshot, now)

    def get(self, tenant: str, key: str, now: datetime) -> Answer | None:
        """None when there is none, or when what it quotes may have been withdrawn."""
        answer, published = self.cache.get(tenant, key, now), self.cache.get(tenant, _PUBLISHED, now)
        return answer if answer and published and answer.snapshot == published.snapshot else None

    def put(self, tenant: str, key: str, answer: Answer, now: datetime) -> None:
        """Keep an answer under the snapshot that it quotes."""
        self.cache.put(tenant, key, answer, now + CACHE_TTL)

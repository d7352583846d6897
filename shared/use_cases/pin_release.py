"""Keep a conversation on one release: draw the coin when it opens, look at the pin at each turn."""

from dataclasses import dataclass

from shared.domain.release import keeps_its_pin, release_for_new
from shared.domain.session import Session
from shared.ports import Clock, ReleaseStore, SessionStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRelease:
    """Only front doors do this; what they invoke, they invoke by the pinned release's versions.

    `own`: the release of the function that asks, which counts until a release is on record. `releases` is behind a cache,
    so a pin on a release that was rolled back is replaced at the first turn after the cache's time.
    """

    releases: ReleaseStore
    sessions: SessionStore
    clock: Clock
    own: str

    def for_new(self, conversation_id: str) -> str:
        """Return the release of a conversation that opens now."""
        return release_for_new(conversation_id, self.releases.traffic()) or self.own

    def for_turn(self, session: Session) -> Session:
        """Return the session on the release that this turn runs on; it is stored when it had to move."""
        traffic = self.releases.traffic()
        if not traffic.stable or session.release == traffic.stable:
            return session
        pinned = self.releases.release(session.release)
        if keeps_its_pin(pinned, session.created_at, traffic, self.clock.now()):
            return session
        return self.sessions.pin(session, release_for_new(session.conversation_id, traffic))

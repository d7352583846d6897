"""The token buckets at the front door: one per company, and a tighter one per visitor."""

from dataclasses import dataclass

from shared.domain.errors import RateLimitedError
from shared.domain.session import Session
from shared.ports import Clock, RateLimiter


@dataclass(frozen=True, slots=True)
class Bucket:
    """A smooth rate with a burst."""

    rate_per_s: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Admits or raises RateLimitedError with the exact wait."""

    limiter: RateLimiter
    clock: Clock
    tenant: Bucket
    session: Bucket

    def admit_tenant(self, tenant: str) -> None:
        """Count one request of a company."""
        self._take(f"tenant/{tenant}", self.tenant)

    def admit_session(self, session: Session) -> None:
        """Count one request of a visitor, and of the company; one hot visitor does not use up the company's share."""
        self._take(f"session/{session.conversation_id}", self.session)
        self.admit_tenant(session.tenant)

    def _take(self, key: str, bucket: Bucket) -> None:
        wait_s = self.limiter.take(key, rate_per_s=bucket.rate_per_s, burst=bucket.burst, now=self.clock.now())
        if wait_s > 0:
            raise RateLimitedError(wait_s)

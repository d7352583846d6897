"""Releases in memory for some seconds: every turn asks for them, and they change a few times a day."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.domain.errors import DependencyUnavailableError
from shared.domain.release import Release, Traffic
from shared.ports import Clock, ReleaseStore


class CachingReleaseStore:
    """A release store before another one. Share one per process.

    While the store does not answer, what was last known counts: a conversation goes on where it is.
    """

    def __init__(self, inner: ReleaseStore, clock: Clock, *, ttl_s: float = 15.0) -> None:
        self._inner = inner
        self._clock = clock
        self._ttl = timedelta(seconds=ttl_s)
        self._lock = threading.Lock()
        self._held: dict[str | None, tuple[Traffic | Release | None, datetime]] = {}

    def traffic(self) -> Traffic:
        found = self._kept(None, self._inner.traffic)
        assert isinstance(found, Traffic)  # noqa: S101 - what stands at the place None
        return found

    def release(self, release_id: str) -> Release | None:
        found = self._kept(release_id, lambda: self._inner.release(release_id))
        assert not isinstance(found, Traffic)  # noqa: S101 - traffic stands at the place None alone
        return found

    def set_traffic(self, traffic: Traffic) -> None:
        try:
            self._inner.set_traffic(traffic)
        finally:
            self._forget(None)

    def put_release(self, release: Release) -> None:
        try:
            self._inner.put_release(release)
        finally:
            self._forget(release.release_id)

    def _kept(self, place: str | None, read: Callable[[], Traffic | Release | None]) -> Traffic | Release | None:
        now = self._clock.now()
        with self._lock:
            held = self._held.get(place)
        # The second half: after the clock was set back, nobody knows how old it is.
        if held is not None and timedelta(0) <= now - held[1] < self._ttl:
            return held[0]
        try:
            found = read()
        except DependencyUnavailableError:
            if held is None:
                raise
            return held[0]
        with self._lock:
            self._held[place] = (found, now)
        return found

    def _forget(self, place: str | None) -> None:
        with self._lock:
            self._held.pop(place, None)

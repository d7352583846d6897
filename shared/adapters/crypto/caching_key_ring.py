"""Data keys in memory for a few seconds, so that a turn unwraps the subject's key once."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from shared.ports import Clock, KeyRing


class CachingKeyRing:
    """A key ring before another one. Share one per process.

    A key destroyed through this object fails here at once; one destroyed by another process fails here within `ttl_s`.
    """

    def __init__(self, inner: KeyRing, clock: Clock, *, ttl_s: float = 5.0, size: int = 2048) -> None:
        self._inner = inner
        self._clock = clock
        self._ttl = timedelta(seconds=ttl_s)
        self._size = size
        self._lock = threading.Lock()
        self._keys: OrderedDict[tuple[str, str], tuple[bytes, datetime]] = OrderedDict()
        self._blind: dict[str, bytes] = {}
        self._destroyed = 0

    def data_key(self, tenant: str, subject_id: str) -> bytes:
        place = (tenant, subject_id)
        now = self._clock.now()
        with self._lock:
            held = self._keys.get(place)
            # The second half: after the clock was set back, nobody knows how old a key is.
            if held is not None and timedelta(0) <= now - held[1] < self._ttl:
                self._keys.move_to_end(place)
                return held[0]
            destroyed_before = self._destroyed
        key = self._inner.data_key(tenant, subject_id)
        self._keep(place, key, now, destroyed_before)
        return key

    def destroy(self, tenant: str, subject_id: str) -> None:
        try:
            self._inner.destroy(tenant, subject_id)
        finally:
            with self._lock:
                self._destroyed += 1
                self._keys.pop((tenant, subject_id), None)

    def blind_index_key(self, tenant: str) -> bytes:
        key = self._blind.get(tenant)
        if key is None:
            key = self._blind[tenant] = self._inner.blind_index_key(tenant)
        return key

    def _keep(self, place: tuple[str, str], key: bytes, now: datetime, destroyed_before: int) -> None:
        with self._lock:
            # A key read before a destroy and kept after it would live on.
            if self._destroyed != destroyed_before:
                return
            self._keys[place] = (key, now)
            self._keys.move_to_end(place)
            while len(self._keys) > self._size:
                self._keys.popitem(last=False)

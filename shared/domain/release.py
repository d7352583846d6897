"""Releases, how traffic is shared between two of them, and which one a conversation belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

# Buckets of a hundredth of a percent.
BUCKETS = 10_000
# How long a conversation stays on a release that is neither the stable one nor the candidate any more.
PIN_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One bundle as it was published: the version of each function. `rolled_back`: nobody may be on it any more.

    `ended_at`: since when no conversation opens on it; None while it is stable or a candidate, or was not begun.
    """

    release_id: str
    versions: Mapping[str, str]
    rolled_back: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Who gets what, in one stage: all to `stable`, but `percent` of new conversations to `candidate`.

    `rollout_id` holds the lock: one rollout at a time, until `lease_until`. `superseded_by`: the rollout that wants it next.
    Version 0: nothing was released yet.
    """

    stable: str = ""
    candidate: str = ""
    percent: int = 0
    rollout_id: str = ""
    lease_until: datetime | None = None
    superseded_by: str = ""
    version: int = 0

    def is_locked(self, now: datetime, *, against: str) -> bool:
        """Tell whether another rollout than `against` is running at `now`."""
        if not self.rollout_id or self.rollout_id == against:
            return False
        return self.lease_until is not None and self.lease_until > now

    def changed(self, **changes: object) -> "Traffic":
        """Return the next version of the record."""
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type] - names of fields


def bucket(conversation_id: str) -> int:
    """Return the conversation's place among BUCKETS: the same one always, evenly spread."""
    return int.from_bytes(sha256(conversation_id.encode("utf-8", "surrogatepass")).digest()[:4], "big") % BUCKETS


def release_for_new(conversation_id: str, traffic: Traffic) -> str:
    """Return the release of a conversation that opens now; empty when nothing was released yet.

    Monotone: who is with the candidate at 5 % is with it at 25 %.
    """
    takes_part = traffic.candidate and bucket(conversation_id) * 100 < traffic.percent * BUCKETS
    return traffic.candidate if takes_part else traffic.stable


def release_for_waiting(
    conversation_id: str, accepted_on: Release | None, accepted_at: datetime, traffic: Traffic, now: datetime
) -> str:
    """Return the release of turns that wait in a queue: the one they were accepted on, while a conversation may stay there.

    Otherwise the one that the conversation would get now, as at its next message; empty when nothing was released yet.
    """
    if accepted_on and keeps_its_pin(accepted_on, accepted_at, traffic, now):
        return accepted_on.release_id
    return release_for_new(conversation_id, traffic)


def keeps_its_pin(pinned: Release | None, opened_at: datetime, traffic: Traffic, now: datetime) -> bool:
    """Tell whether a conversation stays where it is. `pinned` None: its release is not on record.

    The stable release and the candidate keep theirs; one that was replaced keeps them for PIN_LIFE after the conversation
    was opened; one that was rolled back keeps none.
    """
    if pinned is None or pinned.rolled_back:
        return False
    return pinned.release_id in (traffic.stable, traffic.candidate) or now - opened_at < PIN_LIFE

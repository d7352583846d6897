"""Which old versions of the functions nobody can come to any more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.release import PIN_LIFE, Release, Traffic

# So many of the newest releases stay whatever else says, for going back by hand.
KEPT_RELEASES = 5
# A conversation that opened in a release's last moment may stay on it for PIN_LIFE; front doors learn of its end within
# seconds, and a turn takes less than a minute. The hour is for all of that.
KEPT_AFTER_END = PIN_LIFE + timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVersion:
    """One version of a function. `release_id`: of the deployment that made it; `aliased`: an alias has it, wholly or in part."""

    function: str
    number: int
    release_id: str
    aliased: bool = False


def prunable(
    published: Sequence[PublishedVersion],
    releases: Mapping[str, Release],
    traffic: Traffic,
    now: datetime,
    kept_releases: int = KEPT_RELEASES,
) -> tuple[PublishedVersion, ...]:
    """Return what may be deleted: versions before the stable release's that belong to no release that is kept.

    Kept, with the versions of all its functions: the stable release and the candidate, one that an alias points at, one that
    ended less than KEPT_AFTER_END ago or has not ended, and the newest. Without a stable release on record: nothing.
    """
    stable = releases.get(traffic.stable)
    if stable is None:
        return ()
    kept = {traffic.stable, traffic.candidate, *_newest(published, kept_releases)}
    kept |= {version.release_id for version in published if version.aliased}
    kept |= {release.release_id for release in releases.values() if _may_have_conversations(release, now)}
    return tuple(
        version
        for version in published
        if version.release_id not in kept and not version.aliased and version.number < _number_in(stable, version.function)
    )


def _may_have_conversations(release: Release, now: datetime) -> bool:
    return release.ended_at is None or now - release.ended_at < KEPT_AFTER_END


def _number_in(release: Release, function: str) -> int:
    """Zero, below every version, for a function that the release does not have."""
    return int(release.versions.get(function, "0"))


def _newest(published: Iterable[PublishedVersion], count: int) -> set[str]:
    by_function: defaultdict[str, list[PublishedVersion]] = defaultdict(list)
    for version in published:
        by_function[version.function].append(version)
    newest = (sorted(versions, key=lambda v: v.number)[-count:] for versions in by_function.values())
    return {version.release_id for versions in newest for version in versions}

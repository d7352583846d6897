"""Which version of a function belongs to a release: what the caller passes to Lambda as `Qualifier`."""

from dataclasses import dataclass

from shared.contracts import LIVE_ALIAS
from shared.domain.errors import DependencyUnavailableError
from shared.ports import ReleaseStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifiers:
    """`releases` is behind a cache: each hop asks."""

    releases: ReleaseStore

    def __call__(self, function: str, release_id: str) -> str:
        """Return the version as text, or the alias where the release is not on record or cannot be read just now."""
        try:
            release = self.releases.release(release_id) if release_id else None
        except DependencyUnavailableError:
            return LIVE_ALIAS
        if release is None or release.rolled_back:
            return LIVE_ALIAS
        return release.versions.get(function, LIVE_ALIAS)

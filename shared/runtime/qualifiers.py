"""Which version of a function belongs to a release: what the caller passes to Lambda as `Qualifier`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.contracts import LIVE_ALIAS
from shared.domain.errors import DependencyUnavailableError
from shared.ports import ReleaseStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifiers:
    """`releases` is behind a cache: each hop asks. `otherwise`: what serves a release that is not on record."""

    releases: ReleaseStore
    otherwise: str = LIVE_ALIAS

    def of(self, function: str) -> Callable[[Mapping[str, object]], str]:
        """Return the rule for envelopes to a function: each goes to the version of its own release."""
        return lambda envelope: self(function, str(envelope.get("release", "")))

    def __call__(self, function: str, release_id: str) -> str:
        """Return the version as text, or `otherwise` where the release is not on record or cannot be read just now."""
        try:
            release = self.releases.release(release_id) if release_id else None
        except DependencyUnavailableError:
            return self.otherwise
        if release is None or release.rolled_back:
            return self.otherwise
        return release.versions.get(function, self.otherwise)

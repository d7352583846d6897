"""Delete the versions of functions that no alias, no rollout and no conversation can come to any more."""

from dataclasses import dataclass

from shared.domain.old_versions import KEPT_RELEASES, PublishedVersion, prunable
from shared.domain.release import Release
from shared.ports import Clock, FunctionVersions, ReleaseStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneVersions:
    """Safe at any time, twice, beside a rollout, and when it broke off: what is left is found by the next run."""

    versions: FunctionVersions
    releases: ReleaseStore
    clock: Clock
    functions: tuple[str, ...]
    kept_releases: int = KEPT_RELEASES

    def __call__(self) -> tuple[PublishedVersion, ...]:
        """Return what was deleted. Raises DependencyUnavailableError."""
        # Versions first: one that is published meanwhile is newer than all that the records know, and is not looked at.
        published = tuple(version for function in self.functions for version in self.versions.published(function))
        traffic = self.releases.traffic()
        named = {version.release_id for version in published} | {traffic.stable}
        found = (self.releases.release(name) for name in named if name)
        releases: dict[str, Release] = {release.release_id: release for release in found if release}
        old = prunable(published, releases, traffic, self.clock.now(), self.kept_releases)
        return tuple(version for version in old if self.versions.delete(version))

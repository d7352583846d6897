"""Move all functions of a release together, from a few percent to all, and back when a gate says no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.errors import SupportError, VersionConflictError
from shared.domain.release import Release, Traffic
from shared.domain.rollout import Finding, Health, Rollout, Status, Target, decide, judge
from shared.ports import Aliases, AliasState, Clock, ReleaseStore, VersionHealth

# A machine that stopped without rolling back gives its lock up after this.
_LEASE = timedelta(minutes=15)
_FIRST = "before-releases"
_LOST = "the lock was lost"

# A further gate: what an evaluation, a survey or a budget says about the candidate. See docs/deploy.md, "Gates".
Gate = Callable[[Rollout], Finding]


class AliasMovedError(SupportError):
    """Somebody else moved an alias: the rollout ends, and leaves that alias as it is."""

    code = "alias_moved"

    def __init__(self, functions: Sequence[str]) -> None:
        super().__init__(f"moved by someone else: {', '.join(functions)}", functions=list(functions))


class ReleaseTakenError(SupportError):
    """The release's name stands for something else already: conversations on it would leave their versions at once."""

    code = "release_taken"

    def __init__(self, release_id: str, why: str) -> None:
        super().__init__(f"{release_id} {why}; deploy under a new name (make deploy RELEASE=...)", release_id=release_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOut:
    """The controller. Every operation may be repeated: it makes things so, and what is so already it leaves. A repeat gives
    the first one's answer, after the rollout's end too.

    It keeps nothing: the rollout comes in, and goes out with its progress. `hot`: the functions that customers wait for.
    """

    aliases: Aliases
    health: VersionHealth
    releases: ReleaseStore
    clock: Clock
    hot: frozenset[str]
    alarms: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()

    def begin(self, rollout: Rollout) -> Rollout:
        """Take the stage's lock, and write down which versions are stable. Moves nothing.

        WAITING while another rollout has the lock; that one is asked to end. PROMOTED when there is nothing to move.
        Raises ReleaseTakenError for the name of a release with other versions. A release that went back may begin again.
        """
        # Read before the name is looked up: who takes a name first changes this record, and a race for the lock is lost here.
        traffic = self.releases.traffic()
        self._check_name(rollout)
        if traffic.is_locked(self.clock.now(), against=rollout.rollout_id):
            self._ask_to_end(traffic, rollout)
            return rollout.at(Status.WAITING, f"{traffic.rollout_id} has the lock")
        begun = self._with_stable_versions(rollout, traffic)
        if begun.moving and begun.replaced == begun.release_id:
            moved = ", ".join(target.function for target in begun.moving)
            raise ReleaseTakenError(rollout.release_id, f"is the stable release, and somebody moved its aliases: {moved}")
        try:
            self._take_lock(begun, traffic)
        except VersionConflictError:
            return rollout.at(Status.WAITING, "another rollout begins")
        self._write_down(begun)
        return begun.at(Status.BAKING if begun.moving else Status.PROMOTED)

    def tick(self, rollout: Rollout) -> Rollout:
        """Make the step's weights so, or look at the candidate and decide. Returns UNHEALTHY with a reason, never raises it."""
        watched = self._watched_before(rollout)
        if watched:
            return watched
        ended = self._keep_lock(rollout)
        if ended:
            return rollout.at(Status.UNHEALTHY, ended)
        try:
            if rollout.progress.status is Status.BAKING and rollout.progress.applied != rollout.progress.step:
                return self._apply_step(rollout)
            self._check_drift(rollout, self._expected(rollout))
        except AliasMovedError as moved:
            return rollout.at(Status.UNHEALTHY, str(moved))
        looked_at = replace(rollout, progress=decide(rollout.plan, rollout.progress, self._findings(rollout)))
        if looked_at.progress.status is Status.PROMOTED:
            self._unlock(rollout)
        return looked_at

    def promote(self, rollout: Rollout) -> Rollout:
        """Make the candidate the version of every alias, and the stable release. Raises AliasMovedError.

        UNHEALTHY when the lock was lost: then nothing is touched.
        """
        if self.releases.traffic().rollout_id != rollout.rollout_id:
            return rollout.at(Status.UNHEALTHY, _LOST)
        self._check_drift(rollout, self._expected(rollout), _promoted)
        for target in rollout.moving:
            self.aliases.put(target.function, _promoted(target))
        self._set_traffic(rollout, stable=rollout.release_id, candidate="", percent=0)
        self._mark_ended(rollout.replaced)
        watching = replace(rollout.progress, status=Status.WATCHING, healthy_ticks=0, reason="")
        return replace(rollout, progress=watching)

    def rollback(self, rollout: Rollout) -> Rollout:
        """Put back what this rollout moved, and nothing else; free the lock. One that has ended touches nothing, and says so."""
        traffic = self.releases.traffic()
        if traffic.rollout_id == rollout.rollout_id:
            self._go_back(rollout)
            return self._gone_back(rollout)
        release = self.releases.release(rollout.release_id)
        if traffic.rollout_id:
            return rollout.at(Status.ROLLED_BACK, "another rollout has the lock: nothing was touched")
        if release and release.rolled_back:
            return self._gone_back(rollout)
        promoted = traffic.stable == rollout.release_id
        return rollout.at(Status.PROMOTED if promoted else Status.ROLLED_BACK, "the rollout has ended: nothing was touched")

    def _go_back(self, rollout: Rollout) -> None:
        for target in rollout.moving:
            self._put_back(target)
        self._mark_rolled_back(rollout)
        self._mark_going_on(rollout.replaced)
        self._set_traffic(
            rollout, stable=rollout.replaced, candidate="", percent=0, rollout_id="", lease_until=None, superseded_by=""
        )

    def _gone_back(self, rollout: Rollout) -> Rollout:
        """Return what a rollback answers, the first time and again."""
        left = [target.function for target in rollout.moving if self.aliases.get(target.function) != _as_before(target)]
        left_alone = f"; left as somebody else put them: {', '.join(left)}" if left else ""
        return rollout.at(Status.ROLLED_BACK, rollout.progress.reason + left_alone)

    # ------------------------------------------------------------ the lock

    def _ask_to_end(self, traffic: Traffic, rollout: Rollout) -> None:
        if traffic.superseded_by == rollout.rollout_id:
            return
        try:
            self.releases.set_traffic(traffic.changed(superseded_by=rollout.rollout_id))
        except VersionConflictError:
            return  # asked again at the next begin

    def _check_name(self, rollout: Rollout) -> None:
        """Raise ReleaseTakenError for a release that is on record with other versions."""
        known = self.releases.release(rollout.release_id)
        if known and dict(known.versions) != _versions(rollout):
            raise ReleaseTakenError(rollout.release_id, "is on record with other versions")

    def _take_lock(self, rollout: Rollout, traffic: Traffic) -> None:
        moves = bool(rollout.moving)
        owned: dict[str, object] = {
            "stable": rollout.replaced if moves else rollout.release_id,
            "candidate": rollout.release_id if moves else "",
            "rollout_id": rollout.rollout_id if moves else "",
        }
        if all(getattr(traffic, name) == value for name, value in owned.items()):
            return
        lease_until = self.clock.now() + _LEASE if moves else None
        self.releases.set_traffic(traffic.changed(**owned, percent=0, lease_until=lease_until, superseded_by=""))

    def _write_down(self, rollout: Rollout) -> None:
        """Record both releases. After the lock: who lost the race for it must not have changed what a name stands for."""
        if rollout.replaced == _FIRST and self.releases.release(_FIRST) is None:
            # Functions that were deployed before releases were written down.
            stable = {target.function: target.stable for target in rollout.targets}
            self.releases.put_release(Release(release_id=_FIRST, versions=stable))
        release = Release(release_id=rollout.release_id, versions=_versions(rollout))
        if self.releases.release(rollout.release_id) != release:
            self.releases.put_release(release)

    def _watched_before(self, rollout: Rollout) -> Rollout | None:
        """Return the answer of the last tick when it is given again: it has freed the lock, which is not lost then."""
        traffic, progress = self.releases.traffic(), rollout.progress
        over = traffic.rollout_id != rollout.rollout_id and traffic.stable == rollout.release_id
        if not over or progress.status is not Status.WATCHING:
            return None
        last = decide(rollout.plan, progress, ())
        return replace(rollout, progress=last) if last.status is Status.PROMOTED else None

    def _keep_lock(self, rollout: Rollout) -> str:
        """Renew the lease when half of it is over. Return why the rollout has to end, or nothing."""
        traffic = self.releases.traffic()
        if traffic.rollout_id != rollout.rollout_id:
            return _LOST
        if traffic.superseded_by:
            return f"superseded by {traffic.superseded_by}"
        now = self.clock.now()
        if traffic.lease_until is None or traffic.lease_until - now < _LEASE / 2:
            self._set_traffic(rollout, lease_until=now + _LEASE)
        return ""

    def _unlock(self, rollout: Rollout) -> None:
        self._set_traffic(rollout, rollout_id="", lease_until=None, superseded_by="")

    def _set_traffic(self, rollout: Rollout, **changes: object) -> None:
        """Change the record when it differs, and only while it is this rollout's. Raises VersionConflictError."""
        traffic = self.releases.traffic()
        if traffic.rollout_id != rollout.rollout_id or all(getattr(traffic, name) == value for name, value in changes.items()):
            return
        self.releases.set_traffic(traffic.changed(**changes))

    # ------------------------------------------------------------ aliases

    def _with_stable_versions(self, rollout: Rollout, traffic: Traffic) -> Rollout:
        targets = tuple(
            replace(target, stable=self.aliases.get(target.function).version, holds=target.function in self.hot)
            for target in rollout.targets
        )
        replaced = (traffic.stable or _FIRST) if any(target.moves for target in targets) else ""
        return replace(rollout, targets=targets, replaced=replaced)

    def _apply_step(self, rollout: Rollout) -> Rollout:
        percent = rollout.plan.steps[rollout.progress.step]
        goal = _shared(percent)
        if rollout.progress.applied >= 0:
            self._check_drift(rollout, self._expected(rollout), goal)
        for target in rollout.moving:
            self.aliases.put(target.function, goal(target))
        self._set_traffic(rollout, percent=percent)
        return replace(rollout, progress=replace(rollout.progress, applied=rollout.progress.step))

    def _expected(self, rollout: Rollout) -> Callable[[Target], AliasState]:
        """Return what this rollout last made of an alias."""
        if rollout.progress.status is Status.WATCHING:
            return _promoted
        return _shared(rollout.plan.steps[rollout.progress.applied])

    def _check_drift(self, rollout: Rollout, *ours: Callable[[Target], AliasState]) -> None:
        """Raise AliasMovedError unless each alias is in one of our states: two, where a repeat may find half of its work done."""
        moved = [
            target.function
            for target in rollout.moving
            if self.aliases.get(target.function) not in [state(target) for state in ours]
        ]
        if moved:
            raise AliasMovedError(moved)

    def _put_back(self, target: Target) -> None:
        """Leave the alias when it is where no rollout of ours would have put it: then somebody has decided otherwise."""
        state = self.aliases.get(target.function)
        if state.version in (target.stable, target.candidate) and not set(state.weights) - {target.candidate}:
            self.aliases.put(target.function, _as_before(target))

    def _mark_rolled_back(self, rollout: Rollout) -> None:
        release = self.releases.release(rollout.release_id)
        if release and not release.rolled_back:
            self.releases.put_release(replace(release, rolled_back=True, ended_at=self.clock.now()))

    def _mark_ended(self, release_id: str) -> None:
        """Write down when a release was replaced: its last conversations may stay a while, then its versions may go."""
        release = self.releases.release(release_id)
        if release and release.ended_at is None:
            self.releases.put_release(replace(release, ended_at=self.clock.now()))

    def _mark_going_on(self, release_id: str) -> None:
        """A release that was replaced, and is the stable one again."""
        release = self.releases.release(release_id)
        if release and release.ended_at is not None:
            self.releases.put_release(replace(release, ended_at=None))

    # ------------------------------------------------------------ gates

    def _findings(self, rollout: Rollout) -> list[Finding]:
        plan = rollout.plan
        findings = [
            judge(
                target.function,
                self.health.sample(target.function, target.candidate, target.stable, plan.window_s),
                plan,
                holds=target.holds,
            )
            for target in rollout.moving
        ]
        alarm = self.health.alarming(self.alarms)
        if alarm:
            findings.append(Finding(subject=alarm, health=Health.UNHEALTHY, reason="in alarm, or missing"))
        return findings + [gate(rollout) for gate in self.gates]


def _shared(percent: int) -> Callable[[Target], AliasState]:
    return lambda target: AliasState(version=target.stable, weights={target.candidate: percent / 100})


def _promoted(target: Target) -> AliasState:
    return AliasState(version=target.candidate)


def _as_before(target: Target) -> AliasState:
    return AliasState(version=target.stable)


def _versions(rollout: Rollout) -> dict[str, str]:
    return {target.function: target.candidate for target in rollout.targets}

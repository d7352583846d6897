"""How a candidate becomes the stable release: steps, gates, and one pure decision per tick."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

# A ratio of tiny latencies says nothing: 20 ms after 15 ms is no regression.
_P99_FLOOR_MS = 300.0
# With fewer samples than the plan asks for, only a plain majority of failures counts.
_FEW_FAULTS = 3
# Standard deviations: looked at every minute for hours, a candidate that is no worse passes.
_SURE = 3.0


class Health(StrEnum):
    """What one gate says about the candidate. UNKNOWN: too little to judge by. ALIKE: bad, and the stable version is as bad.

    Both hold the rollout: nobody is blamed, and nothing is promoted.
    """

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    ALIKE = "alike"


class Status(StrEnum):
    """WAITING: another rollout has the lock. READY: all steps were healthy. WATCHING: promoted, and still looked at."""

    WAITING = "WAITING"
    BAKING = "BAKING"
    READY = "READY"
    WATCHING = "WATCHING"
    PROMOTED = "PROMOTED"
    UNHEALTHY = "UNHEALTHY"
    ROLLED_BACK = "ROLLED_BACK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a candidate must show. A step is over after `healthy_ticks` ticks that were healthy, of `tick_s` seconds each.

    The defaults: 5 steps of 24 minutes, which is two hours; half an hour of watching after. `silence_holds`: whether too
    little traffic stops the clock; where it does not, nobody may have seen what is promoted.
    """

    steps: tuple[int, ...] = (5, 25, 45, 65, 85)
    healthy_ticks: int = 24
    tick_s: int = 60
    window_s: int = 300
    max_fault_rate: float = 0.005
    max_p99_ms: float = 800.0
    max_p99_ratio: float = 1.25
    max_degraded_rate: float = 0.02
    max_degraded_ratio: float = 2.0
    min_samples: int = 20
    max_hold_ticks: int = 120
    watch_ticks: int = 30
    silence_holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """Turns and searches of one version. Of so many, a part of the search was missing (`degraded`), or all of it."""

    count: int = 0
    degraded: int = 0
    unsearched: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The candidate over the last window, and what of the stable version it is compared with.

    `p99_ms` and `stable_p99_ms`: of searches, and of turns in which no model was asked; None when there were none.
    """

    requests: int = 0
    faults: int = 0
    p99_ms: float | None = None
    stable_p99_ms: float | None = None
    searches: Searches = Searches()
    stable_searches: Searches = Searches()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A gate's verdict, and what it is about. `holds`: whether its UNKNOWN stops the clock."""

    subject: str
    health: Health
    reason: str = ""
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a rollout stands. `applied`: the step whose weights are on the aliases; -1 before the first."""

    status: Status = Status.BAKING
    step: int = 0
    applied: int = -1
    healthy_ticks: int = 0
    held_ticks: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A function that the release changes: from `stable` to `candidate`. `holds`: customers wait for it, so it must be seen."""

    function: str
    candidate: str
    stable: str = ""
    holds: bool = False

    @property
    def moves(self) -> bool:
        """Whether the two are different versions."""
        return self.candidate != self.stable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A release on its way. `targets`: every function of the bundle; `replaced`: the release that it takes the place of."""

    rollout_id: str
    release_id: str
    targets: tuple[Target, ...]
    plan: Plan = Plan()
    progress: Progress = Progress()
    replaced: str = ""

    @property
    def moving(self) -> tuple[Target, ...]:
        """The functions whose aliases this rollout moves."""
        return tuple(target for target in self.targets if target.moves)

    def at(self, status: Status, reason: str = "") -> "Rollout":
        """Return the rollout with another status."""
        return replace(self, progress=replace(self.progress, status=status, reason=reason))


def judge(subject: str, sample: Sample, plan: Plan, *, holds: bool) -> Finding:
    """Return the verdict on one function's candidate version. `holds` False: a function that few call rides along.

    An error page is the version's own fault: below a dependency there is always another rung. A rung that both versions had
    to take is not, nor a wait that both had to wait: there the stable version decides.
    """
    few = sample.requests < plan.min_samples
    mostly_failing = sample.faults >= _FEW_FAULTS and sample.faults * 2 > sample.requests
    if few and not mostly_failing:
        return Finding(subject=subject, health=Health.UNKNOWN, reason=f"{sample.requests} requests", holds=holds)
    reason = _fault(sample, plan) or _missing(sample, plan) or _slowness(sample, plan)
    if reason:
        return Finding(subject=subject, health=Health.UNHEALTHY, reason=reason, holds=holds)
    alike = _missing_alike(sample, plan) or _slow_alike(sample, plan)
    return Finding(subject=subject, health=Health.ALIKE if alike else Health.HEALTHY, reason=alike, holds=holds)


def decide(plan: Plan, progress: Progress, findings: Sequence[Finding]) -> Progress:
    """Return the progress after one more tick. A finding may come from anything: a version's metrics, an alarm, an evaluation.

    One unhealthy finding ends the rollout. Too little to judge by, unless the plan lets silence pass, or a stable version that
    is as bad, holds it for `max_hold_ticks` in all; neither promotes. After promotion silence does not hold any more.
    """
    bad = next((finding for finding in findings if finding.health is Health.UNHEALTHY), None)
    if bad:
        return replace(progress, status=Status.UNHEALTHY, reason=f"{bad.subject}: {bad.reason}")
    alike = next((finding for finding in findings if finding.health is Health.ALIKE), None)
    if alike:
        return _held(plan, progress, alike, f"{alike.reason} for too long")
    if progress.status is Status.WATCHING:
        return _watched(plan, progress)
    silent = (finding for finding in findings if finding.health is Health.UNKNOWN and finding.holds)
    unknown = next(silent, None) if plan.silence_holds else None
    return _held(plan, progress, unknown, "too little traffic to judge by") if unknown else _advanced(plan, progress)


def _fault(sample: Sample, plan: Plan) -> str:
    rate = sample.faults / sample.requests if sample.requests else 1.0
    return f"{rate:.1%} of {sample.requests} requests failed" if rate > plan.max_fault_rate else ""


def _missing(sample: Sample, plan: Plan) -> str:
    """Both, for a leg that is always missing in a stage must not hide that the candidate lost the other one."""
    ours, stable = sample.searches, sample.stable_searches
    if _is_worse(ours.unsearched, ours.count, stable.unsearched, stable.count, plan):
        return _without_knowledge(sample)
    if _is_worse(ours.degraded, ours.count, stable.degraded, stable.count, plan):
        return f"a part of the search missing in {_shares(ours.degraded, ours.count, stable.degraded, stable.count)}"
    return ""


def _missing_alike(sample: Sample, plan: Plan) -> str:
    """A part that both lack does not hold: customers get answers, and in some stages it is always so."""
    ours = sample.searches
    return _without_knowledge(sample) if _is_many(ours.unsearched, ours.count, plan) else ""


def _without_knowledge(sample: Sample) -> str:
    ours, stable = sample.searches, sample.stable_searches
    return f"knowledge out of reach in {_shares(ours.unsearched, ours.count, stable.unsearched, stable.count)}"


def _is_many(bad: int, count: int, plan: Plan) -> bool:
    return bad >= _FEW_FAULTS and bad > plan.max_degraded_rate * count


def _is_worse(bad: int, count: int, stable_bad: int, stable_count: int, plan: Plan) -> bool:
    """Tell whether the candidate has many more than the stable version, and more than chance gives: by the z-test of two
    proportions with pooled variance, for one of the two often has little traffic.
    """
    if not _is_many(bad, count, plan) or not stable_count:
        return False
    rate, stable_rate = bad / count, stable_bad / stable_count
    pooled = (bad + stable_bad) / (count + stable_count)
    deviation = sqrt(pooled * (1 - pooled) * (1 / count + 1 / stable_count))
    return rate > plan.max_degraded_ratio * stable_rate and rate - stable_rate > _SURE * deviation


def _shares(bad: int, count: int, stable_bad: int, stable_count: int) -> str:
    stable = f"in {stable_bad / stable_count:.1%} of {stable_count}" if stable_count else "without turns"
    return f"{bad / count:.1%} of {count}, the stable version {stable}"


def _slowness(sample: Sample, plan: Plan) -> str:
    if sample.p99_ms is None or _slow_alike(sample, plan):
        return ""
    if sample.p99_ms > plan.max_p99_ms:
        return f"p99 {sample.p99_ms:.0f} ms"
    stable = sample.stable_p99_ms
    slower = stable and sample.p99_ms > _P99_FLOOR_MS and sample.p99_ms > plan.max_p99_ratio * stable
    return f"p99 {sample.p99_ms:.0f} ms, the stable version has {stable:.0f} ms" if slower else ""


def _slow_alike(sample: Sample, plan: Plan) -> str:
    """Where a dependency hangs, both versions wait for it."""
    ours, stable = sample.p99_ms, sample.stable_p99_ms
    if ours is None or stable is None or min(ours, stable) <= plan.max_p99_ms or ours > plan.max_p99_ratio * stable:
        return ""
    return f"p99 {ours:.0f} ms, as slow as the stable version"


def _held(plan: Plan, progress: Progress, finding: Finding, in_the_end: str) -> Progress:
    held = progress.held_ticks + 1
    if held > plan.max_hold_ticks:
        return replace(progress, status=Status.UNHEALTHY, held_ticks=held, reason=f"{finding.subject}: {in_the_end}")
    return replace(progress, held_ticks=held, reason=f"holding, {finding.subject}: {finding.reason}")


def _advanced(plan: Plan, progress: Progress) -> Progress:
    healthy = progress.healthy_ticks + 1
    if healthy < plan.healthy_ticks:
        return replace(progress, healthy_ticks=healthy, reason="")
    last = progress.step + 1 >= len(plan.steps)
    if last:
        return replace(progress, status=Status.READY, healthy_ticks=0, reason="")
    return replace(progress, step=progress.step + 1, healthy_ticks=0, reason="")


def _watched(plan: Plan, progress: Progress) -> Progress:
    healthy = progress.healthy_ticks + 1
    return replace(progress, healthy_ticks=healthy, status=Status.PROMOTED if healthy >= plan.watch_ticks else Status.WATCHING)

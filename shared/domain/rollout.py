"""How a candidate becomes the stable release: steps, gates, and one pure decision per tick."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

# A ratio of tiny latencies says nothing: 20 ms after 15 ms is no regression.
_P99_FLOOR_MS = 300.0
# With fewer samples than the plan asks for, only a plain majority of failures counts.
_FEW_FAULTS = 3


class Health(StrEnum):
    """What one gate says about the candidate. UNKNOWN: too little to judge by, so the rollout holds."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


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

    The defaults: 5 steps of 24 minutes, which is two hours; half an hour of watching after.
    """

    steps: tuple[int, ...] = (5, 25, 45, 65, 85)
    healthy_ticks: int = 24
    tick_s: int = 60
    window_s: int = 300
    max_fault_rate: float = 0.005
    max_p99_ms: float = 800.0
    max_p99_ratio: float = 1.25
    min_samples: int = 20
    max_hold_ticks: int = 120
    watch_ticks: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One version over the last window. `p99_ms` and `stable_p99_ms`: of turns without a model; None when there were none."""

    requests: int = 0
    faults: int = 0
    p99_ms: float | None = None
    stable_p99_ms: float | None = None


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
    """Return the verdict on one function's candidate version. `holds` False: a function that few call rides along."""
    few = sample.requests < plan.min_samples
    mostly_failing = sample.faults >= _FEW_FAULTS and sample.faults * 2 > sample.requests
    if few and not mostly_failing:
        return Finding(subject=subject, health=Health.UNKNOWN, reason=f"{sample.requests} requests", holds=holds)
    reason = _fault(sample, plan) or _slowness(sample, plan)
    return Finding(subject=subject, health=Health.UNHEALTHY if reason else Health.HEALTHY, reason=reason, holds=holds)


def decide(plan: Plan, progress: Progress, findings: Sequence[Finding]) -> Progress:
    """Return the progress after one more tick. A finding may come from anything: a version's metrics, an alarm, an evaluation.

    One unhealthy finding ends the rollout. Too little to judge by holds it, for `max_hold_ticks` in all; it never promotes.
    """
    bad = next((finding for finding in findings if finding.health is Health.UNHEALTHY), None)
    if bad:
        return replace(progress, status=Status.UNHEALTHY, reason=f"{bad.subject}: {bad.reason}")
    if progress.status is Status.WATCHING:
        return _watched(plan, progress)
    unknown = next((finding for finding in findings if finding.health is Health.UNKNOWN and finding.holds), None)
    return _held(plan, progress, unknown) if unknown else _advanced(plan, progress)


def _fault(sample: Sample, plan: Plan) -> str:
    rate = sample.faults / sample.requests if sample.requests else 1.0
    return f"{rate:.1%} of {sample.requests} requests failed" if rate > plan.max_fault_rate else ""


def _slowness(sample: Sample, plan: Plan) -> str:
    if sample.p99_ms is None:
        return ""
    if sample.p99_ms > plan.max_p99_ms:
        return f"p99 {sample.p99_ms:.0f} ms"
    stable = sample.stable_p99_ms
    slower = stable and sample.p99_ms > _P99_FLOOR_MS and sample.p99_ms > plan.max_p99_ratio * stable
    return f"p99 {sample.p99_ms:.0f} ms, the stable version has {stable:.0f} ms" if slower else ""


def _held(plan: Plan, progress: Progress, unknown: Finding) -> Progress:
    held = progress.held_ticks + 1
    if held > plan.max_hold_ticks:
        return replace(
            progress, status=Status.UNHEALTHY, held_ticks=held, reason=f"{unknown.subject}: too little traffic to judge by"
        )
    return replace(progress, held_ticks=held, reason=f"holding, {unknown.subject}: {unknown.reason}")


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

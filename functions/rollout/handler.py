"""The Lambda entry of `rollout`: one operation of the state machine in infra_cdk/rollout.asl.json."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from functions.rollout.documents import RolloutRequest
from shared.domain.rollout import Rollout
from shared.runtime.observability import Telemetry
from shared.use_cases.prune_versions import PruneVersions
from shared.use_cases.roll_out import RollOut

JsonObject = Mapping[str, Any]


def make_handler(controller: RollOut, prune: PruneVersions, telemetry: Telemetry) -> Callable[[JsonObject, object], JsonObject]:
    """Return the handler. It takes and returns the rollout as a document: the machine's state is all the state there is."""

    def prune_after(rollout: Rollout) -> Rollout:
        gone = [f"{version.function}:{version.number}" for version in prune()]
        telemetry.event("versions_pruned", rollout.rollout_id, versions=gone)
        return rollout

    operations = {
        "begin": controller.begin,
        "tick": controller.tick,
        "promote": controller.promote,
        "rollback": controller.rollback,
        "prune": prune_after,
    }

    def handle(event: JsonObject, _context: object) -> JsonObject:
        request = RolloutRequest.model_validate(event)
        rollout = operations[request.op](request.to_rollout())
        progress = rollout.progress
        facts = {"status": str(progress.status), "step": progress.step, "reason": progress.reason}
        telemetry.event("rollout", rollout.rollout_id, op=request.op, candidate=rollout.release_id, **facts)
        return _document(rollout)

    return handle


def _document(rollout: Rollout) -> JsonObject:
    """Return the JSON form; `status` and `tick_seconds` stand where the machine looks for them."""
    return {
        **asdict(rollout),
        "targets": [asdict(target) for target in rollout.targets],
        "plan": {**asdict(rollout.plan), "steps": list(rollout.plan.steps)},
        "status": str(rollout.progress.status),
        "tick_seconds": rollout.plan.tick_s,
    }

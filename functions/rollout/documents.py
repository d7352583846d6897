"""The documents that the state machine carries from one operation to the next."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.contracts import FUNCTIONS
from shared.domain.rollout import Plan, Progress, Rollout, Target

_ALIASED = frozenset(contract.name for contract in FUNCTIONS if contract.aliased)
_ID = r"^[\w.+:-]{1,100}$"


def _aliased(function: str) -> str:
    if function not in _ALIASED:
        raise ValueError("no function with an alias has this name")
    return function


class TargetDocument(BaseModel):
    """A function of the release, without the stage's prefix, and its new version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    function: Annotated[str, AfterValidator(_aliased)]
    candidate: str = Field(pattern=r"^\d+$")
    stable: str = ""
    holds: bool = False


class RolloutDocument(BaseModel):
    """A rollout. Whoever starts the machine sends release_id and targets; `status` and `tick_seconds` are for the machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release_id: str = Field(pattern=_ID)
    targets: tuple[TargetDocument, ...] = Field(min_length=1)
    rollout_id: str = Field(default="", pattern=r"^[\w.+:-]{0,100}$")
    plan: Plan = Plan()
    progress: Progress = Progress()
    replaced: str = ""
    status: str = ""
    tick_seconds: int = 0
    error: object = None


class RolloutRequest(BaseModel):
    """One call of the machine; `execution` is its own name, which is the rollout's id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    op: Literal["begin", "tick", "promote", "rollback", "prune"]
    execution: str = Field(pattern=_ID)
    rollout: RolloutDocument

    def to_rollout(self) -> Rollout:
        """Return the domain's form."""
        document = self.rollout
        reason = "the controller failed" if document.error and not document.progress.reason else document.progress.reason
        return Rollout(
            rollout_id=self.execution,
            release_id=document.release_id,
            targets=tuple(Target(**target.model_dump()) for target in document.targets),
            plan=document.plan,
            progress=replace(document.progress, reason=reason),
            replaced=document.replaced,
        )

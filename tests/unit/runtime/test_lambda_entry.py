"""When a deployed function gets ready: in the init phase, after a restore, or at its first event."""

import random
import sys
from types import ModuleType
from typing import Any

import pytest

from shared.domain.errors import DependencyUnavailableError
from shared.runtime import lambda_entry
from shared.runtime.lambda_entry import ReadyHandler, at_start

START = "AWS_LAMBDA_INITIALIZATION_TYPE"


class Builds:
    """Counts how often a handler was made; the first `failures` times it cannot be."""

    def __init__(self, failures: int = 0) -> None:
        self.made = 0
        self.failures = failures

    def __call__(self) -> Any:
        if self.failures:
            self.failures -= 1
            raise DependencyUnavailableError("secrets manager", "down")
        self.made += 1
        return lambda event, _context: {"seen": event, "made": self.made}


@pytest.fixture
def snapshots(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """The runtime's module, as Lambda has it: remembers what is registered."""
    registered: dict[str, list[Any]] = {"before": [], "after": []}
    module: Any = ModuleType("snapshot_restore_py")
    module.register_before_snapshot = registered["before"].append
    module.register_after_restore = registered["after"].append
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", module)
    return registered


def test_without_snapshots_all_is_made_in_the_init_phase() -> None:
    builds = Builds()
    handler = ReadyHandler(builds, {START: "on-demand"})
    assert builds.made == 1
    assert handler({"a": 1}, None) == {"seen": {"a": 1}, "made": 1}


def test_what_is_done_at_the_start_is_done_once_wherever_a_function_starts(snapshots: dict[str, list[Any]]) -> None:
    done: list[str] = []
    at_start(lambda: done.append("init"), {START: "provisioned-concurrency"})
    at_start(lambda: done.append("restore"), {START: "snap-start"})
    assert done == ["init"]
    snapshots["after"][-1]()
    assert done == ["init", "restore"]


def test_before_a_snapshot_nothing_is_made_and_each_copy_makes_its_own_after_the_restore(
    snapshots: dict[str, list[Any]],
) -> None:
    builds = Builds()
    ReadyHandler(builds, {START: "snap-start"})
    assert builds.made == 0
    (restore,) = snapshots["after"]
    restore()
    assert builds.made == 1


def test_elsewhere_it_is_made_by_the_first_event_and_once() -> None:
    builds = Builds()
    handler = ReadyHandler(builds, {})
    assert builds.made == 0
    assert [handler(n, None)["made"] for n in range(3)] == [1, 1, 1]


def test_what_failed_to_be_made_is_made_by_the_next_event() -> None:
    handler = ReadyHandler(Builds(failures=1), {})
    with pytest.raises(DependencyUnavailableError):
        handler({}, None)
    assert handler({}, None)["made"] == 1


def test_where_there_are_no_snapshots_hooks_do_nothing() -> None:
    called: list[str] = []
    lambda_entry.before_snapshot(lambda: called.append("before"))
    lambda_entry.after_restore(lambda: called.append("after"))
    assert called == []


def test_copies_do_not_share_their_random_state(snapshots: dict[str, list[Any]]) -> None:
    lambda_entry.after_restore(random.seed)
    (reseed,) = snapshots["after"]
    state = random.getstate()
    reseed()
    assert random.getstate() != state

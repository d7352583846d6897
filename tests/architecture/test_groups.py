"""Tests that share something heavy are one worker's: the runner's versions must fit together for that."""

import os

import pytest


@pytest.mark.xdist_group("proof")
def test_a_group_of_tests_is_sent_to_one_worker(request: pytest.FixtureRequest) -> None:
    apart = "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup", False)
    assert request.node.nodeid.endswith("@proof") == bool(apart)

"""The one deployed stage that the tests of the group `stack` share; a plugin, for they stand in several folders."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.contract.aws.installed import ROOT as ENGINES

if TYPE_CHECKING:
    from tests.integration.deployed_stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Stack]":
    """Deploy the stage `dev` with a company of one document."""
    if not (ENGINES / "ministack").exists():
        pytest.skip("MiniStack is not installed; run: python -m tests.contract.aws.install_engines")
    # Every worker reads this file; only one needs these.
    from local.stack.deployment import synthesise, upload_company
    from tests.integration.deployed_stack import Stack, small_company

    folder = tmp_path_factory.mktemp("stack")
    synthesise(folder / "cdk.out", "r1")
    stack = Stack(folder)
    try:
        with stack.cloud:
            stack.deploy()
            upload_company(stack.cloud, small_company(folder / "company"), "yuguang")
            yield stack
    finally:
        stack.clock.stop()
        if os.environ.get("KEFU_KEEP_STACK_LOG"):
            shutil.copyfile(folder / "log", os.environ["KEFU_KEEP_STACK_LOG"])

"""Old versions of functions on MiniStack: listed with their releases and aliases, and deleted one by one."""

import io
import uuid
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.rollout.versions import LambdaVersions
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.releases import SQLiteReleaseStore
from shared.domain.old_versions import KEPT_AFTER_END
from shared.domain.release import Release, Traffic
from shared.use_cases.prune_versions import PruneVersions
from tests.contract.aws.installed import ministack_in_real_time
from tests.contract.aws.opening import aws_at
from tests.contract.aws.processes import EngineMissingError

pytestmark = pytest.mark.xdist_group("deployed-functions")
FUNCTIONS = ("ingress", "dialog")
RELEASES = ("r1", "r2", "r3", "r4")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Published:
    """Two functions with a version per release; `live` is on r3 wholly, and on r4 by a share."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.prefix = f"kefu-{uuid.uuid4().hex[:8]}-"
        self.clock = FixedClock(NOW)
        self.releases = SQLiteReleaseStore(Database(MEMORY))
        self.releases.set_traffic(Traffic(stable="r3", candidate="r4", percent=5, version=1))
        for number, name in enumerate(RELEASES, 1):
            ended = NOW if name in ("r1", "r2") else None
            versions = dict.fromkeys(FUNCTIONS, str(number))
            self.releases.put_release(Release(release_id=name, versions=versions, ended_at=ended))
        for function in FUNCTIONS:
            self._publish(self.prefix + function)
        self.versions = LambdaVersions(client, self.prefix)
        self.prune = PruneVersions(
            versions=self.versions, releases=self.releases, clock=self.clock, functions=FUNCTIONS, kept_releases=1
        )

    def _publish(self, name: str) -> None:
        self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/kefu",
            Handler="main.handler",
            Code={"ZipFile": _zip("r0")},
        )
        for release in RELEASES:
            self.client.update_function_code(FunctionName=name, ZipFile=_zip(release))
            self.client.update_function_configuration(FunctionName=name, Environment={"Variables": {"KEFU_RELEASE": release}})
            self.client.publish_version(FunctionName=name)
        shares = {"AdditionalVersionWeights": {"4": 0.05}}
        self.client.create_alias(FunctionName=name, Name="live", FunctionVersion="3", RoutingConfig=shares)

    def numbers(self) -> dict[str, set[int]]:
        return {function: {one.number for one in self.versions.published(function)} for function in FUNCTIONS}


@pytest.fixture
def published() -> Iterator[Published]:
    try:
        url = ministack_in_real_time()
    except EngineMissingError as error:
        pytest.skip(str(error))
    made = Published(aws_at(url).client("lambda", read_timeout_s=60))
    yield made
    for function in FUNCTIONS:
        made.client.delete_function(FunctionName=made.prefix + function)


def test_each_version_is_listed_with_its_release_and_whether_an_alias_has_it(published: Published) -> None:
    found = [(one.number, one.release_id, one.aliased) for one in published.versions.published("dialog")]
    assert sorted(found) == [(1, "r1", False), (2, "r2", False), (3, "r3", True), (4, "r4", True)]


def test_what_conversations_may_be_on_stays_and_goes_when_they_cannot_any_more(published: Published) -> None:
    assert published.prune() == ()
    published.clock.advance(KEPT_AFTER_END.total_seconds())
    assert {(one.function, one.number) for one in published.prune()} == {(f, n) for f in FUNCTIONS for n in (1, 2)}
    assert published.numbers() == {function: {3, 4} for function in FUNCTIONS}
    assert published.prune() == (), "again: nothing more"


def test_a_release_that_somebody_has_put_an_alias_on_stays_with_all_its_functions(published: Published) -> None:
    published.client.create_alias(FunctionName=f"{published.prefix}dialog", Name="by-hand", FunctionVersion="2")
    published.clock.advance(KEPT_AFTER_END.total_seconds())
    published.prune()
    assert published.numbers() == {function: {2, 3, 4} for function in FUNCTIONS}


def test_a_version_that_is_gone_is_no_failure_and_the_function_itself_stays(published: Published) -> None:
    first = next(one for one in published.versions.published("dialog") if one.number == 1)
    assert (published.versions.delete(first), published.versions.delete(first)) == (True, False)
    assert published.client.get_function(FunctionName=f"{published.prefix}dialog")["Configuration"]["Version"] == "$LATEST"


def _zip(release: str) -> bytes:
    """Return code that differs by release: the same code again is no new version."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("main.py", f"RELEASE = {release!r}\n\ndef handler(event, context):\n    return RELEASE\n")
    return buffer.getvalue()

"""Every zip that would be deployed, imported by Lambda's Python on Lambda's processor, with nothing of ours beside it."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.bundling import WITH_MODEL, bundle
from shared.contracts import FUNCTIONS
from tests.contract.aws.processes import EngineMissingError
from tests.infra.fake_environment import environment_of
from tests.infra.lambda_root import lambda_root, run_in

# As stages deploy them: `dev` has the small form of the two that search, `staging` and `prod` have the cloud's.
ZIPS = (
    *(f"{function}-{profile}" for profile in ("small", "cloud") for function in WITH_MODEL),
    *(contract.name for contract in FUNCTIONS if contract.name not in WITH_MODEL),
)
# What CDK sets for a profile; nobody answers there, and an import asks nobody.
SEARCH = {
    "cloud": {
        "KEFU_SEARCH_ENGINE": "opensearch",
        "KEFU_SEARCH_URL": "https://search.eu-west-1.es.amazonaws.com",
        "KEFU_SEARCH_INDEX": "kefu-test-chunks",
    }
}
CHECKER = Path(__file__).with_name("import_zip.py")
# One after the other in one worker: they share the root, and the model's zips are large.
pytestmark = pytest.mark.xdist_group("lambda-root")


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest) -> Iterator[Mapping[str, "Future[Any]"]]:
    """What the import of each zip that this run asks for says; two at a time, for another processor's programs are slow here."""
    try:
        root = lambda_root()
    except EngineMissingError as error:
        pytest.skip(str(error))
    shutil.copyfile(CHECKER, root / "import_zip.py")
    if not (root / "sdk").exists():
        _install_sdk(root / "sdk")
    chosen = {item.name for item in request.session.items}
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(_report, root, name) for name in ZIPS if f"test_a_zip_is_whole[{name}]" in chosen}


def _report(root: Path, name: str) -> Any:
    function, _, profile = name.partition("-")
    task = root / f"task-{name}"
    shutil.rmtree(task, ignore_errors=True)
    try:
        with zipfile.ZipFile(bundle(function, "arm64", profile or "small")) as archive:
            archive.extractall(task)
        environment = environment_of(function) | SEARCH.get(profile, {})
        return json.loads(run_in(root, ["-I", "/import_zip.py", f"/{task.name}", "/sdk", function], environment))
    finally:
        shutil.rmtree(task, ignore_errors=True)


def _install_sdk(folder: Path) -> None:
    """Put the boto3 of our tests where Lambda's runtime has its own. It is Python only; the first import writes its bytecode."""
    requirements = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    pin = next(line.split('"')[1] for line in requirements.splitlines() if line.startswith('aws = ["boto3=='))
    uv = Path(sys.prefix) / "bin" / "uv"
    subprocess.run([str(uv), "pip", "install", "--quiet", "--target", str(folder), "--python-version", "3.13", pin], check=True)


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_is_whole(reports: Mapping[str, "Future[Any]"], name: str) -> None:
    report = reports[name].result()
    assert (report["machine"], report["python"][:4], report["handler"]) == ("aarch64", "3.13", True)
    assert report["modules"] > 10
    if report["function"] in WITH_MODEL:
        assert (report["dimensions"], report["length"]) == (384, 1.0)
    if name == "dialog":
        assert report["http_client"]

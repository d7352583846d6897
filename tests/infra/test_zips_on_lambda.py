"""Every zip that would be deployed, imported by Lambda's Python on Lambda's processor, with nothing of ours beside it."""

import json
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.bundling import bundle
from tests.contract.aws.processes import EngineMissingError
from tests.infra.fake_environment import environment_of
from tests.infra.lambda_root import lambda_root, run_in

FUNCTIONS = ("retrieval", "knowledge", "ingress", "desk", "dialog", "tickets", "outbox", "sweeper")
CHECKER = Path(__file__).with_name("import_zip.py")
# One after the other in one worker: they share the root, and the model's zips are large.
pytestmark = pytest.mark.xdist_group("lambda-root")


@pytest.fixture(scope="module")
def reports() -> dict[str, Any]:
    """What each zip's import said, by function; two at a time, because another processor's programs run slowly here."""
    try:
        root = lambda_root()
    except EngineMissingError as error:
        pytest.skip(str(error))
    shutil.copyfile(CHECKER, root / "import_zip.py")
    if not (root / "sdk").exists():
        _install_sdk(root / "sdk")
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(FUNCTIONS, pool.map(lambda function: _report(root, function), FUNCTIONS), strict=True))


def _report(root: Path, function: str) -> Any:
    task = root / f"task-{function}"
    shutil.rmtree(task, ignore_errors=True)
    try:
        with zipfile.ZipFile(bundle(function, "arm64")) as archive:
            archive.extractall(task)
        return json.loads(run_in(root, ["-I", "/import_zip.py", f"/{task.name}", "/sdk", function], environment_of(function)))
    except AssertionError as error:
        return error
    finally:
        shutil.rmtree(task, ignore_errors=True)


def _install_sdk(folder: Path) -> None:
    """Put the boto3 of our tests where Lambda's runtime has its own. It is Python only; the first import writes its bytecode."""
    requirements = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    pin = next(line.split('"')[1] for line in requirements.splitlines() if line.startswith('aws = ["boto3=='))
    uv = Path(sys.prefix) / "bin" / "uv"
    subprocess.run([str(uv), "pip", "install", "--quiet", "--target", str(folder), "--python-version", "3.13", pin], check=True)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_zip_is_whole(reports: dict[str, Any], function: str) -> None:
    report = reports[function]
    assert not isinstance(report, AssertionError), report
    assert (report["machine"], report["python"][:4], report["handler"]) == ("aarch64", "3.13", True)
    assert report["modules"] > 10
    if function in ("retrieval", "knowledge"):
        assert (report["dimensions"], report["length"]) == (384, 1.0)
    if function == "dialog":
        assert report["http_client"]

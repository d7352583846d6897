"""How requests prove who sends them."""

import base64
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth as Signer
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pydantic import SecretStr

from shared.adapters.opensearch.client import BasicAuth, SigV4Auth, auth_of, open_client
from shared.adapters.opensearch.engine import OpenSearchEngine, Search
from shared.domain.errors import DependencyUnavailableError
from shared.runtime.opensearch_settings import OpenSearchSettings
from shared.runtime.settings import ConfigurationError
from tests.integration.opensearch.scripted_server import Seen, answers, found, scripted

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session-token")
ANSWER = answers({"responses": [found()]})


def seen_with(auth) -> tuple[Seen, str]:
    with scripted(ANSWER) as server:
        client = open_client(server.url, auth)
        OpenSearchEngine(client).search(Search(index="texts", body={"query": {"match": {"zh.body": "退货 + 运费"}}}), 1)
        client.close()
        return server.seen[0], server.url


def test_a_signature_is_the_one_that_aws_would_compute_over_what_arrived():
    request, url = seen_with(SigV4Auth(credentials=KEYS, region="eu-central-1"))
    scope, signed, signature = (part.split("=", 1)[1] for part in request.headers["authorization"].split(" ", 1)[1].split(", "))
    assert scope.endswith("/eu-central-1/es/aws4_request")
    assert {"host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"} <= set(signed.split(";"))
    arrived = AWSRequest(
        method=request.method,
        url=url + request.path,
        data=request.body,
        headers={name: request.headers[name] for name in signed.split(";")},
    )
    arrived.context["timestamp"] = request.headers["x-amz-date"]
    signer = Signer(KEYS, "es", "eu-central-1")
    expected = signer.signature(signer.string_to_sign(arrived, signer.canonical_request(arrived)), arrived)
    assert signature == expected
    assert urlsplit(url).netloc == request.headers["host"]


def test_credentials_are_read_at_each_request_so_that_a_role_may_refresh_them():
    class Role:
        calls = 0

        def get_frozen_credentials(self):
            self.calls += 1
            return KEYS.get_frozen_credentials()

    role = Role()
    with scripted(ANSWER) as server:
        client = open_client(server.url, SigV4Auth(credentials=role, region="eu-central-1"))
        for _ in range(3):
            OpenSearchEngine(client).search(Search(index="texts", body={}), 1)
        client.close()
    assert role.calls == 3


def test_basic_authentication_sends_user_and_password():
    request, _ = seen_with(BasicAuth(user="kefu", password="密码:ss"))
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode() == "kefu:密码:ss"


def test_a_right_that_is_missing_says_so():
    with scripted(answers({"error": {"type": "security_exception"}, "status": 403}, 403)) as server:
        client = open_client(server.url, BasicAuth(user="kefu", password="x"))
        with pytest.raises(DependencyUnavailableError, match="may not do that"):
            OpenSearchEngine(client).search(Search(index="texts", body={}), 1)
        client.close()


def test_without_aws_credentials_there_is_one_clear_error(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(DependencyUnavailableError, match="no AWS credentials"):
        auth_of("aws", region="eu-central-1")


def test_credentials_travel_over_https_or_stay_on_this_machine():
    basic = {"KEFU_OPENSEARCH_AUTH": "basic", "KEFU_OPENSEARCH_USER": "kefu", "KEFU_OPENSEARCH_PASSWORD": "secret"}
    for url in ("https://search.example", "http://127.0.0.1:9200"):
        settings = OpenSearchSettings.from_env({**basic, "KEFU_OPENSEARCH_URL": url})
        assert settings.opensearch_password == SecretStr("secret")
    with pytest.raises(ConfigurationError, match="https") as caught:
        OpenSearchSettings.from_env({**basic, "KEFU_OPENSEARCH_URL": "http://search.example"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "environment",
    [
        {"KEFU_OPENSEARCH_URL": "ftp://search.example"},
        {"KEFU_OPENSEARCH_URL": "https://user:secret@search.example"},
        {"KEFU_OPENSEARCH_PREFIX": "Kefu*"},
        {"KEFU_OPENSEARCH_AUTH": "basic"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(environment):
    with pytest.raises(ConfigurationError, match="KEFU_OPENSEARCH"):
        OpenSearchSettings.from_env(environment)

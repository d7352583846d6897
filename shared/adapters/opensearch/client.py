"""The one OpenSearch client of a process: address, time-outs, and how requests prove who sends them."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth

from shared.adapters.opensearch.errors import DEPENDENCY
from shared.domain.errors import DependencyUnavailableError

# A leg of a search has its own time-out in the use case; the client's bounds the thread that would go on waiting.
SEARCH_TIMEOUT_S = 2.0
_CONNECTIONS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAuth:
    """A node on this machine, or behind something that has checked already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAuth:
    """A user of the cluster's own; only over https, or to this machine."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigV4Auth:
    """AWS Signature Version 4. `credentials` are botocore's: they are read at each request, so that they may be refreshed."""

    credentials: Any = field(repr=False)
    region: str
    service: str = "es"


Auth = NoAuth | BasicAuth | SigV4Auth


def auth_of(kind: str, *, user: str = "", password: str = "", region: str = "") -> Auth:
    """Return how to prove who we are: "none", "basic" or "aws", as settings name it.

    For "aws" the credentials are those that botocore finds (a role, the environment, a profile). Raises
    DependencyUnavailableError when it finds none.
    """
    if kind == "basic":
        return BasicAuth(user=user, password=password)
    if kind == "aws":
        # Only where it is asked for: botocore comes with Lambda, and is in no group of a single machine.
        from botocore.session import Session

        session = Session()
        credentials = session.get_credentials()
        if credentials is None:
            raise DependencyUnavailableError(DEPENDENCY, "there are no AWS credentials to sign with")
        return SigV4Auth(credentials=credentials, region=region or session.get_config_variable("region") or "")
    return NoAuth()


def open_client(url: str, auth: Auth, *, timeout_s: float = SEARCH_TIMEOUT_S) -> OpenSearch:
    """Return a client; it connects at the first request. Certificates are checked. It never retries: `OpenSearchEngine` does."""
    return OpenSearch(
        hosts=[url],
        http_auth=_signer(auth),
        headers=_headers(auth),
        timeout=timeout_s,
        max_retries=0,
        retry_on_status=(),
        pool_maxsize=_CONNECTIONS,
    )


def _signer(auth: Auth) -> Any:
    return Urllib3AWSV4SignerAuth(auth.credentials, auth.region, auth.service) if isinstance(auth, SigV4Auth) else None


def _headers(auth: Auth) -> dict[str, str]:
    """Basic authentication in UTF-8, as the server reads it; the client's own way stops at Latin-1."""
    if not isinstance(auth, BasicAuth):
        return {}
    return {"authorization": "Basic " + b64encode(f"{auth.user}:{auth.password}".encode()).decode("ascii")}

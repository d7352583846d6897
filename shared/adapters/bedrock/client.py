"""The clients of Amazon Bedrock's runtime: time-outs that fit what is asked, and who repeats a call."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

from shared.domain.errors import InvalidInputError

_CONNECT_S = 3.0
_CONNECTIONS = 50
# An embedder's calls are repeated by the SDK (standard mode: back-off with jitter, its own token bucket), once.
_EMBEDDING_ATTEMPTS = 2


def reply_client(session: boto3.Session, *, timeout_s: float = 15.0, region: str = "", endpoint_url: str = "") -> Any:
    """Return a client for replies. It repeats nothing: `draft` does, and knows what was heard and how long is left.

    Raises InvalidInputError where no region is known.
    """
    return _client(session, timeout_s, 1, region, endpoint_url)


def embedding_client(session: boto3.Session, *, timeout_s: float = 5.0, region: str = "", endpoint_url: str = "") -> Any:
    """Return a client for embeddings, which repeats a call that failed in passing once; `timeout_s` is of one attempt.

    Raises InvalidInputError where no region is known.
    """
    return _client(session, timeout_s, _EMBEDDING_ATTEMPTS, region, endpoint_url)


def _client(session: boto3.Session, timeout_s: float, attempts: int, region: str, endpoint_url: str) -> Any:
    config = Config(
        connect_timeout=min(_CONNECT_S, timeout_s),
        read_timeout=timeout_s,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=_CONNECTIONS,
    )
    try:
        return session.client("bedrock-runtime", region_name=region or None, endpoint_url=endpoint_url or None, config=config)
    except NoRegionError as error:
        raise InvalidInputError("region", "set the region of Bedrock, or AWS_REGION") from error

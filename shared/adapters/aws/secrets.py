"""Secrets in Secrets Manager."""

from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import error_code, translated
from shared.domain.errors import NotFoundError

# The second: it waits to be deleted.
_ABSENT = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class SecretsManagerSecrets:
    """Secrets named `prefix`NAME, as text. Each call asks, so that a rotated secret counts at once: keep what you got."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def get(self, name: str) -> str:
        with translated("secrets manager"):
            try:
                value = self._client.get_secret_value(SecretId=self._prefix + name).get("SecretString")
            except ClientError as error:
                if error_code(error) in _ABSENT:
                    raise NotFoundError("secret", name) from error
                raise
        if not value:
            raise NotFoundError("secret", name)
        return value

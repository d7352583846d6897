"""What a function or machine needs to know to use an OpenSearch: where it is, and how requests prove who sends them."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from shared.runtime.settings import Settings

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class OpenSearchSettings(Settings):
    """KEFU_OPENSEARCH_*. Credentials travel over https only, or stay on this machine."""

    opensearch_url: str = Field(default="", pattern="^(https?://[^/@]+/?)?$", description="an address such as https://HOST:9200")
    opensearch_auth: Literal["none", "basic", "aws"] = Field(
        default="none", description="none, basic or aws (Signature Version 4)"
    )
    opensearch_user: str = Field(default="", description="the user of basic authentication")
    opensearch_password: SecretStr | None = Field(default=None, description="that user's password")
    opensearch_region: str = Field(default="", description="the AWS region of the domain, where the environment does not say it")
    opensearch_prefix: str = Field(
        default="kefu",
        pattern="^[a-z0-9][a-z0-9._-]{0,63}$",
        description="what the names of our indices begin with: lower-case letters, digits, dots, dashes",
    )

    @model_validator(mode="after")
    def _credentials_are_whole_and_private(self) -> Self:
        address = urlsplit(self.opensearch_url)
        if self.opensearch_auth != "none" and address.scheme == "http" and address.hostname not in _HERE:
            raise ValueError("KEFU_OPENSEARCH_URL must begin with https:// when KEFU_OPENSEARCH_AUTH is basic or aws")
        if self.opensearch_auth == "basic" and not (self.opensearch_user and self.opensearch_password):
            raise ValueError("KEFU_OPENSEARCH_AUTH=basic needs KEFU_OPENSEARCH_USER and KEFU_OPENSEARCH_PASSWORD beside it")
        return self

"""What a single machine needs to know to keep its vectors in Pinecone."""

from pydantic import Field, SecretStr

from shared.runtime.settings import Settings


class PineconeSettings(Settings):
    """KEFU_PINECONE_*. A deployed function has its key from Secrets Manager instead (aws_settings.py)."""

    pinecone_host: str = Field(
        default="",
        pattern=r"^((https://)?[A-Za-z0-9.-]+\.pinecone\.io/?|http://127\.0\.0\.1(:\d+)?(/.*)?)?$",
        description="the host of the index, as the console of Pinecone shows it",
    )
    pinecone_key: SecretStr | None = Field(default=None, description="the API key of Pinecone")

"""What can be set about a single machine, all of it optional: places, a port, a reply model, a search engine."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from shared.domain.ledger import KEPT_AFTER_END
from shared.runtime.model_settings import ReplyModelSettings
from shared.runtime.opensearch_settings import OpenSearchSettings
from shared.runtime.pinecone_settings import PineconeSettings

ROOT = Path(__file__).resolve().parents[1]


class LocalSettings(ReplyModelSettings, OpenSearchSettings, PineconeSettings):
    """Defaults lie in the repository, wherever the command is called from; paths that are given count from there."""

    data: Path = Field(default=ROOT / "data", description="the folder that holds all data")
    company: Path = Field(default=ROOT / "samples" / "yuguang", description="the company's folder, with company.yaml")
    models: Path = Field(default=ROOT / "var" / "models", description="where exported embedding weights are kept")
    web: Path = Field(default=ROOT / "web", description="the folder of the built pages")
    port: int = Field(default=8080, ge=1, le=65535, description="a port between 1 and 65535")
    release: str = Field(default="local", min_length=1, description="a name for this version")
    agent_name: str = Field(default="客服", min_length=1, max_length=64, description="the name that customers see of the agent")
    tenant_rate_per_s: float = Field(default=50.0, gt=0, description="requests per second for all visitors together")
    session_rate_per_s: float = Field(default=5.0, gt=0, description="requests per second for one visitor")
    search_timeout_s: float = Field(default=3.0, gt=0, le=20, description="seconds that retrieval may take")
    queue_patience_s: int = Field(
        default=180,
        ge=10,
        description="seconds that a customer waits for a person, in the queue or for an agent who left, before a ticket is offered",
    )
    ledger_retention_days: int = Field(
        default=KEPT_AFTER_END.days, ge=31, le=3650, description="days that ended messages' entries are kept to recognise repeats"
    )
    search: Literal["embedded", "opensearch", "pinecone"] = Field(
        default="embedded", description="embedded, opensearch, or pinecone for vectors beside embedded keywords"
    )
    model_key: SecretStr | None = Field(default=None, description="the API key of that server, when it asks for one")

    @model_validator(mode="after")
    def _pinecone_is_complete(self) -> Self:
        if self.search == "pinecone" and not (self.pinecone_host and self.pinecone_key):
            raise ValueError("KEFU_SEARCH=pinecone needs KEFU_PINECONE_HOST and KEFU_PINECONE_KEY beside it")
        return self

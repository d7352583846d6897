"""What can be set about a single machine, all of it optional: KEFU_DATA, KEFU_COMPANY, KEFU_PORT and a model server."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.runtime.settings import Settings


class LocalSettings(Settings):
    """Relative paths count from the current folder."""

    data: Path = Field(default=Path("data"), description="the folder that holds all data")
    company: Path = Field(default=Path("samples/yuguang"), description="the company's folder, with company.yaml")
    port: int = Field(default=8080, ge=1, le=65535, description="a port between 1 and 65535")
    release: str = Field(default="local", min_length=1, description="a name for this version")
    agent_name: str = Field(default="客服", min_length=1, max_length=64, description="the name that customers see of the agent")
    tenant_rate_per_s: float = Field(default=50.0, gt=0, description="requests per second for all visitors together")
    session_rate_per_s: float = Field(default=5.0, gt=0, description="requests per second for one visitor")
    model_url: str = Field(default="", description="the base URL of an OpenAI-compatible server, or empty for none")
    model_name: str = Field(default="", description="the model's name on that server")
    model_key: SecretStr | None = Field(default=None, description="the API key of that server, when it asks for one")

"""Groups of settings that choose models: the reply model of whoever answers, the embedder of whoever writes or searches vectors."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.domain.model_choice import EmbedderChoice, Key, ReplyModelChoice
from shared.runtime.settings import Settings

# Set to nothing: not sent, for models that take no temperature.
Temperature = Annotated[float | None, BeforeValidator(lambda value: None if value == "" else value)]


class ReplyModelSettings(Settings):
    """KEFU_MODEL and what belongs to it. The API key is not among them: each place has its own way to keep one."""

    model: Literal["", "none", "openai", "bedrock"] = Field(
        default="", description="none, openai or bedrock; empty means openai where KEFU_MODEL_URL is set, and none elsewhere"
    )
    model_url: str = Field(default="", description="the base URL of an OpenAI-compatible server, or empty for none")
    model_name: str = Field(default="", description="the model's name on that server, or its id or inference profile in Bedrock")
    model_region: str = Field(default="", description="Bedrock's region, or empty for the function's own")
    model_timeout_s: float = Field(default=15.0, gt=0, le=28, description="seconds that a drafted answer may take in all")
    model_temperature: Temperature = Field(default=0.1, description="0 to 1, or empty for a model that takes none")
    model_max_tokens: int = Field(default=500, ge=50, le=4000, description="the longest answer in tokens")
    model_guardrail: str = Field(default="", description="the id or ARN of a Bedrock guardrail, or empty for none")
    model_guardrail_version: str = Field(default="DRAFT", description="that guardrail's version")

    @model_validator(mode="after")
    def _model_is_complete(self) -> Self:
        kind = self.model_kind
        if kind == "openai" and not self.model_url:
            raise ValueError("KEFU_MODEL=openai needs KEFU_MODEL_URL beside it")
        if kind == "openai" and not self.model_name:
            raise ValueError("KEFU_MODEL_URL needs KEFU_MODEL_NAME beside it")
        if kind == "bedrock" and not self.model_name:
            raise ValueError("KEFU_MODEL=bedrock needs KEFU_MODEL_NAME: the id of a model or an inference profile")
        return self

    @property
    def model_kind(self) -> str:
        """Which kind of model is meant."""
        return self.model or ("openai" if self.model_url else "none")

    def model_choice(self, key: Key = "") -> ReplyModelChoice:
        """Return what `shared.adapters.reply_models` makes the model from; `key` is the server's API key."""
        return ReplyModelChoice(
            kind=self.model_kind,
            name=self.model_name,
            url=self.model_url,
            key=key,
            region=self.model_region,
            timeout_s=self.model_timeout_s,
            temperature=self.model_temperature,
            max_tokens=self.model_max_tokens,
            guardrail=self.model_guardrail,
            guardrail_version=self.model_guardrail_version,
        )


class EmbedderSettings(Settings):
    """KEFU_EMBEDDER and what belongs to it: the same for all that write or search one index."""

    embedder: Literal["e5", "openai", "bedrock"] = Field(default="e5", description="e5 (embedded), openai or bedrock")
    embedder_name: str = Field(default="", description="the model's name on that server, or its id in Bedrock")
    embedder_url: str = Field(default="", description="the base URL of an OpenAI-compatible server, where embedder is openai")
    embedder_region: str = Field(default="", description="Bedrock's region, or empty for the function's own")
    embedder_dimensions: int = Field(default=1024, ge=2, le=20_000, description="how many floats the model gives per text")
    embedder_query_prefix: str = Field(default="", description='what the model wants before a question, for example "query: "')
    embedder_passage_prefix: str = Field(default="", description='what the model wants before a passage, for example "passage: "')
    embedder_timeout_s: float = Field(default=5.0, gt=0, le=60, description="seconds that one request may take")

    @model_validator(mode="after")
    def _embedder_is_complete(self) -> Self:
        if self.embedder != "e5" and not self.embedder_name:
            raise ValueError(f"KEFU_EMBEDDER={self.embedder} needs KEFU_EMBEDDER_NAME beside it")
        if self.embedder == "openai" and not self.embedder_url:
            raise ValueError("KEFU_EMBEDDER=openai needs KEFU_EMBEDDER_URL beside it")
        return self

    def embedder_choice(self, key: str = "") -> EmbedderChoice:
        """Return what `shared.adapters.embedders` makes the embedder from; `key` is the server's API key."""
        return EmbedderChoice(
            kind=self.embedder,
            name=self.embedder_name,
            url=self.embedder_url,
            key=key,
            region=self.embedder_region,
            dimensions=self.embedder_dimensions,
            query_prefix=self.embedder_query_prefix,
            passage_prefix=self.embedder_passage_prefix,
            timeout_s=self.embedder_timeout_s,
        )


class FunctionEmbedderSettings(EmbedderSettings):
    """The same for deployed functions, whose zips hold no client of OpenAI-compatible servers."""

    @model_validator(mode="after")
    def _embedder_is_in_the_zip(self) -> Self:
        if self.embedder == "openai":
            raise ValueError("KEFU_EMBEDDER=openai: functions embed with e5 or bedrock")
        return self

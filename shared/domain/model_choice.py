"""Which models a deployment uses, as its settings say and its adapters are made from."""

from collections.abc import Callable
from dataclasses import dataclass, field

# An API key, or what tells it as it is now where keys are rotated.
Key = str | Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyModelChoice:
    """`kind`: "none", "openai" (any compatible server) or "bedrock".

    `name` is the server's name of the model, or Bedrock's id of a model or inference profile. `region` "" means the
    environment's own. `temperature` None is not sent. `guardrail` "" means none.
    """

    kind: str = "none"
    name: str = ""
    url: str = ""
    key: Key = field(default="", repr=False)
    region: str = ""
    timeout_s: float = 15.0
    temperature: float | None = 0.1
    max_tokens: int = 500
    guardrail: str = ""
    guardrail_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderChoice:
    """`kind`: "e5" (the embedded one), "openai" or "bedrock". Another choice means other vectors: all are made again.

    `dimensions` is what the model gives. Prefixes are for OpenAI-compatible models that want to know a question from a passage.
    """

    kind: str = "e5"
    name: str = ""
    url: str = ""
    key: str = field(default="", repr=False)
    region: str = ""
    dimensions: int = 1024
    query_prefix: str = ""
    passage_prefix: str = ""
    timeout_s: float = 5.0

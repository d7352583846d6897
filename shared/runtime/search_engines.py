"""What `retrieval` and `knowledge` open their search engine from, and how they find it by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.ports import Clock, Embedder, KnowledgeStore, ObjectStore
from shared.runtime.aws_settings import SearchSettings
from shared.runtime.settings import ConfigurationError

Env = TypeVar("Env", bound=SearchSettings)
Engine = TypeVar("Engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts(Generic[Env]):
    """What engines are made of; `env` is the function's own environment, `search_key` tells a search service's API key."""

    env: Env
    knowledge: KnowledgeStore
    objects: ObjectStore
    embedder: Embedder
    clock: Clock
    search_key: Callable[[], str] = lambda: ""


def open_named(engines: Mapping[str, Callable[[EngineParts[Env]], Engine]], parts: EngineParts[Env]) -> Engine:
    """Return the engine that KEFU_SEARCH_ENGINE names. Raises ConfigurationError for one whose packages are not in this zip."""
    name = parts.env.search_engine
    try:
        return engines[name](parts)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"KEFU_SEARCH_ENGINE is {name}, and this zip was built without {error.name}") from error

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
    """What engines are made of; `env` is the function's own environment."""

    env: Env
    knowledge: KnowledgeStore
    objects: ObjectStore
    embedder: Embedder
    clock: Clock


def open_named(engines: Mapping[str, Callable[[EngineParts[Env]], Engine]], parts: EngineParts[Env]) -> Engine:
    """Return the engine that KEFU_SEARCH_ENGINE names. Raises ConfigurationError for one that is not in this zip."""
    make = engines.get(parts.env.search_engine)
    if make is None:
        raise ConfigurationError(f"KEFU_SEARCH_ENGINE is {parts.env.search_engine}, which this function was not built with")
    return make(parts)

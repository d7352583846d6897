"""Knowledge on a single machine: what `retrieval` and `knowledge` run on."""

from collections.abc import Callable
from dataclasses import dataclass

from local.hop import Handler
from shared.domain.knowledge import SearchQuery, SearchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The search behind `retrieval`, and the handler of `knowledge`."""

    search: Callable[[SearchQuery], SearchResult]
    handler: Handler

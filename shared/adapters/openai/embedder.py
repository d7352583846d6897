"""An embedder behind any OpenAI-compatible embeddings API."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import httpx

from shared.adapters.model_calls.embedding import Limits, embedded
from shared.adapters.openai.completion import parse_object
from shared.adapters.openai.endpoints import Endpoint, headers_for
from shared.adapters.openai.transport import CONNECT_S, cut_off_at, raise_for_status, translated
from shared.domain.errors import DependencyUnavailableError, RateLimitedError

_ATTEMPTS = 2
_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIEmbedder:
    """Port Embedder by POST /embeddings; one client for the life of the process. Safe to call from several threads.

    `dimensions` is what the model gives; `ask_dimensions` sends it too, for models that can shorten their vectors.
    Prefixes are for models that want to know a question from a passage ("query: ", "passage: " of the e5 family).
    `timeout_s` is of one request; one that failed in passing is repeated once. `max_characters` keeps a text below
    8,192 tokens, OpenAI's limit; `batch` is small because many compatible servers take no more.
    """

    endpoint: Endpoint
    client: httpx.Client
    dimensions: int
    query_prefix: str = ""
    passage_prefix: str = ""
    ask_dimensions: bool = False
    batch: int = 32
    max_characters: int = 6000
    timeout_s: float = 5.0

    @property
    def name(self) -> str:
        """The model with all that changes its vectors. The address is left out: the same model may move."""
        return f"openai-1/{self.endpoint.model}/{self.dimensions}/{self.query_prefix}/{self.passage_prefix}/{self.max_characters}"

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of questions. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""
        return self._embed(texts, self.query_prefix)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of what is to be found."""
        return self._embed(texts, self.passage_prefix)

    def _embed(self, texts: Sequence[str], prefix: str) -> list[list[float]]:
        limits = Limits(texts=self.batch, characters=self.max_characters)
        return embedded(texts, self.dimensions, limits, lambda batch: self._vectors([prefix + text for text in batch]))

    def _vectors(self, texts: list[str]) -> object:
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._ask(texts)
            except RateLimitedError as error:
                time.sleep(min(error.retry_after_s, _LONGEST_PAUSE_S))
            except DependencyUnavailableError as error:
                if not error.retryable:
                    raise
                time.sleep(_PAUSE_S)
        return self._ask(texts)

    def _ask(self, texts: list[str]) -> object:
        asked: dict[str, object] = {"model": self.endpoint.model, "input": texts, "encoding_format": "float"}
        if self.ask_dimensions:
            asked["dimensions"] = self.dimensions
        body = json.dumps(asked, ensure_ascii=False).encode()
        url = self.endpoint.embeddings_url
        ends_at = time.monotonic() + self.timeout_s
        timeout = httpx.Timeout(self.timeout_s, connect=min(CONNECT_S, self.timeout_s))
        headers = dict(headers_for(self.endpoint, url, body, int(time.time())))
        with (
            translated(ends_at, "embedder"),
            self.client.stream("POST", url, content=body, headers=headers, timeout=timeout) as response,
            cut_off_at(ends_at, response),
        ):
            raise_for_status(response, "embedder")
            return _in_order(parse_object(response.read().decode("utf-8", "replace"), "embedder"), len(texts))


def _in_order(answer: Mapping[str, object], count: int) -> list[object]:
    """Return the vectors by their `index`: the API does not promise their order."""
    data = answer.get("data")
    vectors: list[object] = [None] * count
    for entry in cast("list[object]", data) if isinstance(data, list) else []:
        fields = cast("Mapping[str, object]", entry) if isinstance(entry, Mapping) else {}
        place = fields.get("index")
        if isinstance(place, int) and 0 <= place < count:
            vectors[place] = fields.get("embedding")
    return vectors

"""Embedders behind Amazon Bedrock's InvokeModel: Cohere Embed v3 and Titan Text Embeddings V2.

Sources: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html (96 texts of 2,048 characters; input_type)
and model-parameters-titan-embed-text.html (one text; 256, 512 or 1,024 dimensions); Titan takes 8,192 tokens or 50,000
characters.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from shared.adapters.bedrock.errors import translated
from shared.adapters.model_calls.embedding import Limits, embedded
from shared.domain.errors import DependencyUnavailableError, InvalidInputError
from shared.ports import Embedder

COHERE_DIMENSIONS = 1024
TITAN_DIMENSIONS = (256, 512, 1024)
_COHERE_LIMITS = Limits(texts=96, characters=2048)
# A character of Chinese may be more than one token of Titan's: this stays below its 8,192.
_TITAN_LIMITS = Limits(texts=16, characters=6000)
_TITAN_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CohereEmbedder:
    """Port Embedder by Cohere Embed v3. Safe to call from several threads.

    `client` comes from `embedding_client`. A question and what is to be found have different vectors (`input_type`).
    """

    client: Any
    model_id: str = "cohere.embed-multilingual-v3"
    dimensions: int = COHERE_DIMENSIONS

    @property
    def name(self) -> str:
        """The model, and what this adapter does to texts."""
        return f"bedrock-1/{self.model_id}/{self.dimensions}"

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of questions. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""
        return self._embed(texts, "search_query")

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of what is to be found."""
        return self._embed(texts, "search_document")

    def _embed(self, texts: Sequence[str], input_type: str) -> list[list[float]]:
        def ask(batch: Sequence[str]) -> object:
            # Two thousand characters of Chinese are more than the model's 512 tokens: it drops the rest.
            asked = {"texts": list(batch), "input_type": input_type, "truncate": "END", "embedding_types": ["float"]}
            vectors = _invoke(self.client, self.model_id, asked).get("embeddings")
            return cast("Mapping[str, object]", vectors).get("float") if isinstance(vectors, Mapping) else vectors

        return embedded(texts, self.dimensions, _COHERE_LIMITS, ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitanEmbedder:
    """Port Embedder by Titan Text Embeddings V2, which takes one text per call: several calls at a time.

    Questions and passages have the same vectors. Raises InvalidInputError for dimensions that the model does not have.
    """

    client: Any
    model_id: str = "amazon.titan-embed-text-v2:0"
    dimensions: int = 1024

    def __post_init__(self) -> None:
        if self.dimensions not in TITAN_DIMENSIONS:
            raise InvalidInputError("dimensions", f"Titan V2 has {', '.join(map(str, TITAN_DIMENSIONS))}")

    @property
    def name(self) -> str:
        """The model, and what this adapter does to texts."""
        return f"bedrock-1/{self.model_id}/{self.dimensions}"

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of questions. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""
        return embedded(texts, self.dimensions, _TITAN_LIMITS, self._ask)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of what is to be found."""
        return embedded(texts, self.dimensions, _TITAN_LIMITS, self._ask)

    def _ask(self, batch: Sequence[str]) -> object:
        if len(batch) == 1:
            return [self._one(batch[0])]
        with ThreadPoolExecutor(min(_TITAN_AT_ONCE, len(batch)), thread_name_prefix="titan") as threads:
            return list(threads.map(self._one, batch))

    def _one(self, text: str) -> object:
        asked = {"inputText": text, "dimensions": self.dimensions, "normalize": True}
        return _invoke(self.client, self.model_id, asked).get("embedding")


def bedrock_embedder(client: Any, model_id: str, dimensions: int) -> Embedder:
    """Return the embedder of a model by its id, also as an inference profile ("eu.cohere.embed-…").

    Raises InvalidInputError for a model whose requests are not known here.
    """
    if "cohere.embed-" in model_id and "-v3" in model_id:
        return CohereEmbedder(client=client, model_id=model_id)
    if "amazon.titan-embed-text-v2" in model_id:
        return TitanEmbedder(client=client, model_id=model_id, dimensions=dimensions)
    raise InvalidInputError("embedder_model", "use cohere.embed-multilingual-v3 or amazon.titan-embed-text-v2:0")


def _invoke(client: Any, model_id: str, asked: Mapping[str, object]) -> Mapping[str, object]:
    with translated("embedder"):
        response = client.invoke_model(
            modelId=model_id,
            body=json.dumps(asked, ensure_ascii=False).encode(),
            contentType="application/json",
            accept="application/json",
        )
        body = response["body"].read()
    try:
        answer: object = json.loads(body)
    except ValueError as error:
        raise DependencyUnavailableError("embedder", "malformed JSON") from error
    if not isinstance(answer, dict):
        raise DependencyUnavailableError("embedder", "an answer that is no object")
    return cast("dict[str, object]", answer)

"""Embedding services on 127.0.0.1 that check requests by the vendors' documentation and answer as they do.

Sources: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html (Cohere Embed v3) and
model-parameters-titan-embed-text.html (Titan V2); platform.openai.com/docs/api-reference/embeddings/create.
What they mean is the double's: texts that share wording are near each other. Lengths are not 1, as a service's may not be.
"""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.doubles.embedder import HashingEmbedder
from tests.loopback import serving

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CohereRequest(_Request):
    """Embed v3."""

    texts: Annotated[list[Annotated[Text, Field(max_length=2048)]], Field(min_length=1, max_length=96)]
    input_type: Literal["search_document", "search_query"]
    truncate: Literal["NONE", "START", "END"] = "NONE"
    embedding_types: list[Literal["float"]] | None = None


class TitanRequest(_Request):
    """Titan Text Embeddings V2."""

    inputText: Annotated[Text, Field(max_length=50_000)]
    dimensions: Literal[256, 512, 1024] = 1024
    normalize: bool = True


class OpenAIRequest(_Request):
    """POST /embeddings."""

    model: str
    input: Annotated[list[Annotated[Text, Field(max_length=8192)]], Field(min_length=1, max_length=32)]
    encoding_format: Literal["float"] = "float"
    dimensions: int | None = None


Answer = tuple[int, dict[str, Any]]


def cohere(body: Mapping[str, Any]) -> Answer:
    """Answer InvokeModel for Cohere."""
    asked = CohereRequest.model_validate(body)
    vectors = [_long(text, 1024, 2.0) for text in asked.texts]
    embeddings = {"float": vectors} if asked.embedding_types else vectors
    kind = "embeddings_by_type" if asked.embedding_types else "embeddings_floats"
    return 200, {"id": "1", "response_type": kind, "texts": asked.texts, "embeddings": embeddings}


def titan(body: Mapping[str, Any]) -> Answer:
    """Answer InvokeModel for Titan."""
    asked = TitanRequest.model_validate(body)
    vector = _long(asked.inputText, asked.dimensions, 1.0 if asked.normalize else 3.0)
    return 200, {"embedding": vector, "inputTextTokenCount": 3, "embeddingsByType": {"float": vector}}


def openai(body: Mapping[str, Any]) -> Answer:
    """Answer POST /embeddings, last text first: the order is in `index`."""
    asked = OpenAIRequest.model_validate(body)
    data = [{"object": "embedding", "index": i, "embedding": _long(text, 256, 5.0)} for i, text in enumerate(asked.input)]
    return 200, {"object": "list", "data": data[::-1], "model": asked.model, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@dataclass
class EmbeddingServer:
    """`url` for a client; `seen` are paths and bodies; `failing` are statuses for the next requests."""

    url: str = ""
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failing: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@contextmanager
def answering(answer: Callable[[Mapping[str, Any]], Answer]) -> Generator[EmbeddingServer]:
    """Serve until the block ends; a request that does not fit gets 400."""
    served = EmbeddingServer()
    with serving(type("Handler", (_Handler,), {"served": served, "answer": staticmethod(answer)})) as port:
        served.url = f"http://127.0.0.1:{port}"
        yield served


class _Handler(BaseHTTPRequestHandler):
    served: EmbeddingServer
    answer: Callable[[Mapping[str, Any]], Answer]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.served.seen.append((self.path, body))
        if self.served.failing:
            status, headers = self.served.failing.pop(0)
            self._send(status, {"message": "客户的秘密"}, headers)
            return
        try:
            status, said = self.answer(body)
        except ValidationError as error:
            status, said = 400, {"message": str(error.errors(include_input=False, include_url=False))}
        self._send(status, said, {})

    def log_message(self, *_: object) -> None:
        return

    def _send(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _long(text: str, dimensions: int, length: float) -> list[float]:
    (vector,) = HashingEmbedder(dimensions).embed_passages([text])
    return [value * length for value in vector]

"""Embedders over HTTP: what is sent, what is repeated, and which answers are refused."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from shared.adapters.bedrock.client import embedding_client
from shared.adapters.bedrock.embedders import CohereEmbedder, TitanEmbedder, bedrock_embedder
from shared.adapters.model_calls.permission import ModelCallRefusedError, model_calls
from shared.adapters.openai.embedder import OpenAIEmbedder
from shared.adapters.openai.endpoints import Endpoint
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, InvalidInputError, RateLimitedError
from shared.ports import Embedder
from tests.contract import embedding_servers
from tests.contract.embedding_servers import EmbeddingServer, answering
from tests.integration.bedrock.bedrock_server import session

Made = tuple[Embedder, EmbeddingServer]


@pytest.fixture(autouse=True)
def _allowed(_no_model_calls: None) -> Iterator[None]:
    with model_calls(allowed=True):
        yield


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def bedrock_at(url: str, opened: ExitStack, model_id: str, dimensions: int = 1024, timeout_s: float = 5.0) -> Embedder:
    client = embedding_client(session(), endpoint_url=url, timeout_s=timeout_s)
    opened.callback(client.close)
    return bedrock_embedder(client, model_id, dimensions)


def openai_at(url: str, opened: ExitStack, **settings: Any) -> OpenAIEmbedder:
    endpoint = Endpoint(base_url=url, model="bge-m3", api_key="key-for-tests")
    client = opened.enter_context(httpx.Client())
    return OpenAIEmbedder(endpoint=endpoint, client=client, **{"dimensions": 256, **settings})


def cohere(opened: ExitStack) -> Made:
    server = opened.enter_context(answering(embedding_servers.cohere))
    return bedrock_at(server.url, opened, "cohere.embed-multilingual-v3"), server


def titan(opened: ExitStack) -> Made:
    server = opened.enter_context(answering(embedding_servers.titan))
    return bedrock_at(server.url, opened, "amazon.titan-embed-text-v2:0", 512), server


def openai(opened: ExitStack) -> Made:
    server = opened.enter_context(answering(embedding_servers.openai))
    return openai_at(server.url, opened), server


@pytest.fixture(params=[cohere, titan, openai], ids=["cohere", "titan", "openai"])
def made(request: pytest.FixtureRequest, opened: ExitStack) -> Made:
    return request.param(opened)


class TestRequests:
    def test_cohere_is_told_a_question_from_a_passage(self, opened: ExitStack) -> None:
        embedder, server = cohere(opened)
        embedder.embed_queries(["退货"])
        embedder.embed_passages(["退货"])
        assert [body["input_type"] for _, body in server.seen] == ["search_query", "search_document"]
        assert server.seen[0][0] == "/model/cohere.embed-multilingual-v3/invoke"

    def test_texts_go_in_batches_that_the_service_takes(self, opened: ExitStack) -> None:
        embedder, server = cohere(opened)
        embedder.embed_passages([f"{number}" for number in range(200)])
        assert [len(body["texts"]) for _, body in server.seen] == [96, 96, 8]
        embedder, server = openai(opened)
        embedder.embed_passages([f"{number}" for number in range(70)])
        assert [len(body["input"]) for _, body in server.seen] == [32, 32, 6]

    def test_titan_is_asked_for_its_dimensions(self, opened: ExitStack) -> None:
        embedder, server = titan(opened)
        assert len(embedder.embed_queries(["退货"])[0]) == 512
        assert server.seen[0][1] == {"inputText": "退货", "dimensions": 512, "normalize": True}

    def test_models_of_the_e5_family_get_their_prefixes(self, opened: ExitStack) -> None:
        server = opened.enter_context(answering(embedding_servers.openai))
        embedder = openai_at(server.url, opened, query_prefix="query: ", passage_prefix="passage: ")
        embedder.embed_queries(["退货"])
        embedder.embed_passages(["退货"])
        assert [body["input"] for _, body in server.seen] == [["query: 退货"], ["passage: 退货"]]
        assert embedder.name != openai_at(server.url, opened).name

    def test_a_model_that_can_shorten_its_vectors_is_told_how_far(self, opened: ExitStack) -> None:
        server = opened.enter_context(answering(embedding_servers.openai))
        openai_at(server.url, opened, ask_dimensions=True).embed_queries(["退货"])
        assert server.seen[0][1]["dimensions"] == 256

    def test_texts_without_a_character_cost_no_call(self, made: Made) -> None:
        embedder, server = made
        assert embedder.embed_queries(["", " \n\t", "\0"])[0][0] == 1.0
        assert embedder.embed_queries([]) == []
        assert server.seen == []

    @pytest.mark.parametrize("model_id", ["cohere.embed-english-v2", "amazon.titan-embed-text-v1", "e5"])
    def test_a_model_whose_requests_are_not_known_is_refused(self, model_id: str) -> None:
        with pytest.raises(InvalidInputError, match="embedder_model"):
            bedrock_embedder(None, model_id, 1024)

    def test_an_inference_profile_is_the_model_it_names(self) -> None:
        assert isinstance(bedrock_embedder(None, "eu.cohere.embed-multilingual-v3", 1024), CohereEmbedder)
        assert isinstance(bedrock_embedder(None, "amazon.titan-embed-text-v2:0", 256), TitanEmbedder)

    def test_dimensions_that_titan_does_not_have_are_refused_at_the_start(self) -> None:
        with pytest.raises(InvalidInputError, match="256, 512, 1024"):
            bedrock_embedder(None, "amazon.titan-embed-text-v2:0", 384)


class TestShapes:
    """botocore's Stubber checks requests and answers by the service's own model."""

    def stubbed(self, opened: ExitStack, model_id: str, asked: dict[str, Any], answer: dict[str, Any]) -> Embedder:
        client = embedding_client(session())
        opened.callback(client.close)
        stubber = opened.enter_context(Stubber(client))
        body = json.dumps(answer).encode()
        response = {"body": StreamingBody(io.BytesIO(body), len(body)), "contentType": "application/json"}
        sent = json.dumps(asked, ensure_ascii=False).encode()
        expected = {"modelId": model_id, "body": sent, "contentType": "application/json", "accept": "application/json"}
        stubber.add_response("invoke_model", response, expected)
        return bedrock_embedder(client, model_id, 256)

    def test_cohere(self, opened: ExitStack) -> None:
        asked = {"texts": ["退货", "换货"], "input_type": "search_document", "truncate": "END", "embedding_types": ["float"]}
        vectors = [[3.0, 4.0] + [0.0] * 1022, [0.0] * 1023 + [-2.0]]
        answer = {"embeddings": {"float": vectors}, "id": "1", "response_type": "embeddings_by_type"}
        embedder = self.stubbed(opened, "cohere.embed-multilingual-v3", asked, answer)
        first, second = embedder.embed_passages(["退货", "换货"])
        assert (first[0], first[1], second[1023]) == (pytest.approx(0.6), pytest.approx(0.8), -1.0)

    def test_titan(self, opened: ExitStack) -> None:
        asked = {"inputText": "退货", "dimensions": 256, "normalize": True}
        answer = {"embedding": [0.5] * 256, "inputTextTokenCount": 2}
        embedder = self.stubbed(opened, "amazon.titan-embed-text-v2:0", asked, answer)
        assert embedder.embed_queries(["退货"])[0][0] == pytest.approx(1 / 16)

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("ThrottlingException", 429, RateLimitedError),
            ("ModelTimeoutException", 408, DeadlineExceededError),
            ("ValidationException", 400, DependencyUnavailableError),
            ("AccessDeniedException", 403, DependencyUnavailableError),
        ],
    )
    def test_errors_by_their_names(self, opened: ExitStack, code: str, status: int, error: type[Exception]) -> None:
        client = embedding_client(session())
        opened.callback(client.close)
        opened.enter_context(Stubber(client)).add_client_error("invoke_model", code, "客户的秘密", status)
        with pytest.raises(error) as caught:
            bedrock_embedder(client, "cohere.embed-multilingual-v3", 1024).embed_queries(["退货"])
        assert "秘密" not in str(caught.value)


class TestFailures:
    @pytest.mark.parametrize("status", [500, 503])
    def test_a_passing_failure_is_repeated_once(self, made: Made, status: int) -> None:
        embedder, server = made
        server.failing.append((status, {}))
        assert len(embedder.embed_queries(["退货"])) == 1
        assert len(server.seen) == 2

    def test_a_lasting_one_is_told_after_two_attempts(self, made: Made) -> None:
        embedder, server = made
        server.failing += [(503, {})] * 3
        with pytest.raises(DependencyUnavailableError) as caught:
            embedder.embed_queries(["退货"])
        assert len(server.seen) == 2
        assert "秘密" not in str(caught.value)

    def test_a_full_service_is_a_rate_limit(self, made: Made) -> None:
        embedder, server = made
        server.failing += [(429, {"x-amzn-ErrorType": "ThrottlingException", "Retry-After": "60"})] * 2
        began = time.monotonic()
        with pytest.raises(RateLimitedError):
            embedder.embed_queries(["退货"])
        assert time.monotonic() - began < 20

    @pytest.mark.parametrize(
        ("status", "name"), [(400, "ValidationException"), (403, "AccessDeniedException"), (404, "ResourceNotFoundException")]
    )
    def test_what_no_repetition_cures_is_not_repeated(self, made: Made, status: int, name: str) -> None:
        embedder, server = made
        server.failing += [(status, {"x-amzn-ErrorType": name})] * 2
        with pytest.raises(DependencyUnavailableError) as caught:
            embedder.embed_queries(["退货"])
        assert not caught.value.retryable
        assert len(server.seen) == 1

    def test_a_service_that_hangs_is_left_at_the_time_out(self, opened: ExitStack) -> None:
        leaving = threading.Event()

        def slow(body: Mapping[str, Any]) -> embedding_servers.Answer:
            leaving.wait(9)
            return embedding_servers.openai(body)

        server = opened.enter_context(answering(slow))
        opened.callback(leaving.set)
        began = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            openai_at(server.url, opened, timeout_s=0.3).embed_queries(["退货"])
        with pytest.raises(DeadlineExceededError):
            bedrock_at(server.url, opened, "cohere.embed-multilingual-v3", timeout_s=0.3).embed_queries(["退货"])
        assert time.monotonic() - began < 8

    def test_nobody_listening_is_an_unavailable_embedder(self, opened: ExitStack) -> None:
        for embedder in (
            openai_at("http://127.0.0.1:9", opened),
            bedrock_at("http://127.0.0.1:9", opened, "cohere.embed-multilingual-v3"),
        ):
            with pytest.raises(DependencyUnavailableError):
                embedder.embed_queries(["退货"])

    @pytest.mark.parametrize(
        "answer",
        [
            {"data": []},
            {"data": [{"index": 0, "embedding": [0.5] * 255}]},
            {"data": [{"index": 0, "embedding": [0.0] * 256}]},
            {"data": [{"index": 0, "embedding": ["1"] * 256}]},
            {"data": [{"index": 0, "embedding": [float("nan")] * 256}]},
            {"data": [{"index": 1, "embedding": [0.5] * 256}]},
            {"data": {"index": 0}},
            {"error": {"message": "no"}},
        ],
        ids=lambda answer: str(answer)[:50],
    )
    def test_an_answer_that_is_no_vector_is_refused(self, opened: ExitStack, answer: dict[str, Any]) -> None:
        server = opened.enter_context(answering(lambda _: (200, answer)))
        with pytest.raises(DependencyUnavailableError):
            openai_at(server.url, opened).embed_queries(["退货"])

    @pytest.mark.parametrize("answer", [{}, {"embeddings": []}, {"embeddings": {"int8": [[1] * 1024]}}, {"embeddings": [[1.0]]}])
    def test_an_answer_of_bedrock_that_is_no_vector_is_refused(self, opened: ExitStack, answer: dict[str, Any]) -> None:
        server = opened.enter_context(answering(lambda _: (200, answer)))
        with pytest.raises(DependencyUnavailableError):
            bedrock_at(server.url, opened, "cohere.embed-multilingual-v3").embed_queries(["退货"])


def test_tests_may_not_embed_remotely_unless_they_say_so(made: Made) -> None:
    embed: Callable[[list[str]], object] = made[0].embed_queries
    with model_calls(allowed=False), pytest.raises(ModelCallRefusedError):
        embed(["退货"])
    assert made[1].seen == []

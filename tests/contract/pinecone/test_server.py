"""The referee itself: the server refuses what Pinecone refuses, and filters as its language says."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.pinecone.server import API_KEY, PineconeServer, pinecone_server
from tests.contract.pinecone.store import matches

HEADERS = {"Api-Key": API_KEY, "X-Pinecone-Api-Version": "2026-07"}
RECORD: dict[str, Any] = {"id": "a", "values": [0.1, 0.2], "metadata": {"part": "body"}}


@pytest.fixture(scope="module")
def server() -> Iterator[PineconeServer]:
    with pinecone_server(2) as running:
        yield running


def post(server: PineconeServer, path: str, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.post(server.host() + path, json=body, headers=HEADERS if headers is None else headers)


def test_takes_what_the_specification_allows(server):
    assert post(server, "/vectors/upsert", {"vectors": [RECORD], "namespace": "n"}).json() == {"upsertedCount": 1}
    found = post(server, "/query", {"topK": 1, "vector": [1, 2], "namespace": "n"}).json()
    assert found["matches"] == [{"id": "a", "score": pytest.approx(1)}]


@pytest.mark.parametrize("headers", [{}, {"Api-Key": "other"}])
def test_an_unknown_key_is_401_in_plain_text(server, headers):
    answer = post(server, "/query", {"topK": 1, "vector": [1, 2]}, headers)
    assert (answer.status_code, answer.text) == (401, "Unauthorized")


UPSERTS = [
    {"vectors": []},
    {"vectors": [{**RECORD, "metadata": {"part": None}}]},
    {"vectors": [{**RECORD, "metadata": {"nested": {"a": 1}}}]},
    {"vectors": [{**RECORD, "metadata": {"mixed": ["a", 1]}}]},
    {"vectors": [{**RECORD, "metadata": {"$eq": 1}}]},
    {"vectors": [{**RECORD, "metadata": {"long": "x" * 41_000}}]},
    {"vectors": [{**RECORD, "values": [0.1]}]},
    {"vectors": [{**RECORD, "values": [0.0, 0.0]}]},
    {"vectors": [{**RECORD, "values": ["0.1", "0.2"]}]},
    {"vectors": [{**RECORD, "id": ""}]},
    {"vectors": [{**RECORD, "id": "文"}]},
    {"vectors": [{**RECORD, "id": "x" * 513}]},
    {"vectors": [{**RECORD, "colour": "red"}]},
    {"vectors": [RECORD], "tenant": "n"},
    {"vectors": [RECORD], "namespace": "租户"},
    {"vectors": [RECORD] * 1001},
    [RECORD],
]


@pytest.mark.parametrize("body", UPSERTS, ids=lambda body: json.dumps(body, ensure_ascii=False)[:60])
def test_refuses_an_upsert_that_does_not_fit(server, body):
    assert post(server, "/vectors/upsert", body).status_code == 400


def test_refuses_an_upsert_of_more_than_2_megabytes(server):
    wide = {**RECORD, "metadata": {"text": "x" * 40_000}}
    assert post(server, "/vectors/upsert", {"vectors": [wide] * 60}).status_code == 413


@pytest.mark.parametrize(
    "change",
    [
        {"topK": 0},
        {"topK": 10_001},
        {"vector": [1.0]},
        {"includeValues": "yes"},
        {"filter": {"$gt": 1}},
        {"filter": {"year": {"$gt": "2020"}}},
        {"filter": {"year": {"$in": 2020}}},
        {"filter": {"year": {"$like": "20%"}}},
        {"filter": {"$and": {"year": 2020}}},
        {"filter": {"year": {"$eq": None}}},
    ],
    ids=str,
)
def test_refuses_a_query_that_does_not_fit(server, change):
    assert post(server, "/query", {"topK": 1, "vector": [1, 2], **change}).status_code == 400


def test_refuses_selectors_that_contradict_each_other(server):
    post(server, "/vectors/upsert", {"vectors": [RECORD], "namespace": "n"})
    for path, body in (
        ("/vectors/update", {"namespace": "n", "setMetadata": {}}),
        ("/vectors/update", {"namespace": "n", "id": "a", "filter": {"part": "body"}}),
        ("/vectors/update", {"namespace": "n", "filter": {"part": "body"}, "values": [1, 2]}),
        ("/vectors/update", {"namespace": "n", "filter": {}}),
        ("/vectors/delete", {"namespace": "n"}),
        ("/vectors/delete", {"namespace": "n", "deleteAll": True, "ids": ["a"]}),
    ):
        assert post(server, path, body).status_code == 400, body


def test_a_namespace_that_was_never_written_reads_as_empty_and_takes_no_deletion(server):
    assert post(server, "/query", {"topK": 1, "vector": [1, 2], "namespace": "nobody"}).json()["matches"] == []
    assert post(server, "/vectors/delete", {"namespace": "nobody", "deleteAll": True}).status_code == 404


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_refuses_a_page_that_is_too_large(server, limit):
    assert httpx.get(server.host() + "/vectors/list", params={"limit": limit}, headers=HEADERS).status_code == 400


HELD = {"part": "body", "n": 5.0, "tags": ["a", "b"], "main": True}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ({}, True),
        ({"part": "body"}, True),
        ({"part": {"$eq": "title"}}, False),
        ({"part": {"$in": ["title", "body"]}}, True),
        ({"part": {"$nin": ["title", "body"]}}, False),
        ({"n": {"$gte": 5, "$lt": 6}}, True),
        ({"n": {"$gt": 5}}, False),
        ({"n": {"$lte": 4}}, False),
        ({"part": {"$gt": 1}}, False),
        ({"absent": {"$eq": 1}}, False),
        ({"absent": {"$ne": 1}}, True),
        ({"absent": {"$exists": False}}, True),
        ({"tags": {"$eq": "b"}}, True),
        ({"tags": {"$ne": "b"}}, False),
        ({"main": {"$eq": True}}, True),
        ({"$and": [{"part": "body"}, {"n": {"$lt": 5}}]}, False),
        ({"$or": [{"part": "title"}, {"n": 5}]}, True),
        ({"part": "body", "$or": [{"n": 1}, {"n": 2}]}, False),
    ],
    ids=str,
)
def test_a_filter_means_what_the_documentation_says(expression, fits):
    assert matches(HELD, expression) is fits

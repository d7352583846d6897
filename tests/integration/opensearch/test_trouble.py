"""What becomes of searches and writes when OpenSearch is slow, busy, strict or gone."""

import time
from contextlib import contextmanager

import pytest

from shared.adapters.opensearch.client import NoAuth, open_client
from shared.adapters.opensearch.engine import Action, OpenSearchEngine, Search, Write
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, SupportError
from tests.integration.opensearch.scripted_server import answers, bulk, found, hangs_up, scripted

SEARCHES = [Search(index="texts", body={"query": {"match_all": {}}}), Search(index="vectors", body={"query": {"match_all": {}}})]
PUTS = [Write(action=Action.PUT, document_id=name, name=name, body={"n": 1}) for name in ("a", "b", "c")]
BUSY = ("index", 429, "opensearch_rejected_execution_exception")
DONE = ("index", 201, "")


@contextmanager
def engine_over(*script):
    """An engine on a scripted server; its waits are noted, not waited."""
    with scripted(*script) as server:
        client = open_client(server.url, NoAuth(), timeout_s=2)
        pauses: list[float] = []
        yield OpenSearchEngine(client, pause=pauses.append, chance=lambda: 1.0), server, pauses
        client.close()


def chunk_ids(answer):
    return [hit["fields"]["chunk_id"][0] for hit in answer["hits"]]


def test_a_late_answer_is_an_unavailable_dependency_and_is_not_asked_for_again():
    with engine_over(answers({"responses": []}, after_s=1)) as (engine, server, _):
        began = time.perf_counter()
        with pytest.raises(DependencyUnavailableError, match="in time"):
            engine.search_all(SEARCHES, timeout_s=0.2)
        assert time.perf_counter() - began < 0.8
        assert len(server.seen) == 1


def test_every_search_tells_the_server_how_long_it_may_take():
    with engine_over(answers({"responses": [found(), found()]})) as (engine, server, _):
        engine.search_all(SEARCHES, timeout_s=0.75)
        assert server.seen[0].body.count(b'"timeout":"750ms"') == 2


def test_a_connection_that_breaks_is_tried_once_more_at_once():
    with engine_over(hangs_up, answers({"responses": [found("a"), found("b")]})) as (engine, server, pauses):
        assert [chunk_ids(answer) for answer in engine.search_all(SEARCHES, timeout_s=1)] == [["a"], ["b"]]
        assert (len(server.seen), pauses) == (2, [])


def test_an_overloaded_cluster_is_not_asked_again_by_the_same_question():
    with engine_over(answers({"error": {"type": "rejected"}, "status": 429}, 429)) as (engine, server, _):
        with pytest.raises(DependencyUnavailableError):
            engine.search_all(SEARCHES, timeout_s=1)
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "cut_short",
    [found("a", timed_out=True), found("a", _shards={"failed": 1}), {"error": {"type": "search_phase"}, "status": 503}],
)
def test_half_a_ranking_is_none_and_the_other_leg_is_kept(cut_short):
    with engine_over(answers({"responses": [cut_short, found("b")]})) as (engine, _, _):
        broken, whole = engine.search_all(SEARCHES, timeout_s=1)
        assert isinstance(broken, DependencyUnavailableError)
        assert not isinstance(whole, SupportError)
        assert chunk_ids(whole) == ["b"]


def test_only_the_writes_that_a_busy_node_put_off_are_sent_again_after_growing_waits():
    with engine_over(bulk(DONE, BUSY, BUSY), bulk(DONE, BUSY), bulk(DONE)) as (engine, server, pauses):
        engine.write("texts", PUTS, through_alias=True)
        assert [request.written for request in server.seen] == [["a", "b", "c"], ["b", "c"], ["c"]]
        assert pauses == [0.25, 0.5]


def test_a_node_that_stays_busy_is_an_unavailable_dependency_in_the_end():
    with engine_over(bulk(DONE, DONE, BUSY), bulk(BUSY)) as (engine, server, _):
        with pytest.raises(DependencyUnavailableError, match="c: ") as caught:
            engine.write("texts", PUTS, through_alias=True)
        assert caught.value.retryable
        assert len(server.seen) == 4


def test_what_is_refused_for_good_is_not_sent_again_and_names_the_chunk():
    refused = ("index", 400, "mapper_parsing_exception")
    with engine_over(bulk(DONE, refused, BUSY), bulk(DONE)) as (engine, server, _):
        with pytest.raises(InvalidInputError) as caught:
            engine.write("texts", PUTS, through_alias=True)
        assert caught.value.field == "b"
        assert [request.written for request in server.seen] == [["a", "b", "c"], ["c"]]


@pytest.mark.parametrize("trouble", [hangs_up, answers({"error": "starting"}, 503)])
def test_a_write_whose_reply_is_lost_is_sent_again(trouble):
    with engine_over(trouble, bulk(DONE, DONE, DONE)) as (engine, server, pauses):
        engine.write("texts", PUTS, through_alias=True)
        assert [request.written for request in server.seen] == [["a", "b", "c"]] * 2
        assert pauses == [0.25]


def test_changing_what_is_not_there_does_nothing():
    marks = [Write(action=Action.CHANGE, document_id="x", name="x", body={"removed_in": 1})]
    with engine_over(bulk(("update", 404, "document_missing_exception"))) as (engine, server, _):
        engine.write("texts", marks, through_alias=True)
        assert len(server.seen) == 1


def test_a_missing_index_is_no_missing_document():
    marks = [Write(action=Action.CHANGE, document_id="x", name="x", body={"removed_in": 1})]
    with (
        engine_over(bulk(("update", 404, "index_not_found_exception"))) as (engine, _, _),
        pytest.raises(DependencyUnavailableError, match="not there"),
    ):
        engine.write("texts", marks, through_alias=True)


def test_a_request_stays_below_what_small_nodes_take():
    large = [Write(action=Action.PUT, document_id=str(n), name=str(n), body={"text": "退" * 500_000}) for n in range(5)]
    with engine_over(bulk(DONE, DONE), bulk(DONE, DONE), bulk(DONE)) as (engine, server, _):
        engine.write("texts", large, through_alias=True)
        assert [request.written for request in server.seen] == [["0", "1"], ["2", "3"], ["4"]]
        assert max(len(request.body) for request in server.seen) < 5_000_000


def test_an_error_holds_no_text_of_a_document():
    reason = {"type": "mapper_parsing_exception", "reason": "failed to parse [13800138000]"}
    with (
        engine_over(answers({"errors": True, "items": [{"index": {"status": 400, "error": reason}}]})) as (engine, _, _),
        pytest.raises(InvalidInputError) as caught,
    ):
        engine.write("texts", PUTS[:1], through_alias=True)
    assert "13800138000" not in str(caught.value)

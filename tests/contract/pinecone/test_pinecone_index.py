"""What PineconeVectorIndex does beside the contract: batches, several models, outages, delays, one layer of retries."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.pinecone.client import RotatedIndex, open_index
from shared.adapters.pinecone.records import MAX_BYTES, MAX_RECORDS, in_upserts
from shared.adapters.pinecone.vector_index import PineconeVectorIndex
from shared.domain.errors import (
    DamagedIndexError,
    DeadlineExceededError,
    DependencyUnavailableError,
    InvalidInputError,
    RateLimitedError,
)
from shared.domain.knowledge import Audience
from shared.ports import ChunkVectors
from tests.contract.index_adapters import EMBEDDER, chunk, vectors, where
from tests.contract.pinecone.server import API_KEY, PineconeServer, pinecone_server

RETURNS = chunk("returns", "签收后七天内可以申请退货。", title="怎么退货", questions=("不想要了怎么办", "可以退吗"))
QUERY = EMBEDDER.embed_queries(["怎么退货"])[0]


@pytest.fixture(scope="module")
def shared_server() -> Iterator[PineconeServer]:
    with pinecone_server(EMBEDDER.dimensions) as running:
        yield running


@pytest.fixture
def server(shared_server: PineconeServer) -> PineconeServer:
    shared_server.indexes.clear()
    shared_server.calls.clear()
    shared_server.failing.clear()
    shared_server.api_key = API_KEY
    return shared_server


_CLIENTS: list[Any] = []


@pytest.fixture(autouse=True)
def _clients_are_closed() -> Iterator[None]:
    yield
    while _CLIENTS:
        _CLIENTS.pop().close()


def index_on(server: PineconeServer, *, key: str = API_KEY, model: str = EMBEDDER.name, **settings: Any) -> PineconeVectorIndex:
    _CLIENTS.append(open_index(server.host(), key, timeout_s=settings.pop("timeout_s", 20.0)))
    client = _CLIENTS[-1]
    return PineconeVectorIndex(lambda: client, model=model, **{"search_timeout_s": 20.0, **settings})


def paths(server: PineconeServer) -> list[str]:
    return [call.path for call in server.calls]


def bodies(count: int) -> list[ChunkVectors]:
    return [ChunkVectors(chunk=chunk(f"c{number}", "x"), titles=(), body=QUERY) for number in range(count)]


class TestWriting:
    def test_many_vectors_go_in_requests_below_both_limits(self, server):
        index_on(server).apply("acme", bodies(1500), {})
        upserts = [call for call in server.calls if call.path == "/vectors/upsert"]
        assert sum(len(call.body["vectors"]) for call in upserts) == 1500
        assert all(call.size <= 2_000_000 and len(call.body["vectors"]) <= 1000 for call in upserts)
        assert len(upserts) == 3

    def test_small_vectors_are_cut_by_their_number(self):
        small = [{"id": str(number), "values": [0.1], "metadata": {}} for number in range(2001)]
        assert [len(batch) for batch in in_upserts(small)] == [MAX_RECORDS, MAX_RECORDS, 1]

    def test_a_batch_is_never_larger_than_its_bound(self):
        import orjson

        wide = [{"id": str(n), "values": [-0.1234567] * 3072, "metadata": {"chunk": "文" * 30}} for n in range(200)]
        assert max(len(orjson.dumps({"vectors": batch, "namespace": "x" * 500})) for batch in in_upserts(wide)) <= MAX_BYTES

    def test_nothing_of_the_text_leaves_for_the_index(self, server):
        index_on(server).apply("acme", vectors(RETURNS), {})
        held = server.index().namespaces["acme"].values()
        assert {value for one in held for value in one.metadata.values() if isinstance(value, str)} <= {
            "title",
            "body",
            "public",
            "returns",
            *(one.metadata["set"] for one in held),
        }

    def test_titles_that_are_gone_leave_no_vector_behind(self, server):
        index = index_on(server)
        index.apply("acme", vectors(RETURNS), {})
        index.apply("acme", vectors(chunk("returns", "签收后七天内可以申请退货。", title="退货")), {})
        assert len(server.index().namespaces["acme"]) == 2
        hits = index.search(EMBEDDER.embed_queries(["不想要了怎么办"])[0], "title", where(), 5)
        assert all(hit.score < 0.9 for hit in hits)

    def test_removing_many_chunks_is_one_update(self, server):
        index = index_on(server)
        index.apply("acme", bodies(150), {})
        server.calls.clear()
        index.apply("acme", [], {f"c{number}": 2 for number in range(150)})
        assert paths(server) == ["/vectors/update"]
        assert set(index.known("acme").values()) == {2}
        assert index.search(QUERY, "body", where(snapshot=2), 5) == ()

    def test_a_chunk_both_written_and_removed_is_written_as_removed(self, server):
        index = index_on(server)
        index.apply("acme", vectors(RETURNS), {"returns": 3})
        assert "/vectors/update" not in paths(server)
        assert index.known("acme") == {"returns": 3}

    def test_a_write_that_broke_off_is_not_known_and_is_made_whole_by_the_next(self, server, monkeypatch):
        """Bodies go last: what `known` names has all its vectors."""
        index = index_on(server)
        many = [ChunkVectors(chunk=chunk(f"c{number}", "x"), titles=(QUERY, QUERY), body=QUERY) for number in range(600)]
        upsert = index._index().upsert

        def is_killed_before_the_last_batch(*, vectors: list[dict[str, Any]], namespace: str) -> object:
            if any(record["id"].endswith("#b#c599") for record in vectors):
                raise KeyboardInterrupt
            return upsert(vectors=vectors, namespace=namespace)

        monkeypatch.setattr(index._index(), "upsert", is_killed_before_the_last_batch)
        with pytest.raises(KeyboardInterrupt):
            index.apply("acme", many, {})
        monkeypatch.undo()
        held = server.index().namespaces["acme"]
        known = index.known("acme")
        assert 0 < len(known) < 600
        assert all(sum(one.metadata["chunk"] == name for one in held.values()) == 3 for name in known)
        index.apply("acme", many, {})
        assert len(index.known("acme")) == 600
        assert len(held) == 1800


class TestReading:
    def test_a_chunk_with_very_many_titles_leaves_room_for_the_others(self, server):
        index = index_on(server)
        near = ChunkVectors(chunk=chunk("near", "x"), titles=(QUERY,) * 200, body=QUERY)
        others = vectors(*(chunk(f"other-{number}", "发货时间", title=f"什么时候发货{number}") for number in range(4)))
        index.apply("acme", [near, *others], {})
        hits = index.search(QUERY, "title", where(), 5)
        assert hits[0].chunk_id == "near"
        assert len({hit.chunk_id for hit in hits}) == 5
        assert [call.body["topK"] for call in server.calls if call.path == "/query"] == [15, 60, 240]

    def test_the_usual_search_is_one_request_and_asks_for_ids_only(self, server):
        index = index_on(server)
        index.apply("acme", vectors(*(chunk(f"c{number}", f"第{number}条") for number in range(30))), {})
        server.calls.clear()
        assert len(index.search(QUERY, "body", where(), 5)) == 5
        (call,) = server.calls
        assert (call.body["includeValues"], call.body["includeMetadata"]) == (False, False)
        assert call.body["namespace"] == "acme"

    def test_whoever_may_see_nothing_asks_nothing(self, server):
        assert index_on(server).search(QUERY, "body", where(audiences=frozenset()), 5) == ()
        assert index_on(server).search(QUERY, "body", where(), 0) == ()
        assert server.calls == []

    def test_listings_go_on_over_pages(self, server):
        index = index_on(server)
        index.apply("acme", bodies(250), {})
        index.apply("acme", [], {f"c{number}": 4 for number in range(130)})
        known = index.known("acme")
        assert len(known) == 250
        assert sum(removed == 4 for removed in known.values()) == 130

    @pytest.mark.parametrize("strict", [True, False])
    def test_a_tenant_without_knowledge_has_an_empty_index_and_can_be_filled(self, server, strict):
        server.index().strict = strict
        index = index_on(server, sleep=lambda _: None)
        assert index.known("acme") == {}
        index.discard("acme")
        index.apply("acme", [], {"nobody": 1})
        index.apply("acme", vectors(RETURNS), {})
        assert index.known("acme") == {"returns": None}

    @pytest.mark.parametrize("name", ["../evil", "公司", "a/b#c d", "__default__"])
    def test_any_tenant_and_chunk_name_has_its_own_place(self, server, name):
        index = index_on(server)
        index.apply(name, vectors(chunk(name, "退货", tenant=name)), {})
        assert list(index.known(name)) == [name]
        assert [hit.chunk_id for hit in index.search(QUERY, "body", where(tenant=name), 5)] == [name]
        assert index.known("acme") == {}


class TestSeveralModels:
    """A release that changes the embedder finds nothing of the old one's, and must not compare its vectors."""

    def test_a_search_with_another_model_says_that_the_index_must_be_rebuilt(self, server):
        index_on(server).apply("acme", vectors(RETURNS), {})
        with pytest.raises(DependencyUnavailableError, match="another embedding model"):
            index_on(server, model="another").search(QUERY, "body", where(), 5)

    def test_a_repair_finds_that_everything_is_missing(self, server):
        index_on(server).apply("acme", vectors(RETURNS), {})
        assert index_on(server, model="another").known("acme") == {}

    def test_both_serve_side_by_side_until_the_old_one_is_forgotten(self, server):
        old, new = index_on(server), index_on(server, model="another")
        for index in (old, new):
            index.apply("acme", vectors(RETURNS), {})
            assert len(index.search(QUERY, "title", where(), 5)) == 1
        for _ in range(2):
            new.forget_other_models("acme")
            assert new.known("acme") == {"returns": None}
            assert old.known("acme") == {}

    def test_nothing_found_in_the_right_model_is_simply_nothing(self, server):
        index = index_on(server)
        index.apply("acme", vectors(chunk("secret", "内部", audience=Audience.STAFF)), {})
        server.calls.clear()
        assert index.search(QUERY, "body", where(), 5) == ()
        assert index.search(QUERY, "body", where(), 5) == ()
        assert paths(server) == ["/query", "/vectors/list", "/query"]


class TestOutages:
    def test_a_passing_failure_is_repeated_once(self, server):
        index = index_on(server)
        index.apply("acme", vectors(RETURNS), {})
        server.failing.append((503, {}))
        assert len(index.search(QUERY, "body", where(), 5)) == 1

    def test_a_lasting_one_is_told_after_two_attempts(self, server):
        server.failing += [(503, {}), (503, {}), (503, {})]
        with pytest.raises(DependencyUnavailableError, match="HTTP 503"):
            index_on(server).search(QUERY, "body", where(), 5)
        assert len(server.failing) == 1

    def test_a_full_service_is_told_at_once_however_long_it_asks_to_wait(self, server):
        server.failing += [(429, {"Retry-After": "60"})] * 2
        began = time.monotonic()
        with pytest.raises(RateLimitedError) as caught:
            index_on(server).search(QUERY, "body", where(), 5)
        assert caught.value.retry_after_s == 60
        assert time.monotonic() - began < 20

    def test_a_service_that_hangs_is_left_at_the_time_out(self, server):
        server.failing += [9.0, 9.0]
        began = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            index_on(server, search_timeout_s=0.2).search(QUERY, "body", where(), 5)
        assert time.monotonic() - began < 8

    def test_nobody_there_is_an_unavailable_index(self):
        client = open_index("http://127.0.0.1:9", API_KEY)
        _CLIENTS.append(client)
        with pytest.raises(DependencyUnavailableError):
            PineconeVectorIndex(lambda: client, model="m").search(QUERY, "body", where(), 5)

    def test_another_dimension_is_an_error_that_no_repetition_cures(self, server):
        with pytest.raises(InvalidInputError) as caught:
            index_on(server).search([0.1, 0.2], "body", where(), 5)
        assert not caught.value.retryable

    @pytest.mark.parametrize("failure", [503, 429, 401])
    def test_an_outage_while_looking_is_not_taken_for_damage(self, server, failure):
        """`ReconcileIndices` discards what is damaged: an outage must never be that."""
        index = index_on(server)
        server.failing += [(failure, {})] * 2
        with pytest.raises((DependencyUnavailableError, RateLimitedError)) as caught:
            index.known("acme")
        assert not isinstance(caught.value, DamagedIndexError)


class TestTheKey:
    def test_a_refused_key_is_our_outage_and_not_the_customers_fault(self, server):
        with pytest.raises(DependencyUnavailableError, match="the API key was refused"):
            index_on(server, key="pcsk_of_somebody_else").search(QUERY, "body", where(), 5)

    @pytest.mark.parametrize("key", ["", " ", "two\nlines"])
    def test_what_can_be_no_key_is_refused_at_the_start(self, server, key, monkeypatch):
        monkeypatch.delenv("PINECONE_API_KEY", raising=False)
        with pytest.raises(InvalidInputError):
            open_index(server.host(), key)

    def test_it_is_in_no_log_and_no_error(self, server, caplog, monkeypatch):
        monkeypatch.setenv("PINECONE_DEBUG_CURL", "1")
        secret = "pcsk_never_to_be_seen_0123456789"
        caplog.set_level(logging.DEBUG)
        with pytest.raises(DependencyUnavailableError) as caught:
            index_on(server, key=secret).search(QUERY, "body", where(), 5)
        said = [caplog.text, str(caught.value), repr(caught.value.__cause__), str(vars(caught.value))]
        assert all(secret not in text for text in said)
        assert caplog.text


class TestDelays:
    """Pinecone shows writes to readers a moment later."""

    def test_a_discard_waits_until_it_is_seen(self, server):
        index = index_on(server, sleep=lambda _: None)
        index.apply("acme", vectors(RETURNS), {})
        server.index().lag = 4
        index.discard("acme")
        assert index.known("acme") == {}

    def test_a_discard_that_takes_too_long_says_so(self, server):
        index = index_on(server, sleep=lambda _: None, settle_s=0.05)
        index.apply("acme", vectors(RETURNS), {})
        server.index().lag = 100_000
        with pytest.raises(DeadlineExceededError):
            index.discard("acme")

    def test_a_search_just_after_a_write_may_miss_it_and_a_later_one_does_not(self, server):
        index = index_on(server)
        index.apply("acme", vectors(chunk("old", "退货")), {})
        server.index().lag = 3
        index.apply("acme", vectors(RETURNS), {})
        seen = [len(index.search(QUERY, "body", where(), 5)) for _ in range(5)]
        assert seen == sorted(seen)
        assert seen[-1] == 2


class TestRotation:
    def test_a_rotated_key_is_used_from_the_next_request_on_and_nothing_is_sent_with_the_old_one(self, server):
        now = {"key": API_KEY}
        clients = RotatedIndex(server.host(), lambda: now["key"])
        index = PineconeVectorIndex(clients, model="m", search_timeout_s=20.0)
        try:
            index.apply("acme", vectors(chunk("a", "退货")), {})
            first = clients()
            server.api_key = now["key"] = "pcsk_second"
            assert set(index.known("acme")) == {"a"}
            assert clients() is not first and clients() is clients()
            server.api_key = now["key"] = "pcsk_third"
            assert set(index.known("acme")) == {"a"}
        finally:
            clients.close()

    def test_without_a_key_there_is_no_request_and_an_outage_of_ours(self, server):
        def unreadable():
            raise DependencyUnavailableError("secret", "it cannot be read")

        index = PineconeVectorIndex(RotatedIndex(server.host(), unreadable), model="m")
        with pytest.raises(DependencyUnavailableError):
            index.search(QUERY, "body", where(), 5)
        assert server.calls == []

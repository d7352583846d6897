"""What every VectorIndex does."""

import threading
from pathlib import Path

import numpy as np
import pytest

from shared.adapters.usearch import audience_vectors, part
from shared.adapters.usearch.vector_index import UsearchVectorIndex
from shared.domain.errors import DependencyUnavailableError
from shared.ports import ChunkVectors
from tests.contract.index_adapters import EMBEDDER, FORGETFUL, VECTOR, chunk, vectors, where
from tests.contract.index_filters import FILTER_CASES, FilterCase
from tests.contract.pinecone.indexes import close_clients, stop_servers

RETURNS = chunk("returns", "签收后七天内可以申请退货，退款原路返回。", title="怎么退货", questions=("不想要了怎么办",))
SHIPPING = chunk("shipping", "订单一般在48小时内发货。", title="什么时候发货")


@pytest.fixture(params=sorted(VECTOR))
def adapter(request):
    request.node.user_properties.append(("engine", request.param))
    return request.param


@pytest.fixture(autouse=True)
def _clients_are_closed():
    yield
    close_clients()


@pytest.fixture(autouse=True, scope="module")
def _servers_are_stopped():
    yield
    stop_servers()


@pytest.fixture
def index(adapter, tmp_path):
    made = VECTOR[adapter](tmp_path)
    made.apply("acme", vectors(RETURNS, SHIPPING), {})
    return made


def search(index, text, part="body", k=10, **filters):
    return index.search(EMBEDDER.embed_queries([text])[0], part, where(**filters), k)


def ids(index, text, part="body", **filters):
    return [hit.chunk_id for hit in search(index, text, part, **filters)]


def test_the_nearest_comes_first_with_its_cosine(index):
    hits = search(index, f"{RETURNS.above}\n{RETURNS.text}")
    assert hits[0].chunk_id == "returns"
    assert hits[0].score == pytest.approx(1, abs=2e-3)
    assert hits[0].score > hits[1].score


def test_titles_and_bodies_are_searched_apart(index):
    assert search(index, "什么时候发货", "title")[0].score == pytest.approx(1, abs=2e-3)
    assert search(index, "什么时候发货", "body")[0].score < 0.9


def test_a_chunk_counts_once_with_its_best_title(index):
    hits = search(index, "不想要了怎么办", "title")
    assert [hit.chunk_id for hit in hits] == ["returns", "shipping"]
    assert hits[0].score == pytest.approx(1, abs=2e-3)


def test_stretches_of_a_long_text_count_as_its_body(index):
    long = chunk("long", "保修政策。")
    body, stretch = EMBEDDER.embed_passages(["保修政策。", "电池鼓包可免费更换"])
    index.apply("acme", [ChunkVectors(chunk=long, titles=(), body=body, passages=(stretch,))], {})
    assert search(index, "电池鼓包可免费更换")[0].chunk_id == "long"


@pytest.mark.parametrize("case", FILTER_CASES, ids=lambda case: case.named)
def test_a_reader_finds_only_what_is_for_them(index, case: FilterCase):
    index.apply("acme", vectors(*case.added), case.removed)
    found = set(ids(index, case.question, **case.reader))
    assert found >= case.sees
    assert not found & case.misses


def test_a_tenants_name_cannot_reach_out_of_its_folder(adapter, tmp_path):
    index = VECTOR[adapter](tmp_path / "root")
    index.apply("../evil", vectors(chunk("x", "退货", tenant="../evil")), {})
    assert ids(index, "退货", tenant="../evil") == ["x"]
    assert not (tmp_path / "evil").exists()


def test_indexing_a_chunk_again_replaces_its_vectors(index):
    index.apply("acme", vectors(chunk("returns", "本店支持以旧换新。")), {})
    hits = search(index, "签收后七天内可以申请退货，退款原路返回。")
    assert all(hit.score < 0.9 for hit in hits)
    assert search(index, "本店支持以旧换新。")[0].chunk_id == "returns"
    assert len(hits) == 2


def test_applying_twice_changes_nothing(index):
    for _ in range(2):
        index.apply("acme", vectors(RETURNS), {"shipping": 2})
        assert index.known("acme") == {"returns": None, "shipping": 2}
        assert len(search(index, "退货")) == 2


def test_removing_what_was_never_indexed_is_no_error(index):
    index.apply("acme", [], {"nobody": 1})
    assert len(search(index, "退货")) == 2


def test_a_discarded_index_is_empty_and_can_be_filled_again(index):
    index.discard("acme")
    assert index.known("acme") == {}
    index.apply("acme", vectors(RETURNS), {})
    assert ids(index, "退货") == ["returns"]


def test_is_readable_while_written(index):
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                assert ids(index, "签收后七天内可以申请退货", k=1) == ["returns"]
            except BaseException as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(30):
        index.apply("acme", vectors(chunk(f"more-{number}", f"第{number}条说明")), {})
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_a_restart_and_another_process_find_the_data(adapter, tmp_path):
    if adapter in FORGETFUL:
        return
    writer, reader = VECTOR[adapter](tmp_path), VECTOR[adapter](tmp_path)
    writer.apply("acme", vectors(RETURNS), {})
    assert ids(reader, "退货") == ["returns"]
    writer.apply("acme", vectors(SHIPPING), {"returns": 1})
    assert ids(reader, "退货") == ["shipping"]
    assert ids(VECTOR[adapter](tmp_path), "退货") == ["shipping"]


def test_vectors_of_another_model_are_refused(tmp_path: Path):
    VECTOR["usearch-disk"](tmp_path).apply("acme", vectors(RETURNS), {})
    other = UsearchVectorIndex(tmp_path, model="another", dimensions=EMBEDDER.dimensions)
    with pytest.raises(DependencyUnavailableError):
        search(other, "退货")


def test_a_damaged_file_says_so_and_can_be_discarded(tmp_path: Path):
    VECTOR["usearch-disk"](tmp_path).apply("acme", vectors(RETURNS), {})
    for file in tmp_path.rglob("vectors.sqlite*"):
        file.write_bytes(b"no database" * 1000)
    index = VECTOR["usearch-disk"](tmp_path)
    with pytest.raises(DependencyUnavailableError):
        search(index, "退货")
    index.discard("acme")
    index.apply("acme", vectors(RETURNS), {})
    assert ids(index, "退货") == ["returns"]


class TestManyVectors:
    """Above the limit a graph takes over; the limit is lowered here, so that a few hundred vectors are many."""

    COUNT = 600

    @pytest.fixture(autouse=True)
    def few_are_many(self, monkeypatch):
        monkeypatch.setattr(part, "EXACT_LIMIT", 50)
        monkeypatch.setattr(audience_vectors, "EXACT_LIMIT", 200)
        monkeypatch.setattr(audience_vectors, "LEAST_TAIL", 100)

    @pytest.fixture
    def matrix(self):
        made = np.random.default_rng(7).standard_normal((self.COUNT, EMBEDDER.dimensions)).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    @pytest.fixture
    def many(self, adapter, tmp_path, matrix):
        made = VECTOR[adapter](tmp_path)
        entries = [
            ChunkVectors(chunk=chunk(f"c{n}", "x", added_in=1 + n % 2), titles=(), body=row) for n, row in enumerate(matrix)
        ]
        for start in range(0, self.COUNT, 150):
            made.apply("acme", entries[start : start + 150], {})
        return made

    def test_finds_nearly_what_exact_search_finds(self, many, matrix):
        found = 0
        for query in matrix[::20] + 0.02:
            exact = {f"c{n}" for n in np.argsort(-(matrix @ query))[:10]}
            found += len(exact & {hit.chunk_id for hit in many.search(query, "body", where(snapshot=2), 10)})
        assert found >= 0.95 * 10 * len(matrix[::20])

    def test_filters_hold_and_k_is_filled_all_the_same(self, many, matrix):
        hits = many.search(matrix[1], "body", where(snapshot=1), 20)
        assert len(hits) == 20
        assert all(int(hit.chunk_id[1:]) % 2 == 0 for hit in hits)

    def test_finds_the_few_that_are_left_when_most_are_removed(self, many, matrix):
        many.apply("acme", [], {f"c{n}": 2 for n in range(self.COUNT) if n not in (3, 598)})
        assert {hit.chunk_id for hit in many.search(matrix[0], "body", where(snapshot=2), 10)} == {"c3", "c598"}

    def test_a_replaced_vector_is_no_longer_found(self, many, matrix):
        far = -matrix[10]
        many.apply("acme", [ChunkVectors(chunk=chunk("c10", "x"), titles=(), body=far)], {})
        assert many.search(matrix[10], "body", where(snapshot=2), 1)[0].chunk_id != "c10"
        assert many.search(far, "body", where(snapshot=2), 1)[0].chunk_id == "c10"

    def test_a_restart_loads_the_graph_and_what_came_after_it(self, many, matrix, adapter, tmp_path):
        if adapter in FORGETFUL:
            return
        assert not adapter.startswith("usearch") or list(tmp_path.rglob("body-*.usearch"))
        again = VECTOR[adapter](tmp_path)
        assert [again.search(row, "body", where(snapshot=2), 1)[0].chunk_id for row in matrix[[0, 300, 599]]] == [
            "c0",
            "c300",
            "c599",
        ]

    def test_a_damaged_graph_costs_speed_and_nothing_else(self, many, matrix, adapter, tmp_path):
        if adapter in FORGETFUL:
            return
        for path in tmp_path.rglob("body-*.usearch"):
            path.write_bytes(b"broken")
        assert VECTOR[adapter](tmp_path).search(matrix[5], "body", where(snapshot=2), 1)[0].chunk_id == "c5"

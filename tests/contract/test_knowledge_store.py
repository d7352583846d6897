"""KnowledgeStore: one suite for every adapter."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest

from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import VersionConflictError
from shared.domain.knowledge import Audience, Chunk, ColumnType, Document, FactColumn, FactRow, FactTable, Snapshot
from shared.ports import KnowledgeChange, KnowledgeStore
from tests.contract.engines import ENGINES

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PUBLIC = frozenset({Audience.PUBLIC})


@pytest.fixture(params=["sqlite-memory", "sqlite-file", "ministack", "dynamodb-local"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], KnowledgeStore]]:
    """Return a function that opens the store; a second call opens what the first has written."""
    request.node.user_properties.append(("engine", request.param))
    engine = {one.name: one for one in ENGINES}[request.param]
    if "DynamoDB" not in engine.offers:
        yield from _on_sqlite(request.param, tmp_path)
        return
    with engine.open(tmp_path) as ports:
        yield import_module("tests.contract.aws.opening").knowledge_of(ports)


def _on_sqlite(engine: str, tmp_path: Path) -> Iterator[Callable[[], KnowledgeStore]]:
    databases = [Database(MEMORY if engine == "sqlite-memory" else tmp_path / "knowledge.db")]

    def opened() -> KnowledgeStore:
        if engine == "sqlite-file":
            databases.append(Database(tmp_path / "knowledge.db"))
        return SQLiteKnowledgeStore(databases[-1])

    yield opened
    for database in databases:
        database.close()


@pytest.fixture
def store(open_store: Callable[[], KnowledgeStore]) -> KnowledgeStore:
    return open_store()


def document(number: int = 1, tenant: str = "t", **changes: object) -> Document:
    made = Document(
        document_id=f"d{number}",
        tenant=tenant,
        source=f"knowledge/{number}.md",
        title="保修 Warranty",
        language="zh",
        audience=Audience.PUBLIC,
        content_hash=f"h{number}",
        ingested_at=NOW,
        valid_from=date(2026, 1, 1),
        warnings=("row 3: no date",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def chunk(name: str, snapshot: int = 1, number: int = 1, tenant: str = "t") -> Chunk:
    return Chunk(
        chunk_id=name,
        document_id=f"d{number}",
        tenant=tenant,
        ordinal=0,
        title="保修期",
        text="一年。\n\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        document_title="保修",
        heading_path=("保修", "保修期"),
        locator="第 3 页",
        source=f"knowledge/{number}.md",
        source_url="https://a.example",
        language="zh",
        audience=Audience.PUBLIC,
        text_hash="x",
        added_in=snapshot,
        questions=("保多久？", "几年"),
        valid_to=date(2026, 12, 31),
    )


def table(audience: Audience = Audience.PUBLIC, price: str = "9", number: int = 1) -> FactTable:
    return FactTable(
        table_id=f"d{number}:prices",
        document_id=f"d{number}",
        title="Prices",
        sheet="prices",
        source_url="",
        language="en",
        audience=audience,
        columns=(FactColumn(name="Price", type=ColumnType.MONEY, unit="USD", synonyms=("cost",)),),
        rows=(FactRow(row=2, aliases=("s3",), cells={"Price": price}, valid_from=date(2026, 1, 1)),),
        key_columns=("Model",),
        options={"labels": {"Price": {"en": "Price"}}},
    )


def change(snapshot: int = 1, number: int = 1, tenant: str = "t", **parts: object) -> KnowledgeChange:
    made = KnowledgeChange(tenant=tenant, document_id=f"d{number}", snapshot=snapshot, document=document(number, tenant))
    return replace(made, **parts)  # type: ignore[arg-type]


def visible(store: KnowledgeStore, snapshot: int) -> set[str]:
    chunks = store.all_chunks("t")
    return {one.chunk_id for one in chunks if one.added_in <= snapshot and (one.removed_in is None or snapshot < one.removed_in)}


def test_a_tenant_without_knowledge_has_snapshot_zero_and_no_draft(store: KnowledgeStore) -> None:
    assert store.snapshot("nobody") == Snapshot(tenant="nobody", published=0, head=0)
    assert not store.has_draft("nobody")
    assert (store.document("nobody", "d1"), store.documents("nobody"), store.all_chunks("nobody")) == (None, (), ())


def test_what_was_written_is_read_back_whole(open_store: Callable[[], KnowledgeStore]) -> None:
    open_store().apply(change(added=(chunk("a"),), tables=(table(),)))
    store = open_store()
    assert store.document("t", "d1") == document()
    assert store.documents("t") == (document(),)
    assert store.chunks("t", ["a", "missing"]) == {"a": chunk("a")}
    assert store.tables("t", 1, PUBLIC) == (table(),)
    assert store.live_chunk_ids("t", "d1") == ("a",)


def test_applying_a_change_again_changes_nothing(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"), chunk("b")), tables=(table(),)))
    second = change(added=(chunk("c"),), removed_chunk_ids=("a",), tables=(table(price="10"),))
    for _ in range(3):
        store.apply(second)
        assert visible(store, 1) == {"b", "c"}
        assert store.tables("t", 1, PUBLIC) == (table(price="10"),)
        assert len(store.all_chunks("t")) == 3


def test_readers_of_each_snapshot_see_what_was_true_then(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"), chunk("b")), tables=(table(),)))
    store.publish("t", 1, NOW)
    store.apply(change(2, added=(chunk("c", 2),), removed_chunk_ids=("a",), tables=(table(price="10"),)))
    assert (visible(store, 1), visible(store, 2)) == ({"a", "b"}, {"b", "c"})
    assert store.tables("t", 1, PUBLIC) == (table(),)
    assert store.tables("t", 2, PUBLIC) == (table(price="10"),)
    assert store.live_chunk_ids("t", "d1") == ("b", "c")


def test_publishing_and_rolling_back_are_one_number(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),)))
    assert store.has_draft("t")
    assert store.publish("t", 1, NOW) == Snapshot(tenant="t", published=1, head=1, published_at=NOW)
    assert not store.has_draft("t")
    store.apply(change(2, removed_chunk_ids=("a",)))
    store.publish("t", 2, NOW)
    assert store.publish("t", 1, NOW) == Snapshot(tenant="t", published=1, head=2, published_at=NOW)
    assert store.publish("t", 0, NOW).published == 0


def test_nothing_is_written_into_a_snapshot_that_readers_may_see(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),)))
    store.publish("t", 1, NOW)
    for late in (1, 3):
        with pytest.raises(VersionConflictError):
            store.apply(change(late, added=(chunk("b", late),)))
    assert visible(store, 1) == {"a"}


def test_a_chunk_removed_and_added_within_one_draft_keeps_its_first_snapshot(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),)))
    store.publish("t", 1, NOW)
    store.apply(change(2, removed_chunk_ids=("a",)))
    store.apply(change(2, added=(chunk("a", 2),)))
    assert store.chunks("t", ["a"])["a"] == chunk("a", 1)


def test_a_deleted_document_stays_readable_in_the_snapshots_that_had_it(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),), tables=(table(),)))
    store.publish("t", 1, NOW)
    store.apply(change(2, document=None, removed_chunk_ids=("a",)))
    assert store.document("t", "d1") is None
    assert (visible(store, 1), visible(store, 2)) == ({"a"}, set())
    assert (len(store.tables("t", 1, PUBLIC)), len(store.tables("t", 2, PUBLIC))) == (1, 0)


def test_a_table_for_staff_is_given_to_staff_only(store: KnowledgeStore) -> None:
    store.apply(change(tables=(table(Audience.STAFF),)))
    assert store.tables("t", 1, PUBLIC) == ()
    assert len(store.tables("t", 1, frozenset({Audience.STAFF, Audience.PUBLIC}))) == 1


def test_tenants_do_not_see_each_other(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),), tables=(table(),)))
    store.apply(change(tenant="other", added=(chunk("a", tenant="other"),)))
    store.apply(change(tenant="other", removed_chunk_ids=("a",)))
    assert store.live_chunk_ids("t", "d1") == ("a",)
    assert (store.tables("other", 1, PUBLIC), store.live_chunk_ids("other", "d1")) == ((), ())


def test_another_documents_chunk_cannot_be_removed(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),)))
    store.apply(change(number=2, removed_chunk_ids=("a",)))
    assert store.live_chunk_ids("t", "d1") == ("a",)


def test_documents_come_by_source_and_a_thousand_chunks_by_id(store: KnowledgeStore) -> None:
    for number in (3, 1, 2):
        store.apply(change(number=number))
    assert [one.source for one in store.documents("t")] == ["knowledge/1.md", "knowledge/2.md", "knowledge/3.md"]
    names = [f"c{number}" for number in range(1200)]
    store.apply(change(added=tuple(chunk(name) for name in names)))
    assert sorted(store.chunks("t", names)) == sorted(names)


def test_writers_in_many_threads_lose_nothing(store: KnowledgeStore) -> None:
    def write(number: int) -> None:
        for step in range(5):
            store.apply(change(number=number, added=(chunk(f"{number}-{step}", number=number),)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.all_chunks("t")) == 40


def test_a_chunk_that_was_read_before_it_was_removed_is_read_as_removed(store: KnowledgeStore) -> None:
    store.apply(change(added=(chunk("a"),)))
    store.publish("t", 1, NOW)
    assert store.chunks("t", ["a"])["a"].removed_in is None
    store.apply(change(2, document=None, removed_chunk_ids=("a",)))
    assert store.chunks("t", ["a"])["a"].removed_in == 2


def test_half_a_surrogate_pair_in_a_document_comes_back_as_it_was(tmp_path: Path) -> None:
    with_half = replace(chunk("a"), text="门锁 😀 \ud800", title="标题")
    database = Database(tmp_path / "knowledge.db")
    store = SQLiteKnowledgeStore(database)
    store.apply(change(added=(with_half,)))
    assert store.chunks("t", ["a"])["a"].text == with_half.text
    database.close()

"""Search engine `small` across functions: what `knowledge` writes, `retrieval` finds on another machine's disk."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from functions.knowledge.engines import EngineParts as WriterParts
from functions.knowledge.engines import open_engine as open_writer
from functions.knowledge.settings import Environment as KnowledgeEnvironment
from functions.retrieval.engines import Engine, EngineParts
from functions.retrieval.engines import open_engine as open_reader
from functions.retrieval.settings import Environment as RetrievalEnvironment
from shared.adapters.doubles.embedder import HashingEmbedder
from shared.adapters.index_archive.archives import IndexArchives
from shared.adapters.index_archive.fetched_indices import CHECK_EVERY
from shared.adapters.index_archive.small_pair import small_format
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import DependencyUnavailableError
from shared.domain.knowledge import Audience
from shared.ports import IndexFilter, KnowledgeChange, KnowledgeStore, ObjectStore
from shared.use_cases.publish_knowledge import PublishIndexed, PublishKnowledge
from tests.contract.engines import Ports
from tests.contract.index_adapters import chunk
from tests.contract.test_knowledge_store import document

NEEDS = frozenset({"ObjectStore"})
TENANT = "acme"
EMBEDDER = HashingEmbedder(64)
SETTINGS = {"release": "r1", "table_prefix": "t-", "content_bucket": "content"}
TODAY = date(2026, 11, 22)


@dataclass
class CountingObjects:
    """The engine's own object store; counts fetches, and can stop to answer."""

    inner: ObjectStore
    fetched: list[str] = field(default_factory=list)
    down: bool = False

    def put(self, key: str, data: bytes) -> None:
        self.inner.put(key, data)

    def get(self, key: str) -> bytes:
        self._check()
        self.fetched.append(key)
        return self.inner.get(key)

    def delete(self, key: str) -> None:
        self.inner.delete(key)

    def keys(self, prefix: str) -> tuple[str, ...]:
        self._check()
        return self.inner.keys(prefix)

    def _check(self) -> None:
        if self.down:
            raise DependencyUnavailableError("s3", "down")


class Company:
    """One tenant's chunks, and as many machines of both functions as a test wants."""

    def __init__(self, ports: Ports, knowledge: KnowledgeStore, folder: Path) -> None:
        self.ports = ports
        self.knowledge = knowledge
        self.folder = folder
        self.objects = CountingObjects(ports.objects)

    def machine(self, name: str) -> PublishIndexed:
        """Return a publication by a machine of `knowledge` with a disk of its own."""
        env = KnowledgeEnvironment.model_validate(
            {**SETTINGS, "knowledge_queue_url": "https://queue", "index_folder": str(self.folder / name)}
        )
        parts = WriterParts(
            env=env, knowledge=self.knowledge, objects=self.ports.objects, embedder=EMBEDDER, clock=self.ports.clock
        )
        publish = PublishKnowledge(knowledge=self.knowledge, clock=self.ports.clock)
        return PublishIndexed(publish=publish, index=open_writer(parts).before_publishing)

    def reader(self, name: str = "reader") -> Engine:
        """Return a machine of `retrieval`, with an empty disk."""
        env = RetrievalEnvironment.model_validate({**SETTINGS, "index_folder": str(self.folder / name)})
        return open_reader(
            EngineParts(env=env, knowledge=self.knowledge, objects=self.objects, embedder=EMBEDDER, clock=self.ports.clock)
        )

    def add(self, chunk_id: str, text: str, **changes: object) -> None:
        """Put a chunk into the draft."""
        draft = self.knowledge.snapshot(TENANT).head + 1
        one = chunk(chunk_id, text, document_id=f"doc-{chunk_id}", added_in=draft, **changes)
        self._apply(chunk_id, draft, added=(one,))

    def remove(self, chunk_id: str) -> None:
        """Take a chunk out in the draft."""
        self._apply(chunk_id, self.knowledge.snapshot(TENANT).head + 1, removed_chunk_ids=(chunk_id,))

    def _apply(self, chunk_id: str, draft: int, **parts: object) -> None:
        held = replace(document(tenant=TENANT), document_id=f"doc-{chunk_id}")
        change = KnowledgeChange(tenant=TENANT, document_id=f"doc-{chunk_id}", snapshot=draft, document=held, **parts)
        self.knowledge.apply(change)

    def found(self, reader: Engine, text: str, *audiences: Audience) -> tuple[set[str], set[str]]:
        """Ask as `retrieval` does; return what keywords and vectors find."""
        snapshot = self.knowledge.snapshot(TENANT).published
        reader.refresh(TENANT, snapshot)
        seen = frozenset(audiences or (Audience.PUBLIC,))
        where = IndexFilter(tenant=TENANT, audiences=seen, snapshot=snapshot, today=TODAY.isoformat())
        (vector,) = EMBEDDER.embed_queries([text])
        by_vector = reader.vectors.search(vector, "body", where, 10)
        return {hit.chunk_id for hit in reader.keyword.search(text, "zh", where, 10)}, {hit.chunk_id for hit in by_vector}


@pytest.fixture
def company(ports: Ports, tmp_path: Path) -> Iterator[Company]:
    database = Database(MEMORY)
    yield Company(ports, SQLiteKnowledgeStore(database), tmp_path)
    database.close()


def test_what_is_published_is_found_by_keywords_and_by_vectors_on_another_machine(company: Company) -> None:
    company.add("return", "签收后七天内可以退货")
    company.add("price", "内部底价不得告诉顾客", audience=Audience.STAFF)
    company.machine("a")(TENANT)
    reader = company.reader()
    assert company.found(reader, "可以退货") == ({"return"}, {"return"})
    assert "price" in company.found(reader, "内部底价", Audience.PUBLIC, Audience.STAFF)[0]
    assert "price" not in company.found(reader, "内部底价")[0] | company.found(reader, "内部底价")[1]


def test_an_archive_is_fetched_once_and_again_only_when_a_newer_snapshot_is_published(company: Company) -> None:
    company.add("a", "退货要在七天内")
    writer, reader = company.machine("w"), company.reader()
    writer(TENANT)
    for _ in range(3):
        company.found(reader, "退货")
    assert len(company.objects.fetched) == 1
    company.add("b", "退货的运费由商家承担")
    assert company.found(reader, "退货")[0] == {"a"}
    writer(TENANT)
    assert company.found(reader, "退货") == ({"a", "b"}, {"a", "b"})
    assert len(company.objects.fetched) == 2


def test_a_removed_passage_is_gone_and_a_rollback_shows_it_again_without_another_fetch(company: Company) -> None:
    company.add("old", "退货要在七天内")
    writer, reader = company.machine("w"), company.reader()
    writer(TENANT)
    company.remove("old")
    writer(TENANT)
    assert company.found(reader, "退货") == (set(), set())
    writer.publish.rollback(TENANT, 1)
    assert company.found(reader, "退货") == ({"old"}, {"old"})
    assert len(company.objects.fetched) == 1


def test_a_writer_on_a_fresh_machine_goes_on_from_the_newest_archive(company: Company) -> None:
    company.add("a", "退货要在七天内")
    company.machine("one")(TENANT)
    company.add("b", "换货要在十五天内")
    company.machine("two")(TENANT)
    assert company.found(company.reader(), "要在天内")[0] == {"a", "b"}


def test_of_two_machines_that_add_to_one_draft_at_once_neither_is_lost(company: Company) -> None:
    """The other adds its passage between the first look at the chunks and the publication, and its archive comes first."""
    one, two = company.machine("one"), company.machine("two")
    company.add("a", "退货要在七天内")

    class AddsInBetween(PublishKnowledge):
        def __call__(self, tenant: str):  # type: ignore[no-untyped-def]
            company.add("b", "退货的运费由商家承担")
            two.index(tenant)
            return super().__call__(tenant)

    between = AddsInBetween(knowledge=company.knowledge, clock=company.ports.clock)
    PublishIndexed(publish=between, index=one.index)(TENANT)
    company.ports.pass_time(0.01)
    assert company.found(company.reader(), "退货") == ({"a", "b"}, {"a", "b"})


def test_a_reader_that_fetched_too_early_finds_the_whole_archive_within_a_minute(company: Company) -> None:
    one = company.machine("one")
    company.add("a", "退货要在七天内")
    one.index(TENANT)
    company.add("b", "退货的运费由商家承担")
    one.publish(TENANT)
    reader = company.reader()
    assert company.found(reader, "退货") == ({"a"}, {"a"})
    company.ports.pass_time(1)
    one.index(TENANT)
    company.ports.pass_time(CHECK_EVERY.total_seconds())
    assert company.found(reader, "退货") == ({"a", "b"}, {"a", "b"})


def test_without_any_archive_keywords_are_made_from_the_chunks(company: Company) -> None:
    company.add("a", "退货要在七天内")
    company.knowledge.publish(TENANT, 1, company.ports.clock.now())
    assert company.found(company.reader(), "退货") == ({"a"}, set())


def test_publishing_again_without_changes_writes_nothing_and_old_archives_are_deleted(company: Company) -> None:
    writer = company.machine("w")
    for number in range(5):
        company.add(f"c{number}", f"第{number}条退货规则")
        writer(TENANT)
        company.ports.pass_time(1)
    keys = company.ports.objects.keys(f"tenants/{TENANT}/indexes/")
    assert len(keys) == 3
    writer(TENANT)
    assert company.ports.objects.keys(f"tenants/{TENANT}/indexes/") == keys


def test_while_the_object_store_is_down_readers_stay_with_what_they_have(company: Company) -> None:
    company.add("a", "退货要在七天内")
    writer, reader = company.machine("w"), company.reader()
    writer(TENANT)
    company.found(reader, "退货")
    company.add("b", "退货的运费由商家承担")
    writer(TENANT)
    company.objects.down = True
    assert company.found(reader, "退货")[0] == {"a"}
    with pytest.raises(DependencyUnavailableError):
        company.found(company.reader("new"), "退货")
    company.objects.down = False
    assert company.found(reader, "退货")[0] == {"a", "b"}


def test_a_damaged_archive_is_an_error_of_ours_and_the_next_one_heals_it(company: Company) -> None:
    company.add("a", "退货要在七天内")
    archives = IndexArchives(company.ports.objects, small_format(EMBEDDER))
    archives.put(TENANT, 1, b"no archive at all", company.ports.clock.now())
    company.knowledge.publish(TENANT, 1, company.ports.clock.now())
    with pytest.raises(DependencyUnavailableError):
        company.found(company.reader("one"), "退货")
    company.ports.pass_time(1)
    company.machine("w")(TENANT)
    assert company.found(company.reader("two"), "退货")[0] == {"a"}

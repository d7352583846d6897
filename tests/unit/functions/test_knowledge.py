"""`knowledge`: what its queue brings, and a content folder that is looked at as a whole."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.knowledge.batch import KnowledgeWork
from functions.knowledge.consumers import DocumentConsumer
from functions.knowledge.content_folder import meta_of, read_content
from functions.knowledge.handler import make_handler
from functions.knowledge.uploads import read_upload
from local.aws_shapes import sqs_event
from local.read_company import read_folder
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.adapters.sqlite.queue import SQLiteQueue
from shared.contracts import KNOWLEDGE
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, SupportError
from shared.domain.knowledge import Audience
from shared.ports import QueueDepth
from shared.runtime.observability import Telemetry
from shared.runtime.queue_batch import QueuedEvent
from shared.use_cases.publish_knowledge import PublishIndexed, PublishKnowledge
from tests.events import load_event
from tests.unit.knowledge_world import World as KnowledgeWorld
from tests.world import World

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "yuguang"


def notice(*keys: str) -> str:
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}} for key in keys]})


def in_store(files: dict[str, str]) -> MemoryObjectStore:
    objects = MemoryObjectStore()
    for name, text in files.items():
        objects.put(f"tenants/acme/content/{name}", text.encode())
    return objects


def test_a_notification_names_the_tenant_whose_folder_has_changed_also_when_its_key_is_quoted() -> None:
    event = read_upload(notice("tenants/acme/content/knowledge/%E9%80%80%E8%B4%A7+%E6%94%BF%E7%AD%96.md"))
    assert (event.tenant, event.ids) == ("acme", {"content": "acme"})


@pytest.mark.parametrize(
    "body", [notice("tenants/acme/indexes/x.tar.gz"), notice("elsewhere/a"), json.dumps({"Event": "s3:TestEvent"}), notice()]
)
def test_what_is_no_content_is_nothing_to_do(body: str) -> None:
    assert read_upload(body).ids == {}


def test_our_own_event_stays_what_it_is() -> None:
    body = load_event("sqs-document-uploaded")["Records"][0]["body"]
    assert read_upload(body).ids["source"] == "knowledge/returns.md"


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"Records": [{}]}', notice("tenants/a/content/x", "tenants/b/content/x")])
def test_anything_else_is_refused(body: str) -> None:
    with pytest.raises(InvalidInputError):
        read_upload(body)


def test_a_folder_in_the_object_store_reads_as_the_same_folder_on_disk() -> None:
    objects = MemoryObjectStore()
    for path in SAMPLE.rglob("*"):
        if path.is_file():
            objects.put(f"tenants/yuguang/content/{path.relative_to(SAMPLE).as_posix()}", path.read_bytes())

    def essence(files: Any) -> list[tuple[object, ...]]:
        return sorted((file.source, file.meta, file.load(), file.rejected) for file in files)

    assert essence(read_content(objects, "yuguang")) == essence(read_folder(SAMPLE))


def test_settings_of_a_folder_hold_below_it_and_a_misnamed_file_of_them_keeps_all_out() -> None:
    files = read_content(
        in_store(
            {
                "knowledge/staff/kefu.yaml": "defaults: {audience: staff}",
                "knowledge/staff/deep/limits.md": "# 上限",
                "knowledge/open.md": "# 公开",
                "knowledge/odd/kefu.yml": "defaults: {audience: staff}",
                "knowledge/odd/secret.md": "# 内部",
                "knowledge/.hidden.md": "x",
                "notes.md": "no folder of documents",
            }
        ),
        "acme",
    )
    by_source = {file.source: file for file in files}
    assert sorted(by_source) == ["knowledge/odd/secret.md", "knowledge/open.md", "knowledge/staff/deep/limits.md"]
    assert by_source["knowledge/staff/deep/limits.md"].meta.audience is Audience.STAFF
    assert by_source["knowledge/odd/secret.md"].rejected is not None
    assert by_source["knowledge/open.md"].meta.audience is Audience.PUBLIC


def test_settings_beside_the_companys_file_hold_for_the_whole_folder() -> None:
    stored = {"kefu.yaml": "defaults: {audience: staff}", "company.yaml": "", "knowledge/a.md": "x", "facts/p.csv": "a,b"}
    assert {file.meta.audience for file in read_content(in_store(stored), "acme")} == {Audience.STAFF}


class FailingFolder:
    """A look at a folder that fails so many times."""

    def __init__(self, failures: int, error: SupportError) -> None:
        self.left = failures
        self.error = error
        self.looks = 0

    def __call__(self, tenant: str, correlation_id: str) -> None:
        self.looks += 1
        self.left -= 1
        if self.left >= 0:
            raise self.error


def _consuming(folder: FailingFolder, world: World) -> tuple[SQLiteQueue, Callable[[], None]]:
    """Return the queue, and what Lambda does with its next batch: a function that raises leaves the messages leased."""
    queue = SQLiteQueue(world.database, KNOWLEDGE, world.clock, world.ids)
    store = SQLiteKnowledgeStore(world.database)
    publish = PublishIndexed(publish=PublishKnowledge(knowledge=store, clock=world.clock), index=lambda _tenant: None)
    work = KnowledgeWork(document=lambda _: None, folder=folder, publish=publish, queue=queue)
    handle = make_handler(work, world.clock, Telemetry("knowledge", "r1"))

    def run_once() -> None:
        messages = queue.receive(10)
        if not messages:
            return
        try:
            handle(sqs_event(KNOWLEDGE.name, messages), None)
        except SupportError:
            return
        for message in messages:
            queue.delete(message.receipt)

    return queue, run_once


def test_a_look_that_failed_comes_again_within_a_minute_and_then_less_and_less_often() -> None:
    """Not when the lease ends, which is made for the longest of works."""
    world = World()
    folder = FailingFolder(2, DependencyUnavailableError("dynamodb", "ReadTimeoutError"))
    queue, run_once = _consuming(folder, world)
    queue.send(notice("tenants/acme/content/a.md"))
    looked = []
    for minute in range(8):
        run_once()
        looked.append((minute, folder.looks))
        world.time.advance(timedelta(seconds=61))
    assert [looks for _, looks in looked] == [1, 2, 2, 2, 2, 3, 3, 3]
    assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, oldest_age_s=0.0)


def test_a_look_that_failed_is_in_the_log_with_what_did_not_answer(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    queue, run_once = _consuming(FailingFolder(1, DependencyUnavailableError("s3", "SlowDown")), world)
    queue.send(notice("tenants/acme/content/a.md"))
    run_once()
    (line,) = [record.__dict__ for record in caplog.records if record.getMessage() == "folder_failed"]
    assert (line["levelname"], line["tenants"], line["dependency"]) == ("ERROR", ["acme"], "s3")


def test_a_failure_that_will_not_pass_keeps_the_queues_own_lease() -> None:
    world = World()
    folder = FailingFolder(9, InvalidInputError("company", "is broken"))
    queue, run_once = _consuming(folder, world)
    queue.send(notice("tenants/acme/content/a.md"))
    for _ in range(10):
        run_once()
        world.time.advance(timedelta(minutes=5))
    assert folder.looks == 1


def test_a_document_that_is_uploaded_by_itself_is_for_those_for_whom_its_folder_is() -> None:
    objects = in_store(
        {"knowledge/staff/kefu.yaml": "defaults: {audience: staff}", "knowledge/kefu.yaml": "defaults: {language: en}"}
    )
    objects.put("tenants/acme/uploads/u1/kefu.yaml", b"files: {b.md: {audience: staff}}")
    apart, named = "tenants/acme/uploads/u1/b.md", "knowledge/staff/deep/a.md"
    assert meta_of(objects, "acme", apart, named).audience is Audience.STAFF
    assert meta_of(objects, "acme", apart, named).language == "en"
    assert meta_of(objects, "acme", f"tenants/acme/content/{named}", "other.md").audience is Audience.STAFF
    objects.put(apart, b"x")
    assert meta_of(objects, "acme", apart, "uploads/b.md").audience is Audience.STAFF
    assert meta_of(objects, "acme", "tenants/acme/uploads/u2/b.md", "uploads/b.md").audience is Audience.PUBLIC
    assert meta_of(objects, "acme", "tenants/acme/uploads/u2/b.csv", "facts/b.csv").kind == "facts"


def test_the_queue_of_uploads_keeps_a_staff_document_from_customers() -> None:
    world = KnowledgeWorld()
    objects = in_store({"knowledge/kefu.yaml": "defaults: {audience: staff}"})
    objects.put("tenants/acme/uploads/u1/returns.md", "# 退货\n\n内部折扣码。".encode())
    consume = DocumentConsumer(ingest=world.ingest, objects=objects, telemetry=Telemetry("knowledge", "r1"))
    event = read_upload(load_event("sqs-document-uploaded")["Records"][0]["body"])
    consume(QueuedEvent(event=event, receive_count=1, receipt="r", body=""))
    (document,) = world.store.documents("acme")
    assert (document.source, document.audience) == ("knowledge/returns.md", Audience.STAFF)
    objects.put("tenants/acme/content/knowledge/kefu.yaml", b"defaults: {audience: staf}")
    consume(QueuedEvent(event=event, receive_count=1, receipt="r", body=""))
    assert not world.store.documents("acme")

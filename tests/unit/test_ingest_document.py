from datetime import date
from pathlib import Path

import pytest

from local.read_company import read_file, read_folder
from shared.domain.errors import DependencyUnavailableError, DocumentRejectedError, InvalidInputError
from shared.domain.knowledge import Audience, DocumentMeta
from shared.use_cases.ingest_folder import FolderFile, IngestFolder
from shared.use_cases.remove_upload import RemoveUpload
from tests.unit.knowledge_world import TENANT, World

ONE = "# 保修\n\n## 期限\n\n一年。\n\n## 范围\n\n主机。\n"
TWO = "# 保修\n\n## 期限\n\n两年。\n\n## 范围\n\n主机。\n"


@pytest.fixture
def world() -> World:
    return World()


def test_a_new_document_is_seen_once_it_is_published(world: World) -> None:
    result = world.put(ONE)
    assert (result.status, result.chunks_added, result.chunks_removed) == ("added", 2, 0)
    assert world.readers_see() == set()
    world.publish(TENANT)
    assert world.readers_see() == {"一年。", "主机。"}


def test_the_same_document_again_changes_nothing(world: World) -> None:
    world.put(ONE)
    world.publish(TENANT)
    before = (world.keywords.added, sum(world.embedder.batches))
    result = world.put(ONE)
    assert (result.status, result.chunks_added) == ("unchanged", 0)
    assert (world.keywords.added, sum(world.embedder.batches)) == before
    assert world.publish(TENANT).published == 1


def test_a_changed_document_replaces_exactly_its_changed_chunks(world: World) -> None:
    world.put(ONE)
    world.put("# 别的\n\n别的文件。", "knowledge/b.md")
    world.publish(TENANT)
    added = world.vectors.added
    result = world.put(TWO)
    assert (result.status, result.chunks_added, result.chunks_removed) == ("changed", 1, 1)
    assert world.vectors.added == added + 1
    assert world.readers_see() == {"一年。", "主机。", "别的文件。"}
    world.publish(TENANT)
    assert world.readers_see() == {"两年。", "主机。", "别的文件。"}


def test_a_change_of_the_metadata_alone_is_a_change(world: World) -> None:
    world.put(ONE)
    world.publish(TENANT)
    assert world.put(ONE, meta=DocumentMeta(audience=Audience.STAFF)).status == "changed"
    world.publish(TENANT)
    published = world.store.snapshot(TENANT).published
    assert world.keywords.visible(published) == set()
    assert world.keywords.visible(published, Audience.STAFF) == {"一年。", "主机。"}


def test_a_removed_document_is_gone_from_the_next_snapshot_and_back_after_a_rollback(world: World) -> None:
    world.put(ONE)
    world.publish(TENANT)
    result = world.remove()
    assert (result.status, result.chunks_removed) == ("removed", 2)
    world.publish(TENANT)
    assert world.readers_see() == set()
    world.publish.rollback(TENANT, 1)
    assert world.readers_see() == {"一年。", "主机。"}
    assert world.remove().status == "unchanged"


def test_text_that_comes_back_after_a_snapshot_without_it_leaves_the_old_snapshots_as_they_were(world: World) -> None:
    for text in (ONE, TWO, ONE, TWO, ONE):
        world.put(text)
        world.publish(TENANT)
    seen = []
    for snapshot in (1, 2, 3, 4, 5):
        world.publish.rollback(TENANT, snapshot)
        seen.append("一年。" in world.readers_see())
    assert seen == [True, False, True, False, True]


def test_changes_back_and_forth_within_one_draft_leave_nothing_behind(world: World) -> None:
    world.put(ONE)
    world.publish(TENANT)
    for text in (TWO, ONE, TWO, ONE):
        world.put(text)
    world.publish(TENANT)
    assert world.readers_see() == {"一年。", "主机。"}
    assert len(world.store.live_chunk_ids(TENANT, world.put(ONE).document_id)) == 2


def test_a_rollback_goes_only_to_a_snapshot_that_was_made(world: World) -> None:
    for snapshot in (-1, 1):
        with pytest.raises(InvalidInputError):
            world.publish.rollback(TENANT, snapshot)


def test_publishing_without_a_change_keeps_a_rollback(world: World) -> None:
    world.put(ONE)
    world.publish(TENANT)
    world.put(TWO)
    world.publish(TENANT)
    world.publish.rollback(TENANT, 1)
    assert world.publish(TENANT).published == 1


def test_a_rejected_document_keeps_its_earlier_version(world: World) -> None:
    world.put(ONE)
    result = world.ingest(_source(b"\x00\x01\x02" * 99))
    assert (result.status, result.reason) == ("rejected", "bad_encoding")
    world.publish(TENANT)
    assert world.readers_see() == {"一年。", "主机。"}


def test_a_document_whose_rights_are_in_doubt_is_taken_out(world: World) -> None:
    world.put(ONE)
    world.publish(TENANT)
    result = world.put("---\naudience: staf\n---\n" + ONE)
    assert (result.status, result.reason, result.chunks_removed) == ("rejected", "bad_metadata", 2)
    world.publish(TENANT)
    assert world.readers_see() == set()


def _source(data: bytes):  # type: ignore[no-untyped-def]
    from shared.use_cases.ingest_document import SourceDocument

    return SourceDocument(tenant=TENANT, source="knowledge/a.md", data=data)


@pytest.mark.parametrize(
    "meta",
    [
        DocumentMeta(audience=Audience.STAFF),
        DocumentMeta(valid_from=date(2027, 1, 1)),
        DocumentMeta(valid_to=date(2026, 1, 31)),
    ],
)
def test_a_broken_file_that_fewer_may_see_now_takes_its_earlier_version_out(world: World, meta: DocumentMeta) -> None:
    world.put(ONE)
    world.publish(TENANT)
    result = world.put("", meta=meta)
    assert (result.status, result.chunks_removed) == ("rejected", 2)
    world.publish(TENANT)
    assert world.readers_see() == set()


def test_a_broken_file_that_as_many_may_see_keeps_its_earlier_version(world: World) -> None:
    world.put(ONE, meta=DocumentMeta(valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31)))
    assert world.put("", meta=DocumentMeta(valid_from=date(2026, 1, 1), title="别的")).chunks_removed == 0


def test_two_documents_with_one_title_for_the_same_days_are_pointed_out(world: World) -> None:
    world.put("---\ntitle: 退货\nvalid_to: 2025-12-31\n---\n七天。", "knowledge/old.md")
    assert world.put("---\ntitle: 退货\nvalid_from: 2026-01-01\n---\n十五天。", "knowledge/new.md").warnings == ()
    warnings = world.put("---\ntitle: 退货\n---\n三十天。", "knowledge/odd.md").warnings
    assert [warning.split()[0] for warning in warnings] == ["knowledge/new.md", "knowledge/old.md"]


def test_texts_are_embedded_in_batches_with_titles_and_variants(world: World) -> None:
    rows = "\n".join(f"问题{number},也会这样问{number},答案{number}" for number in range(50))
    world.put(f"问题,相似问法,答案\n{rows}\n", "knowledge/faq.csv")
    assert max(world.embedder.batches) <= 32
    assert sum(world.embedder.batches) == 50 * 3


def test_fact_tables_are_stored_with_their_document_and_not_searched(world: World) -> None:
    result = world.put("型号,价格\nS3,9\n", "facts/p.csv", DocumentMeta(kind="facts"))
    assert (result.chunks_added, result.tables) == (0, 1)
    (table,) = world.store.tables(TENANT, 1, frozenset({Audience.PUBLIC}))
    assert (table.document_id, table.options["source"]) == (result.document_id, "facts/p.csv")
    world.publish(TENANT)
    assert world.put("型号,价格\nS3,9\n", "facts/p.csv", DocumentMeta(kind="facts")).status == "unchanged"
    world.ingest.remove(TENANT, "facts/p.csv")
    assert world.store.tables(TENANT, 2, frozenset({Audience.PUBLIC})) == ()


@pytest.mark.parametrize("calls", range(9))
@pytest.mark.parametrize("action", ["add", "change", "remove"])
def test_an_end_at_any_write_is_mended_by_running_again(action: str, calls: int) -> None:
    world = World()
    if action != "add":
        world.put(ONE)
        world.publish(TENANT)
    step = {"add": lambda: world.put(ONE), "change": lambda: world.put(TWO), "remove": world.remove}[action]
    world.breaker.calls = calls
    try:
        step()
    except DependencyUnavailableError:
        pass
    world.breaker.calls = None
    step()
    world.publish(TENANT)
    assert world.readers_see() == {"add": {"一年。", "主机。"}, "change": {"两年。", "主机。"}, "remove": set()}[action]


@pytest.mark.parametrize("calls", range(9))
def test_an_end_at_any_write_is_mended_even_when_the_file_was_changed_back(calls: int) -> None:
    world = World()
    world.put(ONE)
    world.publish(TENANT)
    world.breaker.calls = calls
    try:
        world.put(TWO)
    except DependencyUnavailableError:
        pass
    world.breaker.calls = None
    world.put(ONE)
    world.publish(TENANT)
    assert world.readers_see() == {"一年。", "主机。"}


def test_a_folder_is_read_file_by_file_and_what_is_gone_is_removed(world: World) -> None:
    def unreadable() -> bytes:
        raise DocumentRejectedError("knowledge/c.md", "unreadable", "cannot be opened")

    files = [
        FolderFile(source="knowledge/a.md", load=ONE.encode, meta=DocumentMeta()),
        FolderFile(source="knowledge/bad.md", load=lambda: b"\x00\x01", meta=DocumentMeta()),
        FolderFile(source="knowledge/c.md", load=unreadable, meta=DocumentMeta()),
        FolderFile(source="knowledge/d.md", load=TWO.encode, meta=DocumentMeta(title="另一篇")),
    ]
    seen: list[tuple[str, int, int]] = []
    run = IngestFolder(ingest=world.ingest)
    summary = run(TENANT, files, lambda result, done, total: seen.append((result.status, done, total)))
    assert summary.counts == {"added": 2, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 2}
    assert seen == [("added", 1, 4), ("rejected", 2, 4), ("rejected", 3, 4), ("added", 4, 4)]
    assert [(one.source, one.reason) for one in summary.rejected] == [
        ("knowledge/bad.md", "bad_encoding"),
        ("knowledge/c.md", "unreadable"),
    ]
    again = run(TENANT, files[:1])
    assert again.counts == {"added": 0, "changed": 0, "unchanged": 1, "removed": 1, "rejected": 0}
    world.publish(TENANT)
    assert world.readers_see() == {"一年。", "主机。"}


def _file(source: str, text: str) -> FolderFile:
    return FolderFile(source=source, load=text.encode, meta=DocumentMeta())


def test_an_upload_survives_the_ingestion_of_a_folder_that_does_not_hold_it(world: World) -> None:
    run = IngestFolder(ingest=world.ingest)
    run.one(TENANT, _file("uploads/a.md", ONE))
    again = run(TENANT, [_file("knowledge/d.md", "# 四\n\n四月。")])
    assert again.counts["removed"] == 0
    assert {one.source for one in world.store.documents(TENANT)} == {"knowledge/d.md", "uploads/a.md"}


@pytest.mark.parametrize("name", ["a.md", "uploads/a.md"])
def test_an_upload_is_taken_out_on_purpose_by_its_name(world: World, name: str) -> None:
    IngestFolder(ingest=world.ingest).one(TENANT, _file("uploads/a.md", ONE))
    assert RemoveUpload(ingest=world.ingest)(TENANT, name).status == "removed"
    assert not world.store.documents(TENANT)


@pytest.mark.parametrize(("name", "fix"), [("knowledge/a.md", "delete it there"), ("c.md", r"there are: uploads/b\.md")])
def test_only_uploads_are_taken_out_by_name(world: World, name: str, fix: str) -> None:
    run = IngestFolder(ingest=world.ingest)
    for source in ("knowledge/a.md", "uploads/b.md"):
        run.one(TENANT, _file(source, ONE))
    with pytest.raises(InvalidInputError, match=fix):
        RemoveUpload(ingest=world.ingest)(TENANT, name)
    assert len(world.store.documents(TENANT)) == 2


def test_one_file_of_a_folder_is_unchanged_after_the_folder_and_a_changed_one_replaces_itself(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "kefu.yaml").write_text("defaults: {audience: staff, valid_to: 2027-12-31}", encoding="utf-8")
    path = tmp_path / "knowledge" / "a.md"
    path.write_text(ONE, encoding="utf-8")
    run = IngestFolder(ingest=world.ingest)
    run(TENANT, read_folder(tmp_path))
    assert run.one(TENANT, read_file(tmp_path, path)).status == "unchanged"
    path.write_text(ONE.replace("一年。", "三年。"), encoding="utf-8")
    assert run.one(TENANT, read_file(tmp_path, path)).status == "changed"
    (document,) = world.store.documents(TENANT)
    assert document.audience == "staff" and "三年。" in world.stored(1) and "一年。" not in world.stored(1)
    assert run(TENANT, read_folder(tmp_path)).counts["unchanged"] == 1

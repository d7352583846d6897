"""`knowledge`: what its queue brings, and a content folder that is looked at as a whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.knowledge.content_folder import read_content
from functions.knowledge.uploads import read_upload
from local.read_company import read_folder
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import Audience
from tests.events import load_event

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

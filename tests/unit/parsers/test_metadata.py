from pathlib import PurePosixPath

import pytest

from shared.adapters.parsers.folder_metadata import meta_for, read_folder_settings
from shared.adapters.parsers.rejections import RejectedFile
from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import Audience
from tests.unit.parsers.documents import read


def refusal(front: str) -> str:
    with pytest.raises(RejectedFile) as caught:
        read("a.md", f"---\n{front}\n---\nText.")
    assert caught.value.reason == "bad_metadata"
    return caught.value.detail


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("audiance: staff", "did you mean 'audience'"),
        ("audience: staf", "public, staff"),
        ("audience: [staff]", "public, staff"),
        ("audience:", "public, staff"),
        ("audience: staff\naudience: public", "there twice"),
        ("valid_from: 2026-13-01", "2026-12-31"),
        ("valid_to: soon", "2026-12-31"),
        ("valid_from: 2026-02-01\nvalid_to: 2026-01-01", "before"),
        ("language: fr", "zh, en"),
        ("kind: story", "document, faq, facts"),
        ("source_url: javascript:alert(1)", "https://"),
        ("title: [a", "not valid YAML"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("title: !!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_slip_in_the_metadata_refuses_the_document_and_says_how_to_mend_it(front: str, said: str) -> None:
    assert said in refusal(front)


def test_front_matter_that_does_not_end_refuses_the_document() -> None:
    with pytest.raises(RejectedFile, match="no end"):
        read("a.md", "---\naudience: staff\n\nText that would be public.")


def test_staff_is_heard_whoever_says_it() -> None:
    assert read("a.md", "---\naudience: public\n---\nText.", audience=Audience.STAFF).meta.audience is Audience.STAFF
    assert read("a.md", "---\naudience: staff\n---\nText.", audience=Audience.PUBLIC).meta.audience is Audience.STAFF


def folder(text: str, *names: str) -> object:
    return read_folder_settings(text.encode(), frozenset(names))


def test_a_folder_gives_defaults_and_words_for_single_files() -> None:
    folders = {
        PurePosixPath("knowledge"): folder("defaults: {audience: staff, language: zh}"),
        PurePosixPath("knowledge/faq"): folder(
            "files:\n  a.xlsx: {kind: faq, title: {zh: 问答, en: Q and A}, language: en}", "a.xlsx"
        ),
    }
    meta = meta_for(PurePosixPath("knowledge/faq/a.xlsx"), folders, {})  # type: ignore[arg-type]
    assert (meta.audience, meta.language, meta.kind, meta.title) == (Audience.STAFF, "en", "faq", "Q and A")
    below = meta_for(PurePosixPath("knowledge/faq/deep/b.md"), folders, {})  # type: ignore[arg-type]
    assert (below.audience, below.language) == (Audience.STAFF, "zh")


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {audience: staf}",
        "default: {audience: staff}",
        "defaults: staff",
        "files: {a.md: {audience: intern}}",
        "files: [a.md]",
        "defaults: {audience: staff",
        "\x00\x01",
    ],
)
def test_a_broken_folder_file_refuses_every_file_below_it(text: str) -> None:
    folders = {PurePosixPath("knowledge"): folder(text, "a.md")}
    for path in ("knowledge/a.md", "knowledge/b.md", "knowledge/deep/c.md"):
        with pytest.raises(DocumentRejectedError) as caught:
            meta_for(PurePosixPath(path), folders, {})  # type: ignore[arg-type]
        assert caught.value.reason == "bad_metadata"


def test_a_staff_entry_for_a_file_that_is_not_there_is_a_misspelt_name() -> None:
    broken = folder("files: {secrets.md: {audience: staff}}", "secret.md")
    with pytest.raises(DocumentRejectedError, match=r"secrets\.md"):
        meta_for(PurePosixPath("k/secret.md"), {PurePosixPath("k"): broken}, {})  # type: ignore[dict-item]


def test_a_public_entry_for_a_file_that_was_deleted_does_no_harm() -> None:
    settings = folder("files: {old.md: {title: Old}}", "new.md")
    assert meta_for(PurePosixPath("k/new.md"), {PurePosixPath("k"): settings}, {}).title == ""  # type: ignore[dict-item]


def test_a_fact_table_may_name_its_validity_columns_where_others_have_dates() -> None:
    settings = folder("files: {p.csv: {kind: facts, valid_from: 生效日期, key: [型号]}}", "p.csv")
    meta = meta_for(PurePosixPath("f/p.csv"), {PurePosixPath("f"): settings}, {})  # type: ignore[dict-item]
    assert meta.valid_from is None
    assert meta.options["valid_from"] == "生效日期"
    with pytest.raises(DocumentRejectedError, match="2026-12-31"):
        meta_for(PurePosixPath("f/p.md"), {}, {"valid_from": "生效日期"})

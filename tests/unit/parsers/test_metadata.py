import unicodedata
from datetime import date
from pathlib import PurePosixPath

import pytest

from shared.adapters.parsers.folder_metadata import meta_for, read_folder_settings
from shared.adapters.parsers.rejections import RejectedFile
from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import Audience
from tests.unit.parsers.documents import read, reason_of


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


@pytest.mark.parametrize(
    "text",
    [
        "---\n# who may read this\naudience: staff\n---\nText.",
        '---\n"audience": staff\n---\nText.',
        "---\n{audience: staff}\n---\nText.",
        "---,\naudience: staff,\n---,\nText.",
    ],
)
def test_front_matter_is_known_by_what_it_says_and_not_by_how_its_first_line_begins(text: str) -> None:
    parsed = read("a.md", text)
    assert parsed.meta.audience is Audience.STAFF
    assert parsed.sections[0].text == "Text."


@pytest.mark.parametrize(
    "text",
    [
        "---\n受众: staff\n---\nText.",
        "---\n# note\naudience: staff\n\nText.",
        '+++\naudience = "staff"\n+++\nText.',
        "# Title\n---\naudience: staff\n---\nText.",
        "<!-- audience: staff -->\nText.",
        "**Audience: staff**\n\nText.",
        "valid_to: 2026-01-31\n\nText.",
    ],
)
def test_words_about_who_may_see_a_document_are_never_taken_for_its_text(text: str) -> None:
    assert reason_of("a.md", text) == "bad_metadata"


def test_a_page_that_calls_itself_staff_in_its_head_is_not_published() -> None:
    page = '<html><head><meta name="audience" content="staff"></head><body><p>Text.</p></body></html>'
    assert reason_of("a.html", page) == "bad_metadata"


@pytest.mark.parametrize(
    "text",
    [
        "---\n普通的一段话。\n---\n正文。",
        "---\n注意：本页仅供参考。\n---\n正文。",
        "---\n# 标题\n说明: 一\n别的。\n---\n正文。",
        "The audience: staff members and visitors alike.",
        "写成 audience: staff 的文档只给员工看。",
        "# Manual\n```\naudience: staff\n```\nText.",
    ],
)
def test_a_text_that_only_looks_like_settings_is_read(text: str) -> None:
    assert read("a.md", text).meta.audience is Audience.PUBLIC


def test_rows_below_front_matter_keep_their_numbers() -> None:
    assert read("a.csv", "---\naudience: staff\n---\n问题,答案\n成本？,30\n").entries[0].row == "a!5"


@pytest.mark.parametrize("written", ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301"])
def test_a_date_with_the_year_first_has_one_meaning(written: str) -> None:
    assert read("a.md", f"---\nvalid_from: {written}\n---\nText.").meta.valid_from == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("title: 退货: 规则", "line 1: mapping values are not allowed here; put a value that holds a colon"),
        ("audience：staff", "write the colon as : with a space"),
        ("valid_from: 1/2/2026", "2026-12-31"),
    ],
)
def test_a_refusal_names_the_line_and_the_fix(front: str, said: str) -> None:
    assert said in refusal(front)


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


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("promo.md", "Promo.md"),
        ("promo", "promo.docx"),
        ("promo.doc", "promo.docx"),
        ("活动(新).md", "活动（新）.md"),
        ("a b.md", "ab.md"),
    ],
)
def test_an_entry_with_dates_whose_file_has_another_spelling_refuses_that_file_alone(written: str, name: str) -> None:
    folders = {PurePosixPath("k"): folder(f"files: {{'{written}': {{valid_to: 2026-01-31}}}}", name, "other.md")}
    with pytest.raises(DocumentRejectedError, match="correct the name"):
        meta_for(PurePosixPath(f"k/{name}"), folders, {})  # type: ignore[arg-type]
    assert meta_for(PurePosixPath("k/other.md"), folders, {}).valid_to is None  # type: ignore[arg-type]


@pytest.mark.parametrize("entry", ["'*.md'", "deep/a.md"])
def test_an_entry_with_dates_that_can_be_of_no_file_beside_it_refuses_the_folder(entry: str) -> None:
    folders = {PurePosixPath("k"): folder(f"files: {{{entry}: {{valid_from: 2027-01-01}}}}", "a.md")}
    with pytest.raises(DocumentRejectedError, match="no name of a file beside"):
        meta_for(PurePosixPath("k/a.md"), folders, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("entry", ["old.md: {valid_to: 2026-01-31}", "'*.md': {language: zh}", "A.md: {title: A}"])
def test_an_entry_without_a_file_that_hides_nothing_does_no_harm(entry: str) -> None:
    folders = {PurePosixPath("k"): folder(f"files: {{{entry}}}", "a.md")}
    assert meta_for(PurePosixPath("k/a.md"), folders, {}).valid_to is None  # type: ignore[arg-type]


def test_a_name_is_the_same_however_the_disk_writes_its_accents() -> None:
    on_disk = unicodedata.normalize("NFD", "café.md")
    folders = {PurePosixPath("k"): folder("files: {café.md: {audience: staff}}", on_disk)}
    assert meta_for(PurePosixPath(f"k/{on_disk}"), folders, {}).audience is Audience.STAFF  # type: ignore[arg-type]


def test_a_fact_table_may_name_its_validity_columns_where_others_have_dates() -> None:
    settings = folder("files: {p.csv: {kind: facts, valid_from: 生效日期, key: [型号]}}", "p.csv")
    meta = meta_for(PurePosixPath("f/p.csv"), {PurePosixPath("f"): settings}, {})  # type: ignore[dict-item]
    assert meta.valid_from is None
    assert meta.options["valid_from"] == "生效日期"
    with pytest.raises(DocumentRejectedError, match="2026-12-31"):
        meta_for(PurePosixPath("f/p.md"), {}, {"valid_from": "生效日期"})

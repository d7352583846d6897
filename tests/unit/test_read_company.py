from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from local.read_company import read_company, read_file, read_folder
from shared.domain.business_hours import is_open
from shared.domain.errors import DocumentRejectedError, InvalidInputError
from shared.domain.knowledge import Audience, DocumentMeta
from shared.use_cases.ingest_folder import FolderFile

COMPANY = """
tenant: acme
name: {zh: 清泉, en: Acme}
time_zone: Asia/Shanghai
business_hours:
  - {day: monday, opens: "09:00", closes: "18:00"}
holidays: [2026-10-01]
greeting: {zh: 您好, en: Hello}
suggested_questions: {zh: [怎么退货？]}
colours: {primary: "#123456"}
site_keys: [pk_demo]
contact: {hotline: 400-000-0000}
ticket: {reply_within_hours: 12}
synonyms: {zh: [[退货, 退换]], en: [[return, send back]]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "company"
    (root / "knowledge" / "staff").mkdir(parents=True)
    (root / "facts").mkdir()
    (root / "company.yaml").write_text(COMPANY, encoding="utf-8")
    (root / "knowledge" / "a.md").write_text("# A\n\nText.", encoding="utf-8")
    (root / "knowledge" / "staff" / "b.md").write_text("Secret.", encoding="utf-8")
    (root / "knowledge" / "staff" / "kefu.yaml").write_text("defaults: {audience: staff}", encoding="utf-8")
    (root / "facts" / "p.csv").write_text("型号,价格\nS3,9\n", encoding="utf-8")
    return root


def files(folder: Path) -> dict[str, FolderFile]:
    return {file.source: file for file in read_folder(folder)}


def test_a_company_is_what_its_file_says(folder: Path) -> None:
    company = read_company(folder)
    assert (company.tenant, company.name["en"], company.hotline, company.reply_within_hours) == (
        "acme",
        "Acme",
        "400-000-0000",
        12,
    )
    assert (company.hours[0].weekday, company.hours[0].closes) == (0, time(18, 0))
    assert company.holidays == {date(2026, 10, 1)}
    assert company.synonyms["en"] == (("return", "send back"),)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("tenant: acme", "tenant: a/b", "tenant"),
        ("Asia/Shanghai", "Mars/Base", "time_zone"),
        ("Asia/Shanghai", "../etc/passwd", "time_zone"),
        ("monday", "moonday", "business_hours"),
        ("[2026-10-01]", "[soon]", "holidays"),
        ("reply_within_hours: 12", "reply_within_hours: 0", "reply_within_hours"),
        ("[pk_demo]", "pk_demo", "site_keys"),
        ("tenant: acme", "tenant: [", "company.yaml"),
    ],
)
def test_a_mistake_in_the_companys_file_names_the_key(folder: Path, before: str, after: str, field: str) -> None:
    (folder / "company.yaml").write_text(COMPANY.replace(before, after), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=field):
        read_company(folder)


@pytest.mark.parametrize("closes", ["00:00", "24:00"])
def test_a_day_may_last_until_midnight(folder: Path, closes: str) -> None:
    (folder / "company.yaml").write_text(COMPANY.replace("18:00", closes), encoding="utf-8")
    company = read_company(folder)
    assert is_open(company, datetime(2026, 11, 23, 15, 59, tzinfo=UTC))
    assert not is_open(company, datetime(2026, 11, 23, 16, 0, tzinfo=UTC))


def test_a_night_goes_on_after_midnight(folder: Path) -> None:
    (folder / "company.yaml").write_text(COMPANY.replace("18:00", "02:00"), encoding="utf-8")
    company = read_company(folder)
    assert is_open(company, datetime(2026, 11, 23, 17, 59, tzinfo=UTC))
    assert not is_open(company, datetime(2026, 11, 23, 18, 0, tzinfo=UTC))


def test_a_missing_company_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"company\.yaml"):
        read_company(tmp_path)


def test_files_come_with_what_their_folders_say(folder: Path) -> None:
    found = files(folder)
    assert sorted(found) == ["facts/p.csv", "knowledge/a.md", "knowledge/staff/b.md"]
    assert found["knowledge/staff/b.md"].meta.audience is Audience.STAFF
    assert (found["facts/p.csv"].meta.kind, found["knowledge/a.md"].meta.kind) == ("facts", "document")
    assert found["knowledge/a.md"].load() == b"# A\n\nText."


@pytest.mark.parametrize("name", ["kefu.yml", "Kefu.yaml", "kefu.yaml.txt"])
def test_a_misnamed_folder_file_refuses_the_folder_instead_of_being_ignored(folder: Path, name: str) -> None:
    (folder / "knowledge" / "staff" / "kefu.yaml").rename(folder / "knowledge" / "staff" / name)
    found = files(folder)
    rejected = found["knowledge/staff/b.md"].rejected
    assert rejected is not None and rejected.reason == "bad_metadata" and "kefu.yaml" in rejected.detail
    assert found["knowledge/a.md"].rejected is None


def test_a_broken_folder_file_refuses_its_files_and_no_others(folder: Path) -> None:
    (folder / "knowledge" / "staff" / "kefu.yaml").write_text("defaults: {audience: staf}", encoding="utf-8")
    found = files(folder)
    assert found["knowledge/staff/b.md"].rejected is not None
    assert found["knowledge/a.md"].rejected is None


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("Secret.", encoding="utf-8")
    (folder / "knowledge" / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "knowledge" / "loop.md").symlink_to(folder / "knowledge" / "loop.md")
    (folder / "knowledge" / "inside.md").symlink_to(folder / "knowledge" / "a.md")
    found = files(folder)
    for name, reason in (("link.md", "unsafe_path"), ("loop.md", "unreadable")):
        with pytest.raises(DocumentRejectedError) as caught:
            found[f"knowledge/{name}"].load()
        assert caught.value.reason == reason
    assert found["knowledge/inside.md"].load() == b"# A\n\nText."


def test_a_link_to_a_staff_document_is_for_staff_too(folder: Path) -> None:
    (folder / "knowledge" / "shortcut.md").symlink_to(folder / "knowledge" / "staff" / "b.md")
    assert files(folder)["knowledge/shortcut.md"].meta.audience is Audience.STAFF


def test_a_link_to_a_folder_that_is_not_read_keeps_what_that_folder_says(folder: Path) -> None:
    (folder / "drafts").mkdir()
    (folder / "drafts" / "kefu.yaml").write_text("defaults: {audience: staff}", encoding="utf-8")
    (folder / "drafts" / "c.md").write_text("Secret.", encoding="utf-8")
    (folder / "knowledge" / "shortcut.md").symlink_to(folder / "drafts" / "c.md")
    assert files(folder)["knowledge/shortcut.md"].meta.audience is Audience.STAFF


def test_settings_beside_the_companys_file_hold_for_all_below(folder: Path) -> None:
    (folder / "kefu.yaml").write_text("defaults: {audience: staff}", encoding="utf-8")
    assert {file.meta.audience for file in read_folder(folder)} == {Audience.STAFF}
    (folder / "kefu.yaml").rename(folder / "kefu.yml")
    assert all(file.rejected for file in read_folder(folder))


def test_a_linked_folder_is_not_walked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.md").write_text("Secret.", encoding="utf-8")
    (folder / "knowledge" / "more").symlink_to(tmp_path / "outside")
    for source, file in files(folder).items():
        if source.startswith("knowledge/more"):
            with pytest.raises(DocumentRejectedError):
                file.load()


def test_lock_files_and_hidden_files_are_passed_over(folder: Path) -> None:
    for name in ("~$a.docx", ".DS_Store", "Thumbs.db", "a.md~"):
        (folder / "knowledge" / name).write_bytes(b"x")
    assert len(files(folder)) == 3


def test_a_single_file_of_the_folder_is_what_the_folder_makes_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "knowledge" / "shortcut.md").symlink_to(folder / "knowledge" / "staff" / "b.md")
    monkeypatch.chdir(folder / "knowledge" / "staff")
    given = [*(folder / source for source in files(folder)), Path("b.md"), Path("../a.md")]
    single = [read_file(folder, path) for path in given]
    whole = files(folder)
    assert [(one.source, one.meta) for one in single] == [(one.source, whole[one.source].meta) for one in single]
    assert {one.source for one in single} == set(whole)
    assert [one.meta.audience for one in single if one.source != "knowledge/a.md"].count(Audience.STAFF) == 3


def test_a_link_from_elsewhere_to_a_file_of_the_folder_is_that_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "open.md").symlink_to(folder / "knowledge" / "staff" / "b.md")
    found = read_file(folder, tmp_path / "open.md")
    assert (found.source, found.meta.audience) == ("knowledge/staff/b.md", Audience.STAFF)


@pytest.mark.parametrize("name", ["company.yaml", "knowledge/staff/kefu.yaml", "flows/x.yaml", "knowledge/more/x.md"])
def test_what_is_no_document_of_the_folder_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    for path in (folder / "flows" / "x.yaml", tmp_path / "outside" / "x.md"):
        path.parent.mkdir()
        path.write_text("x: 1", encoding="utf-8")
    (folder / "knowledge" / "more").symlink_to(tmp_path / "outside")
    with pytest.raises(InvalidInputError, match=name):
        read_file(folder, folder / name)


def test_a_file_from_elsewhere_is_what_the_settings_beside_and_above_it_say(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "papers" / "deep").mkdir(parents=True)
    (tmp_path / "papers" / "kefu.yaml").write_text("defaults: {audience: staff}", encoding="utf-8")
    settings = "files: {p.csv: {kind: facts, key: [型号], valid_to: 2027-01-31}}"
    (tmp_path / "papers" / "deep" / "kefu.yaml").write_text(settings, encoding="utf-8")
    (tmp_path / "papers" / "deep" / "p.csv").write_text("型号,价格\nS3,9\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "papers" / "deep" / "p.csv")
    found = read_file(folder, tmp_path / "papers" / "deep" / "p.csv")
    assert (found.source, found.meta.audience, found.meta.kind) == ("uploads/p.csv", Audience.STAFF, "facts")
    assert found.meta.valid_to == date(2027, 1, 31) and found.meta.options["key"] == ["型号"]
    assert read_file(folder, tmp_path / "link.csv").meta.audience is Audience.STAFF


@pytest.mark.parametrize("name", ["kefu.yml", "kefu.yaml"])
def test_a_file_from_elsewhere_beside_doubtful_settings_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("defaults: {audience: staf}", encoding="utf-8")
    (tmp_path / "x.md").write_text("# X", encoding="utf-8")
    rejected = read_file(folder, tmp_path / "x.md").rejected
    assert rejected is not None and rejected.reason == "bad_metadata"


def test_a_file_from_elsewhere_without_settings_is_public(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("# X", encoding="utf-8")
    found = read_file(folder, tmp_path / "x.md")
    assert (found.source, found.meta, found.load()) == ("uploads/x.md", DocumentMeta(), b"# X")


def test_a_file_of_another_company_is_not_taken_for_this_one(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(InvalidInputError, match=f"--company {folder}"):
        read_file(tmp_path / "mine", folder / "knowledge" / "staff" / "b.md")

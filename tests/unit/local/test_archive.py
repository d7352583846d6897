"""Backup and restore."""

import io
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from local.archive import read_backup, write_backup
from local.composition.stores import open_stores
from local.data_folder import DataFolder, StartupError, exclusive
from shared.adapters.sqlite.database import Database
from shared.domain.conversation import Conversation
from shared.use_cases.start_conversation import StartConversation


def _opened(folder: DataFolder) -> Conversation:
    """Store something personal; leave the stores open, as a running instance does."""
    folder.prepare()
    stores = open_stores(folder)
    Database(folder.databases / "knowledge.db").fetch_one("SELECT 1")
    stores.objects.put("tenants/acme/a.md", "内容".encode())
    start = StartConversation(conversations=stores.conversations, clock=stores.clock)
    return start("acme", "c1", "s1", "zh", "token")


def _filled(root: Path) -> DataFolder:
    folder = DataFolder(root)
    _opened(folder)
    return folder


def test_a_backup_of_a_running_instance_restores_to_the_same_data(tmp_path: Path) -> None:
    source, target = DataFolder(tmp_path / "old"), DataFolder(tmp_path / "new")
    conversation = _opened(source)
    report = write_backup(source, tmp_path / "b.tar.gz", with_keys=True)
    read_backup(report.path, target)
    restored = open_stores(target)
    assert restored.conversations.get("acme", "c1") == conversation
    assert restored.objects.get("tenants/acme/a.md") == "内容".encode()
    assert stat.S_IMODE(report.path.stat().st_mode) == stat.S_IMODE((target.keys / "master.key").stat().st_mode) == 0o600


def test_without_keys_nothing_of_the_keys_is_in_the_file(tmp_path: Path) -> None:
    report = write_backup(_filled(tmp_path / "old"), tmp_path / "b.tar.gz", with_keys=False)
    with tarfile.open(report.path) as archive:
        assert [name for name in archive.getnames() if name.startswith("keys")] == []


def test_data_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    folder = _filled(tmp_path / "old")
    report = write_backup(folder, tmp_path / "b.tar.gz", with_keys=True)
    with pytest.raises(StartupError, match="holds data; move it away"):
        read_backup(report.path, folder)
    with pytest.raises(StartupError, match="exists already"):
        write_backup(folder, report.path, with_keys=True)


def test_nothing_is_restored_under_a_running_instance(tmp_path: Path) -> None:
    report = write_backup(_filled(tmp_path / "old"), tmp_path / "b.tar.gz", with_keys=True)
    target = DataFolder(tmp_path / "new")
    target.root.mkdir()
    with exclusive(target, 8080), pytest.raises(StartupError, match="another instance"):
        read_backup(report.path, target)


@pytest.mark.parametrize("cut", [0, 10, 5000])
def test_a_file_that_is_no_whole_backup_changes_nothing(tmp_path: Path, cut: int) -> None:
    whole = write_backup(_filled(tmp_path / "old"), tmp_path / "b.tar.gz", with_keys=True).path.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: min(cut, len(whole) - 200)])
    target = DataFolder(tmp_path / "new")
    with pytest.raises(StartupError, match="nothing was changed"):
        read_backup(tmp_path / "cut.tar.gz", target)
    assert not target.databases.exists()


def _hostile(path: Path, entry: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(entry, io.BytesIO(b"x" * entry.size))
    return path


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "databases/../../evil"])
def test_an_archive_that_names_another_place_is_refused(tmp_path: Path, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = 1
    with pytest.raises(StartupError):
        read_backup(_hostile(tmp_path / "evil.tar.gz", entry), DataFolder(tmp_path / "new"))
    assert not (tmp_path / "evil").exists()


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("databases/state.db")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(StartupError):
        read_backup(_hostile(tmp_path / "evil.tar.gz", entry), DataFolder(tmp_path / "new"))


def test_a_damaged_database_inside_is_noticed(tmp_path: Path) -> None:
    folder = _filled(tmp_path / "old")
    report = write_backup(folder, tmp_path / "b.tar.gz", with_keys=True)
    with tarfile.open(report.path) as archive, tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as bad:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            data = content.read()
            broken = data[:100] + b"\xff" * (len(data) - 100) if member.name.endswith("state.db") else data
            bad.addfile(member, io.BytesIO(broken))
    with pytest.raises(StartupError, match=r"damaged \(databases/state.db\); nothing was changed"):
        read_backup(tmp_path / "bad.tar.gz", DataFolder(tmp_path / "new"))


def _tables(folder: DataFolder) -> set[str]:
    with closing(sqlite3.connect(folder.databases / "state.db")) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_copy_is_one_state_although_writers_go_on(tmp_path: Path) -> None:
    folder = _filled(tmp_path / "old")
    with closing(sqlite3.connect(folder.databases / "state.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("CREATE TABLE unfinished (x)")
        report = write_backup(folder, tmp_path / "b.tar.gz", with_keys=True)
        writer.execute("ROLLBACK")
    restored = DataFolder(tmp_path / "new")
    read_backup(report.path, restored)
    assert _tables(restored) == _tables(folder)
    assert "unfinished" not in _tables(restored)

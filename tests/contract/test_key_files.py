"""The key ring's files: who may read them, what a destroyed key leaves, what happens when one is missing."""

import sqlite3
from pathlib import Path

import pytest

from shared.adapters.local_files import key_ring
from shared.adapters.local_files.key_ring import FileKeyRing
from shared.domain.errors import DependencyUnavailableError, SubjectErasedError


def wrapped_keys(folder: Path) -> list[bytes]:
    """Return the wrapped keys as they are stored, oldest first."""
    connection = sqlite3.connect(folder / "keys.db")
    rows = connection.execute("SELECT wrapped FROM keys WHERE place <> 'check' AND destroyed = 0 ORDER BY rowid").fetchall()
    connection.close()
    return [row[0] for row in rows if len(row[0]) > 50]


def on_disk(folder: Path, needle: bytes) -> bool:
    return any(needle in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_keys_and_master_key_are_for_their_owner_alone(tmp_path: Path) -> None:
    FileKeyRing.at(tmp_path / "keys").data_key("t", "s")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_master_key_that_others_may_read_is_made_private_again(tmp_path: Path) -> None:
    FileKeyRing.at(tmp_path)
    (tmp_path / "master.key").chmod(0o644)
    FileKeyRing.at(tmp_path)
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600


def test_no_data_key_and_no_subject_is_readable_on_disk(tmp_path: Path) -> None:
    ring = FileKeyRing.at(tmp_path)
    key = ring.data_key("the-tenant", "the-subject")
    ring.destroy("the-tenant", "other-subject")
    for secret in (key, key.hex().encode(), b"the-subject", b"other-subject"):
        assert not on_disk(tmp_path, secret)


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    ring = FileKeyRing.at(tmp_path)
    before = (ring.data_key("t", "s"), ring.blind_index_key("t"))
    ring.close()
    again = FileKeyRing.at(tmp_path)
    assert (again.data_key("t", "s"), again.blind_index_key("t")) == before


@pytest.mark.parametrize("checkpointed", [True, False], ids=["in the file", "in the log"])
def test_a_destroyed_key_leaves_no_byte_in_the_file_or_its_log(tmp_path: Path, checkpointed: bool) -> None:
    ring = FileKeyRing.at(tmp_path)
    for number in range(50):
        ring.data_key("t", f"s{number}")
    if checkpointed:
        ring._database.truncate_log()
    stored = wrapped_keys(tmp_path)
    assert len(stored) == 50
    assert all(on_disk(tmp_path, wrapped) for wrapped in stored)
    ring.destroy("t", "s20")
    assert [on_disk(tmp_path, wrapped) for wrapped in stored] == [number != 20 for number in range(50)]
    with pytest.raises(SubjectErasedError):
        FileKeyRing.at(tmp_path).data_key("t", "s20")


def test_a_key_that_a_reader_still_holds_is_reported_and_goes_at_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_ring, "_TRUNCATE_S", 0.1)
    ring = FileKeyRing.at(tmp_path)
    ring.data_key("t", "s")
    (wrapped,) = wrapped_keys(tmp_path)
    reader = sqlite3.connect(tmp_path / "keys.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM keys").fetchall()
    with pytest.raises(DependencyUnavailableError, match="destroy again"):
        ring.destroy("t", "s")
    with pytest.raises(SubjectErasedError):
        ring.data_key("t", "s")
    reader.close()
    ring.destroy("t", "s")
    assert not on_disk(tmp_path, wrapped)


def test_a_missing_master_key_stops_the_start_and_no_new_one_is_made(tmp_path: Path) -> None:
    FileKeyRing.at(tmp_path).data_key("t", "s")
    (tmp_path / "master.key").unlink()
    with pytest.raises(DependencyUnavailableError, match=r"master\.key: the file is missing; restore it"):
        FileKeyRing.at(tmp_path)
    assert not (tmp_path / "master.key").exists()


@pytest.mark.parametrize(("content", "message"), [(b"k" * 32, "not that of this data"), (b"short", "damaged")])
def test_a_wrong_or_damaged_master_key_stops_the_start(tmp_path: Path, content: bytes, message: str) -> None:
    FileKeyRing.at(tmp_path).data_key("t", "s")
    (tmp_path / "master.key").write_bytes(content)
    with pytest.raises(DependencyUnavailableError, match=message):
        FileKeyRing.at(tmp_path)

"""The data folder: one instance at a time, and one line that says what to do."""

import os
import stat
from pathlib import Path

import pytest

from local.data_folder import DataFolder, StartupError, exclusive, running_instance


def test_the_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    folder.prepare()
    assert {stat.S_IMODE(p.stat().st_mode) for p in (folder.root, folder.keys, folder.databases)} == {0o700}


def test_a_second_instance_is_refused_and_told_about_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with exclusive(folder, 8080):
        running = running_instance(folder)
        assert running and (running.pid, running.port) == (os.getpid(), 8080)
        with pytest.raises(StartupError, match=rf"http://127.0.0.1:8080, process {os.getpid()}.*DATA="), exclusive(folder, 8081):
            pass
        assert running_instance(folder) == running


def test_after_it_has_ended_nothing_is_held(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with exclusive(folder, 8080):
        pass
    assert running_instance(folder) is None
    with exclusive(folder, 8081):
        pass


def test_a_folder_that_cannot_be_written_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartupError, match="cannot be written") as refused:
        DataFolder(tmp_path / "file" / "data").prepare()
    assert "\n" not in str(refused.value)


def test_a_full_disk_says_what_to_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StartupError, match="full: free at least 1 GB"):
        DataFolder(tmp_path).prepare()
    assert not list(tmp_path.glob(".probe*"))

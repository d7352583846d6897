"""What `kefu doctor` finds: everything that is wrong at once, each with what to do, and it changes nothing."""

from pathlib import Path

import pytest

from local.composition.stores import open_stores
from local.data_folder import DataFolder
from local.health import Finding, examine
from local.settings import LocalSettings
from shared.contracts import TICKETS


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder as a stopped instance leaves it."""
    made = DataFolder(tmp_path / "data")
    made.prepare()
    open_stores(made).close()
    return made


def _findings(folder: DataFolder, **settings: object) -> dict[str, Finding]:
    return {found.name: found for found in examine(LocalSettings.model_validate({"data": folder.root, "port": 1, **settings}))}


def _wrong(found: dict[str, Finding]) -> set[str]:
    return {name for name, finding in found.items() if not finding.ok} - {"pages", "disk"}


def test_nothing_is_wrong_with_a_folder_that_was_left_in_order(folder: DataFolder) -> None:
    found = _findings(folder)
    assert _wrong(found) == set()
    assert {"state.db", "keys", "queue tickets"} <= set(found)


def test_a_folder_that_was_never_used_is_no_fault(tmp_path: Path) -> None:
    assert _wrong(_findings(DataFolder(tmp_path / "none"))) == set()


@pytest.mark.parametrize("name", ["state.db", "queues.db"])
def test_a_damaged_database_is_named_and_hides_no_other_finding(folder: DataFolder, name: str) -> None:
    (folder.databases / name).write_bytes(b"no database" * 1000)
    found = _findings(folder)
    assert name in _wrong(found)
    assert "restore" in found[name].says
    assert {"python", "company", "keys", "model", "pages"} <= set(found)


def test_a_lost_master_key_is_named_and_no_new_one_is_made(folder: DataFolder) -> None:
    (folder.keys / "master.key").unlink()
    assert _wrong(_findings(folder)) == {"keys"}
    assert not (folder.keys / "master.key").exists()


def test_a_key_that_others_may_read_is_named_with_the_command_that_mends_it(folder: DataFolder) -> None:
    (folder.keys / "master.key").chmod(0o644)
    assert "chmod 600" in _findings(folder)["keys"].says


def test_dead_letters_are_counted_with_where_to_look(folder: DataFolder) -> None:
    stores = open_stores(folder)
    stores.queues[TICKETS.name].dead_letters().send("{}")
    stores.close()
    found = _findings(folder)
    assert _wrong(found) == {"queue tickets"}
    assert "1 dead letters; see kefu tickets list" in found["queue tickets"].says


def test_a_company_that_cannot_be_read_is_named(folder: DataFolder, tmp_path: Path) -> None:
    assert _wrong(_findings(folder, company=tmp_path)) == {"company"}

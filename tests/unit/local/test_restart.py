"""A machine that is started again: nobody who waits is sent away before the staff's pages were heard."""

from datetime import timedelta
from pathlib import Path

from local.aws_shapes import schedule_event
from local.composition.stores import open_stores
from local.data_folder import DataFolder
from local.machine import open_machine
from local.settings import LocalSettings
from local.settling import Settling
from shared.domain.conversation import Owner
from shared.domain.presence import PRESENCE
from tests.contract.samples import a_conversation
from tests.world import START


def _folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


def test_the_first_sweep_after_a_start_sends_nobody_away(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    machine = open_machine(LocalSettings(data=folder.root), folder)
    try:
        long_ago = machine.stores.clock.now() - timedelta(hours=1)
        row = a_conversation(tenant=machine.company.tenant, owner=Owner.QUEUE, waiting_since=long_ago)
        machine.stores.conversations.create(row, "creator")
        machine.functions.sweeper(schedule_event("sweep-00000001", long_ago.isoformat()), None)
        assert machine.stores.conversations.get(row.tenant, row.conversation_id).owner is Owner.QUEUE
    finally:
        machine.close()


def test_the_wait_lasts_as_long_as_an_agent_counts_as_there() -> None:
    settled = Settling()
    assert [settled(START + PRESENCE * share) for share in (0, 0.9, 1, 50)] == [False, False, True, True]


def test_who_was_there_before_a_restart_is_there_after_it(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    before = open_stores(folder)
    before.presence.mark("t", "ann", START + PRESENCE)
    before.close()
    after = open_stores(folder)
    assert after.presence.available("t", START) == ("ann",)
    after.close()

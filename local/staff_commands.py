"""Commands to `dialog` in the name of whoever sits at this machine."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.machine import Machine
from local.settings import LocalSettings
from local.talk import local_machine
from shared.runtime.correlation import correlation_id_from
from shared.runtime.dialog_client import Caller, DialogClient

_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class StaffCommands:
    """The desk's commands without HTTP."""

    machine: Machine

    @classmethod
    @contextmanager
    def opened(cls, settings: LocalSettings) -> Generator["StaffCommands"]:
        """Open the machine for the block."""
        with local_machine(settings) as machine:
            yield cls(machine)

    def give(self, op: str, payload: Mapping[str, object]) -> Mapping[str, Any]:
        """Give one command; return its JSON."""
        stores, settings = self.machine.stores, self.machine.settings
        client = DialogClient(turns=self.machine.functions.turns, clock=stores.clock, timeout_s=_TIMEOUT_S)
        correlation_id = correlation_id_from(None)
        caller = Caller(tenant=self.machine.company.tenant, release=settings.release, correlation_id=correlation_id)
        signed = {**payload, "agent_id": "agent-1", "agent_name": settings.agent_name}
        return client.call(caller, op, stores.ids.new_id(), signed)

    def pages(self, op: str, payload: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return all items of a listing."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.give(op, {**payload, "cursor": cursor})
            items.extend(page["items"])
            cursor = page["cursor"]
            if not cursor:
                return items

"""What a command does that finds no data yet: the same as the first start, with its progress on standard error."""

from collections.abc import Callable

from rich.console import Console

from local.first_start import first_start, needs_first_start
from local.machine import Machine

# A command that answers once should answer with everything.
_UNTIL_DONE_S = 600.0


def prepare_quietly(console: Console) -> Callable[[Machine], None]:
    """Return what `open_talk` calls: it does nothing where there is nothing to prepare."""

    def prepare(machine: Machine) -> None:
        if needs_first_start(machine):
            first_start(machine, console, patience_s=_UNTIL_DONE_S)

    return prepare

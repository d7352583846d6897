"""`kefu chat`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.commands.options import data_options, settings_with

if TYPE_CHECKING:
    from rich.console import Console


@click.command(short_help="Talk in the terminal.")
@data_options
def chat(data: Path | None, company: Path | None) -> None:
    """Talk in the terminal, one conversation; an empty line or Ctrl-D ends it."""
    from rich.console import Console

    from local.answer_view import show_answer
    from local.preparation import prepare_quietly
    from local.talk import open_talk

    console = Console()
    with open_talk(settings_with(data=data, company=company), prepare_quietly(console)) as talk:
        while text := _read(console):
            show_answer(talk.ask(text), console)


def _read(console: "Console") -> str:
    try:
        return console.input("[bold]> [/]").strip()
    except EOFError:
        return ""

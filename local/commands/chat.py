"""`kefu chat`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from local.commands.options import data_options, settings_with

if TYPE_CHECKING:
    from rich.console import Console

_PROMPT = "[bold]> [/]"


@click.command(short_help="Talk in the terminal.")
@data_options
def chat(data: Path | None, company: Path | None) -> None:
    """Talk in the terminal, one conversation; an empty line or Ctrl-D ends it. What a colleague writes appears by itself."""
    from rich.console import Console

    from local.answer_view import show_answer
    from local.late_messages import LateMessages, shown_as_they_come
    from local.preparation import prepare_quietly
    from local.talk import open_talk

    console = Console()
    settings = settings_with(data=data, company=company)
    with open_talk(settings, prepare_quietly(console), lambda line: click.echo(line, err=True)) as talk:
        late = LateMessages(talk)
        with shown_as_they_come(late, _below_the_prompt(console)):
            while text := _read(console):
                show_answer(late.ask(text), console)


def _below_the_prompt(console: "Console") -> Callable[[Mapping[str, Any]], None]:
    from local.answer_view import show_message

    def show(message: Mapping[str, Any]) -> None:
        console.print()
        show_message(message, console)
        console.print(_PROMPT, end="")

    return show


def _read(console: "Console") -> str:
    try:
        return console.input(_PROMPT).strip()
    except EOFError:
        return ""

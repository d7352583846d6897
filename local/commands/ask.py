"""`kefu ask`."""

import json
from pathlib import Path

import click

from local.commands.options import as_json, data_options, settings_with


@click.command(short_help="Ask one question, and print the answer with its sources.")
@click.argument("question")
@as_json
@data_options
def ask(question: str, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Ask one QUESTION, in Chinese or English, and print the answer with its sources."""
    from rich.console import Console

    from local.answer_view import show_answer
    from local.preparation import prepare_quietly
    from local.talk import open_talk

    console = Console()
    settings = settings_with(data=data, company=company)
    with open_talk(settings, prepare_quietly(Console(stderr=True)), lambda line: click.echo(line, err=True)) as talk:
        answer = talk.ask(question)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        show_answer(answer, console)

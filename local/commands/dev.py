"""`kefu dev`."""

from pathlib import Path

import click

from local.commands.options import data_options, settings_with


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port on 127.0.0.1 [KEFU_PORT; default: 8080].")
@click.option(
    "--search",
    type=click.Choice(["embedded", "opensearch", "pinecone"]),
    help="What to search with [KEFU_SEARCH; default: embedded].",
)
@data_options
def dev(port: int | None, search: str | None, data: Path | None, company: Path | None) -> None:
    """Run everything on this machine: chat page, staff page, API."""
    from rich.console import Console

    from local.server import serve

    serve(settings_with(port=port, search=search, data=data, company=company), Console())

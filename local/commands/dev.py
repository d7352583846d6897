"""`kefu dev`."""

from pathlib import Path

import click

from local.commands.options import data_options, settings_with


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port on 127.0.0.1 [KEFU_PORT; default: 8080].")
@data_options
def dev(port: int | None, data: Path | None, company: Path | None) -> None:
    """Run everything on this machine: chat page, staff page, API."""
    from rich.console import Console

    from local.server import serve

    serve(settings_with(port=port, data=data, company=company), Console())

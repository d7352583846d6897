"""`kefu ingest`, `publish` and `rollback`."""

import json
from pathlib import Path

import click

from local.commands.options import as_json, data_options, settings_with


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@as_json
@data_options
def ingest(path: Path, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Read documents into the draft. PATH is a company's folder (what is gone from it is removed), or one file.

    Readers see the change after `kefu publish`. A file that cannot be used is named with its reason; the exit code is 1.
    """
    from rich.console import Console

    from local.ingestion import ingest_path

    console = Console(stderr=as_json)
    summary = ingest_path(settings_with(data=data, company=company), path, console)
    if as_json:
        results = [{"source": r.source, "status": str(r.status), "reason": r.reason, "detail": r.detail} for r in summary.results]
        click.echo(json.dumps({"counts": summary.counts, "results": results}, ensure_ascii=False, indent=2))
    else:
        console.print(" · ".join(f"{count} {status}" for status, count in summary.counts.items()))
        console.print("Run [bold]kefu publish[/] to show the change to customers.")
    if summary.rejected:
        raise click.exceptions.Exit(1)


@click.command()
@as_json
@data_options
def publish(as_json: bool, data: Path | None, company: Path | None) -> None:
    """Show customers what was ingested. Readers switch at once."""
    from local.talk import local_machine

    with local_machine(settings_with(data=data, company=company)) as machine:
        snapshot = machine.base.publish(machine.company.tenant)
    _print_snapshot(snapshot.published, snapshot.head, as_json)


@click.command()
@click.argument("snapshot", type=click.IntRange(min=0))
@as_json
@data_options
def rollback(snapshot: int, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Show customers an earlier SNAPSHOT again. The next publish goes on from the newest."""
    from local.talk import local_machine

    with local_machine(settings_with(data=data, company=company)) as machine:
        now = machine.base.publish.rollback(machine.company.tenant, snapshot)
    _print_snapshot(now.published, now.head, as_json)


def _print_snapshot(published: int, head: int, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"published": published, "head": head}))
    else:
        click.echo(f"Customers see snapshot {published} (newest: {head}).")

"""`kefu ingest`, `remove`, `publish`, `rollback` and `reindex`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.commands.options import as_json, data_options, settings_with

if TYPE_CHECKING:
    from shared.domain.knowledge import Snapshot


@click.command(short_help="Read a company's documents, or one file, into the draft.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@as_json
@data_options
def ingest(path: Path, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Read documents into the draft. PATH is a company's folder (what is gone from it is removed), or one file.

    A folder's documents become those of the company that its company.yaml names; a file joins those of --company.
    A file of that company's folder stays what the folder makes of it; one from elsewhere becomes an upload, uploads/NAME,
    which stays until `kefu remove NAME`. The kefu.yaml beside a file, and those above, hold for it either way.
    Customers see the change after `kefu publish` of the same company. A file that cannot be used is named with its reason, and so is
    what was left out of one that was read; the exit code is 1 where a file cannot be used.
    """
    from rich.console import Console

    from local.ingestion import ingest_path
    from local.whose_company import with_company

    console = Console(stderr=as_json)
    settings = with_company(settings_with(data=data, company=company))
    summary = ingest_path(settings, path, console)
    if as_json:
        results = [
            {"source": r.source, "status": str(r.status), "reason": r.reason, "detail": r.detail, "warnings": list(r.warnings)}
            for r in summary.results
        ]
        click.echo(json.dumps({"counts": summary.counts, "results": results}, ensure_ascii=False, indent=2))
    else:
        console.print(" · ".join(f"{count} {status}" for status, count in summary.counts.items()))
        console.print(
            f"To show the change to customers: [bold]{publish_command(path, settings.company, data, company)}[/]", soft_wrap=True
        )
    if summary.rejected:
        raise click.exceptions.Exit(1)


def publish_command(path: Path, default: Path, data: Path | None, company: Path | None) -> str:
    """Return the command that publishes what was ingested: a folder's documents belong to its own company."""
    other = path if path.is_dir() and path.resolve() != default.resolve() else company
    return _publish_command(data, other)


def _publish_command(data: Path | None, company: Path | None) -> str:
    words = ["kefu publish", f"--company {company}" if company else "", f"--data {data}" if data else ""]
    return " ".join(word for word in words if word)


@click.command(short_help="Take a document that was added as one file out of the draft.")
@click.argument("name")
@as_json
@data_options
def remove(name: str, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Take the upload NAME out of the draft: what `kefu ingest FILE` added from outside of the company's folder.

    A document of the folder goes when its file is gone and the folder is ingested. Customers see the change after `kefu publish`.
    """
    from local.ingestion import remove_upload

    removed = remove_upload(settings_with(data=data, company=company), name)
    if as_json:
        click.echo(json.dumps({"source": removed.source, "status": str(removed.status)}, ensure_ascii=False))
    else:
        click.echo(f"{removed.source} is out of the draft. To show the change to customers: {_publish_command(data, company)}")


@click.command(short_help="Show customers what was ingested.")
@as_json
@data_options
def publish(as_json: bool, data: Path | None, company: Path | None) -> None:
    """Show customers what was ingested. Readers switch at once."""
    from local.talk import local_machine

    with local_machine(settings_with(data=data, company=company)) as machine:
        snapshot = machine.base.publish(machine.company.tenant)
    _print_snapshot(snapshot, as_json)


@click.command(short_help="Show customers an earlier snapshot again.")
@click.argument("snapshot", type=click.IntRange(min=0))
@as_json
@data_options
def rollback(snapshot: int, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Show customers an earlier SNAPSHOT again. The next publish goes on from the newest."""
    from local.talk import local_machine

    with local_machine(settings_with(data=data, company=company)) as machine:
        now = machine.base.publish.rollback(machine.company.tenant, snapshot)
    _print_snapshot(now, as_json)


@click.command()
@as_json
@data_options
def reindex(as_json: bool, data: Path | None, company: Path | None) -> None:
    """Make an OpenSearch's indices anew from the stored knowledge. Readers have the old ones until the new ones are whole."""
    from rich.console import Console

    from local.reindexing import reindex as run

    done = run(settings_with(data=data, company=company), Console(stderr=as_json))
    if as_json:
        click.echo(json.dumps({"added": dict(done.added), "removed": dict(done.removed)}))
        return
    click.echo(" · ".join(f"{name}: {count} chunks" for name, count in done.added.items()))


def _print_snapshot(now: "Snapshot", as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"tenant": now.tenant, "published": now.published, "head": now.head}))
    else:
        click.echo(f"Customers of {now.tenant} see snapshot {now.published} (newest: {now.head}).")

"""`kefu backup` and `kefu restore`."""

import json
from pathlib import Path

import click

from local.commands.options import as_json, data_option, settings_with

_WITH_KEYS = (
    "This file holds the keys too: whoever has it can read every conversation, and a person's data that is erased later "
    "stays readable in it. Keep it encrypted and off this machine, and delete it when it is old (or use --without-keys)."
)
_WITHOUT_KEYS = "This file holds no keys: keep a copy of {keys} elsewhere, or nothing in the backup can be read."


@click.command(short_help="Write all data to a FILE, also while Kefu runs.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-keys", is_flag=True, help="Leave the keys out; keep them elsewhere.")
@as_json
@data_option
def backup(file: Path, without_keys: bool, as_json: bool, data: Path | None) -> None:
    """Write all data to FILE (tar.gz), consistently, also while Kefu runs."""
    from local.archive import write_backup
    from local.data_folder import DataFolder

    folder = DataFolder(settings_with(data=data).data)
    report = write_backup(folder, file, with_keys=not without_keys)
    click.echo(_WITHOUT_KEYS.format(keys=folder.keys) if without_keys else _WITH_KEYS, err=True)
    if as_json:
        facts = {"path": str(file), "size_bytes": report.size_bytes, "files": report.files, "with_keys": report.with_keys}
        click.echo(json.dumps(facts))
    else:
        click.echo(f"{file}: {report.files} files, {report.size_bytes:,} bytes")


@click.command(short_help="Put a backup in the place of an empty data folder.")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@as_json
@data_option
def restore(file: Path, as_json: bool, data: Path | None) -> None:
    """Put the backup FILE in the place of an empty data folder. Indexes are made again at the next start."""
    from local.archive import read_backup
    from local.data_folder import DataFolder

    folder = DataFolder(settings_with(data=data).data)
    read_backup(file, folder)
    with_keys = (folder.keys / "master.key").is_file()
    if as_json:
        click.echo(json.dumps({"path": str(folder.root), "with_keys": with_keys}))
    else:
        click.echo(f"Restored to {folder.root}.")
    if not with_keys:
        click.echo(f"The backup held no keys: put the old folder keys/ back as {folder.keys} before you start.", err=True)

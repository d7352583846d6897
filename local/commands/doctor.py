"""`kefu doctor`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from local.commands.options import as_json, data_options, settings_with


@click.command()
@as_json
@data_options
def doctor(as_json: bool, data: Path | None, company: Path | None) -> None:
    """Look at everything that may be wrong, and say what to do. The exit code is 1 when something is."""
    from local.health import examine
    from local.logs import quiet_metrics

    quiet_metrics()
    findings = examine(settings_with(data=data, company=company))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FIX '} {finding.name:<18} {finding.says}")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)

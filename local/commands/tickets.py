"""`kefu tickets`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from local.commands.options import as_json, data_options, settings_with

_STATUSES = ("requested", "open", "in_progress", "resolved", "closed", "parked")
_SETTABLE = ("open", "in_progress", "resolved", "closed")


@click.group(invoke_without_command=True)
@click.pass_context
def tickets(context: click.Context) -> None:
    """List, show and change tickets; without a word, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_tickets)


@tickets.command("list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only these.")
@as_json
@data_options
def list_tickets(status: str | None = None, as_json: bool = False, data: Path | None = None, company: Path | None = None) -> None:
    """List tickets, latest first."""
    items = _all(data, company, status)
    if as_json:
        click.echo(json.dumps(items, ensure_ascii=False, indent=2))
        return
    for ticket in items:
        click.echo(f"{ticket['number']}  {ticket['status']:<12} {ticket['created_at'][:16]}  {_first_line(ticket['summary'])}")
    if not items:
        click.echo("No tickets.")


@tickets.command("show")
@click.argument("number")
@as_json
@data_options
def show_ticket(number: str, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Show the ticket with NUMBER."""
    _print(_find(number, _all(data, company, None)), as_json)


@tickets.command("set")
@click.argument("number")
@click.argument("status", type=click.Choice(_SETTABLE))
@click.option("--note", help="What the customer is told besides.")
@as_json
@data_options
def set_ticket(number: str, status: str, note: str | None, as_json: bool, data: Path | None, company: Path | None) -> None:
    """Set the STATUS of the ticket with NUMBER; the customer is told in the conversation."""
    from local.staff_commands import StaffCommands

    ticket = _find(number, _all(data, company, None))
    with StaffCommands.opened(settings_with(data=data, company=company)) as staff:
        changed = staff.give("update_ticket", {"ticket_id": ticket["ticket_id"], "status": status, "note": note})
    _print(changed["ticket"], as_json)


def _all(data: Path | None, company: Path | None, status: str | None) -> list[dict[str, Any]]:
    from local.staff_commands import StaffCommands

    with StaffCommands.opened(settings_with(data=data, company=company)) as staff:
        return staff.pages("list_tickets", {"status": status})


def _find(number: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    found = next((ticket for ticket in items if number in (ticket["number"], ticket["ticket_id"])), None)
    if found is None:
        raise click.ClickException(f"there is no ticket {number}; kefu tickets list shows all")
    return found


def _print(ticket: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(ticket, ensure_ascii=False, indent=2))
    else:
        for name, value in ticket.items():
            click.echo(f"{name:<16} {value}")


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:60]

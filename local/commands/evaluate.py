"""`kefu eval`: passes everything on to the evaluation's own options."""

import importlib

import click

_PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.group("eval", short_help="Measure retrieval or answers.")
def evaluate() -> None:
    """Measure retrieval or answers against questions with known answers."""


def _run(module: str, arguments: tuple[str, ...]) -> None:
    importlib.import_module(module).main(list(arguments))


@evaluate.command(context_settings=_PASS_ON, short_help="kefu eval retrieval --data FOLDER; --help for more.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def retrieval(arguments: tuple[str, ...]) -> None:
    """Recall, MRR and nDCG per leg and fused: kefu eval retrieval --data FOLDER (--help for more)."""
    _run("local.evaluate_retrieval", arguments)


@evaluate.command(context_settings=_PASS_ON, short_help="kefu eval answers --company FOLDER; --help for more.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def answers(arguments: tuple[str, ...]) -> None:
    """Answered right, refused right, cited right, per kind (--help for more)."""
    _run("local.evaluate_answers", arguments)

"""`kefu`: the command line. Commands load what they need when they run, so that --help is quick."""

import signal
import sys

import click

from local.commands.ask import ask
from local.commands.backup import backup, restore
from local.commands.chat import chat
from local.commands.dev import dev
from local.commands.doctor import doctor
from local.commands.evaluate import evaluate
from local.commands.knowledge import ingest, publish, reindex, remove, rollback
from local.commands.tickets import tickets
from local.native_threads import one_thread_each
from shared.domain.errors import SupportError

EXIT_FAILED = 1
_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kefu")
def cli() -> None:
    """Kefu 客服: answers customers from a company's own documents, with its sources."""


for command in (dev, ask, chat, ingest, remove, publish, rollback, reindex, evaluate, tickets, backup, restore, doctor):
    cli.add_command(command)


def main() -> None:
    """Run. Exit codes: 0 done, 1 failed (one line on standard error says what to do), 2 wrong usage, 130 interrupted."""
    one_thread_each()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A shell's background job inherits SIGINT as ignored; and SIGTERM would leave files open behind it.
        signal.signal(number, signal.default_int_handler)
    try:
        ended = cli.main(standalone_mode=False)
    except SupportError as error:
        click.echo(f"kefu: {error}", err=True)
        sys.exit(EXIT_FAILED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    # What a command's early end gives; a command that simply ends gives nothing.
    sys.exit(ended if isinstance(ended, int) else 0)

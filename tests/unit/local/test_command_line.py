"""What a newcomer reads on the command line."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from local.cli import cli
from local.commands.knowledge import publish_command

SAMPLE = Path("samples/yuguang")


def _groups() -> list[list[str]]:
    return [[], *([name] for name, command in cli.commands.items() if isinstance(command, click.Group))]


@pytest.mark.parametrize("words", _groups(), ids=lambda words: " ".join(words) or "kefu")
def test_no_line_of_a_list_of_commands_is_cut_off(words: list[str]) -> None:
    listed = CliRunner().invoke(cli, [*words, "--help"], terminal_width=100)
    assert listed.exit_code == 0
    assert "..." not in listed.output.partition("Commands:")[2]


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_says_what_it_is_for(name: str) -> None:
    command = cli.commands[name]
    assert command.help and command.get_short_help_str(100)


@pytest.mark.parametrize(
    ("path", "data", "company", "said"),
    [
        ("samples/yuguang", None, None, "kefu publish"),
        (".", None, None, "kefu publish --company ."),
        ("samples/yuguang/company.yaml", None, Path("mine"), "kefu publish --company mine"),
        ("samples/yuguang", Path("d"), None, "kefu publish --data d"),
    ],
)
def test_the_command_that_publishes_what_was_ingested_names_its_company(
    path: str, data: Path | None, company: Path | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[3])
    assert publish_command(Path(path), SAMPLE, data, company) == said

"""Options that several commands have, and the settings they lead to."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from local.settings import LocalSettings

F = TypeVar("F", bound=Callable[..., object])

company_option = click.option(
    "--company",
    type=click.Path(path_type=Path, file_okay=False),
    help="The company's folder, with company.yaml [KEFU_COMPANY; default: samples/yuguang].",
)
data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="The data folder [KEFU_DATA; default: data]."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def data_options(command: F) -> F:
    """Add --data and --company."""
    return data_option(company_option(command))


def settings_with(**given: object) -> "LocalSettings":
    """Return the settings: options first, then the environment, then defaults. Raises ConfigurationError."""
    from local.settings import LocalSettings
    from shared.runtime.settings import variable

    wanted = {variable(name): str(value) for name, value in given.items() if value is not None}
    return LocalSettings.from_env({**os.environ, **wanted})

"""The base of every function's settings: one frozen model, read from the environment once, with errors that name the cure."""

import json
from collections.abc import Mapping, Sequence
from typing import Self, get_origin

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared.domain.errors import SupportError

PREFIX = "KEFU_"


class ConfigurationError(SupportError):
    """The environment is not complete. The message names each variable and what to set; it never holds a value."""

    code = "configuration_error"


class Settings(BaseModel):
    """A frozen group of settings. Field `x_y` comes from KEFU_X_Y; its description says what to set."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and validate every field. Raises ConfigurationError naming all variables that are wrong."""
        present = {name: cls._decoded(name, environ[variable(name)]) for name in cls.model_fields if variable(name) in environ}
        try:
            return cls.model_validate(present)
        except ValidationError as error:
            raise ConfigurationError(_explain(cls, error)) from None

    @classmethod
    def _decoded(cls, name: str, text: str) -> object:
        """Lists are JSON in the environment; what is not JSON is left to fail the field's own validation."""
        if get_origin(cls.model_fields[name].annotation) is not tuple:
            return text
        try:
            return json.loads(text)
        except ValueError:
            return text


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return PREFIX + field.upper()


def _explain(model: type[Settings], error: ValidationError) -> str:
    return "; ".join(_explain_one(model, problem["loc"], problem) for problem in error.errors(include_input=False))


def _explain_one(model: type[Settings], location: Sequence[object], problem: Mapping[str, object]) -> str:
    if not location:
        return str(problem["msg"])
    field = str(location[0])
    what = "is not set" if problem["type"] == "missing" else f"is not valid ({problem['msg']})"
    known = model.model_fields.get(field)
    cure = f": set it to {known.description}" if known and known.description else ""
    return f"{variable(field)} {what}{cure}"


class ServiceSettings(Settings):
    """What every function has."""

    release: str = Field(min_length=1, description="the id of the deployed bundle, for example 2026.11.22-1")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR")


def secret_field(description: str) -> SecretStr:
    """Declare a secret of 32 characters or more, of at least 128 random bits; it never shows in a repr, an error or a log."""
    return Field(min_length=32, description=description)

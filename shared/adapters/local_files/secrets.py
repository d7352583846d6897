"""Secrets of the single machine: one JSON file that only its owner may read."""

import fcntl
import json
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from shared.adapters.local_files.private_files import disk_errors, replace_file
from shared.domain.errors import DependencyUnavailableError, NotFoundError

_RANDOM_BYTES = 32


class FileSecrets:
    """Names and values in a JSON object of mode 0600. It is read at every call, so that an edited file counts at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str:
        value = self._read().get(name)
        if not value:
            raise NotFoundError("secret", name)
        return value

    def ensure(self, name: str) -> str:
        """Return the secret; make one of 256 random bits at first use. Processes that start together agree on it."""
        with self._locked():
            values = self._read()
            if not values.get(name):
                values[name] = secrets.token_urlsafe(_RANDOM_BYTES)
                self._write(values)
            return values[name]

    def put(self, name: str, value: str) -> None:
        """Store a secret that came from outside (an API key)."""
        with self._locked():
            self._write({**self._read(), name: value})

    @contextmanager
    def _locked(self) -> Generator[None]:
        with disk_errors(self._path.name):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._path.with_name(self._path.name + ".lock").open("w")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        with disk_errors(self._path.name):
            self._path.chmod(0o600)
            raw = self._path.read_text(encoding="utf-8")
        try:
            values = json.loads(raw)
        except json.JSONDecodeError as error:
            raise DependencyUnavailableError(self._path.name, f"line {error.lineno} is not JSON; correct it") from error
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise DependencyUnavailableError(self._path.name, "must be one JSON object of texts; correct it")
        return cast("dict[str, str]", values)

    def _write(self, values: dict[str, str]) -> None:
        text = json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True)
        replace_file(self._path, (text + "\n").encode())

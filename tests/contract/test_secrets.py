"""Secrets in a settings file."""

import json
from pathlib import Path

import pytest

from shared.adapters.local_files.secrets import FileSecrets
from shared.domain.errors import DependencyUnavailableError, NotFoundError
from tests.contract.concurrency import at_once


def test_a_missing_secret_is_an_error_and_never_a_default(tmp_path: Path) -> None:
    secrets = FileSecrets(tmp_path / "secrets.json")
    with pytest.raises(NotFoundError):
        secrets.get("token")
    (tmp_path / "secrets.json").write_text('{"token": ""}')
    with pytest.raises(NotFoundError):
        secrets.get("token")


def test_a_secret_is_made_at_first_use_and_stays(tmp_path: Path) -> None:
    made = FileSecrets(tmp_path / "new" / "secrets.json").ensure("token")
    again = FileSecrets(tmp_path / "new" / "secrets.json")
    assert again.get("token") == again.ensure("token") == made
    assert len(made) >= 43
    assert again.ensure("other") != made


def test_the_file_is_for_its_owner_alone_also_after_an_edit_made_it_readable(tmp_path: Path) -> None:
    secrets = FileSecrets(tmp_path / "secrets.json")
    secrets.ensure("token")
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "secrets.json").chmod(0o644)
    secrets.get("token")
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_secret_from_outside_is_kept_beside_the_others(tmp_path: Path) -> None:
    secrets = FileSecrets(tmp_path / "secrets.json")
    token = secrets.ensure("token")
    secrets.put("api_key", "sk-密钥")
    assert (secrets.get("token"), secrets.get("api_key")) == (token, "sk-密钥")
    assert json.loads((tmp_path / "secrets.json").read_text(encoding="utf-8")) == {"token": token, "api_key": "sk-密钥"}


def test_starters_at_once_agree_on_every_secret(tmp_path: Path) -> None:
    def start(number: int) -> tuple[str, str]:
        secrets = FileSecrets(tmp_path / "secrets.json")
        return secrets.ensure("token"), secrets.ensure(f"own {number}")

    made = at_once(20, start)
    assert len({shared for shared, _ in made}) == 1
    secrets = FileSecrets(tmp_path / "secrets.json")
    assert [secrets.get(f"own {number}") for number in range(20)] == [own for _, own in made]


@pytest.mark.parametrize("content", ['{"token": "a",\n oops}', "[1]", '{"token": 5}'])
def test_a_broken_file_says_so_and_is_not_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.json").write_text(content)
    secrets = FileSecrets(tmp_path / "secrets.json")
    for call in (lambda: secrets.get("token"), lambda: secrets.ensure("token")):
        with pytest.raises(DependencyUnavailableError, match=r"secrets\.json.*correct it"):
            call()
    assert (tmp_path / "secrets.json").read_text() == content

"""A release that nobody has named is called by what it is built from."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra_cdk.release_name import default_release
from infra_cdk.stage_config import read_stage
from tests.infra.conftest import NO_ACCOUNT

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "app.py").write_text("one\n")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        _git(tmp_path, *command)
    return tmp_path


def _git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "test@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"], **who}
    return subprocess.run(["git", *arguments], cwd=folder, env=own, capture_output=True, text=True, check=True).stdout


def test_it_is_the_commit_while_nothing_differs_from_it(repository: Path) -> None:
    (repository / "ignored").write_text("zips")
    name = default_release(repository, NOW)
    assert len(name) == 10 and _git(repository, "rev-parse", "HEAD").startswith(name)


def test_what_differs_from_the_commit_is_in_the_name(repository: Path) -> None:
    names = [default_release(repository, NOW)]
    for path, text in (("app.py", "two\n"), ("app.py", "three\n"), ("new.py", "a"), ("new.py", "b")):
        (repository / path).write_text(text)
        names.append(default_release(repository, NOW))
    assert len(set(names)) == 5 and all(name.startswith(f"{names[0]}-changed-") for name in names[1:])
    assert default_release(repository, NOW) == names[-1]
    (repository / "new.py").unlink()
    (repository / "app.py").write_text("one\n")
    assert default_release(repository, NOW) == names[0]


def test_without_a_repository_it_is_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert default_release(tmp_path, NOW) == "20261122-093000"


def test_a_stage_takes_such_a_name(repository: Path) -> None:
    (repository / "app.py").write_text("two\n")
    name = default_release(repository, NOW)
    assert read_stage("dev", {"region": "eu-west-1", "tenants": ["a"]}, account=NO_ACCOUNT, release=name).release == name

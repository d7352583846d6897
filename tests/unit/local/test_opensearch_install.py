"""What somebody is told whose machine cannot run OpenSearch, and that only the pinned bytes are unpacked."""

import os
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest

from local import opensearch_install
from local.opensearch_install import OpenSearchMissingError, enterable, find_java, install


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty machine: no programs on its PATH, no Java, nothing downloaded, and an ordinary user."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("KEFU_ENGINES", str(tmp_path / "engines"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("OPENSEARCH_JAVA_HOME", raising=False)
    monkeypatch.setattr(opensearch_install, "_JVM_FOLDERS", (str(tmp_path / "jvm"),))
    return tmp_path


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def java(machine: Path, name: str, version: str) -> Path:
    home = machine / "jvm" / name
    program(home / "bin" / "java", f"echo 'openjdk version \"{version}\" 2026-01-20' >&2")
    return home


def test_without_java_one_line_says_what_to_install(machine: Path) -> None:
    with pytest.raises(OpenSearchMissingError, match=r"needs Java 21 or later.*openjdk-21-jdk-headless.*KEFU_OPENSEARCH_URL"):
        install()


def test_an_old_java_is_no_java(machine: Path) -> None:
    java(machine, "old", "17.0.15")
    with pytest.raises(OpenSearchMissingError, match="Java 21"):
        find_java()


def test_of_several_the_newest_java_is_taken(machine: Path) -> None:
    java(machine, "a", "17.0.15")
    newest = java(machine, "b", "25.0.1")
    java(machine, "c", "21.0.7")
    assert find_java() == newest


def test_without_maven_one_line_says_what_to_install(machine: Path) -> None:
    java(machine, "b", "25.0.1")
    with pytest.raises(OpenSearchMissingError, match=r"no `mvn` on the PATH: install maven, or set KEFU_OPENSEARCH_URL"):
        install()


def test_a_download_that_fails_is_one_line_too_and_leaves_nothing(machine: Path) -> None:
    java(machine, "b", "25.0.1")
    program(machine / "bin" / "mvn", "exit 1")
    with pytest.raises(OpenSearchMissingError, match="Maven could not fetch"):
        install()
    assert list((machine / "engines").iterdir()) == []


def test_other_bytes_than_the_pinned_ones_are_never_unpacked(machine: Path) -> None:
    java(machine, "b", "25.0.1")
    forged = machine / opensearch_install.CORE.file_name
    with zipfile.ZipFile(forged, "w") as archive:
        archive.writestr("opensearch-3.5.0/bin/opensearch", "#!/bin/sh\necho owned\n")
    # Maven's place of delivery is its last argument.
    program(machine / "bin" / "mvn", f'for last; do :; done\n/bin/cp {forged} "${{last#-DoutputDirectory=}}"')
    with pytest.raises(OpenSearchMissingError, match="SHA-256 differs"):
        install()
    assert list((machine / "engines").iterdir()) == []


def test_root_gets_a_folder_that_nobody_can_enter_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert enterable(closed / "engines", "kefu-engines") == Path(tempfile.gettempdir()) / "kefu-engines"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert enterable(closed / "engines", "kefu-engines") == closed / "engines"

"""A real OpenSearch with k-NN for one machine, through Maven: two pinned archives, unpacked beside the project.

`python -m local.opensearch_install` does it ahead of time. Again: no effect.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from local.settings import ROOT
from shared.domain.errors import SupportError

VERSION = "3.5.0"
LEAST_JAVA = 21
# OpenSearch refuses to run as root: there it runs as nobody, who must be able to enter its folders.
NOBODY = 65534
_DOWNLOAD_S = 900
_JAVA_VERSION = re.compile(r'version "(\d+)')
_JVM_FOLDERS = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines")
_INSTEAD = "or set KEFU_OPENSEARCH_URL to an OpenSearch that runs"


class OpenSearchMissingError(SupportError):
    """OpenSearch cannot be started here. The message is one line that says what to do."""

    code = "startup_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip in Maven Central, and what its bytes must be."""

    coordinates: str
    file_name: str
    sha256: str


CORE = Archive(
    coordinates=f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip",
    file_name=f"opensearch-{VERSION}.zip",
    sha256="b676ad392c95a94d8d2bd8785b8b922c7811536daf6a9ec0c7277a34bd8a17a9",
)
KNN = Archive(
    coordinates=f"org.opensearch.plugin:opensearch-knn:{VERSION}.0:zip",
    file_name=f"opensearch-knn-{VERSION}.0.zip",
    sha256="99fdf3ac9ef95974e276298b83a58532bf21ba13bd5fd96a4b59465b7e613309",
)


def is_installed() -> bool:
    """Whether the program is there."""
    return _home().is_dir()


def install() -> Path:
    """Return the folder of the program, downloaded where it is missing. Raises OpenSearchMissingError."""
    home = _home()
    if not is_installed():
        find_java()
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="opensearch-") as folder:
            _unpacked(Path(folder)).replace(home)
    return home


def find_java() -> Path:
    """Return the folder of the newest Java that is new enough. Raises OpenSearchMissingError."""
    found = {home: _java_version(home) for home in _java_homes()}
    new_enough = {home: version for home, version in found.items() if version >= LEAST_JAVA}
    if not new_enough:
        raise OpenSearchMissingError(
            f"OpenSearch needs Java {LEAST_JAVA} or later, and there is none here: "
            f"install a JDK, e.g. openjdk-{LEAST_JAVA}-jdk-headless, {_INSTEAD}"
        )
    return max(new_enough, key=new_enough.__getitem__)


def enterable(folder: Path, otherwise: str) -> Path:
    """Return the folder; for root, one in the temporary folder where nobody could not enter the one that is wanted."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents) if parent.exists()):
        return folder
    return Path(tempfile.gettempdir()) / otherwise


def _home() -> Path:
    return enterable(Path(os.environ.get("KEFU_ENGINES") or ROOT / ".venvs"), "kefu-engines") / f"opensearch-{VERSION}"


def _unpacked(folder: Path) -> Path:
    home = folder / "home"
    _unzip(_downloaded(CORE, folder), folder / "core")
    (inner,) = (folder / "core").iterdir()
    inner.replace(home)
    _unzip(_downloaded(KNN, folder), home / "plugins" / "opensearch-knn")
    for program in (home / "bin").iterdir():
        program.chmod(0o755)
    return home


def _downloaded(archive: Archive, folder: Path) -> Path:
    """Fetch through Maven, with whatever mirrors and proxies it is set up with. Raises OpenSearchMissingError."""
    maven = shutil.which("mvn")
    if maven is None:
        raise OpenSearchMissingError(
            f"OpenSearch is fetched by Maven, and there is no `mvn` on the PATH: install maven, {_INSTEAD}"
        )
    wanted = ["dependency:copy", f"-Dartifact={archive.coordinates}", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(  # noqa: S603 - our own fixed command
            [maven, "--quiet", "--batch-mode", *wanted], cwd=folder, timeout=_DOWNLOAD_S, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OpenSearchMissingError(f"Maven did not fetch OpenSearch within {_DOWNLOAD_S} s: try again, {_INSTEAD}") from error
    path = folder / archive.file_name
    if done.returncode or not path.is_file():
        raise OpenSearchMissingError(f"Maven could not fetch {archive.coordinates}: check the network or its mirror, {_INSTEAD}")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != archive.sha256:
            raise OpenSearchMissingError(
                f"{archive.file_name} is not the file that it should be (its SHA-256 differs): {_INSTEAD}"
            )
    return path


def _unzip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    path.unlink()


def _java_homes() -> list[Path]:
    named = [Path(os.environ[name]) for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    on_path = shutil.which("java")
    linked = [Path(on_path).resolve().parents[1]] if on_path else []
    installed = [home for folder in _JVM_FOLDERS if Path(folder).is_dir() for home in sorted(Path(folder).iterdir())]
    inner = [home / "Contents" / "Home" for home in installed]
    return [home for home in (*named, *linked, *installed, *inner) if (home / "bin" / "java").is_file()]


def _java_version(home: Path) -> int:
    try:
        said = subprocess.run(  # noqa: S603 - a Java of this machine
            [home / "bin" / "java", "-version"], capture_output=True, text=True, timeout=60, check=False
        ).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = _JAVA_VERSION.search(said)
    return int(match.group(1)) if match else 0


if __name__ == "__main__":
    try:
        print(install())
    except OpenSearchMissingError as error:
        sys.exit(f"kefu: {error}")

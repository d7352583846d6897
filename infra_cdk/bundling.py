"""One zip per function, made on this machine without docker: `python -m infra_cdk.bundling --function X|all --arch arm64|host`.

Nothing is resolved here: `requirements/GROUP.txt` names each package with its version and hash. The same inputs give the
same bytes. boto3 is not in the zips: Lambda's runtime brings it, and bundling it would cost 17 MB and start no faster.
"""

import argparse
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from elftools.elf.elffile import ELFFile

from infra_cdk.bundle_sources import PAGES_INDEX, ROOT, WITH_PAGES, source_files
from shared.contracts import FUNCTIONS

LAMBDA_PYTHON = "3.13"
DEPLOYED_ARCH = "arm64"
BUILD = ROOT / "build"
PROFILES = ("small", "cloud", "pinecone")
# Limits of ours; Lambda's own is 250 MiB unzipped. The two that carry the embedding model have the larger ones.
WITH_MODEL = ("retrieval", "knowledge")
MOST_ZIPPED = 9_000_000
MOST_UNZIPPED = 250_000_000
MODEL_IN_ZIP = "models/e5"

_TASK_ROOT = "/var/task"
_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
_FOR_DEBUGGERS = (".symtab", ".strtab")
_EPOCH = (1980, 1, 1, 0, 0, 0)
# What nothing of ours imports (every zip is imported whole by a test): tests, stubs and tools of packages; the forms of
# Powertools, pydantic and cryptography that we do not use; the compiler behind cffi; a C library that onnxruntime's module does not link.
_PRUNED = (
    "bin",
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "**/include",
    "aws_lambda_powertools/event_handler",
    *(
        f"aws_lambda_powertools/utilities/{part}"
        for part in ("auth_alpha", "circuit_breaker", "data_masking", "feature_flags", "idempotency", "kafka", "parameters")
    ),
    *(f"aws_lambda_powertools/utilities/{part}" for part in ("streaming", "validation")),
    "aws_lambda_powertools/metrics/provider/datadog",
    "anyio/_backends/_trio.py",
    "anyio/pytest_plugin.py",
    "cffi",
    "pycparser",
    "cryptography/x509",
    "cryptography/fernet.py",
    "cryptography/hazmat/asn1",
    "cryptography/hazmat/primitives/serialization",
    "annotated_types/test_cases.py",
    "httpx/_main.py",
    # Forms that need packages which we do not have; httpcore does without where they cannot be imported.
    *(f"httpcore/_{kind}/{form}.py" for kind in ("async", "sync") for form in ("http2", "socks_proxy")),
    "pydantic/v1",
    "pydantic/mypy.py",
    "pydantic/color.py",
    "pydantic/experimental/arguments_schema.py",
    "pydantic/experimental/pipeline.py",
    # Lists of zones for people and for a compiler: a zone is read from its own file.
    *(f"tzdata/zoneinfo/{name}" for name in ("*.tab", "tzdata.zi", "leapseconds", "leap-seconds.list")),
    # PyYAML's C form: company.yaml and kefu.yaml are small, and the strict loader is Python.
    "yaml/_yaml.*",
    "numpy/f2py",
    "numpy/doc",
    "onnxruntime/capi/libonnxruntime.so.*",
    *(f"onnxruntime/{part}" for part in ("tools", "transformers", "quantization", "ThirdPartyNotices.txt")),
)
# What runs the weights; without them vectors are made elsewhere.
_FOR_THE_WEIGHTS = ("onnxruntime", "tokenizers", "flatbuffers", "google", "protobuf")
_PRUNED_WITHOUT_WEIGHTS = (*_FOR_THE_WEIGHTS, *(f"{package}-*.dist-info" for package in _FOR_THE_WEIGHTS))
# httpx calls models synchronously here; what it needs anyio for is never reached, nor idna's table for names that are not lower case yet.
_PRUNED_FROM = {"dialog": ("anyio", "idna/uts46data.py")}
# Raised when the same inputs shall give other bytes.
_VERSION = "1"


class BundleError(Exception):
    """A zip could not be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A machine and a Python to build for; `interpreter` compiles the bytecode, None where this machine has none such."""

    arch: str
    python: str
    interpreter: str | None


def bundle(function: str, arch: str = "arm64", profile: str = "small", *, weights: bool = True) -> Path:
    """Return the zip of a function, ready for `Code.from_asset`; one made from the same inputs is used again.

    `arch`: "arm64" and "x86_64" are Lambda's machines, with its Python; "host" is this machine with the Python that runs
    this, for an emulator. `profile` ("small", "cloud" or "pinecone") says what `retrieval` and `knowledge` search with, and
    `weights` whether they carry the embedding model; others have one form only. Raises BundleError.
    """
    target = _target(arch)
    requirements = _requirements(function, profile)
    has_weights = weights and function in WITH_MODEL
    packages = _packages(requirements, target, _pruned(function, has_weights=has_weights))
    label = "-".join((function, profile, *([] if weights else ["remote"]))) if function in WITH_MODEL else function
    files = [*_entries(packages), *_own_entries(function, target), *(_model_entries() if has_weights else ())]
    digest = _fingerprint(files)
    final = BUILD / "zips" / f"{label}-{arch}-{digest[:16]}.zip"
    if not final.exists():
        if arch == DEPLOYED_ARCH:
            _check_unzipped(label, files)
        _write_zip(final, files)
        if arch == DEPLOYED_ARCH:
            _check_zipped(function, final)
    return final


@cache
def model_folder() -> Path:
    """Return the folder of the exported embedding model, made at first use (half a minute) and when its version is another."""
    folder = Path(os.environ.get("KEFU_MODELS") or ROOT / "var" / "models") / "e5"
    export = "import sys, pathlib; from shared.adapters.e5.export import export_model; export_model(pathlib.Path(sys.argv[1]))"
    _run([sys.executable, "-c", export, str(folder)], "the embedding model could not be exported")
    return folder


@cache
def _target(arch: str) -> Target:
    if arch == "host":
        machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
        return Target(machine, f"{sys.version_info[0]}.{sys.version_info[1]}", sys.executable)
    if arch not in _PLATFORMS:
        raise BundleError(f"arch {arch}: use arm64, x86_64 or host")
    return Target(arch, LAMBDA_PYTHON, _interpreter(LAMBDA_PYTHON))


def _interpreter(version: str) -> str | None:
    """Find a Python of that minor version: bytecode of 3.13.0 is that of 3.13.9, on every machine."""
    kept_by_pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    named = os.environ.get("KEFU_BUNDLE_PYTHON", "")
    for candidate in (named, shutil.which(f"python{version}") or "", *map(str, kept_by_pyenv)):
        if candidate and _answers(candidate, version):
            return candidate
    print(f"!!! no Python {version} here: the zips hold no bytecode, so each cold start compiles anew", file=sys.stderr)
    return None


def _answers(candidate: str, version: str) -> bool:
    asked = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - our own fixed command
    return done.returncode == 0 and done.stdout.strip() == version


def _requirements(function: str, profile: str) -> Path:
    if function not in {contract.name for contract in FUNCTIONS} or not (ROOT / "functions" / function).is_dir():
        raise BundleError(f"there is no function {function} in functions/")
    if profile not in PROFILES:
        raise BundleError(f"profile {profile}: use one of {', '.join(PROFILES)}")
    group = f"{function}-{profile}" if function in WITH_MODEL and profile != "small" else function
    path = ROOT / "requirements" / f"{group}.txt"
    if not path.is_file():
        raise BundleError(f"there is no requirements/{group}.txt: run make lock")
    return path


def _pruned(function: str, *, has_weights: bool) -> tuple[str, ...]:
    unused = () if has_weights or function not in WITH_MODEL else _PRUNED_WITHOUT_WEIGHTS
    return (*_PRUNED, *_PRUNED_FROM.get(function, ()), *unused)


def _packages(requirements: Path, target: Target, pruned: tuple[str, ...]) -> Path:
    """Return the folder of the installed, pruned and compiled packages; made once for the same requirements and target."""
    made_from = f"{_VERSION}\0{target}\0{_python_version(target)}\0{pruned}\0".encode() + requirements.read_bytes()
    folder = BUILD / "packages" / f"{requirements.stem}-{target.arch}-{hashlib.sha256(made_from).hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as alone:
        # Two bundlers at once: the second waits, and finds the folder made.
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not folder.exists():
            _make_packages(requirements, target, pruned, folder)
    return folder


def _make_packages(requirements: Path, target: Target, pruned: tuple[str, ...], folder: Path) -> None:
    temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        _install(requirements, target, pruned, temporary)
        _compile_packages(temporary, target)
        temporary.chmod(0o755)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _install(requirements: Path, target: Target, pruned: tuple[str, ...], folder: Path) -> None:
    where = ["--target", str(folder), "--python-platform", _PLATFORMS[target.arch], "--python-version", target.python]
    exactly = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--link-mode", "copy"]
    command = [_uv(), "pip", "install", "--quiet", *where, *exactly, "-r", str(requirements)]
    _run(command, f"the packages of {requirements.name} could not be installed for {target.arch}")
    for pattern in pruned:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path in folder.glob("*.dist-info"):
        _keep_name_and_version(path)
    for path in folder.rglob("*.so*"):
        _blank_symbols(path)
    (folder / ".lock").unlink(missing_ok=True)


def _blank_symbols(path: Path) -> None:
    """Zero what only a debugger reads in a library: the file stays valid for any machine's loader, and compresses better."""
    with path.open("r+b") as file:
        sections = [s for s in ELFFile(file).iter_sections() if s.name in _FOR_DEBUGGERS or s.name.startswith(".debug_")]
        for start, size in [
            (section["sh_offset"], section["sh_size"]) for section in sections if section["sh_type"] != "SHT_NOBITS"
        ]:
            file.seek(start)
            file.write(bytes(size))


def _keep_name_and_version(folder: Path) -> None:
    """Of a package's own record, what `importlib.metadata` is asked for at run time; the rest holds paths and addresses."""
    lines = (folder / "METADATA").read_text("utf-8").split("\n\n", 1)[0].splitlines()
    kept = [line for line in lines if line.startswith(("Metadata-Version:", "Name:", "Version:"))]
    for path in folder.iterdir():
        if path.name != "entry_points.txt":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "METADATA").write_text("\n".join(kept) + "\n", "utf-8")


def _compile(folder: Path, target: Target, *flags: str) -> bool:
    """Write bytecode that is never compared with its source: /var/task is read-only, and zips change times."""
    if target.interpreter is None:
        return False
    how = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _TASK_ROOT, *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"PYTHONHASHSEED": "0"}
    command = [target.interpreter, "-m", "compileall", "-q", *how, str(folder)]
    _run(command, "the bytecode could not be compiled", environment)
    return True


def _compile_packages(folder: Path, target: Target) -> None:
    """Bytecode in the place of packages' sources: half the size, and no less in a traceback but the lines' text."""
    if _compile(folder, target, "-b"):
        for path in folder.rglob("*.py"):
            path.unlink()


def _own_entries(function: str, target: Target) -> list[tuple[str, Path]]:
    """Stage and compile our own sources: the paths in the zip with their files."""
    if function in WITH_PAGES and not (ROOT / PAGES_INDEX).is_file():
        raise BundleError(f"{function} serves the pages, and they are not built: run make web")
    sources = source_files(function)
    digest = _fingerprint([(path.relative_to(ROOT).as_posix(), path) for path in sources])
    folder = BUILD / "sources" / f"{function}-{hashlib.sha256(f'{_VERSION}{digest}{target}'.encode()).hexdigest()[:16]}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
        for path in sources:
            copy = temporary / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        _compile(temporary, target)
        temporary.chmod(0o755)
        temporary.rename(folder)
    return list(_entries(folder))


def _model_entries() -> Iterator[tuple[str, Path]]:
    return ((f"{MODEL_IN_ZIP}/{path.name}", path) for path in sorted(model_folder().iterdir()))


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    return ((path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file())


def _fingerprint(files: Sequence[tuple[str, Path]]) -> str:
    digest = hashlib.sha256(_VERSION.encode())
    for name, path in sorted(files):
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _write_zip(final: Path, files: Sequence[tuple[str, Path]]) -> None:
    """Sorted, with one time for all and the rights that Lambda needs: the same files are the same bytes."""
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = final.with_suffix(f".{os.getpid()}.tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if name.endswith((".so", ".sh")) else 0o100644) << 16
            with path.open("rb") as source, archive.open(entry, "w") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
    temporary.replace(final)


def _check_unzipped(label: str, files: Sequence[tuple[str, Path]]) -> None:
    size = sum(path.stat().st_size for _, path in files)
    if size >= MOST_UNZIPPED:
        raise BundleError(f"{label} is {size / 1e6:.1f} MB unzipped, and Lambda takes 250: leave a package out")


def _check_zipped(function: str, path: Path) -> None:
    size = path.stat().st_size
    if function not in WITH_MODEL and size > MOST_ZIPPED:
        path.unlink()
        raise BundleError(
            f"{function}'s zip is {size / 1e6:.1f} MB, more than {MOST_ZIPPED / 1e6:.0f}: a cold start loads it all"
        )


@cache
def _python_version(target: Target) -> str:
    """Which compiler wrote the bytecode; none gives other zips than one."""
    if target.interpreter is None:
        return "no bytecode"
    command = [target.interpreter, "-c", "import importlib.util; print(importlib.util.MAGIC_NUMBER.hex())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own


@cache
def _uv() -> str:
    beside = Path(sys.prefix) / "bin" / "uv"
    program = str(beside) if beside.exists() else shutil.which("uv")
    if program is None:
        raise BundleError("there is no uv in this environment: run make setup")
    return program


def _run(command: Sequence[str], problem: str, environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BundleError(f"{problem}: {(done.stderr or done.stdout).strip()[-600:]}")


def main() -> int:
    """Build, copy to the folder that was asked for, and print the sizes."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdk.bundling", description="Build the functions' zips.")
    names = [contract.name for contract in FUNCTIONS if (ROOT / "functions" / contract.name).is_dir()]
    parser.add_argument("--function", choices=[*names, "all"], default="all")
    parser.add_argument("--arch", choices=[*_PLATFORMS, "host"], default="arm64")
    parser.add_argument("--profile", choices=PROFILES, default="small")
    parser.add_argument("--without-weights", action="store_true", help="leave out the embedding model, for one elsewhere")
    parser.add_argument("--out", type=Path, default=BUILD)
    chosen = parser.parse_args()
    try:
        for name in names if chosen.function == "all" else [chosen.function]:
            _deliver(name, bundle(name, chosen.arch, chosen.profile, weights=not chosen.without_weights), chosen.out)
    except BundleError as error:
        print(f"bundling: {error}", file=sys.stderr)
        return 1
    return 0


def _deliver(name: str, made: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    copy = out / f"{name}.zip"
    shutil.copyfile(made, copy)
    unzipped = sum(entry.file_size for entry in zipfile.ZipFile(copy).infolist())
    print(f"{name:10} {made.stat().st_size / 1e6:7.1f} MB zipped {unzipped / 1e6:7.1f} MB unzipped  {copy}")


if __name__ == "__main__":
    sys.exit(main())

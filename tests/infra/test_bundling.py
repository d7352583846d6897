"""A function's zip: its own packages, its own sources, nothing else, and the same bytes each time."""

import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from infra_cdk import bundling
from infra_cdk.bundle_sources import ROOT, source_files
from infra_cdk.bundling import MOST_UNZIPPED, MOST_ZIPPED, WITH_MODEL, BundleError, bundle
from shared.contracts import FUNCTIONS
from tests.infra.fake_environment import environment_of

pytestmark = pytest.mark.xdist_group("lambda-root")
CHECKER = Path(__file__).with_name("import_zip.py")
SMALL = tuple(contract.name for contract in FUNCTIONS if contract.name not in WITH_MODEL)


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def outbox() -> Path:
    return bundle("outbox")


def test_two_builds_from_nothing_give_the_same_bytes(outbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "BUILD", tmp_path)
    again = bundle("outbox")
    assert again != outbox and again.name == outbox.name
    assert again.read_bytes() == outbox.read_bytes()


def test_a_zip_made_from_the_same_inputs_is_used_again(outbox: Path) -> None:
    written = outbox.stat().st_mtime_ns
    assert bundle("outbox") == outbox and outbox.stat().st_mtime_ns == written


def test_a_function_has_its_own_folder_and_what_it_imports(outbox: Path) -> None:
    held = {name for name in names(outbox) if name.startswith(("functions/", "shared/")) and name.endswith(".py")}
    assert "functions/outbox/main.py" in held and "shared/use_cases/relay_outbox.py" in held
    assert {name.split("/")[1] for name in held if name.count("/") > 1 and name.startswith("functions/")} == {"outbox"}
    assert not [name for name in held if "sqlite" in name or "openai" in name or "tantivy" in name]


def test_data_goes_with_the_modules_that_read_it() -> None:
    listed = {path.relative_to(ROOT).as_posix() for path in source_files("dialog")}
    assert {"shared/adapters/extractive/weights-v1.json", "shared/prompts/answer-v1.toml"} <= listed


def test_what_lambda_brings_and_what_nobody_imports_is_left_out(outbox: Path) -> None:
    tops = {name.split("/")[0] for name in names(outbox)}
    assert tops.isdisjoint({"boto3", "botocore", "bin", "numpy", "fastapi", "local", "tests"})


def test_packages_are_bytecode_that_is_never_compared_with_a_source(outbox: Path) -> None:
    """Flags 1: by hash, unchecked (PEP 552). A zip tool's times, and a folder that cannot be written, then do not matter."""
    with zipfile.ZipFile(outbox) as archive:
        compiled = [name for name in archive.namelist() if name.endswith(".pyc")]
        flags = {archive.read(name)[4:8] for name in compiled}
    sources = [name for name in names(outbox) if name.endswith(".py") and not name.startswith(("functions/", "shared/"))]
    if bundling._target("arm64").interpreter is None:
        # Without that Python here, sources go out instead, and the builder has said so.
        assert sources and not compiled
    else:
        assert len(compiled) > 100 and flags == {b"\x01\x00\x00\x00"} and not sources


def test_times_and_rights_in_a_zip_are_fixed(outbox: Path) -> None:
    with zipfile.ZipFile(outbox) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} <= {0o100644, 0o100755}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_packages_records_name_no_address_and_no_place(outbox: Path) -> None:
    with zipfile.ZipFile(outbox) as archive:
        records = [name for name in archive.namelist() if ".dist-info/" in name]
        texts = [archive.read(name).decode() for name in records]
    assert records and {name.rpartition("/")[2] for name in records} <= {"METADATA", "entry_points.txt"}
    assert not [text for text in texts if re.search(r"https?://|file://", text)]


@pytest.mark.parametrize("function", SMALL)
def test_a_function_without_the_model_is_at_most_9_mb(function: str) -> None:
    assert bundle(function).stat().st_size <= MOST_ZIPPED


@pytest.mark.parametrize(
    ("function", "profile"),
    # The last has everything that `retrieval` has with Pinecone, and the parsers.
    [*((function, profile) for function in WITH_MODEL for profile in ("small", "cloud")), ("knowledge", "pinecone")],
)
def test_a_function_with_the_model_is_below_lambdas_limit(function: str, profile: str) -> None:
    with zipfile.ZipFile(bundle(function, profile=profile)) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    assert unzipped < MOST_UNZIPPED
    assert "models/e5/model.onnx" in names(bundle(function, profile=profile))


def test_each_profile_has_its_own_engine_and_not_the_others() -> None:
    engines = {"tantivy", "opensearchpy", "pinecone"}
    held = {one: engines & {name.split("/")[0] for name in names(bundle("retrieval", profile=one))} for one in ("small", "cloud")}
    assert held == {"small": {"tantivy"}, "cloud": {"opensearchpy"}}
    # Beside vectors in Pinecone keywords are in one or the other.
    assert engines == engines & {name.split("/")[0] for name in names(bundle("knowledge", profile="pinecone"))}


def test_a_zip_for_an_embedder_elsewhere_is_whole_without_weights_and_what_runs_them(tmp_path: Path) -> None:
    """Built for this machine, and imported with nothing beside it but what Lambda's runtime brings."""
    path = bundle("retrieval", "host", "pinecone", weights=False)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "task")
    tops = {name.split("/")[0] for name in names(path)}
    assert tops.isdisjoint({"models", "onnxruntime", "tokenizers"}) and {"pinecone", "tantivy", "opensearchpy"} <= tops
    chosen = {
        "KEFU_EMBEDDER": "bedrock",
        "KEFU_EMBEDDER_NAME": "amazon.titan-embed-text-v2:0",
        "KEFU_SEARCH_ENGINE": "pinecone",
        "KEFU_SEARCH_HOST": "kefu.svc.pinecone.io",
        "KEFU_SEARCH_KEY_SECRET_ID": "kefu-test/search-key",
    }
    command = [sys.executable, "-I", "-S", str(CHECKER), str(tmp_path / "task"), str(_sdk(tmp_path / "sdk")), "retrieval"]
    environment = environment_of("retrieval") | chosen
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["handler"] and report["modules"] > 50


def _sdk(folder: Path) -> Path:
    """What Lambda's runtime brings, from our own environment."""
    folder.mkdir()
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py"):
        (folder / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    return folder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("nobody",), "no function nobody"), (("outbox", "mips"), "arm64"), (("outbox", "arm64", "big"), "small")],
)
def test_what_cannot_be_built_says_what_to_do(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(BundleError, match=says):
        bundle(*arguments)

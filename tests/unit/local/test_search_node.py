"""A node of OpenSearch for one evaluation: where it lives, and what is said when it does not start."""

from contextlib import contextmanager
from pathlib import Path

import pytest

from local import opensearch_node, search_node
from local.opensearch_install import OpenSearchMissingError
from local.opensearch_node import NodeCommand


@pytest.fixture
def no_address(monkeypatch):
    monkeypatch.delenv("KEFU_OPENSEARCH_URL", raising=False)


def test_its_folder_lets_through_whom_the_node_runs_as(monkeypatch, no_address):
    """For root the node runs as nobody; a folder for its owner alone would stop it at the door."""
    folders: list[Path] = []

    @contextmanager
    def node(folder: Path):
        folders.append(folder)
        assert all(parent.stat().st_mode & 0o001 for parent in folder.parents)
        raise OpenSearchMissingError("far enough")
        yield ""

    monkeypatch.setattr(search_node, "running_node", node)
    with pytest.raises(OpenSearchMissingError, match="far enough"), search_node.evaluated_engine("m", 8):
        pass
    assert not folders[0].parent.exists(), "nothing is left behind"


def test_a_node_that_ends_says_its_last_words(monkeypatch, tmp_path):
    def command(folder: Path, port: int) -> NodeCommand:
        (folder / "logs").mkdir()
        return NodeCommand(arguments=("/bin/sh", "-c", "echo starting; echo no memory for the heap"), environment={}, user=None)

    monkeypatch.setattr(opensearch_node, "prepare_node", command)
    monkeypatch.setattr(opensearch_node, "free_port", lambda: 1)
    monkeypatch.setattr(opensearch_node, "is_up", lambda _port: False)
    with (
        pytest.raises(OpenSearchMissingError, match=r"did not start: no memory for the heap; see .*console\.log"),
        opensearch_node.running_node(tmp_path),
    ):
        pass

"""The OpenSearch of a single machine: the one that the settings name, or a node of its own while something needs it."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console

from local.composition.search_engine import SearchEngine, opensearch_engine
from local.opensearch_install import enterable, is_installed
from local.opensearch_node import running_node
from local.settings import ROOT, LocalSettings
from shared.runtime.opensearch_settings import OpenSearchSettings

# Nobody waits for the answers of an evaluation.
_PATIENCE_S = 30.0


@contextmanager
def with_search(settings: LocalSettings, console: Console) -> Generator[LocalSettings]:
    """Yield settings that name an engine that runs. Raises OpenSearchMissingError, which says what to install."""
    if settings.search != "opensearch" or settings.opensearch_url:
        yield settings
        return
    console.print("Starting OpenSearch." if is_installed() else "Starting OpenSearch; the first time it is fetched (195 MB).")
    with running_node(node_folder(settings.data)) as url:
        yield settings.model_copy(update={"opensearch_url": url})


@contextmanager
def evaluated_engine(model: str, dimensions: int) -> Generator[SearchEngine]:
    """Yield empty indices that nobody else uses, on the OpenSearch of the environment or on a node until the end."""
    settings = OpenSearchSettings.from_env(os.environ)
    with ExitStack() as stack:
        url = settings.opensearch_url
        if not url:
            parent = enterable(ROOT / "var", "kefu-opensearch")
            parent.mkdir(exist_ok=True)
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=parent, prefix="opensearch-eval-"))
            # For root the node runs as nobody, who must get through.
            Path(folder).chmod(0o711)
            url = stack.enter_context(running_node(Path(folder) / "node"))
        own = {"opensearch_url": url, "opensearch_prefix": f"kefu-eval-{secrets.token_hex(4)}"}
        engine = opensearch_engine(settings.model_copy(update=own), model=model, dimensions=dimensions, timeout_s=_PATIENCE_S)
        stack.callback(engine.close)
        stack.callback(engine.drop)
        yield engine


def node_folder(data: Path) -> Path:
    """Return where the node of a data folder lives: all in it can be made again from that folder."""
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    return enterable(ROOT / "var" / "opensearch", "kefu-opensearch") / name

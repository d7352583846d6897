"""What the stack searches with: the small form, whose index is in the functions, or a real OpenSearch on this machine."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.opensearch_install import is_installed
from local.opensearch_node import free_port, running_node
from local.search_node import node_folder
from local.stack.local_aws import ROOT

# In the words of `make dev`, with what a stage calls them.
ENGINES = {"embedded": "small", "opensearch": "opensearch"}
_OPENSEARCH = "opensearch"


class SearchChoiceError(Exception):
    """The stack cannot search with that; the message says with what it can."""


@dataclass(frozen=True, slots=True)
class StackSearch:
    """The engine of a stack, by its name for `make`."""

    name: str

    @classmethod
    def named(cls, name: str) -> "StackSearch":
        """Raise SearchChoiceError."""
        if name not in ENGINES:
            raise SearchChoiceError(f"make stack SEARCH={name}: use {' or '.join(ENGINES)}")
        return cls(name)

    @property
    def data(self) -> Path:
        """Where its state is by default. Apart, for a stack's aliases stay on the versions that they were made with."""
        return ROOT / "var" / ("stack-opensearch" if self.name == _OPENSEARCH else "stack")

    @property
    def synthesis(self) -> dict[str, str]:
        """What the app's environment says about it."""
        return {"KEFU_STAGE_SEARCH": ENGINES[self.name]}

    @contextmanager
    def running(self, data: Path) -> Generator[str]:
        """Yield the address of the OpenSearch that belongs to the data, or "" where none is needed.

        Raises OpenSearchMissingError.
        """
        if self.name != _OPENSEARCH:
            yield ""
            return
        print("starting OpenSearch ..." if is_installed() else "fetching OpenSearch (195 MB), and starting it ...", flush=True)
        with running_node(node_folder(data), _own_port(data)) as url:
            yield url


def _own_port(data: Path) -> int:
    """Return the same at each start: the address is in the environment of functions' versions, which never changes."""
    kept = data / "search-port"
    if not kept.exists():
        kept.write_text(f"{free_port()}\n", "utf-8")
    return int(kept.read_text("utf-8"))

"""One index per tenant and audience, in folders of their own: what the embedded keyword and vector indices share."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import rmtree
from typing import Generic, TypeVar
from urllib.parse import quote

from shared.domain.knowledge import Audience

T = TypeVar("T")


class AudienceIndices(Generic[T]):
    """Opens each index once. `root` None keeps everything in memory; `open_index` gets the folder, or None."""

    def __init__(
        self, root: Path | None, open_index: Callable[[Path | None], T], close_index: Callable[[T], object] = lambda _: None
    ) -> None:
        self._root = root
        self._open_index = open_index
        self._close_index = close_index
        self._indices: dict[tuple[str, Audience], T] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str, audience: Audience, *, create: bool) -> T | None:
        """The index; None when there is none yet and it is not to be created."""
        key = (tenant, audience)
        index = self._indices.get(key)
        if index is not None:
            return index
        with self._lock:
            if key not in self._indices:
                folder = self._root and self._folder(self._root, tenant) / audience.value
                if not create and not (folder and folder.is_dir()):
                    return None
                self._indices[key] = self._open_index(folder or None)
            return self._indices[key]

    def existing(self, tenant: str, audiences: Iterable[Audience]) -> list[T]:
        """Those that there are."""
        indices = (self.of(tenant, audience, create=False) for audience in audiences)
        return [index for index in indices if index is not None]

    def discard(self, tenant: str) -> None:
        """Forget the tenant's indices, damaged or not."""
        with self._lock:
            for audience in Audience:
                index = self._indices.pop((tenant, audience), None)
                if index is not None:
                    self._close_index(index)
        if self._root is not None:
            rmtree(self._folder(self._root, tenant), ignore_errors=True)

    @staticmethod
    def _folder(root: Path, tenant: str) -> Path:
        return root / quote(tenant, safe="").replace(".", "%2E")

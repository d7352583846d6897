"""Archives of indexes in the object store: `tenants/TENANT/indexes/FORMAT/SNAPSHOT-TIME.tar.gz`."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from shared.ports import ObjectStore

_SUFFIX = ".tar.gz"
# A reader may still be fetching one that was replaced a moment ago.
_KEPT = 3


@dataclass(frozen=True, slots=True, order=True)
class ArchiveName:
    """`covers`: every chunk of snapshots up to this number is in it. Of two, the one written later is at least as whole."""

    covers: int
    written_ms: int

    @property
    def text(self) -> str:
        """The name's last part, in the order of names."""
        return f"{self.covers:010d}-{self.written_ms:013d}{_SUFFIX}"


class IndexArchives:
    """One format: indexes of another embedder or file version are other archives, so that a new release makes its own.

    Nothing is ever replaced: a name is written once. The store need not know conditional writes.
    """

    def __init__(self, objects: ObjectStore, index_format: str) -> None:
        self._objects = objects
        self._format = quote(index_format, safe="")

    def newest(self, tenant: str) -> ArchiveName | None:
        """Return the archive that goes furthest, or None."""
        return max(self._names(tenant), default=None)

    def get(self, tenant: str, name: ArchiveName) -> bytes:
        """Raise NotFoundError for one that was deleted meanwhile."""
        return self._objects.get(self._prefix(tenant) + name.text)

    def put(self, tenant: str, covers: int, data: bytes, at: datetime) -> ArchiveName:
        """Store an archive, and delete those that nobody needs any more."""
        name = ArchiveName(covers, int(at.timestamp() * 1000))
        self._objects.put(self._prefix(tenant) + name.text, data)
        for old in sorted(self._names(tenant), reverse=True)[_KEPT:]:
            self._objects.delete(self._prefix(tenant) + old.text)
        return name

    def _names(self, tenant: str) -> list[ArchiveName]:
        keys = (key.rpartition("/")[2] for key in self._objects.keys(self._prefix(tenant)))
        parts = (key.removesuffix(_SUFFIX).split("-") for key in keys if key.endswith(_SUFFIX))
        return [ArchiveName(int(covers), int(written)) for covers, written in parts]

    def _prefix(self, tenant: str) -> str:
        return f"tenants/{tenant}/indexes/{self._format}/"

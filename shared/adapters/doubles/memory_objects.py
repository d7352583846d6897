"""Objects in a dictionary."""

from shared.adapters.local_files.object_store import check_key
from shared.domain.errors import NotFoundError


class MemoryObjectStore:
    """The same rules for keys as the store on disk; nothing is kept."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        check_key(key)
        self._objects[key] = bytes(data)

    def get(self, key: str) -> bytes:
        check_key(key)
        try:
            return self._objects[key]
        except KeyError as error:
            raise NotFoundError("object", key) from error

    def delete(self, key: str) -> None:
        check_key(key)
        self._objects.pop(key, None)

    def keys(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(key for key in list(self._objects) if key.startswith(prefix)))

"""Objects as files in a folder."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from shared.adapters.local_files.private_files import NO_SUCH_FILE, disk_errors, replace_file, sync_folder
from shared.domain.errors import InvalidInputError, NotFoundError

_MAX_KEY_BYTES = 1024  # as S3 has it
_MAX_SEGMENT_BYTES = 255  # as common file systems have it
_TEMPORARY = ".new-"
_UNSAFE = ("Cc", "Cs")


class FileObjectStore:
    """Each object is the file `root`/key, of mode 0600; a put replaces it whole and survives a power cut."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Unlike S3, refuse a key whose folder is an object, or that is the folder of others (InvalidInputError)."""
        path = self._path(key)
        if path.is_dir() or any(parent.is_file() for parent in path.parents if parent.is_relative_to(self._root)):
            raise InvalidInputError("key", "an object cannot be the folder of other objects")
        replace_file(path, data)

    def get(self, key: str) -> bytes:
        try:
            with disk_errors(self._root.name):
                return self._path(key).read_bytes()
        except NO_SUCH_FILE as error:
            raise NotFoundError("object", key) from error

    def delete(self, key: str) -> None:
        """Remove it; again: no effect."""
        path = self._path(key)
        try:
            with disk_errors(self._root.name):
                path.unlink()
                sync_folder(path.parent)
        except NO_SUCH_FILE:
            return

    def keys(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted; a prefix may end within a name, as in S3."""
        folder = prefix.rpartition("/")[0]
        if folder:
            _check_segments(folder)
        start = self._root / folder
        return tuple(sorted(key for key in self._walk(start) if key.startswith(prefix)))

    def _walk(self, folder: Path) -> Iterator[str]:
        for path, _, names in os.walk(folder):
            for name in names:
                if not name.startswith(_TEMPORARY):
                    yield (Path(path) / name).relative_to(self._root).as_posix()

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._root / key


def check_key(key: str) -> None:
    """Raise InvalidInputError for a key that is not "tenants/TENANT/..." or could leave its folder."""
    if not key.startswith("tenants/") or key.count("/") < 2:
        raise InvalidInputError("key", 'must start with "tenants/TENANT/"')
    if len(key.encode("utf-8", "surrogatepass")) > _MAX_KEY_BYTES:
        raise InvalidInputError("key", f"must have at most {_MAX_KEY_BYTES} bytes")
    _check_segments(key)


def _check_segments(key: str) -> None:
    for segment in key.split("/"):
        if segment in ("", ".", "..") or segment.startswith(_TEMPORARY) or "\\" in segment:
            raise InvalidInputError("key", "must not hold empty names, dots alone or backslashes")
        if any(unicodedata.category(character) in _UNSAFE for character in segment):
            raise InvalidInputError("key", "must not hold control characters or halves of a surrogate pair")
        if len(segment.encode("utf-8")) > _MAX_SEGMENT_BYTES:
            raise InvalidInputError("key", f"a name in it must have at most {_MAX_SEGMENT_BYTES} bytes")

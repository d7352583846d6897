"""Data keys of the single machine: wrapped by a master key file, in an SQLite file of their own."""

import hmac
import os
import time
from pathlib import Path

from shared.adapters.crypto.aes_gcm import open_bytes, seal_bytes
from shared.adapters.crypto.framing import framed
from shared.adapters.local_files.private_files import create_once, disk_errors
from shared.adapters.sqlite.database import Database, Schema
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, SubjectErasedError

_KEY_BYTES = 32
_CHECK = b"kefu key ring"
_CHECK_PLACE = b"check"
_TRUNCATE_S = 5.0

SCHEMA = Schema(
    name="key_ring",
    steps=(
        (
            # `place` is an HMAC, so that what stays of an erased subject does not name it.
            """CREATE TABLE keys (
                place BLOB PRIMARY KEY,
                wrapped BLOB NOT NULL,
                destroyed INTEGER NOT NULL DEFAULT 0
            )""",
        ),
    ),
)


class FileKeyRing:
    """Data keys in `database` (open it with secure_delete), wrapped by the 32 bytes of `master_key`.

    A destroyed key is overwritten in the file, and the write-ahead log is cut, before `destroy` returns; what a
    copy-on-write disk keeps of old blocks is beyond our reach.
    """

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._database = database
        self._master = master_key
        database.ensure(SCHEMA)
        self._verify()

    @classmethod
    def at(cls, folder: Path) -> "FileKeyRing":
        """Open `keys.db` and `master.key` in `folder`; both are made, for their owner alone, at the first start.

        Raises DependencyUnavailableError when the master key is missing, damaged, or that of other data. Keep it out of
        the backups that hold the data.
        """
        key_file, keys = folder / "master.key", folder / "keys.db"
        with disk_errors(folder.name):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if keys.exists() and not key_file.exists():
                raise DependencyUnavailableError(key_file.name, "the file is missing; restore it, or no data can be read")
            master_key = create_once(key_file, os.urandom(_KEY_BYTES))
        if len(master_key) != _KEY_BYTES:
            raise DependencyUnavailableError(key_file.name, "the file is damaged; restore it, or no data can be read")
        return cls(Database(keys, secure_delete=True), master_key)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def data_key(self, tenant: str, subject_id: str) -> bytes:
        key = self._get_or_make(self._place("subject", tenant, subject_id))
        if key is None:
            raise SubjectErasedError(subject_id)
        return key

    def destroy(self, tenant: str, subject_id: str) -> None:
        """Overwrite the key and its traces; raises DependencyUnavailableError when they could not all be removed yet."""
        place = self._place("subject", tenant, subject_id)
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO keys (place, wrapped, destroyed) VALUES (?, x'', 1)
                   ON CONFLICT (place) DO UPDATE SET wrapped = zeroblob(length(wrapped)), destroyed = 1""",
                (place,),
            )
        self._cut_log()

    def blind_index_key(self, tenant: str) -> bytes:
        key = self._get_or_make(self._place("blind index", tenant))
        if key is None:
            raise SubjectErasedError(tenant)
        return key

    def _place(self, *parts: str) -> bytes:
        return hmac.digest(self._master, framed(*parts), "sha256")

    def _get_or_make(self, place: bytes) -> bytes | None:
        row = self._database.fetch_one("SELECT wrapped, destroyed FROM keys WHERE place = ?", (place,))
        if row is None:
            row = self._make(place, os.urandom(_KEY_BYTES))
        wrapped, destroyed = row
        return None if destroyed else open_bytes(self._master, wrapped, place)

    def _make(self, place: bytes, key: bytes) -> tuple[bytes, int]:
        """Store a new key, or return the row that another writer stored first."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO keys (place, wrapped) VALUES (?, ?) ON CONFLICT (place) DO NOTHING",
                (place, seal_bytes(self._master, key, place)),
            )
            return connection.execute("SELECT wrapped, destroyed FROM keys WHERE place = ?", (place,)).fetchone()

    def _verify(self) -> None:
        """Refuse to start with a master key that did not wrap what is stored."""
        wrapped, _ = self._make(_CHECK_PLACE, _CHECK)
        try:
            open_bytes(self._master, wrapped, _CHECK_PLACE)
        except InvalidInputError as error:
            reason = "the master key is not that of this data; restore the right file"
            raise DependencyUnavailableError(self._database.name, reason) from error

    def _cut_log(self) -> None:
        deadline = time.monotonic() + _TRUNCATE_S
        while not self._database.truncate_log():
            if time.monotonic() > deadline:
                raise DependencyUnavailableError(self._database.name, "a reader holds old keys; destroy again")
            time.sleep(0.01)

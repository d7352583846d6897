"""Profiles in SQLite."""

import sqlite3

from shared.adapters.records.sealing import Seal
from shared.adapters.records.tickets import PROFILE_COLUMNS, profile_from, profile_record
from shared.adapters.records.values import Record
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.statements import insert_into, record_of, select_from
from shared.domain.errors import VersionConflictError
from shared.domain.profile import Profile
from shared.ports import FieldCipher

SCHEMA = Schema(
    name="profiles",
    steps=(
        (
            """CREATE TABLE profiles (
                tenant TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                language TEXT NOT NULL,
                updated_at INTEGER NOT NULL,
                version INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                PRIMARY KEY (tenant, subject_id)
            )""",
        ),
    ),
)
_SELECT = select_from("profiles", PROFILE_COLUMNS) + " WHERE tenant = ? AND subject_id = ?"
_INSERT = insert_into("profiles", PROFILE_COLUMNS) + " ON CONFLICT DO NOTHING"
_UPDATE = """UPDATE profiles SET language = :language, updated_at = :updated_at, version = :version, sealed = :sealed
             WHERE tenant = :tenant AND subject_id = :subject_id AND version = :version - 1"""


def write_profile(connection: sqlite3.Connection, record: Record) -> None:
    """Store version 1, or the version after the stored one. Raises VersionConflictError."""
    written = connection.execute(_UPDATE, record).rowcount
    if not written and record["version"] == 1:
        written = connection.execute(_INSERT, record).rowcount
    if not written:
        raise VersionConflictError("profile", record["subject_id"])


class SQLiteProfileStore:
    """Shares its database with the conversation store, whose commits write profiles."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher
        database.ensure(SCHEMA)

    def get(self, tenant: str, subject_id: str) -> Profile | None:
        row = self._database.fetch_one(_SELECT, (tenant, subject_id))
        return None if row is None else profile_from(record_of(PROFILE_COLUMNS, row), self._seal(tenant, subject_id))

    def put(self, profile: Profile, expected_version: int) -> None:
        """The row gets version `expected_version` + 1."""
        record = profile_record(profile, self._seal(profile.tenant, profile.subject_id))
        record["version"] = expected_version + 1
        with self._database.transaction() as connection:
            write_profile(connection, record)

    def _seal(self, tenant: str, subject_id: str) -> Seal:
        return Seal(cipher=self._cipher, tenant=tenant, subject_id=subject_id)

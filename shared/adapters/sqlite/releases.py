"""Releases in SQLite."""

from shared.adapters.records.releases import (
    RELEASE_COLUMNS,
    TRAFFIC_COLUMNS,
    release_from,
    release_record,
    traffic_from,
    traffic_record,
)
from shared.adapters.sqlite.database import Database, Schema
from shared.adapters.sqlite.statements import assignments, insert_into, record_of, select_from
from shared.domain.errors import VersionConflictError
from shared.domain.release import Release, Traffic

SCHEMA = Schema(
    name="releases",
    steps=(
        (
            """CREATE TABLE releases (
                release_id TEXT PRIMARY KEY,
                versions TEXT NOT NULL,
                rolled_back INTEGER NOT NULL
            )""",
            """CREATE TABLE traffic (
                stable TEXT NOT NULL,
                candidate TEXT NOT NULL,
                percent INTEGER NOT NULL,
                rollout_id TEXT NOT NULL,
                lease_until INTEGER,
                superseded_by TEXT NOT NULL,
                version INTEGER NOT NULL
            )""",
        ),
        ("ALTER TABLE releases ADD COLUMN ended_at INTEGER",),
    ),
)
_PUT_RELEASE = insert_into("releases", RELEASE_COLUMNS).replace("INSERT", "INSERT OR REPLACE", 1)
_SELECT_RELEASE = select_from("releases", RELEASE_COLUMNS) + " WHERE release_id = ?"
_SELECT_TRAFFIC = select_from("traffic", TRAFFIC_COLUMNS)
_FIRST_TRAFFIC = insert_into("traffic", TRAFFIC_COLUMNS)
_NEXT_TRAFFIC = f"UPDATE traffic SET {assignments(TRAFFIC_COLUMNS)} WHERE version = :version - 1"  # noqa: S608 - constants


class SQLiteReleaseStore:
    """A row per release, and one row of traffic."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.ensure(SCHEMA)

    def traffic(self) -> Traffic:
        row = self._database.fetch_one(_SELECT_TRAFFIC)
        return Traffic() if row is None else traffic_from(record_of(TRAFFIC_COLUMNS, row))

    def set_traffic(self, traffic: Traffic) -> None:
        record = traffic_record(traffic)
        with self._database.transaction() as connection:
            row = connection.execute(_SELECT_TRAFFIC).fetchone()
            if row is None and traffic.version == 1:
                connection.execute(_FIRST_TRAFFIC, record)
            elif connection.execute(_NEXT_TRAFFIC, record).rowcount != 1 and (
                row is None or record_of(TRAFFIC_COLUMNS, row) != record
            ):
                raise VersionConflictError("traffic", str(traffic.version))

    def release(self, release_id: str) -> Release | None:
        row = self._database.fetch_one(_SELECT_RELEASE, (release_id,))
        return None if row is None else release_from(record_of(RELEASE_COLUMNS, row))

    def put_release(self, release: Release) -> None:
        with self._database.transaction() as connection:
            connection.execute(_PUT_RELEASE, release_record(release))

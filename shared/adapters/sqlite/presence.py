"""Which agents are there, in SQLite."""

from datetime import datetime

from shared.adapters.records.values import to_us
from shared.adapters.sqlite.database import Database, Schema

SCHEMA = Schema(
    name="presence",
    steps=(
        (
            """CREATE TABLE presence (
                tenant TEXT NOT NULL,
                agent_id TEXT NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, agent_id)
            ) WITHOUT ROWID""",
        ),
    ),
)


class SQLitePresenceStore:
    """One row per agent, overwritten at each mark."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.ensure(SCHEMA)

    def mark(self, tenant: str, agent_id: str, expires_at: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO presence VALUES (?, ?, ?)", (tenant, agent_id, to_us(expires_at)))

    def available(self, tenant: str, now: datetime) -> tuple[str, ...]:
        """Sorted, so that the answer is stable."""
        rows = self._database.fetch_all(
            "SELECT agent_id FROM presence WHERE tenant = ? AND expires_at > ? ORDER BY agent_id", (tenant, to_us(now))
        )
        return tuple(row[0] for row in rows)

"""The generic cell rate algorithm in SQLite."""

import hashlib
import sqlite3
from datetime import datetime

from shared.adapters.records.values import to_us
from shared.adapters.sqlite.database import Database, Schema

SCHEMA = Schema(
    name="rate_limits",
    steps=(
        (
            """CREATE TABLE rate_limits (
                place BLOB PRIMARY KEY,
                next_us REAL NOT NULL
            ) WITHOUT ROWID""",
            "CREATE INDEX rate_limits_age ON rate_limits (next_us)",
        ),
    ),
)
_US = 1_000_000
_CLEAN_EVERY = 256
# Floats of microseconds are exact to a quarter at today's date.
_ROUNDING_US = 0.5


class SQLiteRateLimiter:
    """GCRA as in ITU-T I.371: one number per key, the theoretical arrival time of the next call.

    Keys (addresses, tokens) are kept as hashes. A limit need not survive a power cut: give it a database in memory,
    or one that is not durable, or every call waits for the disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._takes = 0
        database.ensure(SCHEMA)

    def take(self, key: str, *, rate_per_s: float, burst: int, now: datetime) -> float:
        place = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:16]
        interval = _US / rate_per_s
        now_us = float(to_us(now))
        with self._database.transaction() as connection:
            self._clean(connection, now_us)
            row = connection.execute("SELECT next_us FROM rate_limits WHERE place = ?", (place,)).fetchone()
            # `min`: after the clock was set back, nobody waits longer than a full bucket takes.
            expected = min(row[0], now_us + burst * interval) if row else now_us
            following = max(expected, now_us) + interval
            wait = following - now_us - burst * interval
            if wait > _ROUNDING_US:
                return wait / _US
            connection.execute("INSERT OR REPLACE INTO rate_limits VALUES (?, ?)", (place, following))
        return 0.0

    def _clean(self, connection: sqlite3.Connection, now_us: float) -> None:
        """Now and then forget the keys whose bucket is full again."""
        self._takes += 1
        if self._takes % _CLEAN_EVERY == 0:
            connection.execute("DELETE FROM rate_limits WHERE next_us < ?", (now_us,))

"""Cached answers in SQLite."""

import hashlib
from datetime import datetime

from shared.adapters.records.blocks import answer_from_bytes, answer_to_bytes
from shared.adapters.records.values import to_us
from shared.adapters.sqlite.database import Database, Schema
from shared.domain.blocks import Answer

SCHEMA = Schema(
    name="answer_cache",
    steps=(
        (
            """CREATE TABLE answer_cache (
                tenant TEXT NOT NULL,
                place BLOB NOT NULL,
                answer BLOB NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, place)
            )""",
            "CREATE INDEX answer_cache_expiry ON answer_cache (expires_at)",
        ),
    ),
)
_PUT = """INSERT INTO answer_cache VALUES (?, ?, ?, ?)
          ON CONFLICT (tenant, place) DO UPDATE SET answer = excluded.answer, expires_at = excluded.expires_at"""
_MAX_ROWS = 20_000
_DROP_SOONEST = """DELETE FROM answer_cache WHERE rowid IN (
                     SELECT rowid FROM answer_cache ORDER BY expires_at
                     LIMIT max(0, (SELECT count(*) FROM answer_cache) - ?))"""
_TRIM_EVERY = 100


class SQLiteAnswerCache:
    """Keys are kept as hashes only, since they hold questions. Beyond 20,000 answers those that expire soonest go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._puts = 0
        database.ensure(SCHEMA)

    def get(self, tenant: str, key: str, now: datetime) -> Answer | None:
        row = self._database.fetch_one(
            "SELECT answer FROM answer_cache WHERE tenant = ? AND place = ? AND expires_at > ?",
            (tenant, _place(key), to_us(now)),
        )
        return None if row is None else answer_from_bytes(row[0])

    def put(self, tenant: str, key: str, answer: Answer, expires_at: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(_PUT, (tenant, _place(key), answer_to_bytes(answer), to_us(expires_at)))
            self._puts += 1
            if self._puts % _TRIM_EVERY == 0:
                connection.execute(_DROP_SOONEST, (_MAX_ROWS,))


def _place(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()

"""Profiles in DynamoDB."""

from functools import partial

from shared.adapters.dynamodb.attributes import columns_of
from shared.adapters.dynamodb.cut_items import cut, read_whole
from shared.adapters.dynamodb.gateway import DynamoDB, Part
from shared.adapters.dynamodb.requests.profiles import get_profile, profile_key, put_profile
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.sealing import Seal
from shared.adapters.records.tickets import PROFILE_COLUMNS, profile_from, profile_record
from shared.adapters.records.values import Record
from shared.contracts import PROFILES
from shared.domain.errors import VersionConflictError
from shared.domain.profile import Profile
from shared.ports import FieldCipher


def profile_parts(table: str, record: Record) -> list[Part]:
    """Return the parts that store version 1, or the version after the stored one; they raise VersionConflictError."""
    row = cut(table, profile_key(record["tenant"], record["subject_id"]), record)
    refused = partial(_taken, record["subject_id"])
    return [Part(action={"Put": put_profile(table, row.record)}, refused=refused), *row.pieces]


class DynamoDBProfileStore:
    """A put is a transaction of one item: its token makes a lost reply harmless, where a plain put would refuse itself."""

    def __init__(self, database: DynamoDB, names: TableNames, cipher: FieldCipher) -> None:
        self._database = database
        self._table = names.of(PROFILES)
        self._cipher = cipher

    def get(self, tenant: str, subject_id: str) -> Profile | None:
        request = get_profile(self._table, tenant, subject_id)
        rows = read_whole(self._database, self._table, lambda: [item for item in [self._database.get(request)] if item])
        return profile_from(columns_of(rows[0], PROFILE_COLUMNS), self._seal(tenant, subject_id)) if rows else None

    def put(self, profile: Profile, expected_version: int) -> None:
        """The row gets version `expected_version` + 1."""
        record = profile_record(profile, self._seal(profile.tenant, profile.subject_id))
        self._database.transact(profile_parts(self._table, {**record, "version": expected_version + 1}))

    def _seal(self, tenant: str, subject_id: str) -> Seal:
        return Seal(cipher=self._cipher, tenant=tenant, subject_id=subject_id)


def _taken(subject_id: str, _: Record) -> None:
    raise VersionConflictError("profile", subject_id)

"""Data keys wrapped by the stage's KMS key, in a table of their own that no backup holds."""

from typing import Any

from shared.adapters.aws.errors import translated
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB
from shared.adapters.dynamodb.keys import digest
from shared.adapters.dynamodb.requests.subject_keys import bury_key, get_key, put_key
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.values import Record
from shared.contracts import SUBJECT_KEYS
from shared.domain.errors import SubjectErasedError

_NAME = "kms"


class KMSKeyRing:
    """KMS makes and opens the keys, bound to their tenant and subject by the encryption context; the table keeps them wrapped.

    What stays of a destroyed key is a tombstone under a digest, so that it is not made again. Put a CachingKeyRing before
    it: each call here is one read, and one call of KMS.
    """

    def __init__(self, kms: Any, database: DynamoDB, names: TableNames, key_id: str) -> None:
        self._kms = kms
        self._database = database
        self._table = names.of(SUBJECT_KEYS)
        self._key_id = key_id

    def data_key(self, tenant: str, subject_id: str) -> bytes:
        key = self._get_or_make({"tenant": tenant, "subject": subject_id})
        if key is None:
            raise SubjectErasedError(subject_id)
        return key

    def destroy(self, tenant: str, subject_id: str) -> None:
        self._database.put(bury_key(self._table, _place({"tenant": tenant, "subject": subject_id})))

    def blind_index_key(self, tenant: str) -> bytes:
        key = self._get_or_make({"tenant": tenant, "purpose": "blind index"})
        if key is None:
            raise SubjectErasedError(tenant)
        return key

    def _get_or_make(self, context: dict[str, str]) -> bytes | None:
        found = self._database.get(get_key(self._table, _place(context)))
        return self._make(context) if found is None else self._open(found, context)

    def _make(self, context: dict[str, str]) -> bytes | None:
        with translated(_NAME):
            made = self._kms.generate_data_key(KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=context)
        try:
            self._database.put(put_key(self._table, _place(context), made["CiphertextBlob"]))
        except ConditionFailedError as refused:
            # Another worker was first; or this very put was, and its reply was lost: the same key, then.
            return self._open(refused.item, context)
        return made["Plaintext"]

    def _open(self, item: Record, context: dict[str, str]) -> bytes | None:
        if item.get("destroyed"):
            return None
        with translated(_NAME):
            opened = self._kms.decrypt(CiphertextBlob=item["wrapped"], EncryptionContext=context, KeyId=self._key_id)
        return opened["Plaintext"]


def _place(context: dict[str, str]) -> str:
    return digest(*(part for pair in sorted(context.items()) for part in pair))

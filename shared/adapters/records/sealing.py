"""Personal fields of one record, sealed together."""

from dataclasses import dataclass
from typing import Any

from shared.adapters.records.values import from_json_bytes, to_json_bytes
from shared.ports import FieldCipher

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Seals for one subject. A place names kind and id of the record, so that a blob opens in its own row only."""

    cipher: FieldCipher
    tenant: str
    subject_id: str

    def close(self, place: str, *fields: object) -> bytes:
        """Return the fields (JSON values) as one sealed blob with a version in front."""
        return self.cipher.seal(self.tenant, self.subject_id, place, to_json_bytes((_VERSION, *fields)))

    def open(self, place: str, sealed: bytes) -> list[Any]:
        """Return the fields. Raises SubjectErasedError, or InvalidInputError for altered or moved bytes."""
        return from_json_bytes(self.cipher.open(self.tenant, self.subject_id, place, sealed))[1:]

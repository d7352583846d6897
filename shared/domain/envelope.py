"""The invoke envelope: what one function passes to another, as data. Versions N and N-1 read both."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.errors import InvalidInputError

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """`deadline_at_ms` is epoch milliseconds; `owner_token` makes a retried create recognise its own success."""

    op: str
    tenant: str
    correlation_id: str
    release: str
    deadline_at_ms: int
    owner_token: str
    payload: Mapping[str, object] = field(default_factory=dict)
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "schema": self.schema,
            "op": self.op,
            "tenant": self.tenant,
            "correlation_id": self.correlation_id,
            "release": self.release,
            "deadline_at_ms": self.deadline_at_ms,
            "owner_token": self.owner_token,
            "payload": dict(self.payload),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, object]) -> "Envelope":
        """Read the JSON form; unknown keys of a newer version are ignored. Raises InvalidInputError."""
        payload = raw.get("payload")
        if not isinstance(payload, Mapping):
            raise InvalidInputError("payload", "must be an object")
        for name in ("op", "tenant", "correlation_id", "owner_token"):
            if not isinstance(raw.get(name), str) or not raw[name]:
                raise InvalidInputError(name, "must be a non-empty string")
        deadline = raw.get("deadline_at_ms")
        if not isinstance(deadline, int):
            raise InvalidInputError("deadline_at_ms", "must be epoch milliseconds")
        schema = raw.get("schema")
        return cls(
            op=str(raw["op"]),
            tenant=str(raw["tenant"]),
            correlation_id=str(raw["correlation_id"]),
            release=str(raw.get("release", "")),
            deadline_at_ms=deadline,
            owner_token=str(raw["owner_token"]),
            payload=payload,
            schema=schema if isinstance(schema, int) else SCHEMA,
        )

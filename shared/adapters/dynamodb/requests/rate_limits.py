"""Requests for rate limits: GCRA with one number per key, the theoretical arrival time of the next call in microseconds."""

from dataclasses import dataclass

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.expressions import SHOW_WHAT_IS_THERE, key_of

# The bucket is full: nobody called, or the next call was due before now.
_IS_FULL = "attribute_not_exists(pk) OR due <= :now"
# It is being used, and this call is within the burst. No comparison with what was read: callers at once do not collide.
_HAS_ROOM = "due > :now AND due <= :latest"
# It says more than a full burst can: a clock was set back since.
_IS_FROM_THE_FUTURE = "due > :longest"
_US = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One call's view: `interval_us` between calls at the rate, `burst` calls at once, `now_us` of the caller's clock."""

    place: str
    interval_us: int
    burst: int
    now_us: int

    @property
    def latest_us(self) -> int:
        """The latest arrival time at which a call is still within the burst."""
        return self.now_us + (self.burst - 1) * self.interval_us

    @property
    def longest_us(self) -> int:
        """The arrival time that an empty bucket has."""
        return self.now_us + self.burst * self.interval_us


def start(table: str, bucket: Bucket) -> Request:
    """Return the update that takes the first call from a full bucket."""
    values = {":now": bucket.now_us, ":due": bucket.now_us + bucket.interval_us, ":ttl": _ttl(bucket)}
    return _update(table, bucket, "SET due = :due, #ttl = :ttl", _IS_FULL, values)


def follow(table: str, bucket: Bucket) -> Request:
    """Return the update that takes one more call."""
    values = {":now": bucket.now_us, ":latest": bucket.latest_us, ":interval": bucket.interval_us, ":ttl": _ttl(bucket)}
    return _update(table, bucket, "SET due = due + :interval, #ttl = :ttl", _HAS_ROOM, values)


def reset(table: str, bucket: Bucket) -> Request:
    """Return the update that makes it an empty bucket by the caller's clock."""
    return _update(
        table,
        bucket,
        "SET due = :longest, #ttl = :ttl",
        _IS_FROM_THE_FUTURE,
        {":longest": bucket.longest_us, ":ttl": _ttl(bucket)},
    )


def _update(table: str, bucket: Bucket, expression: str, condition: str, values: dict[str, int]) -> Request:
    return {
        "TableName": table,
        "Key": key_of(pk=bucket.place),
        "UpdateExpression": expression,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {name: {"N": str(value)} for name, value in values.items()},
        **SHOW_WHAT_IS_THERE,
    }


def _ttl(bucket: Bucket) -> int:
    """Return when the bucket is full again, in epoch seconds: then nothing is lost with it."""
    return bucket.longest_us // _US + 1

"""The generic cell rate algorithm in DynamoDB."""

from datetime import datetime

from shared.adapters.dynamodb.attributes import Request
from shared.adapters.dynamodb.gateway import ConditionFailedError, DynamoDB
from shared.adapters.dynamodb.keys import digest
from shared.adapters.dynamodb.requests.rate_limits import Bucket, follow, reset, start
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.records.values import to_us
from shared.contracts import RATE_LIMITS

_US = 1_000_000
_HINTS = 1024


class DynamoDBRateLimiter:
    """GCRA as in ITU-T I.371. Keys (addresses, tokens) are kept as digests.

    A call that is admitted costs one round trip where this process saw the key last, at most two elsewhere; one that is
    refused costs one and writes nothing. A call whose reply was lost may count twice.
    """

    def __init__(self, database: DynamoDB, names: TableNames) -> None:
        self._database = database
        self._table = names.of(RATE_LIMITS)
        # When each key was due, as this process wrote it: only a guess which of the two updates to try first.
        self._hints: dict[str, int] = {}

    def take(self, key: str, *, rate_per_s: float, burst: int, now: datetime) -> float:
        bucket = Bucket(place=digest(key), interval_us=max(round(_US / rate_per_s), 1), burst=burst, now_us=to_us(now))
        is_used = self._hints.get(bucket.place, 0) > bucket.now_us
        due = 0
        for request in self._tries(bucket, follow_first=is_used):
            try:
                self._database.update(request)
            except ConditionFailedError as refused:
                due = refused.item.get("due", 0)
                if due > bucket.latest_us:
                    return self._refused(bucket, due)
                continue
            self._remember(bucket.place, max(due, bucket.now_us) + bucket.interval_us)
            return 0.0
        # The bucket changed between the two: say that there is one interval to wait.
        return bucket.interval_us / _US

    def _tries(self, bucket: Bucket, *, follow_first: bool) -> list[Request]:
        both = [follow(self._table, bucket), start(self._table, bucket)]
        first, second = both if follow_first else both[::-1]
        # The first once more, because another caller may have filled in what it lacked.
        return [first, second, first]

    def _refused(self, bucket: Bucket, due: int) -> float:
        if due > bucket.longest_us:
            self._reset(bucket)
            due = bucket.longest_us
        return (due - bucket.latest_us) / _US

    def _reset(self, bucket: Bucket) -> None:
        """After a clock was set back nobody waits longer than an empty bucket takes."""
        try:
            self._database.update(reset(self._table, bucket))
        except ConditionFailedError:
            return

    def _remember(self, place: str, due: int) -> None:
        if len(self._hints) >= _HINTS:
            self._hints.clear()
        self._hints[place] = due

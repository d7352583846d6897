"""Ids that a test can foresee."""

import itertools


class SequentialIds:
    """`id-000001`, `id-000002` ... and the numbers 10000001, 10000002 ... Threads may share it."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._ids = itertools.count(1)
        self._numbers = itertools.count(10_000_001)

    def new_id(self) -> str:
        return f"{self._prefix}-{next(self._ids):06d}"

    def short_number(self) -> str:
        return str(next(self._numbers))

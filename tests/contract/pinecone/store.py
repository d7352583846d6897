"""What a Pinecone index holds, with the meaning of its operations: namespaces, filters, cosine, listing in the order of bytes."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.contract.pinecone import schemas


class RefusedError(Exception):
    """What the service would answer instead."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda held, asked: any(one == asked for one in _all(held)),
    "$ne": lambda held, asked: all(one != asked for one in _all(held)),
    "$gt": lambda held, asked: _number(held) and held > asked,
    "$gte": lambda held, asked: _number(held) and held >= asked,
    "$lt": lambda held, asked: _number(held) and held < asked,
    "$lte": lambda held, asked: _number(held) and held <= asked,
    "$in": lambda held, asked: any(one in asked for one in _all(held)),
    "$nin": lambda held, asked: all(one not in asked for one in _all(held)),
}


def matches(metadata: Mapping[str, Any], expression: Mapping[str, Any]) -> bool:
    """Whether a record's metadata fit a filter; fields and clauses side by side must all fit."""
    return all(_fits(metadata, name, condition) for name, condition in expression.items())


def _fits(metadata: Mapping[str, Any], name: str, condition: Any) -> bool:
    if name == "$and":
        return all(matches(metadata, part) for part in condition)
    if name == "$or":
        return any(matches(metadata, part) for part in condition)
    tests = condition if isinstance(condition, dict) else {"$eq": condition}
    return all(_holds(metadata, name, operator, operand) for operator, operand in tests.items())


def _holds(metadata: Mapping[str, Any], name: str, operator: str, operand: Any) -> bool:
    if operator == "$exists":
        return (name in metadata) == operand
    if name not in metadata:
        return operator in ("$ne", "$nin")
    return _OPERATORS[operator](metadata[name], operand)


def _all(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]


def _number(held: Any) -> bool:
    return isinstance(held, int | float) and not isinstance(held, bool)


@dataclass
class Stored:
    """A record; numbers in metadata are 64-bit floats."""

    values: np.ndarray
    metadata: dict[str, Any]


def _as_stored(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: float(value) if _number(value) else value for name, value in metadata.items()}


@dataclass
class IndexStore:
    """One index. `lag` is how many reads still answer from before the writes: 0 is a service that is always up to date.

    `strict`: a namespace that was never written to answers 404 to listings and look-ups too; what holds is not documented.
    """

    dimension: int
    lag: int = 0
    strict: bool = False
    namespaces: dict[str, dict[str, Stored]] = field(default_factory=dict)
    _shown: dict[str, dict[str, Stored]] = field(default_factory=dict)
    _stale_reads: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def upsert(self, request: schemas.Upsert) -> dict[str, Any]:
        for record in request.vectors:
            if len(record.values) != self.dimension:
                raise RefusedError(400, f"Vector dimension {len(record.values)} does not match the index's {self.dimension}")
        with self._writing():
            held = self.namespaces.setdefault(request.namespace, {})
            for record in request.vectors:
                held[record.id] = Stored(np.asarray(record.values, np.float32), _as_stored(record.metadata))
        return {"upsertedCount": len(request.vectors)}

    def query(self, request: schemas.Query) -> dict[str, Any]:
        if len(request.vector) != self.dimension:
            raise RefusedError(400, f"Vector dimension {len(request.vector)} does not match the index's {self.dimension}")
        held = [(key, one) for key, one in self._read(request.namespace).items() if matches(one.metadata, request.filter)]
        found: list[dict[str, Any]] = []
        if held:
            vector = np.asarray(request.vector, np.float32)
            rows = np.stack([one.values for _, one in held])
            scores = rows @ vector / (np.linalg.norm(rows, axis=1) * np.linalg.norm(vector))
            for place in np.argsort(-scores, kind="stable")[: request.topK]:
                key, one = held[place]
                match: dict[str, Any] = {"id": key, "score": float(scores[place])}
                match |= {"metadata": one.metadata} if request.includeMetadata else {}
                match |= {"values": one.values.tolist()} if request.includeValues else {}
                found.append(match)
        return {"matches": found, "namespace": request.namespace, "usage": {"readUnits": 1}}

    def update(self, request: schemas.Update) -> dict[str, Any]:
        if request.namespace not in self.namespaces:
            raise RefusedError(404, "Namespace not found")
        with self._writing():
            held = self.namespaces[request.namespace]
            if request.id:
                chosen = [request.id] if request.id in held else []
            else:
                chosen = [key for key, one in held.items() if matches(one.metadata, request.filter)]
            for key in chosen if not request.dryRun else []:
                values = np.asarray(request.values, np.float32) if request.values else held[key].values
                held[key] = Stored(values, held[key].metadata | _as_stored(request.setMetadata))
        return {"matchedRecords": len(chosen)} if request.filter else {}

    def delete(self, request: schemas.Delete) -> dict[str, Any]:
        if request.namespace not in self.namespaces:
            raise RefusedError(404, "Namespace not found")
        with self._writing():
            held = self.namespaces[request.namespace]
            for key in list(held):
                if request.deleteAll or key in request.ids or (request.filter and matches(held[key].metadata, request.filter)):
                    del held[key]
        return {}

    def list(self, request: schemas.List) -> dict[str, Any]:
        ids = sorted(key for key in self._read(request.namespace) if key.startswith(request.prefix))
        page, rest = _page(ids, request.paginationToken, request.limit)
        return {"vectors": [{"id": key} for key in page], "namespace": request.namespace, "usage": {"readUnits": 1}, **rest}

    def fetch(self, request: schemas.Fetch) -> dict[str, Any]:
        held = self._read(request.namespace)
        return self._records(request.namespace, {key: held[key] for key in request.ids if key in held})

    def fetch_by_metadata(self, request: schemas.FetchByMetadata) -> dict[str, Any]:
        held = self._read(request.namespace)
        ids = sorted(key for key, one in held.items() if matches(one.metadata, request.filter))
        page, rest = _page(ids, request.paginationToken, request.limit)
        return {**self._records(request.namespace, {key: held[key] for key in page}), **rest}

    @staticmethod
    def _records(namespace: str, held: Mapping[str, Stored]) -> dict[str, Any]:
        records = {key: {"id": key, "values": one.values.tolist(), "metadata": one.metadata} for key, one in held.items()}
        return {"vectors": records, "namespace": namespace, "usage": {"readUnits": 1}}

    def _writing(self) -> "_Write":
        return _Write(self)

    def _read(self, namespace: str) -> dict[str, Stored]:
        with self._lock:
            if self.strict and namespace not in self.namespaces:
                raise RefusedError(404, "Namespace not found")
            if self._stale_reads > 0:
                self._stale_reads -= 1
            else:
                self._shown = {name: dict(held) for name, held in self.namespaces.items()}
            return self._shown.get(namespace, {})


class _Write:
    """One write at a time; what readers see moves on after `lag` reads."""

    def __init__(self, store: IndexStore) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._store._lock.acquire()
        if self._store._stale_reads == 0:
            self._store._shown = {name: dict(held) for name, held in self._store.namespaces.items()}

    def __exit__(self, *_: object) -> None:
        self._store._stale_reads = self._store.lag
        self._store._lock.release()


def _page(ids: list[str], token: str, limit: int) -> tuple[list[str], dict[str, Any]]:
    """One page in the order of bytes; the token is where the next one starts."""
    start = int(token) if token else 0
    page = ids[start : start + limit]
    rest = {"pagination": {"next": str(start + limit)}} if start + limit < len(ids) else {}
    return page, rest

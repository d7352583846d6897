"""An alias and the index behind it: made by a template at the first write, and exchanged for a fresh one when it is rebuilt."""

import hashlib
import json
import re
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from shared.adapters.opensearch.engine import OpenSearchEngine
from shared.adapters.opensearch.errors import DEPENDENCY
from shared.domain.errors import DependencyUnavailableError

_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FIRST = 1
# What an operator may say otherwise: one shard holds millions of chunks; a copy wherever there is a second node.
OPERATORS: Mapping[str, Any] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
_OPTIONS = {"request_timeout": 30.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPlan:
    """What an index of ours is.

    The alias names fields, analysis and model by a digest: a release that changes any of them reads and fills an index of
    its own, while the release before it goes on with the old one.
    """

    alias: str
    settings: Mapping[str, Any]
    mappings: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, index: Mapping[str, Any], mappings: Mapping[str, Any], operators: Mapping[str, Any]) -> Self:
        """Return the plan; `operators` (shards, replicas) change nothing that is found, and are no part of the digest."""
        digest = hashlib.sha256(json.dumps([index, mappings], sort_keys=True).encode()).hexdigest()[:8]
        return cls(alias=f"{name}-{digest}", settings={"index": {**OPERATORS, **index, **operators}}, mappings=mappings)

    def template(self) -> dict[str, Any]:
        """Return the index template: every generation is made by it."""
        return {
            "index_patterns": [f"{self.alias}-*"],
            "priority": 200,
            "template": {"settings": dict(self.settings), "mappings": dict(self.mappings)},
        }


def checked_prefix(prefix: str) -> str:
    """Return it when index names may start with it. Raises ValueError."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("an index prefix is lower-case letters, digits, dots, dashes and underscores")
    return prefix


class Generations:
    """Writers call `ensure` before they write. Safe to call from several processes at once."""

    def __init__(self, engine: OpenSearchEngine, plan: IndexPlan) -> None:
        self._engine = engine
        self._plan = plan
        self._ensured = False
        self._lock = threading.Lock()

    @property
    def alias(self) -> str:
        """Where readers and writers go."""
        return self._plan.alias

    def ensure(self) -> None:
        """Make template, index and alias where there are none; asks once."""
        if self._ensured:
            return
        with self._lock:
            if not self._ensured and not self.current():
                self._put_template()
                self._create(self._name(_FIRST), {self.alias: {}})
            self._ensured = True

    def forget(self) -> None:
        """Ask again at the next write."""
        self._ensured = False

    def current(self) -> str | None:
        """Return the index behind the alias."""
        if not self._engine.administer(lambda client: client.indices.exists_alias(name=self.alias, params=_OPTIONS)):
            return None
        behind = self._engine.administer(lambda client: client.indices.get_alias(name=self.alias, params=_OPTIONS))
        return next(iter(behind), None)

    @contextmanager
    def successor(self) -> Generator[str]:
        """Make an empty index for the caller to fill, then put the alias on it and drop the old one, in one step.

        Whatever fails in between drops the new one, and readers never notice.
        """
        self.ensure()
        old = self.current()
        if old is None:
            raise DependencyUnavailableError(DEPENDENCY, f"no index behind {self.alias}")
        new = self._name(int(old.rpartition("-")[2]) + 1)
        self._put_template()
        self._drop(new)  # what an earlier attempt left
        self._create(new, {})
        try:
            yield new
            self._exchange(old, new)
        except BaseException:
            # The exchange may have succeeded although its reply was lost: then the new one is what readers have.
            if self.current() != new:
                self._drop(new)
                raise

    def drop_all(self) -> None:
        """Take away every generation, the alias with them, and the template."""
        self._drop(f"{self.alias}-*")
        options = {**_OPTIONS, "ignore": 404}
        self._engine.administer(lambda client: client.indices.delete_index_template(name=self.alias, params=options))
        self.forget()

    def _put_template(self) -> None:
        body = self._plan.template()
        self._engine.administer(lambda client: client.indices.put_index_template(name=self.alias, body=body, params=_OPTIONS))

    def _create(self, name: str, aliases: Mapping[str, Any]) -> None:
        def create(client: OpenSearch) -> None:
            try:
                client.indices.create(index=name, body={"aliases": dict(aliases)}, params=_OPTIONS)
            except RequestError as error:
                # Another process was quicker, or the reply to the first attempt was lost.
                if error.error != "resource_already_exists_exception":
                    raise

        self._engine.administer(create)

    def _exchange(self, old: str, new: str) -> None:
        actions = [{"add": {"index": new, "alias": self.alias}}, {"remove_index": {"index": old}}]
        self._engine.administer(lambda client: client.indices.update_aliases(body={"actions": actions}, params=_OPTIONS))

    def _drop(self, name: str) -> None:
        options = {**_OPTIONS, "ignore_unavailable": "true"}
        self._engine.administer(lambda client: client.indices.delete(index=name, params=options))

    def _name(self, generation: int) -> str:
        return f"{self.alias}-{generation:06d}"

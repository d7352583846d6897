"""Companies in the object store: `tenants/TENANT/content/company.yaml`, kept in memory for a minute."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.adapters.company.company_file import COMPANY_FILE, parse_company
from shared.domain.company import Company
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, NotFoundError, SupportError
from shared.ports import Clock, ObjectStore

# Called with the tenant and what is wrong.
OnUnreadable = Callable[[str, SupportError], object]
# How long a company that cannot be read is left alone by those who look for another's key.
_READ_AGAIN_AFTER = timedelta(seconds=10)


def content_prefix(tenant: str) -> str:
    """Return where a company's folder lies: company.yaml, knowledge/, facts/."""
    return f"tenants/{tenant}/content/"


@dataclass(frozen=True, slots=True)
class _Held:
    company: Company
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Failed:
    error: SupportError
    at: datetime


class ObjectStoreCompanies:
    """Implements `shared.ports.CompanyStore`. `tenants`: those whose site keys are known; `get` reads any.

    A company that was read once stays as it was while its file is damaged or the store does not answer. One that could
    never be read closes nobody else's door; `on_unreadable` hears of it each time that it was tried in vain.
    """

    def __init__(
        self,
        objects: ObjectStore,
        clock: Clock,
        tenants: Sequence[str] = (),
        *,
        ttl_s: float = 60.0,
        on_unreadable: OnUnreadable = lambda _tenant, _error: None,
    ) -> None:
        self._objects = objects
        self._clock = clock
        self._tenants = tuple(tenants)
        self._ttl = timedelta(seconds=ttl_s)
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._on_unreadable = on_unreadable
        self._failed: dict[str, _Failed] = {}

    def get(self, tenant: str) -> Company:
        """Raise NotFoundError; InvalidInputError naming the key and the fix where the file is wrong from the start."""
        held, now = self._held.get(tenant), self._clock.now()
        if held is not None and timedelta(0) <= now - held.read_at < self._ttl:
            return held.company
        with self._lock:
            held = self._held.get(tenant)
            if held is None or not timedelta(0) <= now - held.read_at < self._ttl:
                held = self._held[tenant] = _Held(self._read_or_keep(tenant, held), now)
            return held.company

    def by_site_key(self, site_key: str) -> Company:
        """Raise NotFoundError; DependencyUnavailableError where it may be the key of a company that cannot be read now."""
        unreadable: SupportError | None = None
        for tenant in self._tenants:
            try:
                company = self._get_or_fail_again(tenant)
            except NotFoundError:
                # No file, no keys: that is known for certain.
                continue
            except SupportError as error:
                unreadable = error
                continue
            if site_key in company.site_keys:
                return company
        if unreadable is not None:
            raise DependencyUnavailableError(
                "company", "one cannot be read, and the site key is none of the others'"
            ) from unreadable
        raise NotFoundError("site", site_key)

    def _get_or_fail_again(self, tenant: str) -> Company:
        """Like `get`, but what has just failed is not read again: others wait behind it."""
        failed, now = self._failed.get(tenant), self._clock.now()
        if failed is not None and timedelta(0) <= now - failed.at < _READ_AGAIN_AFTER:
            raise failed.error.with_traceback(None)
        try:
            company = self.get(tenant)
        except SupportError as error:
            self._failed[tenant] = _Failed(error, now)
            self._on_unreadable(tenant, error)
            raise
        self._failed.pop(tenant, None)
        return company

    def _read_or_keep(self, tenant: str, held: _Held | None) -> Company:
        try:
            return self._read(tenant)
        except NotFoundError:
            self._held.pop(tenant, None)
            raise
        except SupportError:
            if held is None:
                raise
            return held.company

    def _read(self, tenant: str) -> Company:
        try:
            data = self._objects.get(content_prefix(tenant) + COMPANY_FILE)
        except (NotFoundError, InvalidInputError) as error:
            raise NotFoundError("company", tenant) from error
        company = parse_company(data)
        if company.tenant != tenant:
            raise InvalidInputError(f"{COMPANY_FILE}: tenant", f"write `tenant: {tenant}`: the folder lies under that name")
        return company

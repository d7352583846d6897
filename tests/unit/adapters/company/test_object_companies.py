"""Companies in the object store: read once a minute, found by site key, kept while the file or the store is broken."""

from datetime import timedelta

import pytest

from shared.adapters.company.object_companies import ObjectStoreCompanies
from shared.adapters.doubles.memory_objects import MemoryObjectStore
from shared.domain.errors import DependencyUnavailableError, InvalidInputError, NotFoundError, SupportError
from tests.world import TickingClock

ACME = "tenants/acme/content/company.yaml"


def company(tenant: str = "acme", name: str = "某某公司", key: str = "pk_acme") -> bytes:
    return f"tenant: {tenant}\nname: {name}\ntime_zone: Asia/Shanghai\nsite_keys: [{key}]\n".encode()


class Objects(MemoryObjectStore):
    """Counts reads, and can be down."""

    reads = 0
    down = False

    def get(self, key: str) -> bytes:
        if self.down:
            raise DependencyUnavailableError("s3", "down")
        self.reads += 1
        return super().get(key)


@pytest.fixture
def objects() -> Objects:
    objects = Objects()
    objects.put(ACME, company())
    objects.put("tenants/other/content/company.yaml", company("other", "别家", "pk_other"))
    return objects


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@pytest.fixture
def companies(objects: Objects, clock: TickingClock) -> ObjectStoreCompanies:
    return ObjectStoreCompanies(objects, clock, ("acme", "other"))


def test_a_company_is_read_once_a_minute(companies: ObjectStoreCompanies, objects: Objects, clock: TickingClock) -> None:
    assert companies.get("acme").name["zh"] == "某某公司"
    objects.put(ACME, company(name="新名字"))
    clock.advance(timedelta(seconds=59))
    assert companies.get("acme").name["zh"] == "某某公司" and objects.reads == 1
    clock.advance(timedelta(seconds=1))
    assert companies.get("acme").name["zh"] == "新名字"


def test_a_site_key_finds_its_company_and_no_key_reads_twice(companies: ObjectStoreCompanies, objects: Objects) -> None:
    assert companies.by_site_key("pk_other").tenant == "other"
    for key in ("pk_nobody", "", "pk_acme "):
        with pytest.raises(NotFoundError):
            companies.by_site_key(key)
    assert objects.reads == 2


def test_a_company_stays_as_it_was_while_its_file_or_the_store_is_broken(
    companies: ObjectStoreCompanies, objects: Objects, clock: TickingClock
) -> None:
    companies.get("acme")
    objects.put(ACME, b"tenant: [")
    clock.advance(timedelta(minutes=2))
    assert companies.get("acme").name["zh"] == "某某公司"
    objects.down = True
    clock.advance(timedelta(minutes=2))
    assert companies.get("acme").name["zh"] == "某某公司"


def test_a_company_that_is_taken_away_is_gone_within_a_minute(
    companies: ObjectStoreCompanies, objects: Objects, clock: TickingClock
) -> None:
    companies.get("acme")
    objects.delete(ACME)
    clock.advance(timedelta(minutes=1))
    with pytest.raises(NotFoundError):
        companies.get("acme")


@pytest.mark.parametrize("tenant", ["nobody", "../acme", "", "a/b"])
def test_an_unknown_tenant_is_not_found_whatever_its_name(companies: ObjectStoreCompanies, tenant: str) -> None:
    with pytest.raises(NotFoundError):
        companies.get(tenant)


def test_a_folder_under_anothers_name_is_refused(objects: Objects, clock: TickingClock) -> None:
    objects.put("tenants/thief/content/company.yaml", company("acme"))
    with pytest.raises(InvalidInputError, match="tenant: thief"):
        ObjectStoreCompanies(objects, clock).get("thief")


class Reports(list[tuple[str, str]]):
    """What was said about companies that could not be read: tenant, error code."""

    def __call__(self, tenant: str, error: SupportError) -> None:
        self.append((tenant, error.code))


@pytest.mark.parametrize("broken", [b"tenant: [", b"name: nobody's\n", company("other"), company() + b"synonyms: {zh: 5}\n"])
def test_a_company_that_cannot_be_read_closes_nobody_elses_door(objects: Objects, clock: TickingClock, broken: bytes) -> None:
    objects.put(ACME, broken)
    reports = Reports()
    companies = ObjectStoreCompanies(objects, clock, ("acme", "other"), on_unreadable=reports)
    assert [companies.by_site_key("pk_other").tenant for _ in range(3)] == ["other"] * 3
    # Said once, and not read again for each of the others' customers.
    assert reports == [("acme", "invalid_input")] and objects.reads == 2


def test_a_key_that_may_be_a_broken_companys_is_an_outage_until_its_file_is_mended(objects: Objects, clock: TickingClock) -> None:
    objects.put(ACME, b"tenant: [")
    companies = ObjectStoreCompanies(objects, clock, ("acme", "other"))
    for key in ("pk_acme", "pk_nobody"):
        with pytest.raises(DependencyUnavailableError):
            companies.by_site_key(key)
    objects.put(ACME, company())
    clock.advance(timedelta(seconds=10))
    assert companies.by_site_key("pk_acme").tenant == "acme"
    with pytest.raises(NotFoundError):
        companies.by_site_key("pk_nobody")


def test_a_company_without_a_file_has_no_keys_and_harms_nobody(objects: Objects, clock: TickingClock) -> None:
    objects.delete(ACME)
    reports = Reports()
    companies = ObjectStoreCompanies(objects, clock, ("acme", "other"), on_unreadable=reports)
    assert companies.by_site_key("pk_other").tenant == "other"
    with pytest.raises(NotFoundError):
        companies.by_site_key("pk_acme")
    assert reports == [("acme", "not_found")]


def test_while_the_store_is_down_from_the_start_no_key_is_called_unknown(objects: Objects, clock: TickingClock) -> None:
    objects.down = True
    with pytest.raises(DependencyUnavailableError):
        ObjectStoreCompanies(objects, clock, ("acme", "other")).by_site_key("pk_other")

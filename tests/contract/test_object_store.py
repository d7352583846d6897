"""The contract of ObjectStore."""

import pytest

from shared.domain.errors import InvalidInputError, NotFoundError
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports

NEEDS = frozenset({"ObjectStore"})


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 10, b"x" * 5_000_000], ids=["empty", "binary", "5 MB"])
def test_an_object_comes_back_byte_for_byte(ports: Ports, data: bytes) -> None:
    ports.objects.put("tenants/t/content/1/a.bin", data)
    assert ports.objects.get("tenants/t/content/1/a.bin") == data


@pytest.mark.parametrize("name", ["退货 政策（2026）.md", "a b+c%20d.txt", "价格\u3000表.xlsx", "...x", "x" * 200])
def test_names_may_be_what_people_call_their_files(ports: Ports, name: str) -> None:
    ports.objects.put(f"tenants/t/{name}", b"1")
    assert ports.objects.get(f"tenants/t/{name}") == b"1"
    assert ports.objects.keys("tenants/t/") == (f"tenants/t/{name}",)


def test_a_later_put_replaces_the_object(ports: Ports) -> None:
    ports.objects.put("tenants/t/a", b"long old content")
    ports.objects.put("tenants/t/a", b"new")
    assert ports.objects.get("tenants/t/a") == b"new"


def test_a_deleted_object_is_gone_and_deleting_again_has_no_effect(ports: Ports) -> None:
    ports.objects.put("tenants/t/a", b"1")
    ports.objects.delete("tenants/t/a")
    ports.objects.delete("tenants/t/a")
    with pytest.raises(NotFoundError):
        ports.objects.get("tenants/t/a")
    assert ports.objects.keys("tenants/") == ()


def test_an_unknown_object_is_not_found(ports: Ports) -> None:
    ports.objects.put("tenants/t/folder/a", b"1")
    for key in ("tenants/t/b", "tenants/t/folder/a/b"):
        with pytest.raises(NotFoundError):
            ports.objects.get(key)


def test_keys_are_listed_by_prefix_in_order_and_never_from_another_tenant(ports: Ports) -> None:
    for key in ("tenants/t/b", "tenants/t/a/2", "tenants/t/a/1", "tenants/t/ab", "tenants/t2/a/1"):
        ports.objects.put(key, b"")
    assert ports.objects.keys("tenants/t/") == ("tenants/t/a/1", "tenants/t/a/2", "tenants/t/ab", "tenants/t/b")
    assert ports.objects.keys("tenants/t/a/") == ("tenants/t/a/1", "tenants/t/a/2")
    assert ports.objects.keys("tenants/t/a") == ("tenants/t/a/1", "tenants/t/a/2", "tenants/t/ab")
    assert ports.objects.keys("tenants/x/") == ()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        "tenants/t",
        "tenants//a",
        "tenants/t/",
        "/tenants/t/a",
        "../tenants/t/a",
        "tenants/../t/a",
        "tenants/t/../../etc/passwd",
        "tenants/t/./a",
        "tenants/t/a\\..\\b",
        "tenants/t/a\x00b",
        "tenants/t/a\nb",
        "tenants/t/\ud800",
        "tenants/t/" + "x" * 300,
        "tenants/t/" + "x/" * 600 + "x",
    ],
)
def test_a_key_that_could_leave_its_folder_is_refused(ports: Ports, key: str) -> None:
    for call in (lambda: ports.objects.put(key, b"1"), lambda: ports.objects.get(key), lambda: ports.objects.delete(key)):
        with pytest.raises(InvalidInputError):
            call()


def test_a_reader_sees_the_old_or_the_new_object_and_nothing_between(ports: Ports) -> None:
    versions = [bytes([number]) * 300_000 for number in range(4)]
    ports.objects.put("tenants/t/a", versions[0])

    def act(number: int) -> bool:
        for step in range(30):
            if number == 0:
                ports.objects.put("tenants/t/a", versions[step % 4])
            elif ports.objects.get("tenants/t/a") not in versions:
                return False
        return True

    assert all(at_once(4, act))

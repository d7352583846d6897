"""The contract of KeyRing and FieldCipher."""

import pytest

from shared.domain.errors import InvalidInputError, SubjectErasedError
from tests.contract.concurrency import at_once
from tests.contract.engines import Ports

NEEDS = frozenset({"KeyRing", "FieldCipher"})
PLACE = ("t", "s", "message/1")


def test_a_subject_has_one_key_of_32_bytes_that_no_other_has(ports: Ports) -> None:
    keys = {ports.key_ring.data_key(tenant, subject) for tenant in ("t", "u") for subject in ("s", "r")}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 4
    assert ports.key_ring.data_key("t", "s") == ports.key_ring.data_key("t", "s")


def test_fifty_first_uses_at_once_agree_on_one_key(ports: Ports) -> None:
    assert len(set(at_once(50, lambda _: ports.key_ring.data_key("t", "s")))) == 1


def test_a_destroyed_key_is_gone_at_once_and_for_good(ports: Ports) -> None:
    ports.key_ring.data_key("t", "s")
    ports.key_ring.destroy("t", "s")
    ports.key_ring.destroy("t", "s")
    for _ in range(2):
        with pytest.raises(SubjectErasedError):
            ports.key_ring.data_key("t", "s")
        ports.pass_time(10)


def test_a_subject_that_was_erased_before_its_first_word_stays_erased(ports: Ports) -> None:
    ports.key_ring.destroy("t", "s")
    with pytest.raises(SubjectErasedError):
        ports.key_ring.data_key("t", "s")


def test_erasing_one_subject_leaves_all_others_readable(ports: Ports) -> None:
    subjects = [("t", f"s{number}") for number in range(20)] + [("u", "s3")]
    sealed = {subject: ports.cipher.seal(*subject, "f", b"secret") for subject in subjects}
    ports.key_ring.destroy("t", "s3")
    with pytest.raises(SubjectErasedError):
        ports.cipher.open("t", "s3", "f", sealed["t", "s3"])
    with pytest.raises(SubjectErasedError):
        ports.cipher.seal("t", "s3", "f", b"more")
    others = [subject for subject in subjects if subject != ("t", "s3")]
    assert {ports.cipher.open(*subject, "f", sealed[subject]) for subject in others} == {b"secret"}


@pytest.mark.parametrize("plain", [b"", b"x", "汉字".encode() * 50_000], ids=["empty", "one byte", "300 KB"])
def test_what_is_sealed_opens_in_its_own_place(ports: Ports, plain: bytes) -> None:
    sealed = ports.cipher.seal(*PLACE, plain)
    assert ports.cipher.open(*PLACE, sealed) == plain
    assert len(plain) < 8 or plain[:8] not in sealed


def test_the_same_text_never_looks_the_same_twice(ports: Ports) -> None:
    assert len({ports.cipher.seal(*PLACE, b"same") for _ in range(100)}) == 100


def test_any_altered_bit_is_refused(ports: Ports) -> None:
    sealed = ports.cipher.seal(*PLACE, b"secret")
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(InvalidInputError):
            ports.cipher.open(*PLACE, bytes(altered))


def test_cut_or_lengthened_bytes_are_refused(ports: Ports) -> None:
    sealed = ports.cipher.seal(*PLACE, b"secret")
    for other in (b"", sealed[:1], sealed[:20], sealed[:-1], sealed + b"\x00"):
        with pytest.raises(InvalidInputError):
            ports.cipher.open(*PLACE, other)


@pytest.mark.parametrize(
    "place", [("u", "s", "message/1"), ("t", "r", "message/1"), ("t", "s", "message/2"), ("ts", "", "message/1")]
)
def test_bytes_that_were_moved_to_another_place_are_refused(ports: Ports, place: tuple[str, str, str]) -> None:
    sealed = ports.cipher.seal(*PLACE, b"secret")
    with pytest.raises(InvalidInputError):
        ports.cipher.open(*place, sealed)


def test_a_blind_index_finds_equal_values_of_one_field_in_one_tenant(ports: Ports) -> None:
    index = ports.cipher.blind_index("t", "phone", "13800138000")
    assert ports.cipher.blind_index("t", "phone", "13800138000") == index
    assert len(bytes.fromhex(index)) == 32
    others = [
        ("u", "phone", "13800138000"),
        ("t", "email", "13800138000"),
        ("t", "phone", "13800138001"),
        ("t", "phon", "e13800138000"),
    ]
    assert index not in {ports.cipher.blind_index(*other) for other in others}


def test_a_blind_index_survives_the_erasure_of_a_subject(ports: Ports) -> None:
    before = ports.cipher.blind_index("t", "phone", "1")
    ports.key_ring.destroy("t", "s")
    assert ports.cipher.blind_index("t", "phone", "1") == before

"""What KMS and Secrets Manager add to the contracts of KeyRing and Secrets."""

import pytest

from shared.adapters.aws.secrets import SecretsManagerSecrets
from shared.adapters.kms.key_ring import KMSKeyRing
from shared.contracts import SUBJECT_KEYS
from shared.domain.errors import DependencyUnavailableError, NotFoundError, SubjectErasedError
from tests.contract.aws.faults import LostReplies, meeting
from tests.contract.aws.opening import AWSPorts
from tests.contract.aws.test_dynamodb_tables import raw_items

NEEDS = frozenset({"AWS", "KeyRing"})


def a_ring(ports: AWSPorts) -> KMSKeyRing:
    """Return a key ring with a new master key and no cache."""
    kms = ports.aws.client("kms")
    return KMSKeyRing(kms, ports.database, ports.names, kms.create_key()["KeyMetadata"]["KeyId"])


def test_a_key_that_was_moved_to_another_subject_does_not_open(ports: AWSPorts) -> None:
    ring = a_ring(ports)
    ring.data_key("t", "ann")
    (own,) = raw_items(ports, SUBJECT_KEYS)
    ring.data_key("t", "bob")
    other = next(item for item in raw_items(ports, SUBJECT_KEYS) if item["pk"] != own["pk"])
    moved = {**own, "pk": other["pk"]}
    ports.dynamodb.put_item(TableName=ports.names.of(SUBJECT_KEYS), Item=moved)
    with pytest.raises(DependencyUnavailableError):
        ring.data_key("t", "bob")


def test_of_a_destroyed_key_a_tombstone_stays_that_does_not_name_its_subject(ports: AWSPorts) -> None:
    ring = a_ring(ports)
    ring.data_key("t", "ann")
    ring.destroy("t", "ann")
    (left,) = raw_items(ports, SUBJECT_KEYS)
    assert set(left) == {"pk", "destroyed"}
    assert "ann" not in left["pk"]["S"]
    with pytest.raises(SubjectErasedError):
        ring.data_key("t", "ann")


def test_a_key_whose_writing_was_not_confirmed_is_the_key(ports: AWSPorts) -> None:
    ring = a_ring(ports)
    with meeting(ports.dynamodb, "PutItem", LostReplies(1)):
        first = ring.data_key("t", "ann")
    assert ring.data_key("t", "ann") == first


def test_neither_a_key_nor_a_text_of_a_subject_is_in_the_tables_as_it_is(ports: AWSPorts) -> None:
    key = a_ring(ports).data_key("t", "ann")
    (item,) = raw_items(ports, SUBJECT_KEYS)
    assert key not in item["wrapped"]["B"]


def test_a_secret_is_read_by_its_name_in_the_stage(ports: AWSPorts) -> None:
    client = ports.aws.client("secretsmanager")
    client.create_secret(Name=f"{ports.names.prefix}token", SecretString="值 s3cret")
    secrets = SecretsManagerSecrets(client, ports.names.prefix)
    assert secrets.get("token") == "值 s3cret"
    client.put_secret_value(SecretId=f"{ports.names.prefix}token", SecretString="rotated")
    assert secrets.get("token") == "rotated"


def test_a_secret_that_is_missing_or_waits_to_be_deleted_is_not_found(ports: AWSPorts) -> None:
    client = ports.aws.client("secretsmanager")
    client.create_secret(Name=f"{ports.names.prefix}old", SecretString="x")
    client.delete_secret(SecretId=f"{ports.names.prefix}old", RecoveryWindowInDays=7)
    for name in ("old", "never"):
        with pytest.raises(NotFoundError):
            SecretsManagerSecrets(client, ports.names.prefix).get(name)

"""Tables, queues and buckets are those of shared/contracts.py, encrypted with the stage's key."""

import re

import pytest

from shared.contracts import BUCKETS, QUEUES, TABLES, QueueContract, TableContract
from tests.contract.aws.tables import create_table
from tests.infra.conftest import Synthesised

ENCRYPTED = {
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::SQS::Queue": "KmsMasterKeyId",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SecretsManager::Secret": "KmsKeyId",
}


def _tables(synthesised: Synthesised) -> dict[str, dict]:
    return {table["TableName"]: table for table in synthesised.properties("AWS::DynamoDB::GlobalTable")}


def test_there_is_a_table_a_queue_and_a_bucket_for_each_contract_and_no_other(synthesised: Synthesised) -> None:
    prefix = synthesised.config.prefix
    assert set(_tables(synthesised)) == {prefix + contract.name for contract in TABLES}
    queues = {queue["QueueName"].removesuffix(".fifo") for queue in synthesised.properties("AWS::SQS::Queue")}
    assert queues == {prefix + name for contract in QUEUES for name in (contract.name, contract.dead_letter_name)}
    buckets = {bucket["BucketName"] for bucket in synthesised.properties("AWS::S3::Bucket") if "BucketName" in bucket}
    assert buckets == {synthesised.config.bucket(contract) for contract in BUCKETS}


@pytest.mark.parametrize("contract", TABLES, ids=lambda contract: contract.name)
def test_a_table_is_what_the_contract_suites_ran_on(contract: TableContract, synthesised: Synthesised) -> None:
    name = synthesised.config.prefix + contract.name
    table, tested = _tables(synthesised)[name], create_table(name, contract)
    for part in ("KeySchema", "BillingMode"):
        assert table[part] == tested[part]
    for part, key in {"AttributeDefinitions": "AttributeName", "GlobalSecondaryIndexes": "IndexName"}.items():
        found, wanted = ({one[key]: one for one in where.get(part, [])} for where in (table, tested))
        assert found == wanted
    assert table.get("LocalSecondaryIndexes") == tested.get("LocalSecondaryIndexes")
    assert table.get("StreamSpecification", {}).get("StreamViewType") == ("NEW_IMAGE" if contract.stream else None)
    assert table.get("TimeToLiveSpecification", {}).get("AttributeName") == (contract.ttl or None)


@pytest.mark.parametrize("contract", TABLES, ids=lambda contract: contract.name)
def test_a_table_has_the_stages_key_and_a_backup_where_that_outlives_no_erasure(
    contract: TableContract, synthesised: Synthesised
) -> None:
    table = _tables(synthesised)[synthesised.config.prefix + contract.name]
    (replica,) = table["Replicas"]
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert "KMSMasterKeyId" in replica["SSESpecification"]
    assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is contract.point_in_time


@pytest.mark.parametrize("contract", QUEUES, ids=lambda contract: contract.name)
def test_a_queue_leases_and_gives_up_as_its_contract_says(contract: QueueContract, dev: Synthesised) -> None:
    suffix = ".fifo" if contract.fifo else ""
    queues = {queue["QueueName"]: queue for queue in dev.properties("AWS::SQS::Queue")}
    queue = queues[f"kefu-dev-{contract.name}{suffix}"]
    assert queue["VisibilityTimeout"] == contract.visibility_s
    assert queue["MessageRetentionPeriod"] == contract.retention_s
    assert queue["RedrivePolicy"]["maxReceiveCount"] == contract.max_receive_count
    assert queue.get("FifoQueue", False) is contract.fifo
    dead = dev.resources()[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]["Properties"]
    assert dead["QueueName"] == f"kefu-dev-{contract.dead_letter_name}{suffix}"
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_everything_that_can_be_is_encrypted_with_the_stages_key(synthesised: Synthesised) -> None:
    bare = [
        name
        for kind, field in ENCRYPTED.items()
        for name, one in synthesised.resources(kind).items()
        if field not in one["Properties"]
    ]
    assert bare == []


def test_the_bucket_is_private_takes_tls_only_and_keeps_nothing_that_was_deleted(synthesised: Synthesised) -> None:
    (bucket,) = (one for one in synthesised.properties("AWS::S3::Bucket") if "BucketName" in one)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "VersioningConfiguration" not in bucket


def test_a_change_in_a_companys_folder_is_told_to_the_queue_of_documents(synthesised: Synthesised) -> None:
    (bucket,) = (one for one in synthesised.properties("AWS::S3::Bucket") if "BucketName" in one)
    told = bucket["NotificationConfiguration"]["QueueConfigurations"]
    prefixes = {(one["Event"], one["Filter"]["S3Key"]["Rules"][0]["Value"]) for one in told}
    events = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    assert prefixes == {(e, f"tenants/{tenant}/content/") for tenant in synthesised.config.tenants for e in events}
    queue = synthesised.resources()[told[0]["Queue"]["Fn::GetAtt"][0]]["Properties"]
    assert queue["QueueName"] == f"{synthesised.config.prefix}knowledge"


def test_there_is_one_key_that_rotates_and_outlives_its_stack(synthesised: Synthesised) -> None:
    (key,) = synthesised.resources("AWS::KMS::Key").values()
    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"
    assert (key["Properties"]["EnableKeyRotation"], key["Properties"]["RotationPeriodInDays"]) == (True, 180)
    (alias,) = synthesised.properties("AWS::KMS::Alias")
    assert alias["AliasName"] == f"alias/kefu-{synthesised.config.stage}"


def test_data_outlives_its_stack_but_on_dev(stages: dict[str, Synthesised]) -> None:
    for stage, synthesised in stages.items():
        kept = synthesised.resources("AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket").values()
        assert {one["DeletionPolicy"] for one in kept} == {"Delete" if stage == "dev" else "Retain"}
        assert {table["Replicas"][0]["DeletionProtectionEnabled"] for table in _tables(synthesised).values()} == {stage != "dev"}


def test_no_secret_has_a_value_in_a_template(synthesised: Synthesised) -> None:
    assert all("SecretString" not in secret for secret in synthesised.properties("AWS::SecretsManager::Secret"))
    names = {secret["Name"] for secret in synthesised.properties("AWS::SecretsManager::Secret")}
    assert {re.sub("dev|staging|prod", "STAGE", name) for name in names} >= {
        f"kefu/STAGE/{n}" for n in ("token", "fingerprint", "staff")
    }

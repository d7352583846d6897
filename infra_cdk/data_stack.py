"""Tables, queues and buckets, each built from its contract in shared/contracts.py."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.stage_config import UPLOAD_EVENTS, StageConfig
from shared.contracts import BUCKETS, CONTENT, KNOWLEDGE, QUEUES, TABLES, BucketContract, QueueContract, TableContract

_DEAD_LETTER_DAYS = 14
_ACCESS_LOG_DAYS = 365


class DataStack(cdk.Stack):
    """State. `tables`, `queues`, `dead_letters` and `buckets` by the names in the contracts."""

    def __init__(self, scope: Construct, name: str, *, config: StageConfig, key: kms.IKey, env: cdk.Environment) -> None:
        super().__init__(scope, name, env=env, termination_protection=config.retain)
        self._config = config
        self._key = key
        self._removal = cdk.RemovalPolicy.RETAIN if config.retain else cdk.RemovalPolicy.DESTROY
        self.tables = {contract.name: self._table(contract) for contract in TABLES}
        self.dead_letters = {contract.name: self._dead_letters(contract) for contract in QUEUES}
        self.queues = {contract.name: self._queue(contract) for contract in QUEUES}
        access_logs = self._access_logs()
        self.buckets = {contract.name: self._bucket(contract, access_logs) for contract in BUCKETS}
        self._announce_uploads()

    def _table(self, contract: TableContract) -> dynamodb.TableV2:
        indexes = [
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=one.name,
                partition_key=_text(one.partition),
                sort_key=_text(one.sort),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
            for one in contract.indexes
        ]
        lookup = dynamodb.LocalSecondaryIndexProps(
            index_name=contract.lookup, sort_key=_text(contract.lookup), projection_type=dynamodb.ProjectionType.KEYS_ONLY
        )
        return dynamodb.TableV2(
            self,
            _construct_id(contract.name, "Table"),
            table_name=self._config.prefix + contract.name,
            partition_key=_text(contract.partition),
            sort_key=_text(contract.sort) if contract.sort else None,
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(self._key),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=contract.point_in_time
            ),
            time_to_live_attribute=contract.ttl or None,
            dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE if contract.stream else None,
            global_secondary_indexes=indexes,
            local_secondary_indexes=[lookup] if contract.lookup else None,
            deletion_protection=self._config.retain,
            removal_policy=self._removal,
        )

    def _queue(self, contract: QueueContract) -> sqs.Queue:
        dead = sqs.DeadLetterQueue(queue=self.dead_letters[contract.name], max_receive_count=contract.max_receive_count)
        return self._make_queue(contract, contract.name, contract.retention_s, dead)

    def _dead_letters(self, contract: QueueContract) -> sqs.Queue:
        return self._make_queue(contract, contract.dead_letter_name, _DEAD_LETTER_DAYS * 24 * 3600, None)

    def _make_queue(self, contract: QueueContract, name: str, retention_s: int, dead: sqs.DeadLetterQueue | None) -> sqs.Queue:
        return sqs.Queue(
            self,
            _construct_id(name, "Queue"),
            queue_name=self._config.prefix + name + (".fifo" if contract.fifo else ""),
            fifo=True if contract.fifo else None,
            visibility_timeout=cdk.Duration.seconds(contract.visibility_s),
            retention_period=cdk.Duration.seconds(retention_s),
            dead_letter_queue=dead,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self._key,
            data_key_reuse=cdk.Duration.hours(1),
            enforce_ssl=True,
            removal_policy=self._removal,
        )

    def _bucket(self, contract: BucketContract, access_logs: s3.Bucket) -> s3.Bucket:
        """Without old versions what is deleted is gone, which erasure needs."""
        old = s3.LifecycleRule(noncurrent_version_expiration=cdk.Duration.days(max(contract.noncurrent_days, 1)))
        unfinished = s3.LifecycleRule(abort_incomplete_multipart_upload_after=cdk.Duration.days(1))
        return s3.Bucket(
            self,
            _construct_id(contract.name, "Bucket"),
            bucket_name=self._config.bucket(contract),
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self._key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True if contract.noncurrent_days else None,
            lifecycle_rules=[unfinished, old] if contract.noncurrent_days else [unfinished],
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{contract.name}/",
            removal_policy=self._removal,
        )

    def _announce_uploads(self) -> None:
        """Send a message to the queue of documents for every change in a company's content folder.

        As a property of the bucket: the construct's own way is a custom resource with rights on every bucket. And by
        company: what `knowledge` itself writes lies beside these folders, under the same beginning, and must not wake it.
        """
        bucket, queue = self.buckets[CONTENT.name], self.queues[KNOWLEDGE.name]
        arn = self.format_arn(service="s3", region="", account="", resource=self._config.bucket(CONTENT))
        allowed = queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": self._config.account}},
            )
        )
        if allowed.policy_dependable:
            bucket.node.add_dependency(allowed.policy_dependable)
        plain = bucket.node.default_child
        assert isinstance(plain, s3.CfnBucket)  # noqa: S101 - what a Bucket is made of
        plain.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(event=event, queue=queue.queue_arn, filter=_folder_of(tenant))
                for tenant in self._config.tenants
                for event in UPLOAD_EVENTS
            ]
        )

    def _access_logs(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "AccessLogs",
            # S3 delivers access logs into buckets with its own key only.
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(_ACCESS_LOG_DAYS))],
            removal_policy=self._removal,
        )


def _folder_of(tenant: str) -> s3.CfnBucket.NotificationFilterProperty:
    prefix = s3.CfnBucket.FilterRuleProperty(name="prefix", value=f"tenants/{tenant}/{CONTENT.name}/")
    return s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[prefix]))


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _construct_id(name: str, kind: str) -> str:
    return "".join(part.title() for part in name.split("-")) + kind

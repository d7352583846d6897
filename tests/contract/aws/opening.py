"""The state ports on AWS engines: fresh tables, queues and buckets for each test, made when it first uses them."""

import atexit
import functools
import json
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import boto3

from shared.adapters.aws.session import AWS
from shared.adapters.crypto.aes_gcm import AESGCMFieldCipher
from shared.adapters.crypto.caching_key_ring import CachingKeyRing
from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.dynamodb.answer_cache import DynamoDBAnswerCache
from shared.adapters.dynamodb.conversations import DynamoDBConversationStore
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.dynamodb.knowledge_store import DynamoDBKnowledgeStore
from shared.adapters.dynamodb.ledger import DynamoDBLedger
from shared.adapters.dynamodb.outbox import DynamoDBOutbox
from shared.adapters.dynamodb.presence import DynamoDBPresenceStore
from shared.adapters.dynamodb.profiles import DynamoDBProfileStore
from shared.adapters.dynamodb.rate_limiter import DynamoDBRateLimiter
from shared.adapters.dynamodb.releases import DynamoDBReleaseStore
from shared.adapters.dynamodb.sessions import DynamoDBSessionStore
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.dynamodb.tickets import DynamoDBTicketStore
from shared.adapters.kms.key_ring import KMSKeyRing
from shared.adapters.s3.object_store import S3ObjectStore
from shared.adapters.sqs.queue import SQSQueue
from shared.adapters.sqs.queue_age import CloudWatchQueueAge
from shared.contracts import CONTENT, QueueContract
from tests.contract.aws.installed import dynamodb_local_url, ministack
from tests.contract.aws.set_clock import SharedClock
from tests.contract.aws.tables import LazyTables
from tests.contract.engines import Ports, memory_ports

_CREATED = "before-parameter-build.dynamodb"


@dataclass(frozen=True, slots=True, kw_only=True)
class AWSPorts(Ports):
    """The ports, and what is below them: for tests that look into tables, or make calls fail."""

    aws: AWS
    database: DynamoDB
    names: TableNames

    @property
    def dynamodb(self) -> Any:
        """The client whose calls the stores make."""
        return self.aws.client("dynamodb")


@functools.cache
def aws_at(url: str) -> AWS:
    """Return this worker's clients of an engine."""
    return _connect(url)


def _connect(url: str) -> AWS:
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")
    aws = AWS(session, endpoint_url=url)
    atexit.register(aws.close)
    return aws


@contextmanager
def fresh_tables(client: Any) -> Generator[TableNames]:
    """Yield names of tables that come into being as they are used."""
    names = TableNames(f"t{uuid.uuid4().hex[:12]}-")
    tables = LazyTables(_maker(client.meta.endpoint_url), names.prefix)
    client.meta.events.register(_CREATED, tables.before_call, unique_id="lazy-tables")
    try:
        yield names
    finally:
        client.meta.events.unregister(_CREATED, unique_id="lazy-tables")
        tables.drop()


@functools.cache
def _maker(url: str) -> Any:
    """Return a client that does not wait for its own tables."""
    return _connect(url).client("dynamodb")


@contextmanager
def dynamodb_local_ports() -> Generator[AWSPorts]:
    """Yield the DynamoDB stores on DynamoDB Local; keys, objects and queues in memory."""
    aws = aws_at(dynamodb_local_url())
    with fresh_tables(aws.client("dynamodb")) as names:
        yield with_dynamodb(memory_ports(FixedClock()), aws, names)


@contextmanager
def ministack_ports() -> Generator[AWSPorts]:
    """Yield every port on MiniStack, whose clock the test sets."""
    engine = ministack()
    aws = aws_at(engine.url)
    clock = SharedClock(engine.clock)
    with fresh_tables(aws.client("dynamodb")) as names:
        ring = KMSKeyRing(aws.client("kms"), DynamoDB(aws.client("dynamodb")), names, _master_key(engine.url))
        keys = CachingKeyRing(ring, clock)
        ports = replace(memory_ports(clock), key_ring=keys, cipher=AESGCMFieldCipher(keys), objects=_objects(aws))
        queues = _Queues(aws, ports, names.prefix)
        yield with_dynamodb(replace(ports, queue=queues.queue, dead_letters=queues.dead_letters), aws, names)


def with_dynamodb(ports: Ports, aws: AWS, names: TableNames) -> AWSPorts:
    """Return the ports with all state in DynamoDB."""
    database = DynamoDB(aws.client("dynamodb"))
    kept = {own.name: getattr(ports, own.name) for own in fields(ports)}
    stores = {
        "sessions": DynamoDBSessionStore(database, names),
        "ledger": DynamoDBLedger(database, names),
        "conversations": DynamoDBConversationStore(database, names, ports.cipher),
        "outbox": DynamoDBOutbox(database, names),
        "tickets": DynamoDBTicketStore(database, names, ports.cipher),
        "profiles": DynamoDBProfileStore(database, names, ports.cipher),
        "answer_cache": DynamoDBAnswerCache(database, names),
        "presence": DynamoDBPresenceStore(database, names),
        "rate_limiter": DynamoDBRateLimiter(database, names),
        "releases": DynamoDBReleaseStore(database, names),
    }
    return AWSPorts(**{**kept, **stores}, aws=aws, database=database, names=names)


def knowledge_of(ports: AWSPorts) -> Callable[[], DynamoDBKnowledgeStore]:
    """Return a function that opens the knowledge store of an engine."""
    return lambda: DynamoDBKnowledgeStore(ports.database, ports.names, ports.objects)


@functools.cache
def _master_key(url: str) -> str:
    return aws_at(url).client("kms").create_key()["KeyMetadata"]["KeyId"]


class _LazyBucket:
    """An S3 client whose bucket comes into being with the first call."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._made = False

    def __getattr__(self, name: str) -> Any:
        if not self._made:
            self._made = True
            where = {"LocationConstraint": self._client.meta.region_name}
            self._client.create_bucket(Bucket=self._bucket, CreateBucketConfiguration=where)
        return getattr(self._client, name)


def _objects(aws: AWS) -> S3ObjectStore:
    bucket = f"{CONTENT.name}-{uuid.uuid4().hex[:12]}"
    return S3ObjectStore(_LazyBucket(aws.client("s3"), bucket), bucket)


class _Queues:
    """Queues by contract, each with its dead letters, made when first asked for."""

    def __init__(self, aws: AWS, ports: Ports, prefix: str) -> None:
        self._aws = aws
        self._ports = ports
        self._prefix = prefix
        self._made: dict[str, tuple[str, str]] = {}

    def queue(self, contract: QueueContract) -> SQSQueue:
        """Return the queue."""
        return self._open(contract.name, self._urls(contract)[0], contract)

    def dead_letters(self, contract: QueueContract) -> SQSQueue:
        """Return its dead letters."""
        return self._open(contract.dead_letter_name, self._urls(contract)[1], contract)

    def _open(self, name: str, url: str, contract: QueueContract) -> SQSQueue:
        clock, ids = self._ports.clock, self._ports.ids
        age = CloudWatchQueueAge(self._aws.client("cloudwatch"), self._prefix + name, clock)
        # With a clock that stands still a long poll would never end.
        return SQSQueue(self._aws.client("sqs"), url, contract, clock, ids, oldest_age_s=age, wait_s=0)

    def _urls(self, contract: QueueContract) -> tuple[str, str]:
        if contract.name not in self._made:
            dead = self._create(contract.dead_letter_name, contract)
            client = self._aws.client("sqs")
            arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": contract.max_receive_count})
            self._made[contract.name] = (self._create(contract.name, contract, RedrivePolicy=redrive), dead)
        return self._made[contract.name]

    def _create(self, name: str, contract: QueueContract, **attributes: str) -> str:
        values = {
            "VisibilityTimeout": str(contract.visibility_s),
            "MessageRetentionPeriod": str(contract.retention_s),
            **attributes,
        }
        suffix = ".fifo" if contract.fifo else ""
        if contract.fifo:
            values["FifoQueue"] = "true"
        return self._aws.client("sqs").create_queue(QueueName=self._prefix + name + suffix, Attributes=values)["QueueUrl"]

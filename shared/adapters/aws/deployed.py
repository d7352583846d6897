"""What deployed functions are made of: one session, and from it the stores, queues and keys that a function asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.adapters.aws.secrets import SecretsManagerSecrets
from shared.adapters.aws.session import AWS
from shared.adapters.caching_secret import CachingSecret
from shared.adapters.clock import SystemClock
from shared.adapters.dynamodb.gateway import DynamoDB
from shared.adapters.random_ids import RandomIds
from shared.adapters.s3.object_store import S3ObjectStore
from shared.adapters.sqs.queue import SQSQueue
from shared.contracts import QueueContract

# Objects may be long: an archive of indexes, a document.
_OBJECT_TIMEOUT_S = 10.0


def _age_is_not_asked_for() -> float:
    """Functions send and consume; how old a queue's messages are is an alarm's business."""
    raise NotImplementedError("a deployed function does not ask for a queue's age")


@dataclass(frozen=True, slots=True)
class Deployed:
    """Clients are made at first use and open no connection before their first call."""

    aws: AWS = field(default_factory=AWS)
    clock: SystemClock = field(default_factory=SystemClock)
    ids: RandomIds = field(default_factory=RandomIds)

    def database(self) -> DynamoDB:
        """Return DynamoDB's calls."""
        return DynamoDB(self.aws.client("dynamodb"))

    def objects(self, bucket: str) -> S3ObjectStore:
        """Return the bucket."""
        return S3ObjectStore(self.aws.client("s3", read_timeout_s=_OBJECT_TIMEOUT_S), bucket)

    def secret(self, identifier: str) -> str:
        """Return a secret as it is now. Raises NotFoundError."""
        return SecretsManagerSecrets(self.aws.client("secretsmanager"), prefix="").get(identifier)

    def kept_secret(self, identifier: str) -> CachingSecret:
        """Return a secret that is asked for at its first use, and again when it may have been rotated."""
        return CachingSecret(lambda: self.secret(identifier), self.clock)

    def queue(self, url: str, contract: QueueContract) -> SQSQueue:
        """Return a queue by its URL."""
        return SQSQueue(self.aws.client("sqs"), url, contract, self.clock, self.ids, oldest_age_s=_age_is_not_asked_for)

    def queues(self, urls: Mapping[QueueContract, str]) -> dict[str, SQSQueue]:
        """Return queues by their contract's name."""
        return {contract.name: self.queue(url, contract) for contract, url in urls.items()}

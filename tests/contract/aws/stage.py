"""A stage on MiniStack: tables, queues, bucket, key and secrets by the contracts, and functions from the very zips."""

import json
import uuid
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from infra_cdk.bundling import bundle
from shared.adapters.aws.session import AWS
from shared.contracts import CONTENT, FUNCTIONS, QUEUES, TABLES
from tests.contract.aws.tables import create_table

ROLE = "arn:aws:iam::000000000000:role/kefu"
ALIAS = "live"
TOKEN_SECRET = "t" * 64
FINGERPRINT_SECRET = "f" * 64
STAFF_TOKEN = "s" * 43


class Stage:
    """One stage, named at random. `aws` are the clients of the test, not of the functions."""

    def __init__(self, aws: AWS, tenant: str) -> None:
        self.aws = aws
        self.tenant = tenant
        self.name = f"kefu-{uuid.uuid4().hex[:8]}"
        self.bucket = f"{self.name}-{CONTENT.name}"
        self._client = lambda service: aws.client(service, read_timeout_s=60)
        self._make_stores()
        self.environment = self._environment()

    def deploy(self, function: str, **changes: str) -> str:
        """Create a function from its zip, published under the alias; return its name."""
        name, contract = f"{self.name}-{function}", next(one for one in FUNCTIONS if one.name == function)
        key = f"code/{function}.zip"
        self._client("s3").put_object(Bucket=self.bucket, Key=key, Body=bundle(function, "host").read_bytes())
        client = self._client("lambda")
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Handler=contract.entry,
            Timeout=contract.timeout_s,
            MemorySize=contract.memory_mb,
            Code={"S3Bucket": self.bucket, "S3Key": key},
            Environment={"Variables": self._variables(function) | changes},
        )
        version = client.publish_version(FunctionName=name)["Version"]
        client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
        return name

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Invoke by the alias, as every trigger does; return what the handler returned."""
        answer = self._client("lambda").invoke(
            FunctionName=f"{self.name}-{function}", Qualifier=ALIAS, Payload=json.dumps(event).encode()
        )
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def put(self, inside: str, data: bytes) -> dict[str, Any]:
        """Store a file of the company's folder; return S3's notification of it."""
        key = f"tenants/{self.tenant}/content/{inside}"
        self._client("s3").put_object(Bucket=self.bucket, Key=key, Body=data)
        return {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}

    def put_folder(self, folder: Path, *names: str) -> list[dict[str, Any]]:
        """Store files of a company's folder; return their notifications."""
        return [self.put(name, (folder / name).read_bytes()) for name in names]

    def queue(self, name: str) -> str:
        """Return a queue's URL."""
        return self._client("sqs").get_queue_url(QueueName=name)["QueueUrl"]

    def _make_stores(self) -> None:
        for table in TABLES:
            self._client("dynamodb").create_table(**create_table(f"{self.name}-{table.name}", table))
        where = {"LocationConstraint": self._client("s3").meta.region_name}
        self._client("s3").create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)
        for contract in QUEUES:
            for name in (contract.name, contract.dead_letter_name):
                fifo = {"FifoQueue": "true"} if contract.fifo else {}
                self._client("sqs").create_queue(QueueName=self._queue_name(name, contract.fifo), Attributes=fifo)
        key = self._client("kms").create_key()["KeyMetadata"]["KeyId"]
        self._client("kms").create_alias(AliasName=f"alias/{self.name}", TargetKeyId=key)
        staff = [{"agent_id": "a1", "name": "小周", "token": STAFF_TOKEN}]
        for name, value in (("token", TOKEN_SECRET), ("fingerprint", FINGERPRINT_SECRET), ("staff", json.dumps(staff))):
            self._client("secretsmanager").create_secret(Name=f"{self.name}/{name}", SecretString=value)

    def _queue_name(self, name: str, fifo: bool) -> str:
        return f"{self.name}-{name}" + (".fifo" if fifo else "")

    def _environment(self) -> dict[str, str]:
        """Everything that any function's settings may ask for."""
        urls = {f"{one.name}_queue_url": self.queue(self._queue_name(one.name, one.fifo)) for one in QUEUES}
        return urls | {
            "tickets_dead_queue_url": self.queue(self._queue_name("tickets-dead", fifo=False)),
            "release": "r1",
            "table_prefix": f"{self.name}-",
            "content_bucket": self.bucket,
            "master_key": f"alias/{self.name}",
            "dialog_function": f"{self.name}-dialog",
            "ingress_function": f"{self.name}-ingress",
            "retrieval_function": f"{self.name}-retrieval",
            "token_secret_id": f"{self.name}/token",
            "fingerprint_secret_id": f"{self.name}/fingerprint",
            "staff_secret_id": f"{self.name}/staff",
            "tenant": self.tenant,
            "tenants": json.dumps([self.tenant]),
            "default_tenant": self.tenant,
            "search_timeout_s": "15",
        }

    def _variables(self, function: str) -> dict[str, str]:
        """Of all that, what this function's settings have; a required one that is missing fails its import."""
        fields = import_module(f"functions.{function}.settings").Environment.model_fields
        return {f"KEFU_{name.upper()}": value for name, value in self.environment.items() if name in fields}

"""Policy statements of our own, by names: a grant across stacks would write wildcards, or a cycle of stacks."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from collections.abc import Iterator, Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from infra_cdk.access import Access
from infra_cdk.bedrock_models import BedrockModel
from infra_cdk.stage_config import StageConfig
from shared.contracts import CONTENT, FUNCTIONS, LIVE_ALIAS, OUTBOX, QUEUES, QueueContract, TableContract

_READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:ConditionCheckItem")
_WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem")
_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")
_CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")
_KEY_THROUGH_SERVICES = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
# Where things lie in the bucket: shared/adapters/company/object_companies.py, index_archive/archives.py and
# dynamodb/knowledge_change.py. To IAM a star is any text, slashes too.
ALL_OBJECTS = "tenants/*"
COMPANY_FILES = f"{ALL_OBJECTS}/{CONTENT.name}/company.yaml"
INDEXES, LONG_TABLES = f"{ALL_OBJECTS}/indexes/*", f"{ALL_OBJECTS}/knowledge/tables/*"


class Statements:
    """One stage's statements. `stack` gives account, region and partition; `key_arn` is the stage's key."""

    def __init__(self, stack: cdk.Stack, config: StageConfig, key_arn: str) -> None:
        self._stack = stack
        self._config = config
        self._key_arn = key_arn

    def of(self, function: str, access: Access, secret_arns: Mapping[str, str]) -> Iterator[iam.PolicyStatement]:
        """Yield what the function may do, and nothing else."""
        given = set(self._config.given_key_secrets)
        yield from self._tables(access)
        yield from self._queues(function, access)
        yield from self._content(access)
        yield from self._secrets(access, secret_arns)
        if access.invokes:
            # By version and by alias; the newest code, which has neither, nobody calls.
            yield _allow(("lambda:InvokeFunction",), *(self._function(name) + ":*" for name in access.invokes))
        if access.engine and self._config.has_domain:
            yield self._engine(access)
        yield from self._models(access)
        yield from self._key(
            access,
            reads_own_secrets=bool(set(access.secrets) & set(secret_arns) - given),
            uses_queues=_uses_queues(function, access),
        )
        if function == "rollout":
            yield from self._rollout()

    def _secrets(self, access: Access, secret_arns: Mapping[str, str]) -> Iterator[iam.PolicyStatement]:
        secrets = [secret_arns[name] for name in access.secrets if name in secret_arns]
        if secrets:
            yield _allow(("secretsmanager:GetSecretValue",), *secrets)
        if self._config.secrets_kms_key and set(access.secrets) & set(self._config.given_key_secrets):
            through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{self._config.region}.amazonaws.com"}}
            yield _allow(("kms:Decrypt",), self._config.secrets_kms_key, conditions=through)

    def _models(self, access: Access) -> Iterator[iam.PolicyStatement]:
        """Replies come by ConverseStream, vectors by InvokeModel: each has its own action."""
        if access.model == "reply" and self._config.bedrock_reply_model:
            yield from self._bedrock("bedrock:InvokeModelWithResponseStream", self._config.bedrock_reply_model)
            if self._config.model_guardrail:
                region = self._config.bedrock_reply_model.region
                guardrail = self._bedrock_arn(region, self._config.account, f"guardrail/{self._config.model_guardrail}")
                yield _allow(("bedrock:ApplyGuardrail",), guardrail)
        if access.model == "embedder" and self._config.bedrock_embedder:
            yield from self._bedrock("bedrock:InvokeModel", self._config.bedrock_embedder)

    def _bedrock(self, action: str, model: BedrockModel) -> Iterator[iam.PolicyStatement]:
        models = model.model_arns(self._bedrock_arn)
        profile = model.profile_arn(self._config.account, self._bedrock_arn)
        if not profile:
            yield _allow((action,), *models)
            return
        yield _allow((action,), profile)
        # The model in those regions, but by this profile only.
        yield _allow((action,), *models, conditions={"StringEquals": {"bedrock:InferenceProfileArn": profile}})

    def _bedrock_arn(self, region: str, account: str, resource: str) -> str:
        return f"arn:{self._stack.partition}:bedrock:{region}:{account}:{resource}"

    def _tables(self, access: Access) -> Iterator[iam.PolicyStatement]:
        if access.reads:
            yield _allow(_READ, *(arn for table in access.reads for arn in self._table(table)))
        if access.writes:
            yield _allow(_READ + _WRITE, *(arn for table in access.writes for arn in self._table(table)))
        if access.deletes:
            names = (self._config.prefix + table.name for table in access.deletes)
            yield _allow(("dynamodb:DeleteItem",), *(self._arn("dynamodb", "table", name) for name in names))

    def _queues(self, function: str, access: Access) -> Iterator[iam.PolicyStatement]:
        consumed = [self._queue(queue, queue.name) for queue in QUEUES if queue.consumer == function]
        sent = [self._queue(queue, queue.name) for queue in access.sends]
        sent += [self._queue(queue, queue.dead_letter_name) for queue in access.parks]
        if consumed:
            yield _allow(_CONSUME, *consumed)
        if sent:
            yield _allow(("sqs:SendMessage",), *sent)
        if function == "outbox":
            stream = self._arn("dynamodb", "table", f"{self._config.prefix}{OUTBOX.name}/stream/*")
            yield _allow(_STREAM, stream)

    def _content(self, access: Access) -> Iterator[iam.PolicyStatement]:
        bucket_arn = self._stack.format_arn(service="s3", region="", account="", resource=self._config.bucket(CONTENT))
        company, indexes, tables = (f"{bucket_arn}/{place}" for place in (COMPANY_FILES, INDEXES, LONG_TABLES))
        if access.content == "company":
            yield _allow(("s3:GetObject",), company)
        elif access.content == "read":
            yield _allow(("s3:GetObject",), company, indexes, tables)
        elif access.content == "write":
            yield _allow(("s3:GetObject",), f"{bucket_arn}/{ALL_OBJECTS}")
            yield _allow(("s3:PutObject",), indexes, tables)
            yield _allow(("s3:DeleteObject",), indexes)
        if access.content in ("read", "write"):
            # Without it a missing object looks like a missing right.
            yield _allow(("s3:ListBucket",), bucket_arn)

    def _engine(self, access: Access) -> iam.PolicyStatement:
        methods = ("Get", "Head", "Post") + (("Put", "Delete") if access.engine == "write" else ())
        domain = self._arn("es", "domain", f"{self._config.search_domain}/*")
        return _allow(tuple(f"es:ESHttp{method}" for method in methods), domain)

    def _key(self, access: Access, *, reads_own_secrets: bool, uses_queues: bool) -> Iterator[iam.PolicyStatement]:
        used = {
            "dynamodb": access.reads or access.writes,
            "s3": access.content,
            "sqs": uses_queues,
            "secretsmanager": reads_own_secrets,
        }
        services = [f"{name}.{self._config.region}.amazonaws.com" for name, uses in used.items() if uses]
        yield _allow(
            tuple(f"kms:{action}" for action in _KEY_THROUGH_SERVICES),
            self._key_arn,
            conditions={"StringEquals": {"kms:ViaService": services}},
        )
        if access.personal:
            # Data keys of subjects, which are bound to tenant and subject; a table's own key is not reached by this.
            named = {"kms:EncryptionContextKeys": ["tenant", "subject", "purpose"]}
            conditions = {"ForAllValues:StringEquals": named, "Null": {"kms:EncryptionContext:tenant": "false"}}
            yield _allow(("kms:Decrypt", "kms:GenerateDataKey"), self._key_arn, conditions=conditions)

    def _rollout(self) -> Iterator[iam.PolicyStatement]:
        names = [contract.name for contract in FUNCTIONS if contract.aliased]
        functions = [self._function(name) for name in names]
        aliases = [f"{function}:{LIVE_ALIAS}" for function in functions]
        yield _allow(("lambda:GetAlias", "lambda:UpdateAlias"), *functions, *aliases)
        yield _allow(("lambda:ListAliases", "lambda:ListVersionsByFunction"), *functions)
        # Of versions only: without one in its name, this call would delete the function.
        yield _allow(("lambda:DeleteFunction",), *(f"{function}:*" for function in functions))
        # These two know no resources.
        yield _allow(("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"), "*")

    def _table(self, table: TableContract) -> tuple[str, ...]:
        name = self._config.prefix + table.name
        indexes = [one.name for one in table.indexes] + ([table.lookup] if table.lookup else [])
        return tuple(self._arn("dynamodb", "table", one) for one in (name, *(f"{name}/index/{index}" for index in indexes)))

    def _queue(self, queue: QueueContract, name: str) -> str:
        full = self._config.prefix + name + (".fifo" if queue.fifo else "")
        return self._stack.format_arn(service="sqs", resource=full)

    def _function(self, name: str) -> str:
        return self._stack.format_arn(
            service="lambda",
            resource="function",
            resource_name=self._config.prefix + name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )

    def _arn(self, service: str, resource: str, name: str) -> str:
        return self._stack.format_arn(service=service, resource=resource, resource_name=name)


def _uses_queues(function: str, access: Access) -> bool:
    return bool(access.sends or access.parks) or any(queue.consumer == function for queue in QUEUES)


def _allow(actions: tuple[str, ...], *resources: str, conditions: Mapping[str, object] | None = None) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)

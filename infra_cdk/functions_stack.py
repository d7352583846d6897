"""The functions, from shared/contracts.py: each with its role, log group, alias and triggers."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.access import ACCESS
from infra_cdk.data_stack import DataStack
from infra_cdk.environments import Places, environments
from infra_cdk.foundation_stack import FoundationStack
from infra_cdk.function_code import code_of
from infra_cdk.log_groups import encrypted_log_group
from infra_cdk.stage_config import StageConfig
from infra_cdk.statements import Statements
from infra_cdk.triggers import add_triggers
from infra_cdk.weighted_alias import AliasMaker, WeightedAlias
from shared.contracts import CONTENT, FUNCTIONS, MASTER_KEY_ALIAS, FunctionContract


class FunctionsStack(cdk.Stack):
    """`functions` and `aliases` by name. Outputs: the version of each function that this deployment published."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        foundation: FoundationStack,
        data: DataStack,
        search_url: str,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env)
        self._config = config
        places = _places(config, foundation, data, search_url)
        variables = environments(config, places)
        statements = Statements(self, config, foundation.key.key_arn)
        self.functions: dict[str, lambda_.Function] = {}
        for contract in FUNCTIONS:
            group = encrypted_log_group(
                self, f"{contract.name.title()}Log", f"/kefu/{config.stage}/{contract.name}", config, foundation.key
            )
            role = self._role(contract, group)
            for statement in statements.of(contract.name, ACCESS[contract.name], foundation.secret_arns):
                role.add_to_policy(statement)
            self.functions[contract.name] = self._function(contract, role, group, variables[contract.name])
        self.aliases = self._aliases(foundation.key)
        add_triggers(self, config, self.aliases, data)
        cdk.CfnOutput(self, "Release", value=config.release)

    def _role(self, contract: FunctionContract, group: logs.LogGroup) -> iam.Role:
        role = iam.Role(
            self,
            f"{contract.name.title()}Role",
            role_name=self._config.role_name(contract.name),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        write = iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn])
        role.add_to_policy(write)
        return role

    def _function(
        self, contract: FunctionContract, role: iam.Role, group: logs.LogGroup, variables: Mapping[str, str]
    ) -> lambda_.Function:
        return lambda_.Function(
            self,
            contract.name.title(),
            function_name=self._config.prefix + contract.name,
            role=role,
            code=code_of(self, contract.name, self._config.profile, weights=self._config.carries_weights),
            handler=contract.entry,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            # A patch of the runtime, and the SDK in it, come with a release and pass its canary.
            runtime_management_mode=lambda_.RuntimeManagementMode.FUNCTION_UPDATE,
            memory_size=contract.memory_mb,
            timeout=cdk.Duration.seconds(contract.timeout_s),
            reserved_concurrent_executions=self._config.reserved_concurrency.get(contract.name),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if contract.snap_start else None,
            recursive_loop=lambda_.RecursiveLoop.TERMINATE,
            environment=dict(variables),
            log_group=group,
            logging_format=lambda_.LoggingFormat.JSON,
            current_version_options=lambda_.VersionOptions(removal_policy=cdk.RemovalPolicy.RETAIN),
        )

    def _aliases(self, key: kms.IKey) -> dict[str, WeightedAlias]:
        maker = AliasMaker(self, "AliasMaker", config=self._config, key=key)
        aliases: dict[str, WeightedAlias] = {}
        for contract in FUNCTIONS:
            if contract.aliased:
                alias = WeightedAlias(self, f"{contract.name.title()}Live", function=self.functions[contract.name], maker=maker)
                aliases[contract.name] = alias
                cdk.CfnOutput(self, f"{contract.name.title()}Version", value=alias.version.version)
        return aliases


def _places(config: StageConfig, foundation: FoundationStack, data: DataStack, search_url: str) -> Places:
    return Places(
        bucket=data.buckets[CONTENT.name].bucket_name,
        master_key=f"{MASTER_KEY_ALIAS}-{config.stage}",
        queue_urls={name: queue.queue_url for name, queue in data.queues.items()},
        dead_queue_urls={name: queue.queue_url for name, queue in data.dead_letters.items()},
        secret_ids=foundation.secret_arns,
        search_url=search_url,
    )

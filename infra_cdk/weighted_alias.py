"""The alias `live` of a function, whose weights belong to the rollout and not to CloudFormation.

There is no AWS::Lambda::Alias in any template. That resource, on the newest version, would move all traffic at once with each
deployment; on a fixed version it would undo a rollout with the next edit of any property. So a custom resource makes the
alias once and never touches it again.
"""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.log_groups import encrypted_log_group
from infra_cdk.stage_config import StageConfig
from shared.contracts import LIVE_ALIAS

_SOURCE = Path(__file__).with_name("live_alias_resource.py")


class AliasMaker(Construct):
    """The function that makes aliases on behalf of CloudFormation. One per stack."""

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        name = f"{config.prefix}alias-maker"
        group = encrypted_log_group(self, "Log", f"/kefu/{config.stage}/alias-maker", config, key)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn])
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            role=self.role,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="index.handler",
            code=lambda_.Code.from_inline(_SOURCE.read_text("utf-8")),
            timeout=cdk.Duration.seconds(30),
            log_group=group,
        )

    def may_make(self, function_arn: str) -> None:
        """Let it make and delete aliases of the function."""
        resources = [function_arn, f"{function_arn}:{LIVE_ALIAS}"]
        self.role.add_to_policy(iam.PolicyStatement(actions=["lambda:CreateAlias", "lambda:DeleteAlias"], resources=resources))


class WeightedAlias(Construct):
    """`arn` is what triggers point at; they depend on `resource`, for an alias that is not there yet fails them."""

    def __init__(self, scope: Construct, construct_id: str, *, function: lambda_.Function, maker: AliasMaker) -> None:
        super().__init__(scope, construct_id)
        maker.may_make(function.function_arn)
        self.version = function.current_version
        properties = {"Function": function.function_name, "Alias": LIVE_ALIAS, "Version": self.version.version}
        self.resource = cdk.CustomResource(
            self,
            "Resource",
            service_token=maker.function.function_arn,
            resource_type="Custom::LiveAlias",
            service_timeout=cdk.Duration.minutes(2),
            properties=properties,
        )
        # Its rights come before its first job.
        self.resource.node.add_dependency(maker.role)
        self.arn = f"{function.function_arn}:{LIVE_ALIAS}"

"""The machine that moves a release through its steps; the controller is the function `rollout`."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra_cdk.log_groups import encrypted_log_group
from infra_cdk.stage_config import StageConfig

_DEFINITION = Path(__file__).with_name("rollout.asl.json")


class ReleaseStack(cdk.Stack):
    """Output `RolloutMachineArn`: what `python -m infra_cdk.start_rollout` starts after a deployment."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        key: kms.IKey,
        controller: lambda_.IFunction,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env)
        group = encrypted_log_group(self, "Log", f"/aws/vendedlogs/states/{config.prefix}rollout", config, key)
        self.machine = stepfunctions.StateMachine(
            self,
            "Machine",
            state_machine_name=f"{config.prefix}rollout",
            # As text: from a file it would go through a bucket, where no linter and no diff sees it.
            definition_body=stepfunctions.DefinitionBody.from_string(_DEFINITION.read_text("utf-8")),
            definition_substitutions={"ControllerArn": controller.function_arn},
            # The document holds ids and numbers only.
            logs=stepfunctions.LogOptions(destination=group, level=stepfunctions.LogLevel.ALL, include_execution_data=True),
            tracing_enabled=True,
        )
        self.machine.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[controller.function_arn])
        )
        cdk.CfnOutput(self, "RolloutMachineArn", value=self.machine.state_machine_arn)

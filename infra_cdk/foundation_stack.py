"""The stage's one KMS key, its secrets, and the topic that alarms go to."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra_cdk.stage_config import StageConfig
from shared.contracts import MASTER_KEY_ALIAS

_ROTATION = cdk.Duration.days(180)
# Generated once, and rotated by hand: a new value ends all visitors' tokens, or forgets which messages were copies.
_GENERATED = ("token", "fingerprint")


class FoundationStack(cdk.Stack):
    """What everything else leans on. `secret_arns`: its own secrets, and those that the stage names. Deleting the stack leaves the key: data that it sealed would be lost with it."""

    def __init__(self, scope: Construct, name: str, *, config: StageConfig, env: cdk.Environment) -> None:
        super().__init__(scope, name, env=env)
        self.key = self._key(config)
        self.secrets = {
            **{name: self._secret(name, config, generated=True) for name in _GENERATED},
            "staff": self._secret("staff", config, generated=False),
        }
        self.secrets |= {name: self._secret(name, config, generated=False) for name in config.own_key_secrets}
        self.secret_arns = {name: secret.secret_arn for name, secret in self.secrets.items()} | dict(config.given_key_secrets)
        self.alarms = sns.Topic(self, "Alarms", topic_name=f"{config.prefix}alarms", master_key=self.key, enforce_ssl=True)
        self._let_alarms_ring(config)
        if config.alarm_email:
            self.alarms.add_subscription(subscriptions.EmailSubscription(config.alarm_email))

    def _let_alarms_ring(self, config: StageConfig) -> None:
        """A topic with a policy of its own has lost SNS's default one, which lets the account publish."""
        alarms = self.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{config.prefix}*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.alarms.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.alarms.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": config.account}, "ArnLike": {"aws:SourceArn": alarms}},
            )
        )

    def _key(self, config: StageConfig) -> kms.Key:
        key = kms.Key(
            self,
            "Key",
            alias=f"{MASTER_KEY_ALIAS}-{config.stage}",
            description=f"Kefu {config.stage}: tables, queues, buckets, logs, secrets, and the data keys of subjects",
            enable_key_rotation=True,
            rotation_period=_ROTATION,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        # Services that write on their own behalf; functions have their rights in their own roles.
        for service in (f"logs.{self.region}", "cloudwatch", "sns", "s3"):
            key.grant_encrypt_decrypt(iam.ServicePrincipal(f"{service}.amazonaws.com"))
        return key

    def _secret(self, name: str, config: StageConfig, *, generated: bool) -> secretsmanager.Secret:
        how = secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True) if generated else None
        return secretsmanager.Secret(
            self,
            "".join(part.title() for part in name.split("-")) + "Secret",
            secret_name=f"kefu/{config.stage}/{name}",
            description="generated" if generated else "to be set by hand: docs/deploy.md",
            encryption_key=self.key,
            generate_secret_string=how,
            removal_policy=cdk.RemovalPolicy.RETAIN if config.retain else cdk.RemovalPolicy.DESTROY,
        )

"""The OpenSearch domain of a stage that searches with one; stages of the small profile have none."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from constructs import Construct

from infra_cdk.log_groups import encrypted_log_group
from infra_cdk.search_roles import SECURITY_API
from infra_cdk.stage_config import StageConfig

_VERSION = "3.5"
VOLUME_GB = 20
_ZONES = 2


class KnowledgeStoreStack(cdk.Stack):
    """The domain. Functions sign their requests; the master user is a role, assumed by infra_cdk/search_roles.py.

    The domain's own policy names the account alone, so each role needs the right to call it in its own policy. Whoever in
    the account may assume roles, as an administrator may, can assume the master user's.
    """

    def __init__(self, scope: Construct, name: str, *, config: StageConfig, key: kms.IKey, env: cdk.Environment) -> None:
        super().__init__(scope, name, env=env, termination_protection=config.retain)
        self.admin = iam.Role(
            self,
            "Admin",
            role_name=config.search_admin,
            assumed_by=iam.AccountPrincipal(config.account),
            description="maps the functions' roles inside OpenSearch; see docs/deploy.md",
        )
        self.admin.add_to_policy(self._administer_roles(config))
        groups = {kind: self._log_group(kind, config, key) for kind in ("app", "slow-search", "slow-index", "audit")}
        self._let_opensearch_write(groups)
        spread = config.search_nodes >= _ZONES
        self.domain = opensearch.Domain(
            self,
            "Domain",
            domain_name=config.search_domain,
            version=opensearch.EngineVersion.open_search(_VERSION),
            capacity=opensearch.CapacityConfig(
                data_nodes=config.search_nodes,
                data_node_instance_type=config.search_instance,
                multi_az_with_standby_enabled=False,
            ),
            zone_awareness=opensearch.ZoneAwarenessConfig(enabled=spread, availability_zone_count=_ZONES if spread else None),
            ebs=opensearch.EbsOptions(volume_size=VOLUME_GB, volume_type=ec2.EbsDeviceVolumeType.GP3),
            encryption_at_rest=opensearch.EncryptionAtRestOptions(enabled=True, kms_key=key),
            node_to_node_encryption=True,
            enforce_https=True,
            tls_security_policy=opensearch.TLSSecurityPolicy.TLS_1_2_PFS,
            fine_grained_access_control=opensearch.AdvancedSecurityOptions(master_user_arn=self.admin.role_arn),
            # The construct's own groups have no key of ours, and bring a custom resource for their policy.
            suppress_logs_resource_policy=True,
            logging=opensearch.LoggingOptions(
                app_log_enabled=True,
                app_log_group=groups["app"],
                slow_search_log_enabled=True,
                slow_search_log_group=groups["slow-search"],
                slow_index_log_enabled=True,
                slow_index_log_group=groups["slow-index"],
                audit_log_enabled=True,
                audit_log_group=groups["audit"],
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN if config.retain else cdk.RemovalPolicy.DESTROY,
        )
        # The construct's own property for it brings a custom resource with rights on every key.
        plain = self.domain.node.default_child
        assert isinstance(plain, opensearch.CfnDomain)  # noqa: S101 - what a Domain is made of
        plain.access_policies = iam.PolicyDocument(statements=[self._only_this_account(config)])

    def _log_group(self, kind: str, config: StageConfig, key: kms.IKey) -> logs.LogGroup:
        name = f"/aws/vendedlogs/OpenSearchService/{config.search_domain}/{kind}"
        return encrypted_log_group(self, "".join(part.title() for part in kind.split("-")) + "Log", name, config, key)

    def _let_opensearch_write(self, groups: dict[str, logs.LogGroup]) -> None:
        policy = iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("es.amazonaws.com")],
                    actions=["logs:PutLogEvents", "logs:CreateLogStream"],
                    resources=[group.log_group_arn for group in groups.values()],
                )
            ]
        )
        document = cdk.Stack.of(self).to_json_string(policy.to_json())
        logs.CfnResourcePolicy(self, "LogPolicy", policy_name=f"{self.stack_name}-logs", policy_document=document)

    def _administer_roles(self, config: StageConfig) -> iam.PolicyStatement:
        """Roles inside the domain and who has them: all that the master user is for, and no document."""
        path = f"{config.search_domain}/{SECURITY_API}/*"
        arn = self.format_arn(service="es", resource="domain", resource_name=path)
        return iam.PolicyStatement(actions=["es:ESHttpGet", "es:ESHttpPut"], resources=[arn])

    def _only_this_account(self, config: StageConfig) -> iam.PolicyStatement:
        arn = self.format_arn(service="es", resource="domain", resource_name=f"{config.search_domain}/*")
        return iam.PolicyStatement(principals=[iam.AccountPrincipal(config.account)], actions=["es:ESHttp*"], resources=[arn])

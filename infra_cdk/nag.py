"""Findings of cdk-nag that stay, each with its reason. docs/nag.md is written from here: `python -m infra_cdk.nag`."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk

from infra_cdk.search_roles import SECURITY_API
from infra_cdk.stage import Stage
from infra_cdk.stage_config import StageConfig
from infra_cdk.statements import ALL_OBJECTS, COMPANY_FILES, INDEXES, LONG_TABLES
from shared.contracts import CONTENT, FUNCTIONS

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "nag.md"
_ARN = "arn:<AWS::Partition>"
_WILDCARD = "AwsSolutions-IAM5[Resource::{}]"
_BY_VERSION = (
    "Callers invoke by version or alias, and the rollout controller deletes old versions. Versions are numbered by Lambda: the "
    "part after the name cannot be known."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A finding that stays. `where`: the stack, as Stage names it; `finding`: its exact id; `only`: in which stages it is."""

    where: str
    finding: Callable[[StageConfig], str]
    reason: str
    only: Callable[[StageConfig], bool] = lambda _: True


def _rule(name: str) -> Callable[[StageConfig], str]:
    return lambda _: name


def _function(name: str) -> Callable[[StageConfig], str]:
    return lambda c: _WILDCARD.format(f"{_ARN}:lambda:{c.region}:{c.account}:function:{c.prefix}{name}:*")


def _objects(places: str) -> Callable[[StageConfig], str]:
    return lambda c: _WILDCARD.format(f"{_ARN}:s3:::{c.bucket(CONTENT)}/{places}")


def _with_opensearch(config: StageConfig) -> bool:
    return config.has_domain


ACKNOWLEDGED = (
    Acknowledged(
        where="foundation",
        finding=_rule("AwsSolutions-SMG4"),
        reason="A new token secret ends every visitor's token, a new fingerprint secret forgets which messages were copies, and "
        "the staff list is people's: each is changed on purpose, by hand, as docs/deploy.md says.",
    ),
    Acknowledged(
        where="functions",
        finding=_rule("AwsSolutions-L1"),
        reason="Python 3.13 is what the zips are built, compiled and tested for. 3.14 comes with its own release.",
    ),
    *(
        Acknowledged(where="functions", finding=_function(contract.name), reason=_BY_VERSION)
        for contract in FUNCTIONS
        if contract.aliased
    ),
    Acknowledged(
        where="functions",
        finding=_objects(COMPANY_FILES),
        reason="One object per company: its settings. A stage may have 50 companies, and an ARN for each would take half of what a "
        "role's policies may hold.",
    ),
    *(
        Acknowledged(
            where="functions",
            finding=_objects(places),
            reason="What `knowledge` makes of companies' documents; `retrieval` may read it. The part in the middle is the company.",
        )
        for places in (INDEXES, LONG_TABLES)
    ),
    Acknowledged(
        where="functions",
        finding=_objects(ALL_OBJECTS),
        reason="Documents of all companies; `knowledge` may read them, nobody else, and nobody may write them.",
    ),
    Acknowledged(
        where="functions",
        finding=lambda c: _WILDCARD.format(f"{_ARN}:dynamodb:{c.region}:{c.account}:table/{c.prefix}outbox/stream/*"),
        reason="A stream's name is the moment at which it was made. It is this one table's.",
    ),
    Acknowledged(
        where="functions",
        finding=_rule(_WILDCARD.format("*")),
        reason="cloudwatch:GetMetricData and DescribeAlarms know no resources; the rollout controller reads metrics by them.",
    ),
    Acknowledged(
        where="functions",
        finding=lambda c: _WILDCARD.format(f"{_ARN}:es:{c.region}:{c.account}:domain/{c.search_domain}/*"),
        reason="Paths inside the one domain. `retrieval` has no PUT and no DELETE, but POST, by which both searches and `_bulk` go: "
        "what keeps it from writing is its read-only role inside the domain (`make search-roles`). Without a role in there a "
        "signed request is refused.",
        only=_with_opensearch,
    ),
    Acknowledged(
        where="release",
        finding=_rule(_WILDCARD.format("*")),
        reason="The log delivery and the tracing of a state machine know no resources.",
    ),
    Acknowledged(
        where="api",
        finding=lambda _: f"AwsSolutions-IAM4[Policy::{_ARN}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        reason="The account's one setting that lets API Gateway write logs takes this policy of AWS and no narrower one.",
    ),
    Acknowledged(
        where="api",
        finding=_rule("AwsSolutions-APIG3"),
        reason="The web ACL comes with the content network in front of the pages. Until then the stage's throttle, a key per "
        "caller and the limits per company and visitor in `ingress` stand alone.",
    ),
    Acknowledged(
        where="api",
        finding=_rule("AwsSolutions-APIG4"),
        reason="Callers are checked by the functions: a visitor's or a ticket's token in `ingress`, a staff token in `desk`, both "
        "in constant time. API Gateway's keys say who calls, and prove nothing.",
    ),
    Acknowledged(
        where="api",
        finding=_rule("AwsSolutions-COG4"),
        reason="Visitors have no accounts; staff sign in with tokens until single sign-on is there.",
    ),
    Acknowledged(
        where="knowledge_store",
        finding=lambda c: _WILDCARD.format(f"{_ARN}:es:{c.region}:{c.account}:domain/{c.search_domain}/{SECURITY_API}/*"),
        reason="The master user's role, and nobody else's: roles inside the domain and who has them, each at a path of its own.",
        only=_with_opensearch,
    ),
    Acknowledged(
        where="knowledge_store",
        finding=_rule("AwsSolutions-OS1"),
        reason="Requests are signed, the access policy names this account alone, and roles are mapped inside the domain. A VPC "
        "would put `retrieval` behind a NAT gateway for the model; it is decided per company, with docs/deploy.md.",
        only=_with_opensearch,
    ),
    Acknowledged(
        where="knowledge_store",
        finding=_rule("AwsSolutions-OS3"),
        reason="Lambda has no addresses of its own that could be listed; identity decides, not the address.",
        only=_with_opensearch,
    ),
    Acknowledged(
        where="knowledge_store",
        finding=_rule("AwsSolutions-OS4"),
        reason="Dedicated masters pay off from ten data nodes on; these domains have one or two.",
        only=_with_opensearch,
    ),
    Acknowledged(
        where="knowledge_store",
        finding=_rule("AwsSolutions-OS7"),
        reason="One node has one zone. Production refuses to be synthesised with fewer than two nodes.",
        only=lambda config: _with_opensearch(config) and config.search_nodes == 1,
    ),
)


def acknowledge_findings(stage: Stage) -> None:
    """Acknowledge what is listed for the stage; anything else fails the synthesis."""
    for one in ACKNOWLEDGED:
        if one.only(stage.config):
            acknowledgment = cdk.Acknowledgment(id=one.finding(stage.config), reason=one.reason)
            cdk.Validations.of(getattr(stage, one.where)).acknowledge(acknowledgment)


def as_markdown() -> str:
    """Return docs/nag.md; names of a stage and its account stand in braces."""
    shown = StageConfig(
        stage="dev", account="1" * 12, region="eu-west-1", release="r", tenants=("t",), staff_tenant="t", search="opensearch"
    )

    def row(one: Acknowledged) -> str:
        finding = one.finding(shown).replace(shown.account, "{account}").replace(shown.region, "{region}")
        return f"| {one.where} | `{finding.replace(shown.prefix, 'kefu-{stage}-')}` | {one.reason} |"

    return _HEAD + "\n".join(row(one) for one in ACKNOWLEDGED) + "\n"


_HEAD = """# Findings of cdk-nag that stay

Written by `python -m infra_cdk.nag` from `infra_cdk/nag.py`. Every other finding of the AwsSolutions rules fails the synthesis.

| Stack | Finding | Why it stays |
|---|---|---|
"""


if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown(), "utf-8")
    sys.exit(0)

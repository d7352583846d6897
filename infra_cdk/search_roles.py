"""Maps the functions' roles inside a stage's OpenSearch domain: `python -m infra_cdk.search_roles --stage staging`.

IAM says who may send requests to the domain, and a search is a POST as a `_bulk` is. What a role may do with documents the
domain's own roles say, and without a mapping to one of them it may do nothing. Again: makes it so once more.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_cdk.access import ACCESS
from infra_cdk.credentials import account_of, describe_problem, describe_wrong_account
from infra_cdk.stage_config import STAGES, StageConfig, StageConfigError, cdk_context, read_stage

SECURITY_API = "_plugins/_security/api"
Clients = Callable[[str], Any]
# By Access.engine. Action groups: https://docs.opensearch.org/latest/security/access-control/default-action-groups/
_MAY: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "read": (("cluster_composite_ops_ro",), ("read",)),
    # Its indices are made, filled, exchanged behind an alias and dropped by itself; templates belong to no index.
    "write": (("cluster_composite_ops", "indices:data/read/scroll/clear", "indices:admin/index_template/*"), ("indices_all",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRole:
    """A role inside the domain: what it may do, and the one IAM role that has it."""

    name: str
    cluster_actions: tuple[str, ...]
    index_actions: tuple[str, ...]
    indices: str
    held_by: str

    def permissions(self) -> dict[str, Any]:
        """Return the body that makes the role."""
        on_indices = {"index_patterns": [self.indices], "allowed_actions": list(self.index_actions)}
        return {"cluster_permissions": list(self.cluster_actions), "index_permissions": [on_indices]}


def search_roles(config: StageConfig, partition: str) -> Iterator[SearchRole]:
    """Yield a role for each function that uses the search engine; `partition` is "aws", or "aws-cn" in China."""
    for function, access in ACCESS.items():
        if access.engine:
            on_cluster, on_indices = _MAY[access.engine]
            yield SearchRole(
                name=f"{config.prefix}{function}",
                cluster_actions=on_cluster,
                index_actions=on_indices,
                indices=f"{config.search_index}*",
                held_by=f"arn:{partition}:iam::{config.account}:role/{config.role_name(function)}",
            )


def map_search_roles(
    config: StageConfig, clients: Clients, *, partition: str = "aws", connect: Callable[[str, Any, str], Any] | None = None
) -> list[SearchRole]:
    """Assume the master user's role, and make and map the functions' roles; return them. May be repeated.

    `clients` gives boto3's by service; `connect` the domain's client by address, credentials and region. Raises botocore's
    and opensearch-py's errors, KeyError for a domain that has no address yet.
    """
    address = clients("opensearch").describe_domain(DomainName=config.search_domain)["DomainStatus"]["Endpoint"]
    admin = f"arn:{partition}:iam::{config.account}:role/{config.search_admin}"
    given = clients("sts").assume_role(RoleArn=admin, RoleSessionName="search-roles")["Credentials"]
    security = (connect or signing_client)(f"https://{address}", given, config.region).security
    roles = list(search_roles(config, partition))
    for role in roles:
        security.create_role(role=role.name, body=role.permissions())
        security.create_role_mapping(role=role.name, body={"backend_roles": [role.held_by]})
    return roles


def signing_client(url: str, given: Mapping[str, str], region: str) -> Any:
    """Return an OpenSearch client that signs with what STS has given."""
    from botocore.credentials import Credentials
    from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth

    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return OpenSearch(hosts=[url], http_auth=Urllib3AWSV4SignerAuth(credentials, region, "es"), timeout=30)


def main() -> int:
    """Map them, or say in one line why not."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdk.search_roles", description="Map roles inside OpenSearch.")
    parser.add_argument("--stage", choices=STAGES, default="staging")
    chosen = parser.parse_args()
    try:
        return _run(chosen.stage)
    except StageConfigError as error:
        print(f"kefu: {error}", file=sys.stderr)
    return 1


def _run(stage: str) -> int:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
    from opensearchpy.exceptions import OpenSearchException

    session = boto3.Session()
    try:
        settings = cdk_context()["kefu:stages"].get(stage, {})
        account = account_of(session)
        config = read_stage(stage, settings, account=account, release="unreleased")
        if why := describe_wrong_account(stage, config.account, account):
            print(f"kefu: nothing was done: {why}", file=sys.stderr)
            return 1
        if not config.has_domain:
            print(f"kefu: nothing to do: stage {stage} has no OpenSearch domain")
            return 0

        def clients(service: str) -> Any:
            return session.client(service, region_name=config.region)  # pyright: ignore

        partition = session.get_partition_for_region(config.region)
        for role in map_search_roles(config, clients, partition=partition):
            print(f"{role.held_by} has {role.name}: {', '.join(role.index_actions)} on {role.indices}")
    except (BotoCoreError, ClientError, KeyError) as error:
        print(f"kefu: roles were not mapped: {describe_problem(error)}", file=sys.stderr)
        return 1
    except OpenSearchException as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        print(f"kefu: roles were not mapped: OpenSearch answered {first}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
